"""Access tokens of the platform API."""

from __future__ import annotations

import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from local.emulator.clock import Clock
from local.emulator.store import Document, Store
from local.genesys.errors import GenesysError

# The one OAuth client of the local organisation. Both values are public on purpose: the emulator
# listens on loopback only and guards nothing but made-up data.
LOCAL_CLIENT_ID: Final = "local-genesys-client"
LOCAL_CLIENT_SECRET: Final = "local-genesys-client-secret"  # noqa: S105 - public, see above

# What a client of a new organisation gets; a day leaves every client's refresh timer alone.
LIFETIME_SECONDS: Final = 86_400

_KEPT: Final = 500


class Tokens:
    """Issues tokens to the local client and tells which are valid; only their hashes are kept."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._tokens = store.collection("tokens")
        self._clock = clock

    def issue(self, client_id: str, client_secret: str) -> Document:
        """Return a token answer for right client credentials, else raise PermissionError."""
        right = compare_digest(client_id.encode(), LOCAL_CLIENT_ID.encode())
        if not compare_digest(client_secret.encode(), LOCAL_CLIENT_SECRET.encode()) or not right:
            raise PermissionError(client_id)
        for old in list(self._tokens)[: max(0, len(self._tokens) - _KEPT + 1)]:
            del self._tokens[old]
        token = secrets.token_urlsafe(48)
        expires = self._clock.timestamp() + LIFETIME_SECONDS
        self._tokens[_name(token)] = {"clientId": client_id, "expires": expires}
        return {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME_SECONDS}

    def check(self, token: str) -> Document:
        """Return what is known of a valid token; refuse any other with status 401."""
        found = self._tokens.get(_name(token))
        if found is None or found["expires"] <= self._clock.timestamp():
            raise GenesysError(401, "Invalid login credentials.", code="bad.credentials")
        return found

    def revoke(self, token: str) -> None:
        """Forget a token."""
        self._tokens.pop(_name(token), None)


def _name(token: str) -> str:
    return sha256(token.encode()).hexdigest()
