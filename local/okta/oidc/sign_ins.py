"""Sign-ins under way: which request a page's form belongs to, and whose browser it is in."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from local.emulator.store import Document
from local.okta.model.state import State
from local.okta.oidc.parameters import Parameters
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.vault import Vault

_LIFETIME_SECONDS: Final = 3600


class SignIns:
    """Requests that wait for a person, each bound to the browser that began it.

    A form needs the request's handle and the browser's cookie, so no other site can send one: it
    knows neither, and a handle of its own belongs to another browser.
    """

    def __init__(self, state: State) -> None:
        self._vault = Vault(state, "sign-ins")

    def begin(self, issuer_key: str, parameters: Parameters, device: str) -> str:
        """Keep a request and return its handle. Without an issuer it is for Okta itself."""
        document: Document = {
            "issuer": issuer_key,
            "parameters": dict(parameters.values),
            "device": _digest(device),
            "session": None,
        }
        return self._vault.issue(document, _LIFETIME_SECONDS)

    def find(self, handle: str, device: str) -> Document:
        """Return a request under way; refuse one that is over or another browser's."""
        found = self._vault.live(handle)
        if found is None:
            text = "This sign-in has expired. Go back to the site and start again."
            raise Refusal("invalid_request", text, "unknown or expired sign-in", 403)
        if not device or not hmac.compare_digest(found["device"], _digest(device)):
            text = "This sign-in was begun in another browser. Go back to the site and start again."
            raise Refusal("invalid_request", text, "the form comes from another browser", 403)
        return found

    def signed_in(self, handle: str, session_id: str) -> None:
        """Note which session has begun for a request."""
        found = self._vault.find(handle)
        if found is not None:
            self._vault.keep(handle, found | {"session": session_id})

    def end(self, handle: str) -> None:
        """Forget a request that has been answered."""
        self._vault.forget(handle)


def _digest(device: str) -> str:
    return hashlib.sha256(device.encode()).hexdigest()
