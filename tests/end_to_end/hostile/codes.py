"""At Okta's token endpoint: codes (okta.md 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Answer, Case, Result
from tests.end_to_end.visitor import Visitor
from tests.local.okta.oidc.conftest import VERIFIER, challenge_of


def redeem(**form: Any) -> Act:
    """Redeem a good code with a changed form; None leaves a field out."""
    return lambda visitor: visitor.token(visitor.redemption(visitor.code()) | form)


def redeem_later(*steps: changes.Step) -> Act:
    """Redeem a good code after something has changed."""

    def act(visitor: Visitor) -> Result:
        code = visitor.code()
        for step in steps:
            step(visitor)
        return visitor.token(visitor.redemption(code))

    return act


def redirected(change: Callable[[Visitor], str]) -> Act:
    """Redeem a code with another redirect URI than the authorize request had."""
    return lambda visitor: redeem(redirect_uri=change(visitor))(visitor)


def replayed(visitor: Visitor) -> Result:
    """Redeem a code twice."""
    code = visitor.code()
    assert visitor.token(visitor.redemption(code)).status_code == 200
    return visitor.token(visitor.redemption(code))


def replayed_after_a_mistake(visitor: Visitor) -> Result:
    """Guess a verifier, then know it."""
    code = visitor.code()
    visitor.token(visitor.redemption(code, code_verifier="x" * 43))
    return visitor.token(visitor.redemption(code))


def of_the_website(visitor: Visitor) -> Result:
    """Redeem a code that the sites' own client has got."""
    return visitor.token(visitor.redemption(visitor.code(client_id=website(visitor))))


def by_the_website(visitor: Visitor) -> Result:
    """Redeem the code of Genesys' client as the sites' own client, which has no secret."""
    form = visitor.redemption(visitor.code(), client_id=website(visitor))
    return visitor.token(form, auth=None)


def at_another_server(visitor: Visitor) -> Result:
    """Redeem a code at the organization's default server."""
    code = visitor.code()
    visitor.server = "default"
    return visitor.token(visitor.redemption(code))


def verifier_without_challenge(visitor: Visitor) -> Result:
    """Send a verifier for a code that was asked for without a challenge."""
    visitor.set({"pkce_required": False})
    code = visitor.code(code_challenge=None, code_challenge_method=None)
    return visitor.token(visitor.redemption(code))


def website(visitor: Visitor) -> str:
    """Return the id of the sites' own client."""
    return visitor.clouds.outputs.website_client_id


INVALID = Answer(400, "invalid_grant")
BAD = Answer(400, "invalid_request")
DIFFERS = "invalid_grant: redirect_uri differs from the authorize request"

CASES = [
    Case("code unknown", redeem(code="abc"), INVALID, okta="invalid_grant: unknown code"),
    Case("code missing", redeem(code=None), BAD, okta="invalid_request: The 'code' parameter"),
    Case("code very long", redeem(code="x" * 60_000), INVALID, okta="invalid_grant: unknown code"),
    Case("code replayed", replayed, INVALID, okta="invalid_grant: the code is spent"),
    Case(
        "M40 verifier guessed, then right",
        replayed_after_a_mistake,
        INVALID,
        okta="invalid_grant: the code is spent",
    ),
    Case(
        "code after 61 seconds",
        redeem_later(changes.time_passes(61)),
        INVALID,
        okta="invalid_grant: the code is older than 60 seconds",
    ),
    Case(
        "code of another client",
        of_the_website,
        INVALID,
        okta="invalid_grant: the code is another client's",
    ),
    Case(
        "code by another client",
        by_the_website,
        INVALID,
        okta="invalid_grant: the code is another client's",
    ),
    Case(
        "code of another server",
        at_another_server,
        INVALID,
        okta="invalid_grant: the code is another server's",
    ),
    Case(
        "M61 redeemed with a slash",
        redirected(lambda visitor: f"{visitor.redirect_uri}/"),
        INVALID,
        okta=DIFFERS,
    ),
    Case(
        "M61 redeemed for another site",
        redirected(lambda visitor: visitor.clouds.site("help").redirect_uri),
        INVALID,
        okta=DIFFERS,
    ),
    Case(
        "M61 redeemed without a redirect URI",
        redeem(redirect_uri=None),
        BAD,
        okta="invalid_request: The 'redirect_uri' parameter is missing.",
    ),
    Case(
        "M40 verifier missing",
        redeem(code_verifier=None),
        INVALID,
        okta="invalid_grant: code_verifier is missing",
    ),
    Case(
        "M40 verifier wrong",
        redeem(code_verifier="x" * 43),
        INVALID,
        okta="invalid_grant: code_verifier does not fit the code_challenge",
    ),
    Case(
        "M40 challenge for a verifier",
        redeem(code_verifier=challenge_of(VERIFIER)),
        INVALID,
        okta="invalid_grant: code_verifier does not fit the code_challenge",
    ),
    Case(
        "M40 verifier too short",
        redeem(code_verifier=VERIFIER[:42]),
        INVALID,
        okta="invalid_grant: malformed code_verifier",
    ),
    Case(
        "M40 verifier too long",
        redeem(code_verifier="x" * 129),
        INVALID,
        okta="invalid_grant: malformed code_verifier",
    ),
    Case(
        "M40 verifier of other letters",
        redeem(code_verifier="\u00e4" * 43),
        INVALID,
        okta="invalid_grant: malformed code_verifier",
    ),
    Case(
        "M34 verifier without a challenge",
        verifier_without_challenge,
        INVALID,
        okta="invalid_grant: code_verifier without a code_challenge",
    ),
    Case(
        "grant type missing",
        redeem(grant_type=None),
        BAD,
        okta="invalid_request: The 'grant_type' parameter is missing.",
    ),
    Case(
        "password grant",
        redeem(grant_type="password"),
        Answer(400, "unsupported_grant_type"),
        okta="unsupported_grant_type: grant_type password",
    ),
    Case(
        "client credentials grant",
        redeem(grant_type="client_credentials"),
        Answer(400, "unsupported_grant_type"),
        okta="unsupported_grant_type: grant_type client_credentials",
    ),
    Case(
        "parameter twice",
        redeem(scope=["a", "b"]),
        BAD,
        okta="invalid_request: The 'scope' parameter must not be repeated.",
    ),
    Case(
        "policy switched off after the code",
        redeem_later(changes.policy),
        Answer(400, "access_denied"),
        okta="access_denied: no_matching_policy",
    ),
    Case(
        "assignment taken away after the code",
        redeem_later(changes.unassign),
        Answer(400, "access_denied"),
        okta="access_denied: 00u",
    ),
    Case(
        "person suspended after the code",
        redeem_later(changes.person("suspend")),
        INVALID,
        okta="invalid_grant: the person may not sign in any more",
    ),
    Case(
        "server switched off after the code",
        redeem_later(changes.server),
        Answer(404, "E0000007"),
        okta="Not found: Resource not found: ",
    ),
    Case(
        "code for a client that was disabled",
        redeem_later(changes.application("deactivate")),
        Answer(401, "invalid_client"),
        okta="invalid_client: the application is inactive",
    ),
]
