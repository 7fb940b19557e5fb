"""At Genesys Cloud: a code whose provider gives a bad ID token, or is not one to trust.

OpenID Connect Core 1.0, section 3.1.3.7. The provider is one that does as it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from joserfc.jwk import OctKey
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.end_to_end.hostile.cases import UNAUTHENTICATED, Act, Case, Result
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json
from tests.local.genesys.guest.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    FOREIGN_KEY,
    KEYS,
    REDIRECT_URI,
    public,
)
from tests.local.genesys.guest.provider import VERIFIER as OTHER_VERIFIER

Order = Callable[[Visitor], None]


def order(**changes: Any) -> Order:
    """Return an order to the provider."""

    def give(visitor: Visitor) -> None:
        for name, value in changes.items():
            setattr(visitor.clouds.provider, name, value)

    return give


def claim(name: str, value: Any) -> Order:
    """Return the order of a wrong claim."""
    return order(claims={name: value})


def reply(step: str, make: Callable[[], Response]) -> Order:
    """Return the order of another answer at one step."""
    return order(replies={step: make})


def later(name: str, seconds: float) -> Order:
    """Return the order of a time claim so far from now."""

    def give(visitor: Visitor) -> None:
        provider = visitor.clouds.provider
        provider.claims = {name: int(provider.now()) + seconds}

    return give


def astray(visitor: Visitor) -> Json:
    """Return what a page hands over that has signed its visitor in at the other provider."""
    return {
        "code": visitor.clouds.provider.code(),
        "redirectUri": REDIRECT_URI,
        "nonce": "nonce",
        "maxAge": 300,
        "codeVerifier": OTHER_VERIFIER,
    }


def exchanged(give: Order) -> Act:
    """Hand over a code of a provider that has its orders."""

    def act(visitor: Visitor) -> Result:
        give(visitor)
        return visitor.exchange(astray(visitor), deploymentId=visitor.clouds.astray)

    return act


def row(id: str, give: Order, reason: str) -> Case:
    """Return a row: always status 401, with one text for all; only the journal knows more."""
    return Case(id, exchanged(give), UNAUTHENTICATED, genesys=reason)


def swap_payload(token: str) -> str:
    """Return a token whose payload is another one than was signed."""
    head, payload, signature = token.split(".")
    return f"{head}.{payload[:-4]}AAAA.{signature}"


def cut(token: str) -> str:
    """Return a token without its signature."""
    return token.rpartition(".")[0] + "."


def broken_key() -> Response:
    """Return a key set whose only key cannot be read."""
    return JSONResponse({"keys": [public(KEYS[0]) | {"n": "?", "e": 3}]})


SIGNATURE = "ID token: the signature does not hold"
OLD = "ID token: the sign-in is older than maxAge"
SHARED = OctKey.import_key(CLIENT_SECRET * 2)

CASES = [
    row(
        "R1 M69 M70 HS256 under the client secret",
        order(header={"alg": "HS256"}, signing_key=SHARED),
        "ID token: algorithm HS256, RS256 is expected",
    ),
    row(
        "R1 HS256 that names the RSA key",
        order(header={"alg": "HS256", "kid": "key-0"}, signing_key=SHARED),
        "ID token: algorithm HS256, RS256 is expected",
    ),
    row(
        "R1 M70 none",
        order(header={"alg": "none"}),
        "ID token: algorithm none, RS256 is expected",
    ),
    row(
        "R1 PS256",
        order(header={"alg": "PS256", "kid": "key-0"}),
        "ID token: algorithm PS256, RS256 is expected",
    ),
    row("M62 foreign key under a known name", order(signing_key=FOREIGN_KEY), SIGNATURE),
    row("M62 tampered", order(tamper=swap_payload), SIGNATURE),
    row("M62 signature cut off", order(tamper=cut), SIGNATURE),
    row("M62 no JWT", order(tamper=lambda _: "a.b"), "ID token: it is no signed JWT"),
    row(
        "R4 unknown key",
        order(header={"alg": "RS256", "kid": "key-9"}),
        "ID token: its key is not in the provider's key set",
    ),
    row(
        "R4 no key id, two keys",
        order(header={"alg": "RS256"}, keys=KEYS),
        "ID token: it does not say which of the provider's keys signed it",
    ),
    row("M62 issuer", claim("iss", "https://other.example.com"), "ID token: wrong issuer"),
    row("M62 no issuer", order(without=("iss",)), "ID token: wrong issuer"),
    row("M62 audience", claim("aud", "another-client"), "ID token: wrong audience"),
    row("M62 empty audience", claim("aud", []), "ID token: wrong audience"),
    row(
        "M62 two audiences, no party",
        claim("aud", [CLIENT_ID, "another"]),
        "ID token: wrong authorized party",
    ),
    row("M62 party", claim("azp", "another-client"), "ID token: wrong authorized party"),
    row("R9 M75 no subject", order(without=("sub",)), "ID token: no subject"),
    row("R9 M75 empty subject", claim("sub", ""), "ID token: no subject"),
    row("R9 M75 number as subject", claim("sub", 7), "ID token: no subject"),
    row(
        "R9 M75 subject beyond ASCII",
        claim("sub", "\u00e4da"),
        "ID token: the subject is not at most 255 ASCII characters",
    ),
    row("expired", later("exp", -61), "ID token: expired"),
    row("no expiry", order(without=("exp",)), "ID token: no exp"),
    row("text as expiry", claim("exp", "tomorrow"), "ID token: no exp"),
    row("no issue time", order(without=("iat",)), "ID token: no iat"),
    row("from the future", later("iat", 120), "ID token: issued in the future"),
    row("not yet", later("nbf", 120), "ID token: not valid yet"),
    row("M36 old sign-in", later("auth_time", -361), OLD),
    row("M36 no auth_time", order(without=("auth_time",)), "ID token: no auth_time"),
    row("R11 M81 nonce", claim("nonce", "other"), "nonce: not the one of the ID token"),
    row(
        "R11 M81 no nonce",
        order(without=("nonce",)),
        "nonce: the request names one, the ID token has none",
    ),
    row("other at_hash", claim("at_hash", "AAAA"), "ID token: it belongs to another access token"),
    row(
        "no ID token",
        order(answer={"id_token": None}),
        "token endpoint: the answer has no ID token; is openid in scope?",
    ),
    row(
        "token endpoint says it strangely",
        reply("token", lambda: JSONResponse({"error": "the code was abc"}, 400)),
        "token endpoint: no error (status 400)",
    ),
    row(
        "token endpoint speaks HTML",
        reply("token", lambda: PlainTextResponse("<html>", 502)),
        "token endpoint: no JSON object (status 502)",
    ),
    row(
        "token endpoint redirects",
        reply("token", lambda: RedirectResponse("/elsewhere", 307)),
        "token endpoint: no JSON object (status 307)",
    ),
    row(
        "discovery redirects",
        reply("discovery", lambda: RedirectResponse("/elsewhere")),
        "discovery document: status 307",
    ),
    row(
        "discovery is down",
        reply("discovery", lambda: PlainTextResponse("", 503)),
        "discovery document: status 503",
    ),
    row(
        "discovery is a list",
        reply("discovery", lambda: JSONResponse([])),
        "discovery document: no JSON object (status 200)",
    ),
    row(
        "R3 foreign issuer in discovery",
        order(discovery={"issuer": "https://other.example.com"}),
        "discovery document: its issuer does not belong to its address",
    ),
    row(
        "plain token endpoint",
        order(discovery={"token_endpoint": "http://idp.example.com/token"}),
        "discovery document: token_endpoint: an https address is expected",
    ),
    row(
        "no token endpoint",
        order(discovery={"token_endpoint": None}),
        "discovery document: token_endpoint: an absolute address such as "
        "https://example.com/ is expected",
    ),
    row(
        "token endpoint takes signed JWTs only",
        order(discovery={"token_endpoint_auth_methods_supported": ["private_key_jwt"]}),
        "token endpoint: it takes neither client_secret_basic nor client_secret_post",
    ),
    row(
        "key set is down",
        reply("keys", lambda: PlainTextResponse("", 500)),
        "key set: status 500",
    ),
    row("key set without keys", reply("keys", lambda: JSONResponse({})), "key set: it has no keys"),
    row("key set with a bad key", reply("keys", broken_key), SIGNATURE),
]
