"""Calls: counted, patient with a busy service, impatient with a dead one."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.utils import formatdate

import httpx
import pytest

from doctor.ledger import Ledger
from doctor.reading import Unread
from doctor.wire import Wire

Handler = Callable[[httpx.Request], httpx.Response]
URL = "https://api.example.com/thing"


def wire(handler: Handler, slept: list[float] | None = None) -> Wire:
    """Return a wire whose network is a function."""
    waits = [] if slept is None else slept
    return Wire(Ledger(lambda: 0.0), transport=httpx.MockTransport(handler), sleep=waits.append)


def test_a_busy_service_is_asked_again_when_it_says() -> None:
    answers = iter(
        [
            httpx.Response(429, headers={"Retry-After": "7"}),
            httpx.Response(503, headers={"Retry-After": "2"}),
            httpx.Response(200, text="done"),
        ]
    )
    slept: list[float] = []
    with wire(lambda _: next(answers), slept) as calls:
        assert calls.send("service", "GET", URL).text == "done"
    assert slept == [7.0, 2.0]
    assert calls.ledger.calls["service"] == 3


def test_patience_has_an_end() -> None:
    """Neither more than three more tries nor a wait of more than half a minute."""
    slept: list[float] = []
    with wire(lambda _: httpx.Response(429, headers={"Retry-After": "1"}), slept) as calls:
        assert calls.send("service", "GET", URL).status == 429
    assert slept == [1.0, 1.0, 1.0]
    slept.clear()
    with wire(lambda _: httpx.Response(429, headers={"Retry-After": "31"}), slept) as calls:
        assert calls.send("service", "GET", URL).status == 429
    assert slept == []


def test_a_dead_host_is_tried_once() -> None:
    """A hundred sites on a host that is gone cost one timeout."""

    def dead(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("")

    with wire(dead) as calls:
        for path in ("one", "two"):
            with pytest.raises(Unread, match=f"example.com/{path} cannot be reached: no answer in"):
                calls.get("sites", f"https://www.example.com/{path}")
    assert calls.ledger.calls["sites"] == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "nothing listens there"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), "no such host name"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] expired"), "its certificate is not"),
        (httpx.ReadTimeout(""), "no answer in time"),
        (httpx.RemoteProtocolError("Server disconnected."), "Server disconnected"),
    ],
)
def test_why_a_service_cannot_be_reached_is_told_in_words(error: Exception, reason: str) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with wire(fail) as calls, pytest.raises(Unread, match=reason):
        calls.get("service", URL)


def test_redirects_are_followed_but_not_for_ever() -> None:
    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/thing":
            return httpx.Response(302, headers={"Location": "/place/"})
        return httpx.Response(200, text="here")

    with wire(moved) as calls:
        assert calls.get("service", URL).url == "https://api.example.com/place/"
    with (
        wire(lambda _: httpx.Response(301, headers={"Location": "/a"})) as calls,
        pytest.raises(Unread, match="from one redirect to the next"),
    ):
        calls.get("service", URL)


def test_names_below_localhost_are_this_machine() -> None:
    """Not every resolver knows RFC 6761; the host is told all the same."""
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    with wire(note) as calls:
        calls.get("sites", "http://help.localhost:8080/")
    assert (seen[0].url.host, seen[0].url.port) == ("127.0.0.1", 8080)
    assert seen[0].headers["Host"] == "help.localhost:8080"


@pytest.mark.parametrize("url", ["ftp://example.com/", "nonsense", "http://", "http://[::1"])
def test_what_is_no_address_is_said(url: str) -> None:
    with wire(lambda _: httpx.Response(200)) as calls, pytest.raises(Unread, match="no address"):
        calls.get("sites", url)


def test_the_clock_of_a_service_is_noted() -> None:
    with wire(
        lambda _: httpx.Response(200, headers={"Date": formatdate(90, usegmt=True)})
    ) as calls:
        calls.get("service", URL)
        assert calls.ledger.skew("service") == 90
    with wire(lambda _: httpx.Response(200, headers={"Date": "yesterday"})) as calls:
        calls.get("service", URL)
        assert calls.ledger.skew("service") is None


def test_a_port_without_a_listener_is_found_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with Wire(Ledger()) as calls, pytest.raises(Unread, match="nothing listens there"):
            calls.get("sites", url)
