"""At Genesys Cloud's web messaging socket: handshakes, and who may start a conversation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import httpx
from websockets.exceptions import InvalidStatus

from tests.end_to_end.clouds import ALICE
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Answer, Case, Closed, Frame, Result, sign_in_as
from tests.end_to_end.hostile.sign_ins import (
    ended,
    expired,
    of_the_history,
    of_the_provider,
    tampered,
)
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.guest.talk import Talk
from tests.local.okta.oidc.conftest import answer_of

AGAIN = "Session authentication failed"


def handshake(deployment: str | None = None, **options: str | None) -> Act:
    """Open a socket; return what it is refused with."""

    def act(visitor: Visitor) -> Result:
        try:
            with visitor.talking(deployment, **options):
                raise AssertionError("the socket opened")
        except InvalidStatus as refused:
            found = refused.response
            return httpx.Response(found.status_code, content=bytes(found.body or b""))

    return act


def with_jwt(make: Callable[[Visitor], str], *steps: changes.Step) -> Act:
    """Configure a session with a JWT after something has changed."""

    def act(visitor: Visitor) -> Result:
        jwt = make(visitor)
        for step in steps:
            step(visitor)
        with visitor.talking() as talk:
            return talk.configure(jwt)

    return act


def good(visitor: Visitor) -> str:
    """Return a good JWT."""
    return str(visitor.sign_in()["jwt"])


def of_the_help_centre(visitor: Visitor) -> str:
    """Return a JWT of the other site."""
    site = visitor.clouds.site("help")
    return str(visitor.exchange(deploymentId=site.deployment_id, origin=None).json()["jwt"])


def anonymously(visitor: Visitor) -> Result:
    """Start a conversation without signing in; none begins."""
    with visitor.talking() as talk:
        answer = talk.configure(tracingId="t")
    assert answer["tracingId"] == "t"
    assert visitor.clouds.conversations() == []
    return answer


def anonymously_and_talk(visitor: Visitor) -> Result:
    """Talk on after the start was refused."""
    with visitor.talking() as talk:
        talk.configure()
        return talk.ask("onMessage", message={"type": "Text", "text": "Hello"})


def downgrade(visitor: Visitor) -> Result:
    """Go on as a guest after signing in, where guests may talk."""
    visitor.at("help")
    with visitor.talking() as talk:
        talk.started(good(visitor))
        return talk.configure()


def step_up(visitor: Visitor) -> Result:
    """Sign in during a guest's conversation that may not be upgraded any more."""
    visitor.at("help")
    jwt = good(visitor)
    storefront = visitor.clouds.site("storefront")
    fixed = {
        "id": storefront.configuration_id,
        "version": storefront.configuration_version,
    }
    with visitor.talking() as talk:
        talk.started()
        visitor.deploy(configuration=fixed)
        return talk.configure(jwt)


def deployment_inactive_later(visitor: Visitor) -> Result:
    """Configure again on an open socket after the deployment has become inactive."""
    with visitor.talking() as talk:
        jwt = good(visitor)
        talk.started(jwt)
        visitor.deploy(status="Inactive")
        return talk.configure(jwt)


def session_over(visitor: Visitor) -> Result:
    """Come back to a session that has ended after 72 hours."""
    with visitor.talking() as talk:
        talk.started(good(visitor))
    visitor.clouds.advance(72 * 3600 + 1)
    # The session at Okta is over as well.
    found = sign_in_as(ALICE)(visitor)
    assert isinstance(found, httpx.Response)
    code = answer_of(found)["code"]
    jwt = str(visitor.exchange(visitor.grant(code)).json()["jwt"])
    with visitor.talking() as talk:
        return talk.configure(jwt)


def fourth_connection(visitor: Visitor) -> Result:
    """Open a fourth connection; return the last that is heard on the first."""
    with ExitStack() as stack:
        jwt = good(visitor)
        talks: list[Talk] = []
        for _ in range(4):
            talks.append(stack.enter_context(visitor.talking()))
            talks[-1].started(jwt)
        (last,) = talks[0].rest()
        talks[1].say("three are left")
        for talk in talks[2:]:
            assert talk.receive()["body"]["text"] == "three are left"
        assert visitor.clouds.conversations()[0]["connections"] == 3
        return last


FORBIDDEN = Answer(403, "not.authorized")

CASES = [
    Case(
        "socket to an unknown deployment",
        handshake("nothing"),
        Answer(404, "not.found"),
        genesys="Unable to find the deployment",
    ),
    Case(
        "socket to no deployment",
        handshake(""),
        Answer(400, "bad.request"),
        genesys="The parameter deploymentId is missing.",
    ),
    Case(
        "socket from another domain",
        handshake(origin="https://example.com"),
        FORBIDDEN,
        genesys="the domain example.com is not allowed",
    ),
    Case(
        "socket without an origin",
        handshake(origin=None),
        FORBIDDEN,
        genesys="the domain of an unknown origin is not allowed",
    ),
    Case(
        "socket to an inactive deployment",
        lambda visitor: handshake(visitor.deploy(status="Inactive"))(visitor),
        FORBIDDEN,
        genesys="deployment ",
    ),
    Case(
        "R8 R12 M65 M74 anonymous start", anonymously, Frame(403, AGAIN), genesys="anonymous start"
    ),
    Case(
        "R8 M74 talking before signing in",
        anonymously_and_talk,
        Frame(4007),
        genesys="The session was not found.",
    ),
    Case(
        "M72 JWT made up",
        with_jwt(lambda _: "made-up"),
        Frame(401),
        genesys="the JWT is not one of this organisation",
    ),
    Case(
        "M72 Okta's ID token for a JWT",
        with_jwt(of_the_provider),
        Frame(401),
        genesys="the JWT is not one of this organisation",
    ),
    Case(
        "M72 JWT tampered",
        with_jwt(tampered),
        Frame(401),
        genesys="the JWT is not one of this organisation",
    ),
    Case("M72 JWT late", with_jwt(expired), Frame(401), genesys="the JWT has expired"),
    Case("M72 JWT of the signed out", with_jwt(ended), Frame(401), genesys="the sign-in has ended"),
    Case(
        "M72 JWT for the history",
        with_jwt(of_the_history),
        Frame(401),
        genesys="the JWT is for another purpose",
    ),
    Case(
        "JWT of another deployment",
        with_jwt(of_the_help_centre),
        Frame(403, AGAIN),
        genesys="the JWT is of another deployment",
    ),
    Case(
        "JWT with the integration disabled",
        with_jwt(good, changes.integration("DISABLED")),
        Frame(403, AGAIN),
        genesys="integration ",
    ),
    Case(
        "configuring where the deployment has become inactive",
        deployment_inactive_later,
        Frame(403),
        genesys="deployment ",
    ),
    Case(
        "4017 guest after signing in",
        downgrade,
        Frame(4017),
        genesys="An authenticated session cannot become a guest's.",
    ),
    Case(
        "X3 step-up that is not allowed",
        step_up,
        Frame(403),
        genesys="The configuration does not allow session upgrades.",
    ),
    Case("session over", session_over, Frame(4006), genesys="The session has expired."),
    Case("fourth connection", fourth_connection, Closed("ConnectionClosedEvent")),
]
