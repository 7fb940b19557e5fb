"""How something new becomes active."""

from __future__ import annotations

from typing import Final

from local.emulator.clock import Clock
from local.emulator.store import Document

PENDING: Final = "Pending"
ACTIVE: Final = "Active"

_SECONDS: Final = 2.0


def begin(clock: Clock) -> Document:
    """Return the members of a document that is pending from now on."""
    return {"status": PENDING, "pendingUntil": clock.timestamp() + _SECONDS}


def look(document: Document, wanted: str = ACTIVE) -> bool:
    """Let a pending document become what it should be, as it is being read.

    The real service takes some seconds. Here the answer to a write says Pending and the next look
    finds the thing done, so that a client that polls does not wait. Returns whether it changed.
    """
    if "pendingUntil" not in document:
        return False
    del document["pendingUntil"]
    document["status"] = wanted
    return True


def is_pending(document: Document, clock: Clock) -> bool:
    """Tell whether something that nobody has looked at is still pending."""
    return "pendingUntil" in document and clock.timestamp() < document["pendingUntil"]
