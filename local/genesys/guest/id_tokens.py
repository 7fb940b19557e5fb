"""Whether an ID token may be believed (OpenID Connect Core 1.0, sections 3.1.3.7 and 3.2.2.11)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from local.emulator.store import Document
from local.genesys.guest.provider import ProviderError
from local.genesys.models.shapes import read_json

# The clocks of two services never agree to the second.
_LEEWAY: Final = 60
_ALGORITHM: Final = "RS256"


class UnknownKey(ProviderError):
    """The token names a key that is not in the set: it may be newer than the set."""


@dataclass(frozen=True)
class Expected:
    """What a token must agree with; `now` in seconds since the epoch.

    `nonce` and `max_age` are None when the authentication request had none; `any_nonce` leaves the
    nonce out of account, for tokens that come with a refresh.
    """

    issuer: str
    client_id: str
    now: float
    nonce: str | None = None
    max_age: int | None = None
    access_token: str | None = None
    any_nonce: bool = False


def read_id_token(token: str, keys: Sequence[Document], expected: Expected) -> Document:
    """Return the claims of a token that holds in every respect, else raise ProviderError."""
    claims = _verify(token, keys)
    _check_parties(claims, expected)
    _check_times(claims, expected)
    if not expected.any_nonce:
        _check_nonce(claims, expected.nonce)
    _check_access_token(claims, expected.access_token)
    return claims


def _verify(token: str, keys: Sequence[Document]) -> Document:
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError):
        raise ProviderError("ID token: it is no signed JWT") from None
    algorithm = header.get("alg")
    if algorithm != _ALGORITHM:
        raise ProviderError(f"ID token: algorithm {str(algorithm)[:20]}, RS256 is expected")
    key = _choose(keys, header.get("kid"))
    try:
        signed = jws.deserialize_compact(token, RSAKey.import_key(key), [_ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError):
        # TypeError and KeyError: a malformed key or header.
        raise ProviderError("ID token: the signature does not hold") from None
    try:
        return read_json(signed.payload)
    except ValueError:
        raise ProviderError("ID token: its claims are no JSON object") from None


def _choose(keys: Sequence[Document], id: object) -> Document:
    usable = [
        key
        for key in keys
        if key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", _ALGORITHM) == _ALGORITHM
        and (id is None or key.get("kid") == id)
    ]
    if not usable:
        raise UnknownKey("ID token: its key is not in the provider's key set")
    if len(usable) > 1:
        raise ProviderError("ID token: it does not say which of the provider's keys signed it")
    return usable[0]


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise ProviderError("ID token: wrong issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise ProviderError("ID token: wrong audience")
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or len(audiences) > 1):
        raise ProviderError("ID token: wrong authorized party")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise ProviderError("ID token: no subject")
    if len(subject) > 255 or not subject.isascii():  # OpenID Connect Core 1.0, section 2
        raise ProviderError("ID token: the subject is not at most 255 ASCII characters")


def _check_times(claims: Mapping[str, Any], expected: Expected) -> None:
    if _time(claims, "exp") + _LEEWAY <= expected.now:
        raise ProviderError("ID token: expired")
    if _time(claims, "iat") - _LEEWAY > expected.now:
        raise ProviderError("ID token: issued in the future")
    if "nbf" in claims and _time(claims, "nbf") - _LEEWAY > expected.now:
        raise ProviderError("ID token: not valid yet")
    if expected.max_age is not None:
        age = expected.now - _time(claims, "auth_time")
        if age > expected.max_age + _LEEWAY:
            raise ProviderError("ID token: the sign-in is older than maxAge")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProviderError(f"ID token: no {name}")
    return value


def _check_nonce(claims: Mapping[str, Any], expected: str | None) -> None:
    found = claims.get("nonce")
    if expected is None:
        if found is not None:
            raise ProviderError("nonce: the ID token has one, the request names none")
    elif not isinstance(found, str):
        raise ProviderError("nonce: the request names one, the ID token has none")
    elif not compare_digest(found.encode(), expected.encode()):
        raise ProviderError("nonce: not the one of the ID token")


def _check_access_token(claims: Mapping[str, Any], access_token: str | None) -> None:
    expected = claims.get("at_hash")
    if expected is None or access_token is None:
        return
    half = sha256(access_token.encode()).digest()[:16]
    if base64.urlsafe_b64encode(half).rstrip(b"=").decode() != expected:
        raise ProviderError("ID token: it belongs to another access token")
