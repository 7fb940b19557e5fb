"""Keys of authorization servers (Okta, "Authorization Servers", key store; okta.md 4.4)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from joserfc.jwk import RSAKey

from local.emulator.clock import iso
from local.emulator.store import Collection, Document
from local.okta.errors import not_found
from local.okta.model.state import ACTIVE, State

NEXT: Final = "NEXT"
EXPIRED: Final = "EXPIRED"
AUTO: Final = "AUTO"
_ORDER: Final = (ACTIVE, NEXT, EXPIRED)
_BITS: Final = 2048
_ROTATED_EVERY: Final = timedelta(days=90)


class SigningKeys:
    """An active and a next RSA key per server, and after a rotation the expired one.

    A key's id is given at once, its numbers only when somebody needs them: they take a moment to
    find. In the mode AUTO the keys rotate when the clock has passed the time for it.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._rotations = state.collection("key rotations")
        self._loaded: dict[str, RSAKey] = {}

    def begin(self, server_id: str) -> None:
        """Give a new server its keys."""
        self._rotations[server_id] = {"mode": AUTO, "lastRotated": self._state.now()}
        self._add(server_id, ACTIVE)
        self._add(server_id, NEXT)

    def end(self, server_id: str) -> None:
        """Destroy the keys of a server that goes."""
        del self._rotations[server_id]
        for kid in self._keys(server_id):
            del self._keys(server_id)[kid]

    def set_mode(self, server_id: str, mode: str) -> None:
        """Set AUTO or MANUAL; the active key stays (Okta, "Update Authorization Server")."""
        self._rotations[server_id] = self._rotations[server_id] | {"mode": mode}

    def credentials(self, server_id: str) -> Document:
        """Return `signing` of a server's `credentials`; `nextRotation` only in mode AUTO."""
        self._settle(server_id)
        rotation = self._rotations[server_id]
        found = {
            "kid": self._of_status(server_id, ACTIVE)["kid"],
            "rotationMode": rotation["mode"],
            "lastRotated": rotation["lastRotated"],
            "use": "sig",
        }
        if rotation["mode"] == AUTO:
            found["nextRotation"] = iso(_parse(rotation["lastRotated"]) + _ROTATED_EVERY)
        return found

    def public(self, server_id: str) -> list[Document]:
        """Return all public keys as JWK with their `status`, the active one first."""
        self._settle(server_id)
        keys = sorted(self._keys(server_id).documents(), key=lambda k: _ORDER.index(k["status"]))
        return [
            {"status": key["status"]} | _jwk(self._material(server_id, key["kid"])) for key in keys
        ]

    def find(self, server_id: str, kid: str) -> Document:
        """Return one public key; raise Okta's refusal of an unknown id."""
        for key in self.public(server_id):
            if key["kid"] == kid:
                return key
        raise not_found(kid, "JsonWebKey")

    def active(self, server_id: str) -> RSAKey:
        """Return the private key to sign with now."""
        self._settle(server_id)
        return self._material(server_id, self._of_status(server_id, ACTIVE)["kid"])

    def known(self, server_id: str, kid: str) -> RSAKey | None:
        """Return the key of an id that the server still shows, or None."""
        self._settle(server_id)
        return self._material(server_id, kid) if kid in self._keys(server_id) else None

    def replace(self, server_id: str) -> None:
        """Begin anew with other keys at once: what the old ones have signed fails from now on."""
        for kid in self._keys(server_id):
            del self._keys(server_id)[kid]
        self._add(server_id, ACTIVE)
        self._add(server_id, NEXT)
        rotation = self._rotations[server_id]
        self._rotations[server_id] = rotation | {"lastRotated": self._state.now()}

    def rotate(self, server_id: str) -> None:
        """Let the next key sign, keep the last one as expired, and drop an older one."""
        keys = self._keys(server_id)
        for key in keys.documents():
            if key["status"] == EXPIRED:
                del keys[key["kid"]]
            else:
                status = EXPIRED if key["status"] == ACTIVE else ACTIVE
                keys[key["kid"]] = key | {"status": status}
        self._add(server_id, NEXT)
        rotation = self._rotations[server_id]
        self._rotations[server_id] = rotation | {"lastRotated": self._state.now()}

    def seconds_to_rotation(self, server_id: str) -> int:
        """Return how long the keys stay as they are; in mode MANUAL at least as long as in AUTO."""
        due = _ROTATED_EVERY
        if self._rotations[server_id]["mode"] == AUTO:
            last = _parse(self._rotations[server_id]["lastRotated"])
            due = last + _ROTATED_EVERY - self._state.clock.now()
        return max(int(due.total_seconds()), 0)

    def _settle(self, server_id: str) -> None:
        if self._rotations[server_id]["mode"] == AUTO and not self.seconds_to_rotation(server_id):
            self.rotate(server_id)

    def _keys(self, server_id: str) -> Collection:
        return self._state.collection("keys", server_id)

    def _of_status(self, server_id: str, status: str) -> Document:
        return next(key for key in self._keys(server_id).documents() if key["status"] == status)

    def _add(self, server_id: str, status: str) -> None:
        kid = secrets.token_urlsafe(32)
        self._keys(server_id)[kid] = {"kid": kid, "status": status, "private": None}

    def _material(self, server_id: str, kid: str) -> RSAKey:
        key = self._keys(server_id)[kid]
        if key["private"] is None:
            made = RSAKey.generate_key(
                _BITS, parameters={"kid": kid, "use": "sig", "alg": "RS256"}, private=True
            )
            self._keys(server_id)[kid] = key | {"private": made.as_dict(private=True)}
            # Where the write is undone, the next call comes here again and finds other numbers.
            self._loaded[kid] = made
        elif kid not in self._loaded:
            # Reading a private key checks its numbers, which takes as long as finding them.
            self._loaded[kid] = RSAKey.import_key(key["private"])
        return self._loaded[kid]


def _jwk(key: RSAKey) -> Document:
    public = key.as_dict(private=False)
    return {name: public[name] for name in ("alg", "e", "n", "kid", "kty", "use")}


def _parse(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
