"""At Okta's token endpoint: refresh tokens (okta.md 4.3)."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Answer, Case, Result
from tests.end_to_end.hostile.codes import BAD, INVALID, website
from tests.end_to_end.visitor import Visitor

OFFLINE = "openid email offline_access"
ROTATING = {"rotation_type": "ROTATE", "leeway": 0}


def refresh(*steps: changes.Step, before: tuple[changes.Step, ...] = (), **form: Any) -> Act:
    """Use a refresh token after something has changed."""

    def act(visitor: Visitor) -> Result:
        for step in before:
            step(visitor)
        token = visitor.tokens(scope=OFFLINE)["refresh_token"]
        for step in steps:
            step(visitor)
        return visitor.token({"grant_type": "refresh_token", "refresh_token": token} | form)

    return act


def refresh_reused(times: int) -> Act:
    """Use a refresh token again that has been replaced, or the one that has replaced it then."""

    def act(visitor: Visitor) -> Result:
        visitor.set(refresh_token=ROTATING)
        form = {"grant_type": "refresh_token"}
        first = visitor.tokens(scope=OFFLINE)["refresh_token"]
        second = visitor.token(form | {"refresh_token": first}).json()["refresh_token"]
        tokens = (first, second)[:times]
        answers = [visitor.token(form | {"refresh_token": token}) for token in tokens]
        return answers[-1]

    return act


def refresh_as_the_website(visitor: Visitor) -> Result:
    """Use the refresh token of Genesys' client as the sites' own client."""
    token = visitor.tokens(scope=OFFLINE)["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": website(visitor)}
    return visitor.token(form, auth=None)


def refresh_revoked(visitor: Visitor) -> Result:
    """Use a refresh token that was revoked."""
    token = visitor.tokens(scope=OFFLINE)["refresh_token"]
    assert visitor.call("revoke", {"token": token}).status_code == 200
    return visitor.token({"grant_type": "refresh_token", "refresh_token": token})


CASES = [
    Case(
        "refresh token unknown",
        refresh(refresh_token="abc"),
        INVALID,
        okta="invalid_grant: unknown refresh token",
    ),
    Case(
        "refresh token missing",
        refresh(refresh_token=None),
        BAD,
        okta="invalid_request: The 'refresh_token' parameter is missing.",
    ),
    Case(
        "refresh token reused",
        refresh_reused(1),
        INVALID,
        okta="invalid_grant: the refresh token was replaced and came again",
    ),
    Case(
        "refresh token after another was reused",
        refresh_reused(2),
        INVALID,
        okta="invalid_grant: the refresh token is revoked",
    ),
    Case(
        "refresh token of another client",
        refresh_as_the_website,
        INVALID,
        okta="invalid_grant: the refresh token is another client's or server's",
    ),
    Case(
        "refresh token revoked",
        refresh_revoked,
        INVALID,
        okta="invalid_grant: the refresh token is revoked",
    ),
    Case(
        "refresh token unused for too long",
        refresh(changes.time_passes(400 * 86_400)),
        INVALID,
        okta="invalid_grant: the refresh token has expired",
    ),
    Case(
        "refresh with more scopes",
        refresh(scope="openid profile"),
        Answer(400, "invalid_scope"),
        okta="invalid_scope: One or more scopes were not granted to the refresh token.",
    ),
    Case(
        "refresh of a person who was suspended",
        refresh(changes.person("suspend")),
        INVALID,
        okta="invalid_grant: the person may not sign in any more",
    ),
    Case(
        "refresh after the assignment was taken away",
        refresh(changes.unassign),
        Answer(400, "access_denied"),
        okta="access_denied: 00u",
    ),
    Case(
        "M7 refresh without the grant",
        refresh(changes.client(grant_types=["authorization_code"], refresh_token=None)),
        Answer(400, "unauthorized_client"),
        okta="unauthorized_client: The client is not authorized to use the provided grant type.",
    ),
]
