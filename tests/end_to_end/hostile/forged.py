"""At Genesys Cloud: ID tokens that a page hands over itself, in the implicit flow.

What Okta has signed is changed, or was signed for somebody else. The row of the rule is the same
for tokens that come for a code; here everybody can try.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.end_to_end.clouds import BOB
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import UNAUTHENTICATED, Act, Answer, Case, Result
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json

Forge = Callable[[Visitor, str], str]


def hand_over(
    forge: Forge, *steps: changes.Step, nonce: str | None = "nonce-1", implicit: bool = True
) -> Act:
    """Hand an ID token of Okta's over after it was forged and something has changed."""

    def act(visitor: Visitor) -> Result:
        if implicit:
            visitor.set_up(implicitFlowSupport="True")
        token = forge(visitor, visitor.tokens()["id_token"])
        for step in steps:
            step(visitor)
        return visitor.exchange(
            visitor.grant(idToken=token, redirectUri=None, codeVerifier=None, nonce=nonce)
        )

    return act


def genuine(visitor: Visitor, token: str) -> str:
    """Return the token as it is."""
    return token


def of_another_person(visitor: Visitor, token: str) -> str:
    """Return the token with another subject, under the old signature."""
    head, _, signature = token.split(".")
    return f"{head}.{encoded(claims_of(token) | {'sub': '00u-somebody-else'})}.{signature}"


def unsigned(visitor: Visitor, token: str) -> str:
    """Return the token with the algorithm `none`."""
    return f"{encoded({'alg': 'none'})}.{encoded(claims_of(token))}."


def under_the_public_key(visitor: Visitor, token: str) -> str:
    """Return the token signed by HS256 with the server's public key, which everybody knows."""
    (key, *_) = visitor.okta.get(f"{visitor.endpoints}/keys")["keys"]
    pem = RSAKey.import_key(key).as_pem(private=False)
    # By hand: the library takes no public key for a shared one.
    signed = f"{encoded({'alg': 'HS256', 'kid': key['kid']})}.{encoded(claims_of(token))}"
    digest = hmac.digest(pem, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def under_another_key(visitor: Visitor, token: str) -> str:
    """Return the token signed with a key of the attacker's that has the server's key id."""
    header = json.loads(decoded(token.split(".")[0]))
    return jwt.encode(header, claims_of(token), OWN_KEY)


def of_the_website(visitor: Visitor, token: str) -> str:
    """Return the ID token that the sites' own client gets."""
    client = visitor.clouds.outputs.website_client_id
    form = visitor.redemption(visitor.code(client_id=client), client_id=client)
    return str(visitor.token(form, auth=None).json()["id_token"])


def of_another_server(visitor: Visitor, token: str) -> str:
    """Return an ID token of the organization's default server."""
    own, visitor.server = visitor.server, "default"
    found = str(visitor.tokens()["id_token"])
    visitor.server = own
    return found


def access_token(visitor: Visitor, token: str) -> str:
    """Return the access token in place of the ID token."""
    return str(visitor.tokens()["access_token"])


def of_bob(visitor: Visitor, token: str) -> str:
    """Return another person's ID token, as somebody may have found it."""
    return str(visitor.tokens(BOB, nonce="nonce-of-bob")["id_token"])


def claims_of(token: str) -> Json:
    """Return what a token says."""
    return dict(json.loads(decoded(token.split(".")[1])))


def encoded(value: Json) -> str:
    """Return a part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    """Return what is in a part of a JWT."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


OWN_KEY = RSAKey.generate_key(2048)

CASES = [
    Case(
        "implicit flow that is not switched on",
        hand_over(genuine, implicit=False),
        Answer(403, "not.authorized"),
        genesys="the integration does not support the implicit flow",
    ),
    Case(
        "R11 ID token without a nonce",
        hand_over(genuine, nonce=None),
        Answer(400, "bad.request"),
        genesys="oauth.nonce: is required with an ID token",
    ),
    Case(
        "R11 M81 ID token with another nonce",
        hand_over(genuine, nonce="nonce-2"),
        UNAUTHENTICATED,
        genesys="nonce: not the one of the ID token",
    ),
    Case(
        "R11 ID token of somebody else",
        hand_over(of_bob),
        UNAUTHENTICATED,
        genesys="nonce: not the one of the ID token",
    ),
    Case(
        "M62 Okta's token with another subject",
        hand_over(of_another_person),
        UNAUTHENTICATED,
        genesys="ID token: the signature does not hold",
    ),
    Case(
        "R1 M70 Okta's token unsigned",
        hand_over(unsigned),
        UNAUTHENTICATED,
        genesys="ID token: algorithm none, RS256 is expected",
    ),
    Case(
        "R1 M70 Okta's token under its public key",
        hand_over(under_the_public_key),
        UNAUTHENTICATED,
        genesys="ID token: algorithm HS256, RS256 is expected",
    ),
    Case(
        "M62 Okta's token under another key",
        hand_over(under_another_key),
        UNAUTHENTICATED,
        genesys="ID token: the signature does not hold",
    ),
    Case(
        "M62 ID token of the website",
        hand_over(of_the_website),
        UNAUTHENTICATED,
        genesys="ID token: wrong audience",
    ),
    Case(
        "M62 ID token of another server",
        hand_over(of_another_server),
        UNAUTHENTICATED,
        genesys="ID token: its key is not in the provider's key set",
    ),
    Case(
        "M62 access token for an ID token",
        hand_over(access_token),
        UNAUTHENTICATED,
        genesys="ID token: wrong audience",
    ),
    Case(
        "M62 ID token an hour later",
        hand_over(genuine, changes.time_passes(3700)),
        UNAUTHENTICATED,
        genesys="ID token: expired",
    ),
    Case(
        "R4 M71 keys replaced without overlap",
        hand_over(genuine, changes.rotate_keys(overlap=False)),
        UNAUTHENTICATED,
        genesys="ID token: its key is not in the provider's key set",
    ),
    Case(
        "R4 M71 keys rotated twice",
        hand_over(genuine, changes.rotate_keys(overlap=True), changes.rotate_keys(overlap=True)),
        UNAUTHENTICATED,
        genesys="ID token: its key is not in the provider's key set",
    ),
]
