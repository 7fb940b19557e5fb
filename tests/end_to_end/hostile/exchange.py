"""At Genesys Cloud: codes that a page hands over, and what Okta says of them (rules R1 to R11)."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.clouds import BOB
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import UNAUTHENTICATED, Act, Answer, Case, Result, after
from tests.end_to_end.visitor import Visitor


def hand_over(*steps: changes.Step, **oauth: Any) -> Act:
    """Hand a good code over after something has changed, with changed members."""

    def act(visitor: Visitor) -> Result:
        grant = visitor.grant(**oauth)
        for step in steps:
            step(visitor)
        return visitor.exchange(grant)

    return act


def asked_with(**parameters: Any) -> Act:
    """Hand over a code of a changed authorize request."""
    return lambda visitor: visitor.exchange(visitor.grant(visitor.code(**parameters)))


def replayed(visitor: Visitor) -> Result:
    """Hand a code over twice."""
    grant = visitor.grant()
    assert visitor.exchange(grant).status_code == 200
    return visitor.exchange(grant)


def spent_by_the_page(visitor: Visitor) -> Result:
    """Redeem the code before handing it over, as a page must never do."""
    code = visitor.code()
    assert visitor.token(visitor.redemption(code)).status_code == 200
    return visitor.exchange(visitor.grant(code))


def of_the_website(visitor: Visitor) -> Result:
    """Hand over a code of the sites' own client."""
    code = visitor.code(client_id=visitor.clouds.outputs.website_client_id)
    return visitor.exchange(visitor.grant(code))


def nonce_of_somebody_else(visitor: Visitor) -> Result:
    """Hand over the code of another person's sign-in, as an attacker injects it."""
    code = visitor.code(BOB, nonce="nonce-of-bob")
    return visitor.exchange(visitor.grant(code))


def verifier_without_challenge(visitor: Visitor) -> Result:
    """Send a verifier for a code that was asked for without a challenge."""
    visitor.set({"pkce_required": False})
    code = visitor.code(code_challenge=None, code_challenge_method=None)
    return visitor.exchange(visitor.grant(code))


def with_secret(secret: str) -> changes.Step:
    """Keep another secret for the client at Okta than Genesys Cloud knows."""
    return changes.client_credentials(client_secret=secret)


BAD = Answer(400, "bad.request")
GRANT = "token endpoint: invalid_grant (status 400)"
POST_REGISTERED = changes.client_credentials(token_endpoint_auth_method="client_secret_post")
CLIENT = "token endpoint: invalid_client (status 401)"

CASES = [
    Case(
        "M46 code replayed",
        replayed,
        UNAUTHENTICATED,
        okta="invalid_grant: the code is spent",
        genesys=GRANT,
    ),
    Case(
        "M46 code spent by the page",
        spent_by_the_page,
        UNAUTHENTICATED,
        okta="invalid_grant: the code is spent",
        genesys=GRANT,
    ),
    Case(
        "M46 code unknown",
        hand_over(code="made-up"),
        UNAUTHENTICATED,
        okta="invalid_grant: unknown code",
        genesys=GRANT,
    ),
    Case(
        "M46 code of another client",
        of_the_website,
        UNAUTHENTICATED,
        okta="invalid_grant: the code is another client's",
        genesys=GRANT,
    ),
    Case(
        "M46 code after 61 seconds",
        hand_over(changes.time_passes(61)),
        UNAUTHENTICATED,
        okta="invalid_grant: the code is older than 60 seconds",
        genesys=GRANT,
    ),
    Case(
        "M48 redirect URI of another site",
        lambda visitor: visitor.exchange(
            visitor.grant(redirectUri=visitor.clouds.site("help").redirect_uri)
        ),
        UNAUTHENTICATED,
        okta="invalid_grant: redirect_uri differs from the authorize request",
        genesys=GRANT,
    ),
    Case(
        "M48 no redirect URI",
        hand_over(redirectUri=None),
        BAD,
        genesys="oauth.redirectUri: is required with a code",
    ),
    Case(
        "M48 M34 no verifier",
        hand_over(codeVerifier=None),
        UNAUTHENTICATED,
        okta="invalid_grant: code_verifier is missing",
        genesys=GRANT,
    ),
    Case(
        "M48 wrong verifier",
        hand_over(codeVerifier="x" * 43),
        UNAUTHENTICATED,
        okta="invalid_grant: code_verifier does not fit the code_challenge",
        genesys=GRANT,
    ),
    Case(
        "M34 verifier without a challenge, handed over",
        verifier_without_challenge,
        UNAUTHENTICATED,
        okta="invalid_grant: code_verifier without a code_challenge",
        genesys=GRANT,
    ),
    Case(
        "M40 short verifier",
        hand_over(codeVerifier="v" * 42),
        BAD,
        genesys="oauth.codeVerifier: 43 to 128",
    ),
    Case(
        "M40 long verifier",
        hand_over(codeVerifier="v" * 129),
        BAD,
        genesys="oauth.codeVerifier: 43 to 128",
    ),
    Case(
        "M40 strange verifier",
        hand_over(codeVerifier="v" * 43 + "+"),
        BAD,
        genesys="oauth.codeVerifier: 43 to 128",
    ),
    Case(
        "R11 M81 M48 nonce left out",
        hand_over(nonce=None),
        UNAUTHENTICATED,
        genesys="nonce: the ID token has one, the request names none",
    ),
    Case(
        "R11 M81 other nonce",
        hand_over(nonce="Nonce-1"),
        UNAUTHENTICATED,
        genesys="nonce: not the one of the ID token",
    ),
    Case(
        "R11 M37 nonce that was never asked for",
        asked_with(nonce=None),
        UNAUTHENTICATED,
        genesys="nonce: the request names one, the ID token has none",
    ),
    Case(
        "R11 code of somebody else",
        nonce_of_somebody_else,
        UNAUTHENTICATED,
        genesys="nonce: not the one of the ID token",
    ),
    Case(
        "M36 M48 sign-in older than maxAge",
        after(changes.time_passes(200), then=hand_over(maxAge=100)),
        UNAUTHENTICATED,
        genesys="ID token: the sign-in is older than maxAge",
    ),
    Case("M48 age as text", hand_over(maxAge="300"), BAD, genesys="oauth.maxAge: "),
    Case("M48 negative age", hand_over(maxAge=-1), BAD, genesys="oauth.maxAge: "),
    Case("M48 empty nonce", hand_over(nonce=""), BAD, genesys="oauth.nonce: "),
    Case(
        "X1 iss that the provider does not support",
        hand_over(iss="https://x.example"),
        BAD,
        genesys="oauth.iss: is not expected",
    ),
    Case(
        "M33 no openid among the scopes",
        asked_with(scope="email"),
        UNAUTHENTICATED,
        genesys="token endpoint: the answer has no ID token; is openid in scope?",
    ),
    Case(
        "secret changed at Okta",
        hand_over(with_secret("another-secret-at-okta")),
        UNAUTHENTICATED,
        okta="invalid_client: the client secret is wrong",
        genesys=CLIENT,
    ),
    Case(
        "client_secret_post registered at Okta, which offers client_secret_basic too",
        after(POST_REGISTERED, then=hand_over()),
        UNAUTHENTICATED,
        okta="invalid_client: sent by client_secret_basic, the application registers client_secret",
        genesys=f"{CLIENT} to client_secret_basic",
    ),
    Case(
        "client disabled at Okta",
        hand_over(changes.application("deactivate")),
        UNAUTHENTICATED,
        okta="invalid_client: the application is inactive",
        genesys=CLIENT,
    ),
    Case(
        "assignment taken away before the exchange",
        hand_over(changes.unassign),
        UNAUTHENTICATED,
        okta="access_denied: 00u",
        genesys="token endpoint: access_denied (status 400)",
    ),
    Case(
        "policy switched off before the exchange",
        hand_over(changes.policy),
        UNAUTHENTICATED,
        okta="access_denied: no_matching_policy",
        genesys="token endpoint: access_denied (status 400)",
    ),
    Case(
        "authorization server switched off",
        hand_over(changes.server),
        UNAUTHENTICATED,
        okta="Not found: Resource not found: ",
        genesys="discovery document: status 404",
    ),
]
