"""At Okta's authorize endpoint: what the client is told, by a redirect (okta.md 4.2)."""

from __future__ import annotations

from tests.end_to_end.clouds import CAROL
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Case, Redirect, Result, after, authorize, sign_in_as
from tests.end_to_end.visitor import Visitor


def with_cookie(value: str) -> Act:
    """Ask silently with a session cookie of one's own making."""

    def act(visitor: Visitor) -> Result:
        browser = visitor.browser()
        browser.cookies["idx"] = value
        return visitor.authorize(browser, prompt="none")

    return act


def planted_session(visitor: Visitor) -> Result:
    """Go on with a session that was planted in a browser before somebody signed in there."""
    planted = visitor.session.cookies["idx"]
    visitor.session.sign_in(visitor.visit(prompt="login"))
    assert visitor.session.cookies["idx"] != planted
    return with_cookie(planted)(visitor)


def consent_denied(visitor: Visitor) -> Result:
    """Say no on the consent page."""
    page = visitor.visit(scope="openid messenger")
    return visitor.session.submit(page, decision="deny")


DENIED = "access_denied: no_matching_policy"
NOT_LOGGED_IN = "login_required: The client specified not to prompt, but the user is not logged in"
POSTED = "request_not_supported: Request objects"

CASES = [
    Case(
        "M39 no state",
        authorize(state=None),
        Redirect("invalid_request", state=None),
        okta="invalid_request: state is missing",
    ),
    Case(
        "M35 no response type",
        authorize(response_type=None),
        Redirect("invalid_request"),
        okta="invalid_request: The 'response_type' parameter is missing.",
    ),
    Case(
        "M35 response type token",
        authorize(response_type="token"),
        Redirect("unsupported_response_type", place="fragment"),
        okta="unsupported_response_type: The response type is not supported",
    ),
    Case(
        "M35 hybrid flow",
        authorize(response_type="code id_token"),
        Redirect("unsupported_response_type", place="fragment"),
        okta="unsupported_response_type: The response type is not supported",
    ),
    Case(
        "grant not registered",
        after(
            changes.client(grant_types=["interaction_code"]),
            then=authorize(),
        ),
        Redirect("unauthorized_client"),
        okta="unauthorized_client: The client is not authorized to use the provided grant type.",
    ),
    Case(
        "M33 unknown scope",
        authorize(scope="openid secret"),
        Redirect("invalid_scope"),
        okta="invalid_scope: unknown scopes secret",
    ),
    Case(
        "M33 no scope",
        authorize(scope=None),
        Redirect("invalid_scope"),
        okta="invalid_scope: The authorization server resource does not have any configured",
    ),
    Case(
        "scope that the rule does not grant",
        authorize(scope="openid phone"),
        Redirect("access_denied"),
        okta=DENIED,
    ),
    Case(
        "policy switched off",
        after(changes.policy, then=authorize()),
        Redirect("access_denied"),
        okta=DENIED,
    ),
    Case(
        "rule for another grant",
        after(changes.rule(grantTypes={"include": ["client_credentials"]}), then=authorize()),
        Redirect("access_denied"),
        okta=DENIED,
    ),
    Case(
        "person not assigned",
        sign_in_as(CAROL),
        Redirect("access_denied"),
        okta="access_denied: 00u",
    ),
    Case(
        "assignment taken away",
        after(changes.unassign, then=authorize()),
        Redirect("access_denied"),
        okta="access_denied: 00u",
    ),
    Case(
        "person suspended",
        after(changes.person("suspend"), then=authorize(prompt="none")),
        Redirect("login_required"),
        okta=NOT_LOGGED_IN,
    ),
    Case(
        "M44 no session",
        lambda visitor: visitor.authorize(visitor.browser(), prompt="none"),
        Redirect("login_required"),
        okta=NOT_LOGGED_IN,
    ),
    Case("session guessed", with_cookie("guessed"), Redirect("login_required"), okta=NOT_LOGGED_IN),
    Case(
        "session cookie of another shape",
        with_cookie('"' + "=" * 9000),
        Redirect("login_required"),
        okta=NOT_LOGGED_IN,
    ),
    Case("session planted", planted_session, Redirect("login_required"), okta=NOT_LOGGED_IN),
    Case(
        "M36 session older than max_age",
        after(changes.time_passes(61), then=authorize(prompt="none", max_age="60")),
        Redirect("login_required"),
        okta="login_required: the session is older than max_age",
    ),
    Case(
        "session ended",
        after(changes.time_passes(7201), then=authorize(prompt="none")),
        Redirect("login_required"),
        okta=NOT_LOGGED_IN,
    ),
    Case(
        "M60 consent needed, prompt none",
        after(changes.consent, then=authorize(prompt="none", scope="openid messenger")),
        Redirect("consent_required"),
        okta="consent_required: The client specified not to prompt",
    ),
    Case(
        "M60 consent denied",
        after(changes.consent, then=consent_denied),
        Redirect("access_denied"),
        okta="access_denied: The resource owner denied the request.",
    ),
    Case(
        "unknown prompt",
        authorize(prompt="later"),
        Redirect("invalid_request"),
        okta="invalid_request: The 'prompt' parameter must be",
    ),
    Case(
        "prompt none and login",
        authorize(prompt="none login"),
        Redirect("invalid_request"),
        okta="invalid_request: The 'prompt' parameter must be",
    ),
    Case(
        "M36 max_age as text",
        authorize(max_age="soon"),
        Redirect("invalid_request"),
        okta="invalid_request: The 'max_age' parameter must be a number of seconds.",
    ),
    Case(
        "M36 negative max_age",
        authorize(max_age="-1"),
        Redirect("invalid_request"),
        okta="invalid_request: The 'max_age' parameter must be a number of seconds.",
    ),
    Case(
        "M36 endless max_age",
        authorize(max_age="9" * 400),
        Redirect("invalid_request"),
        okta="invalid_request: The 'max_age' parameter must be a number of seconds.",
    ),
    Case(
        "unknown response mode",
        authorize(response_mode="carrier_pigeon"),
        Redirect("unsupported_response_mode"),
        okta="unsupported_response_mode: ",
    ),
    Case(
        "request object",
        authorize(request="e30.e30."),
        Redirect("request_not_supported"),
        okta=POSTED,
    ),
    Case(
        "request object elsewhere",
        authorize(request_uri="https://evil.test/request"),
        Redirect("request_not_supported"),
        okta=POSTED,
    ),
    Case(
        "M37 nonce twice",
        authorize(nonce=["a", "b"]),
        Redirect("invalid_request"),
        okta="invalid_request: The 'nonce' parameter must not be repeated.",
    ),
    Case(
        "M40 plain challenge",
        authorize(code_challenge_method="plain"),
        Redirect("invalid_request"),
        okta="invalid_request: code_challenge_method is plain",
    ),
    Case(
        "M40 no challenge method",
        authorize(code_challenge_method=None),
        Redirect("invalid_request"),
        okta="invalid_request: code_challenge_method is missing",
    ),
    Case(
        "M40 short challenge",
        authorize(code_challenge="abc"),
        Redirect("invalid_request"),
        okta="invalid_request: The 'code_challenge' parameter must be a SHA-256 digest",
    ),
]
