"""Things that last for a while and are found by a handle that only their owner has."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from local.emulator.store import Document
from local.okta.model.state import State

_PURGED_EVERY: Final = 256
# What is over stays for a while, so that the journal can say that it is over.
_REMEMBERED_SECONDS: Final = 3600


class Vault:
    """Documents under the hash of their handle, so that no file holds what opens anything.

    Each has `expires`, in seconds since the epoch.
    """

    def __init__(self, state: State, name: str) -> None:
        self._documents = state.collection(name)
        self._clock = state.clock

    def issue(self, document: Document, seconds: float) -> str:
        """Keep a document for some seconds and return its new handle."""
        handle = secrets.token_urlsafe(32)
        self.keep(handle, document | {"expires": self._clock.timestamp() + seconds})
        return handle

    def keep(self, handle: str, document: Document) -> None:
        """Write a document that has `expires` under a handle."""
        self._documents[_digest(handle)] = document
        if secrets.randbelow(_PURGED_EVERY) == 0:
            self._purge()

    def find(self, handle: str) -> Document | None:
        """Return what the handle opens, over or not."""
        return self._documents.get(_digest(handle)) if handle else None

    def live(self, handle: str) -> Document | None:
        """Return what the handle opens, unless its time is over."""
        found = self.find(handle)
        return None if found is None or self.is_over(found) else found

    def is_over(self, document: Document) -> bool:
        """Tell whether a document's time is over."""
        return float(document["expires"]) <= self._clock.timestamp()

    def forget(self, handle: str) -> None:
        """Remove what the handle opens; harmless when there is nothing."""
        self._documents.pop(_digest(handle), None)

    def _purge(self) -> None:
        limit = self._clock.timestamp() - _REMEMBERED_SECONDS
        for key, document in list(self._documents.items()):
            if document["expires"] < limit:
                del self._documents[key]


def _digest(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()
