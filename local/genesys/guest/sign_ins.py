"""Sign-ins of visitors: the JWT and the refresh token that Messenger holds for each."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from local.emulator.clock import Clock
from local.emulator.store import Document, Store
from local.genesys.errors import GenesysError

# Genesys, "Authenticated web messaging": 15 minutes, or the provider's access token life when that
# is shorter.
_JWT_SECONDS: Final = 900
_KEPT: Final = 10_000
_ALGORITHM: Final = "HS256"
_SIGN_IN: Final = "webmessaging"
_HISTORY: Final = "webmessaging-history"


class SignIns:
    """Who is signed in where. Of refresh tokens only hashes are kept.

    Assumption: what is in a JWT is the service's own affair; clients only pass it on.
    """

    def __init__(self, store: Store, clock: Clock, base_url: str) -> None:
        self._store = store
        self._sign_ins = store.collection("guest-sign-ins")
        self._refresh = store.collection("guest-refresh-tokens")
        self._keys = store.collection("guest-signing-key")
        self._clock = clock
        self._base_url = base_url

    def begin(
        self, deployment_id: str, contact_id: str, answer: Document, refresh_seconds: int
    ) -> Document:
        """Return `jwt`, and `refreshToken` if the provider's token answer has a refresh token."""
        self._drop_expired()
        id, now = str(uuid4()), self._clock.timestamp()
        tokens = {"jwt": self._sign_in_jwt(id, _lifetime(answer))}
        kept: Document = {
            "id": id,
            "deploymentId": deployment_id,
            "contact": contact_id,
            "expires": now + _JWT_SECONDS,
        }
        with self._store.transaction():
            if isinstance(answer.get("refresh_token"), str):
                tokens["refreshToken"] = secrets.token_urlsafe(48)
                name = _name(tokens["refreshToken"])
                self._refresh[name] = {"signIn": id}
                kept["expires"] = now + max(_JWT_SECONDS, refresh_seconds)
                kept["refresh"] = {
                    "name": name,
                    "expires": now + refresh_seconds,
                    "provider": answer["refresh_token"],
                }
            self._sign_ins[id] = kept
        return tokens

    def of_refresh_token(self, token: str) -> Document | None:
        """Return the sign-in that a refresh token continues, None for a void one."""
        known = self._refresh.get(_name(token))
        found = known and self._sign_ins.get(known["signIn"])
        if not found or found["refresh"]["expires"] <= self._clock.timestamp():
            return None
        return found

    def renew(self, id: str, answer: Document) -> str | None:
        """Return a new JWT for a sign-in, None if it has ended meanwhile."""
        found = self._sign_ins.get(id)
        if found is None:
            return None
        if isinstance(answer.get("refresh_token"), str):
            found["refresh"]["provider"] = answer["refresh_token"]
        found["expires"] = max(found["expires"], self._clock.timestamp() + _JWT_SECONDS)
        self._sign_ins[id] = found
        return self._sign_in_jwt(id, _lifetime(answer))

    def check(self, token: str) -> Document:
        """Return the sign-in of a valid JWT; refuse any other with status 401."""
        found = self._sign_ins.get(self._read(token, _SIGN_IN)["sub"])
        if found is None:
            raise _void("the sign-in has ended")
        return found

    def end(self, id: str) -> None:
        """End a sign-in: its JWTs and its refresh token are void."""
        found = self._sign_ins.pop(id, None)
        if found and "refresh" in found:
            self._refresh.pop(found["refresh"]["name"], None)

    def end_all(self, deployment_id: str, contact_id: str) -> None:
        """End all sign-ins of a person at a deployment."""
        with self._store.transaction():
            for one in self._sign_ins.documents():
                if one["deploymentId"] == deployment_id and one["contact"] == contact_id:
                    self.end(one["id"])

    def history_jwt(self, session_id: str) -> tuple[str, int]:
        """Return a JWT that opens a session's history, and when it ends (seconds since 1970)."""
        return self._sign(session_id, _HISTORY, _JWT_SECONDS)

    def session_of(self, token: str) -> str:
        """Return the session whose history a JWT opens; refuse any other with status 401."""
        return str(self._read(token, _HISTORY)["sub"])

    def _sign_in_jwt(self, id: str, seconds: float) -> str:
        return self._sign(id, _SIGN_IN, seconds)[0]

    def _sign(self, subject: str, audience: str, seconds: float) -> tuple[str, int]:
        now = self._clock.timestamp()
        ends = int(now + seconds)
        claims = {"iss": self._base_url, "aud": audience, "sub": subject, "iat": int(now)}
        header = {"alg": _ALGORITHM}
        unique = {"exp": ends, "jti": secrets.token_urlsafe(12)}
        return jwt.encode(header, claims | unique, self._key(), [_ALGORITHM]), ends

    def _read(self, token: str, audience: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(token, self._key(), [_ALGORITHM]).claims
        except (JoseError, ValueError, TypeError):  # the last: a header of the wrong types
            raise _void("the JWT is not one of this organisation") from None
        if claims["aud"] != audience:
            raise _void("the JWT is for another purpose")
        if claims["exp"] <= self._clock.timestamp():
            raise _void("the JWT has expired")
        return claims

    def _key(self) -> OctKey:
        with self._store.transaction():
            known = self._keys.get("key")
            if known is None:
                known = {"kty": "oct", "k": secrets.token_urlsafe(48)}
                self._keys["key"] = known
        return OctKey.import_key(known)

    def _drop_expired(self) -> None:
        if len(self._sign_ins) < _KEPT:
            return
        now = self._clock.timestamp()
        with self._store.transaction():
            for one in self._sign_ins.documents():
                if one["expires"] <= now:
                    self.end(one["id"])


def _lifetime(answer: Document) -> float:
    given = answer.get("expires_in")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return _JWT_SECONDS
    return max(0, min(_JWT_SECONDS, given))


def _void(reason: str) -> GenesysError:
    return GenesysError(401, "Invalid login credentials.", code="bad.credentials", reason=reason)


def _name(token: str) -> str:
    return sha256(token.encode()).hexdigest()
