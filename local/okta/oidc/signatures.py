"""JSON Web Tokens under a server's keys."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError

from local.emulator.store import Document
from local.okta.model.signing_keys import SigningKeys
from local.okta.oidc.issuers import Issuer

_ALGORITHM: Final = "RS256"
_LONGEST: Final = 16_384


class Signatures:
    """Signs with the active key; takes the signature of any key that the server still shows."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def sign(self, issuer: Issuer, claims: Mapping[str, Any]) -> str:
        """Return a token whose header has `alg` and `kid` and nothing else (okta.md 4.5)."""
        key = self._keys.active(issuer.key)
        header = {"alg": _ALGORITHM, "kid": key.kid}
        payload = json.dumps(claims, separators=(",", ":"))
        return jws.serialize_compact(header, payload, key, algorithms=[_ALGORITHM])

    def read(self, issuer: Issuer, token: str) -> Document | None:
        """Return the claims of a token that this server signed, old or not; None for others."""
        if not token or len(token) > _LONGEST:
            return None
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            key = self._keys.known(issuer.key, str(kid))
            if key is None:
                return None
            claims = json.loads(jws.deserialize_compact(token, key, [_ALGORITHM]).payload)
        except (JoseError, ValueError, TypeError):  # the last: a header of the wrong types
            return None
        return claims if isinstance(claims, dict) and claims.get("iss") == issuer.url else None


def half_hash(token: str) -> str:
    """Return `at_hash` of an access token (OpenID Connect Core, section 3.1.3.6)."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
