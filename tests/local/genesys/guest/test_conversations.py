"""The web messaging socket: who may talk, what comes back, and how sessions end.

What is refused is in `tests/end_to_end/hostile`.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from tests.local.genesys.conftest import Json
from tests.local.genesys.guest.conftest import Desk
from tests.local.genesys.guest.talk import talking

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


def presence(kind: str) -> Json:
    """Return the rest of a frame with a presence event."""
    event = {"eventType": "Presence", "presence": {"type": kind}}
    return {"message": {"type": "Event", "events": [event]}}


def test_what_just_fits_is_taken(desk: Desk) -> None:
    """R14: 4,096 characters of text, 2,048 bytes of attributes as JSON."""
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.started()
        attributes = {"a": "x" * (2048 - len('{"a":""}'))}
        assert talk.say("x" * 4096, attributes)[0]["code"] == 200
    assert seen(desk)[0]["attributes"] == attributes


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
        assert talk.started()["newSession"] is True, "told once"


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
    with talking(desk.cloud, open_to_all(desk)) as talk:
        talk.started()
        assert talk.ask("onMessage", **presence("Clear"))["code"] == 4000


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
