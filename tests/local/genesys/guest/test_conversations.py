"""The web messaging socket: who may talk, what comes back, and how sessions end."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from tests.local.genesys.conftest import Json
from tests.local.genesys.guest.conftest import Desk
from tests.local.genesys.guest.talk import Talk, talking

ADA = ["IsAuthenticated: true", "Address: ada", "Email: ada@example.com", "Name: Ada Lovelace"]


def upgradable(desk: Desk) -> str:
    """Return a deployment where guests may talk and sign in later."""
    return desk.add_site(desk.require() | {"allowSessionUpgrade": True})


def open_to_all(desk: Desk, **conversations: Any) -> str:
    """Return a deployment without authentication."""
    messenger = {"messenger": {"apps": {"conversations": conversations}}}
    return desk.add_site(None, **(messenger if conversations else {}))


def history(desk: Desk, jwt: str, query: str = "") -> Json:
    """Return a page of a session's messages."""
    answer = desk.cloud.anyone.get(
        f"/api/v2/webmessaging/messages{query}", headers={"Authorization": f"Bearer {jwt}"}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def texts(page: Json) -> list[str]:
    """Return what visitors wrote, oldest first."""
    found = [one for one in page["entities"] if one["direction"] == "Inbound"]
    return [one.get("text", "") for one in reversed(found)]


def seen(desk: Desk) -> list[Json]:
    """Return the sessions as a flow sees them."""
    return list(desk.cloud.anyone.get("/_local/conversations").json()["conversations"])


def test_r8_m74_a_signed_in_visitor_talks_and_the_agent_knows_who_it_is(desk: Desk) -> None:
    jwt = desk.sign_in()["jwt"]
    with talking(desk.cloud, desk.deployment) as talk:
        body = talk.started(jwt, tracingId="first")
        assert body["connected"] is True
        assert body["newSession"] is True
        assert body["readOnly"] is False
        assert body["clearedExistingSession"] is False
        assert body["maxCustomDataBytes"] == 2048
        assert body["durationSeconds"] == 72 * 3600
        back, reply = talk.say("Hello", {"cart": "3"}, tracingId="second")
    assert (back["type"], back["class"], back["code"]) == ("message", "StructuredMessage", 200)
    assert back["tracingId"] == "second"
    assert (back["body"]["direction"], back["body"]["text"]) == ("Inbound", "Hello")
    assert "tracingId" not in reply
    assert reply["body"]["direction"] == "Outbound"
    assert reply["body"]["originatingEntity"] == "Bot"
    assert reply["body"]["text"].splitlines() == ["You wrote: Hello", *ADA, "Attribute cart: 3"]
    (session,) = seen(desk)
    assert session["participant"]["isAuthenticated"] is True
    assert session["attributes"] == {"cart": "3"}


def test_a_guest_talks_where_authentication_is_off(desk: Desk) -> None:
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.started()
        _, reply = talk.say("Hello")
    assert reply["body"]["text"] == "You wrote: Hello\nIsAuthenticated: false"


def test_m65_r12_a_guest_cannot_start_where_authentication_is_on(desk: Desk) -> None:
    with talking(desk.cloud, desk.deployment) as talk:
        answer = talk.configure(tracingId="t")
        assert (answer["type"], answer["class"], answer["code"]) == ("response", "string", 403)
        assert answer["tracingId"] == "t"
        assert answer["body"].startswith("Session authentication failed")
        assert desk.reason() == "anonymous start refused"
        assert talk.ask("onMessage", message={"type": "Text", "text": "x"})["code"] == 4007
    assert seen(desk) == []


HANDSHAKES: list[tuple[str, Callable[[Desk], str], str | None, int, str]] = [
    ("unknown deployment", lambda desk: "nothing", "https://www.example.com", 404, "Unable to"),
    ("no deployment", lambda desk: "", "https://www.example.com", 400, "The parameter"),
    (
        "other domain",
        lambda desk: desk.deployment,
        "https://example.com",
        403,
        "the domain example",
    ),
    ("no origin", lambda desk: desk.deployment, None, 403, "the domain of an unknown origin"),
    (
        "inactive",
        lambda desk: desk.deploy(status="Inactive"),
        "https://www.example.com",
        403,
        "deployment ",
    ),
]


@pytest.mark.parametrize(
    ("deployment", "origin", "status", "reason"),
    [case[1:] for case in HANDSHAKES],
    ids=[case[0] for case in HANDSHAKES],
)
def test_a_socket_that_may_not_be_opened_is_refused_at_the_handshake(
    desk: Desk, deployment: Callable[[Desk], str], origin: str | None, status: int, reason: str
) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        talking(desk.cloud, deployment(desk), origin=origin),
    ):
        pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"{}")["status"] == status
    assert desk.reason().startswith(reason)


JWTS: list[tuple[str, Callable[[Desk], str], int, str]] = [
    ("made up", lambda desk: "made-up", 401, "the JWT is not one of this organisation"),
    ("the provider's", lambda desk: desk.provider.id_token(), 401, "the JWT is not one of"),
    (
        "tampered",
        lambda desk: ".".join(
            [*desk.sign_in()["jwt"].split(".")[:2], desk.sign_in()["jwt"].split(".")[2]]
        ),
        401,
        "the JWT is not one of",
    ),
    ("expired", lambda desk: _wait(desk, 901), 401, "the JWT has expired"),
    ("signed out", lambda desk: _signed_out(desk), 401, "the sign-in has ended"),
    (
        "of another deployment",
        lambda desk: desk.sign_in(deploymentId=desk.add_site(desk.require()))["jwt"],
        403,
        "the JWT is of another deployment",
    ),
    ("integration disabled", lambda desk: _disabled(desk), 403, "integration "),
]


def _wait(desk: Desk, seconds: float) -> str:
    jwt = str(desk.sign_in()["jwt"])
    desk.cloud.emulator.clock.advance(seconds)
    return jwt


def _signed_out(desk: Desk) -> str:
    jwt = str(desk.sign_in()["jwt"])
    assert desk.revoke(jwt).status_code == 204
    return jwt


def _disabled(desk: Desk) -> str:
    jwt = str(desk.sign_in()["jwt"])
    desk.switch("DISABLED")
    return jwt


@pytest.mark.parametrize(
    ("make", "code", "reason"), [case[1:] for case in JWTS], ids=[case[0] for case in JWTS]
)
def test_m72_a_jwt_that_does_not_hold_starts_nothing(
    desk: Desk, make: Callable[[Desk], str], code: int, reason: str
) -> None:
    jwt = make(desk)
    with talking(desk.cloud, desk.deployment) as talk:
        answer = talk.configure(jwt)
    assert (answer["class"], answer["code"]) == ("string", code)
    assert answer["body"].startswith("Session authentication failed") == (code == 403)
    assert desk.reason().startswith(reason)


def text(words: str, **more: Any) -> Json:
    """Return the rest of an onMessage frame."""
    return {"message": {"type": "Text", "text": words} | more}


def attributes(size: int) -> Json:
    """Return custom attributes of that many bytes as JSON."""
    return {"channel": {"metadata": {"customAttributes": {"a": "x" * (size - len('{"a":""}'))}}}}


def presence(kind: str) -> Json:
    """Return the rest of a frame with a presence event."""
    event = {"eventType": "Presence", "presence": {"type": kind}}
    return {"message": {"type": "Event", "events": [event]}}


FRAMES: list[tuple[str, str, Json, int]] = [
    ("no words", "onMessage", text(""), 4020),
    ("no message", "onMessage", {}, 4020),
    ("strange message", "onMessage", {"message": {"type": "Song"}}, 400),
    ("too long", "onMessage", text("x" * 4097), 4011),
    ("as long as may be", "onMessage", text("x" * 4096), 200),
    ("R14 large attributes", "onMessage", text("x", **attributes(2049)), 4013),
    ("R14 attributes that fit", "onMessage", text("x", **attributes(2048)), 200),
    (
        "R14 bytes, not letters",
        "onMessage",
        text("x", channel={"metadata": {"customAttributes": {"a": "ü" * 1021}}}),
        4013,
    ),
    (
        "attribute that is no text",
        "onMessage",
        text("x", channel={"metadata": {"customAttributes": {"a": 1}}}),
        400,
    ),
    ("event of nothing", "onMessage", {"message": {"type": "Event"}}, 4020),
    (
        "presence of nobody",
        "onMessage",
        {"message": {"type": "Event", "events": [{"eventType": "Presence"}]}},
        4020,
    ),
    ("clearing, off", "onMessage", presence("Clear"), 4000),
    ("attachment", "onAttachment", {"attachmentId": "x"}, 4000),
    ("unknown action", "dance", {}, 400),
    ("other token", "echo", {"token": str(uuid4())}, 4007),
    ("token that is no GUID", "echo", {"token": "me"}, 400),
    ("no token", "echo", {"token": None}, 4020),
    ("no deployment", "configureSession", {}, 4020),
    ("other deployment", "configureSession", {"deploymentId": "x"}, 400),
    ("no JWT", "configureAuthenticatedSession", {"deploymentId": "x"}, 4020),
    ("number as tracing id", "echo", {"tracingId": 7}, 400),
]


@pytest.mark.parametrize(
    ("action", "more", "code"), [case[1:] for case in FRAMES], ids=[case[0] for case in FRAMES]
)
def test_a_wrong_frame_is_answered_with_its_code_and_the_session_lives_on(
    desk: Desk, action: str, more: Json, code: int
) -> None:
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.started()
        answer = talk.ask(action, **more)
        assert answer["code"] == code
        assert (answer["class"] == "string") == (code != 200)
        if code == 200:
            talk.receive()
        assert talk.say("still there")[0]["body"]["text"] == "still there"
    refused = [one for one in desk.cloud.log() if one["method"] == "SOCKET" and one.get("reason")]
    assert [one["status"] for one in refused] == ([] if code == 200 else [code])


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "7",
        b"{}",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        '"' + "x" * 140_000,
    ],
)
def test_a_malformed_frame_is_answered_with_400(desk: Desk, raw: str | bytes) -> None:
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.socket.send(raw)
        assert talk.receive()["code"] == 400
        talk.started()


def test_an_echo_comes_back_to_the_sender_and_into_no_history(desk: Desk) -> None:
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.started()
        answer = talk.ask("echo", tracingId="health", message={"type": "Text", "text": "ping"})
        assert (answer["class"], answer["tracingId"]) == ("StructuredMessage", "health")
        assert answer["body"]["text"] == "ping"
        jwt = talk.ask("getJwt")["body"]["jwt"]
        assert history(desk, jwt)["entities"] == []


def test_joining_is_greeted_and_typing_is_not_answered(desk: Desk) -> None:
    with talking(desk.cloud, desk.deployment) as talk:
        talk.started(desk.sign_in()["jwt"])
        typing = {"eventType": "Typing", "typing": {"type": "On", "duration": 5000}}
        talk.send("onMessage", message={"type": "Event", "events": [typing]})
        joined = talk.ask("onMessage", **presence("Join"))
        assert joined["body"]["events"][0]["presence"]["type"] == "Join"
        assert talk.receive()["body"]["text"].startswith("Hello Ada Lovelace.")


def test_history_comes_by_page_newest_first_for_either_jwt(desk: Desk) -> None:
    jwt = desk.sign_in()["jwt"]
    with talking(desk.cloud, desk.deployment) as talk:
        talk.started(jwt)
        for number in range(3):
            talk.say(str(number))
        answer = talk.ask("getJwt", tracingId="t")
    assert (answer["type"], answer["class"], answer["tracingId"]) == (
        "response",
        "JwtResponse",
        "t",
    )
    for token in (answer["body"]["jwt"], jwt):
        assert texts(history(desk, token)) == ["0", "1", "2"]
    page = history(desk, jwt, "?pageSize=2&pageNumber=3")
    assert (page["total"], page["pageCount"], len(page["entities"])) == (6, 3, 2)
    assert texts(page) == ["0"]
    desk.cloud.emulator.clock.advance(901)
    late = {"Authorization": f"Bearer {answer['body']['jwt']}"}
    assert desk.cloud.anyone.get("/api/v2/webmessaging/messages", headers=late).status_code == 401


def test_r10_m78_all_devices_of_a_person_share_one_conversation(desk: Desk) -> None:
    with (
        talking(desk.cloud, desk.deployment) as first,
        talking(desk.cloud, desk.deployment) as second,
    ):
        assert first.started(desk.sign_in()["jwt"])["newSession"] is True
        first.say("from my desk")
        assert second.started(desk.sign_in()["jwt"])["newSession"] is False
        second.say("from my phone", tracingId="mine")
        heard = first.receive()
        assert heard["body"]["text"] == "from my phone"
        assert "tracingId" not in heard
    (session,) = seen(desk)
    assert len([one for one in session["messages"] if one["direction"] == "Inbound"]) == 2


def test_r9_m75_two_people_never_share_a_conversation_even_with_one_token(desk: Desk) -> None:
    token = str(uuid4())
    for subject in ("ada", "grace"):
        jwt = desk.sign_in(subject)["jwt"]
        with talking(desk.cloud, desk.deployment, token=token) as talk:
            assert talk.started(jwt)["newSession"] is True
            talk.say(f"I am {subject}")
            assert texts(history(desk, jwt)) == [f"I am {subject}"]
    assert [one["participant"]["address"] for one in seen(desk)] == ["ada", "grace"]


def test_4017_an_authenticated_session_cannot_become_a_guests(desk: Desk) -> None:
    site = upgradable(desk)
    with talking(desk.cloud, site) as talk:
        talk.started(desk.sign_in(deploymentId=site)["jwt"])
        assert talk.configure()["code"] == 4017


def test_x3_a_guest_steps_up_and_keeps_the_conversation(desk: Desk) -> None:
    site = upgradable(desk)
    with talking(desk.cloud, site) as talk, talking(desk.cloud, site, token=talk.token) as other:
        talk.started()
        other.started()
        talk.say("as a guest")
        body = talk.started(desk.sign_in(deploymentId=site)["jwt"])
        assert (body["newSession"], body["clearedExistingSession"]) == (False, False)
        _, reply = talk.say("as Ada")
        assert reply["body"]["text"].splitlines()[1:] == ADA
        last = other.rest()[-1]
        assert (last["class"], last["body"]) == ("ConnectionClosedEvent", {"reason": "signedIn"})
    (session,) = seen(desk)
    events = [one["events"] for one in session["messages"] if one["type"] == "Event"]
    assert events == [[{"eventType": "Presence", "presence": {"type": "SignIn"}}]]


def test_x3_stepping_up_drops_an_older_session_of_the_person(desk: Desk) -> None:
    site = upgradable(desk)
    with talking(desk.cloud, site) as old, talking(desk.cloud, site) as talk:
        old.started(desk.sign_in(deploymentId=site)["jwt"])
        talk.started()
        body = talk.started(desk.sign_in(deploymentId=site)["jwt"])
        assert body["clearedExistingSession"] is True
        assert old.rest()[-1]["body"] == {"reason": "signedIn"}
    assert len(seen(desk)) == 1


def test_x3_a_guest_cannot_step_up_where_upgrades_are_not_allowed(desk: Desk) -> None:
    site = upgradable(desk)
    jwt = desk.sign_in(deploymentId=site)["jwt"]
    with talking(desk.cloud, site) as talk:
        talk.started()
        body = desk.cloud.ask("GET", f"/api/v2/webdeployments/deployments/{site}")
        fixed = body | {"configuration": {"id": desk.configuration, "version": "1"}}
        desk.cloud.ask("PUT", f"/api/v2/webdeployments/deployments/{site}", fixed)
        assert talk.configure(jwt)["code"] == 403
    assert desk.reason() == "The configuration does not allow session upgrades."


def test_a_fourth_connection_closes_the_oldest(desk: Desk) -> None:
    with ExitStack() as stack:
        jwt = desk.sign_in()["jwt"]
        talks: list[Talk] = []
        for _ in range(4):
            talks.append(stack.enter_context(talking(desk.cloud, desk.deployment)))
            talks[-1].started(jwt)
        assert [one["class"] for one in talks[0].rest()] == ["ConnectionClosedEvent"]
        talks[1].say("three are left")
        for talk in talks[2:]:
            assert talk.receive()["body"]["text"] == "three are left"
        assert seen(desk)[0]["connections"] == 3


def test_r17_x6_signing_out_is_told_to_all_of_the_persons_connections(desk: Desk) -> None:
    with ExitStack() as stack:
        jwts = [desk.sign_in()["jwt"], desk.sign_in()["jwt"]]
        mine = [stack.enter_context(talking(desk.cloud, desk.deployment)) for _ in jwts]
        for talk, jwt in zip(mine, jwts, strict=True):
            talk.started(jwt)
        other = stack.enter_context(talking(desk.cloud, desk.deployment))
        other.started(desk.sign_in("grace")["jwt"])
        assert desk.revoke(jwts[0]).status_code == 204
        for talk in mine:
            assert [one["class"] for one in talk.rest()] == ["LogoutEvent"]
        assert other.say("still here")[0]["code"] == 200
    with talking(desk.cloud, desk.deployment) as talk:
        assert talk.configure(jwts[1])["code"] == 401


@pytest.mark.parametrize("seconds", [None, 900])
def test_a_session_ends_so_long_after_the_last_message(desk: Desk, seconds: int | None) -> None:
    site = open_to_all(desk, **({"sessionDurationSeconds": seconds} if seconds else {}))
    lasts, clock = seconds or 72 * 3600, desk.cloud.emulator.clock
    with talking(desk.cloud, site) as talk, talking(desk.cloud, site, token=talk.token) as other:
        assert talk.started()["durationSeconds"] == lasts
        other.started()
        clock.advance(lasts - 5)
        talk.say("just in time")
        clock.advance(lasts - 5)
        talk.ask("echo")
        clock.advance(10)
        assert talk.ask("echo")["class"] == "SessionExpiredEvent"
        assert talk.receive()["code"] == 4006
        assert other.rest()[-1]["class"] == "SessionExpiredEvent"
        assert talk.configure()["code"] == 4006
        assert talk.started(startNew=True)["newSession"] is True


def test_a_session_that_ends_while_nobody_talks_is_closed_by_itself(desk: Desk) -> None:
    site = open_to_all(desk, sessionDurationSeconds=900)
    clock = desk.cloud.emulator.clock
    with talking(desk.cloud, site) as talk:
        talk.started()
        clock.advance(898)
        # The clock was moved while the server was waiting; the next frame makes it look again.
        talk.ask("echo")
        assert [one["class"] for one in talk.rest()] == ["SessionExpiredEvent"]


def test_start_new_leaves_the_old_conversation_behind(desk: Desk) -> None:
    with talking(desk.cloud, open_to_all(desk)) as talk:
        assert talk.started()["newSession"] is True
        talk.say("old")
        assert talk.started()["newSession"] is False
        assert talk.started(startNew=True)["newSession"] is True
        talk.say("new")
        assert texts(history(desk, talk.ask("getJwt")["body"]["jwt"])) == ["new"]


@pytest.mark.parametrize("every", [True, False])
def test_closing_ends_the_session_here_or_everywhere(desk: Desk, every: bool) -> None:
    site = open_to_all(desk)
    with talking(desk.cloud, site) as talk, talking(desk.cloud, site, token=talk.token) as other:
        talk.started()
        other.started()
        answer = talk.ask("closeSession", closeAllConnections=every, tracingId="t")
        assert (answer["class"], answer["tracingId"]) == ("SessionResponse", "t")
        assert answer["body"]["connected"] is False
        assert talk.ask("echo")["code"] == 4007
        if every:
            assert other.receive()["body"]["connected"] is False
        assert other.ask("echo")["code"] == (4007 if every else 200)


def test_clearing_wipes_the_conversation_where_it_is_allowed(desk: Desk) -> None:
    site = open_to_all(desk, conversationClear={"enabled": True})
    with talking(desk.cloud, site) as talk:
        talk.started()
        talk.say("forget me")
        talk.send("onMessage", **presence("Clear"))
        assert [one["class"] for one in talk.rest()] == ["SessionClearedEvent"]
    assert seen(desk) == []


def test_r2_neither_tokens_nor_words_reach_journal_or_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        jwt = desk.sign_in()["jwt"]
        with talking(desk.cloud, desk.deployment) as talk:
            talk.configure("wrong-jwt")
            talk.started(jwt)
            talk.say("between ourselves", {"cart": "secret-cart"})
            own = talk.ask("getJwt")["body"]["jwt"]
            talk.ask("a-made-up-action")
    written = json.dumps(desk.cloud.log()) + caplog.text
    assert "configureAuthenticatedSession" in written
    for hidden in (jwt, own, "wrong-jwt", talk.token, "ourselves", "secret-cart", "made-up-action"):
        assert hidden not in written


def test_a_reset_closes_open_sockets_and_forgets_their_sessions(desk: Desk) -> None:
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.started()
        desk.cloud.emulator.reset()
        assert talk.rest() == []
    assert seen(desk) == []
