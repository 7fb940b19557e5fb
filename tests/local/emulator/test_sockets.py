"""What happens around every WebSocket of an emulator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import pytest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from local.emulator.emulator import Emulator
from local.emulator.server import Server
from local.emulator.store import Store
from tests import loopback

Json = dict[str, Any]


class Parrots(Emulator):
    """A service that repeats what it hears; it looks up now and then, and has a weak spot."""

    name: ClassVar[str] = "parrots"

    def routes(self) -> Sequence[BaseRoute]:
        return [WebSocketRoute("/talk", self._talk), WebSocketRoute("/sick", self._sick)]

    def seed(self) -> None:
        self.store.collection("parrots")["first"] = {}

    def error_response(self, status: int) -> Response:
        return JSONResponse({"vendorError": status}, status_code=status)

    async def _talk(self, socket: WebSocket) -> None:
        if socket.query_params.get("token") == "wrong":
            socket.state.reason = "wrong token"
            await socket.send_denial_response(self.error_response(403))
            return
        await socket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                try:
                    async with asyncio.timeout(0.05):
                        words = await socket.receive_text()
                except TimeoutError:
                    continue
                if words == "die":
                    raise RuntimeError("weak spot")
                await socket.send_text(words)

    async def _sick(self, socket: WebSocket) -> None:
        raise RuntimeError("before the handshake")


@dataclass(frozen=True)
class Cage:
    """The running service."""

    client: httpx.Client

    def talk(self, path: str = "/talk") -> ClientConnection:
        """Open a socket."""
        return connect(f"ws{str(self.client.base_url).removeprefix('http')}{path}", proxy=None)

    def order(self, **fault: Any) -> None:
        """Order a fault."""
        answer = self.client.post("/_local/faults", json={"path": "/talk"} | fault)
        assert answer.status_code == 201, answer.text

    def journal(self) -> list[tuple[Any, ...]]:
        """Return action, status and reason of what the journal has of sockets."""
        entries: list[Json] = self.client.get("/_local/log").json()["entries"]
        assert {entry["method"] for entry in entries} <= {"SOCKET"}
        return [(one["body"]["action"], one["status"], one.get("reason")) for one in entries]


@pytest.fixture(scope="module")
def running() -> Iterator[Cage]:
    """One server for the module."""
    store = Store()
    with Server() as server:
        server.start(Parrots(base_url=server.url, store=store).app)
        with loopback.client(base_url=server.url) as client:
            yield Cage(client)
    store.close()


@pytest.fixture
def cage(running: Cage) -> Cage:
    """A service without orders and with an empty journal."""
    running.client.post("/_local/reset")
    return running


def repeat(socket: ClientConnection, words: str) -> str:
    """Say something and return what comes back."""
    socket.send(words)
    return str(socket.recv(timeout=10))


def test_the_journal_shows_handshakes_with_reasons_and_without_secrets(cage: Cage) -> None:
    with cage.talk("/talk?token=abc") as socket:
        assert repeat(socket, "hello") == "hello"
    with pytest.raises(InvalidStatus) as refused, cage.talk("/talk?token=wrong"):
        pass
    assert refused.value.response.status_code == 403
    assert cage.journal() == [("connect", 101, None), ("connect", 403, "wrong token")]
    entries = cage.client.get("/_local/log").json()["entries"]
    assert [entry["query"] for entry in entries] == ["token=***", "token=***"]


def test_an_ordered_status_refuses_the_handshake_in_the_vendors_words(cage: Cage) -> None:
    cage.order(status=503, headers={"Retry-After": "1"})
    with pytest.raises(InvalidStatus) as refused, cage.talk():
        pass
    answer = refused.value.response
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.body == b'{"vendorError":503}'
    with cage.talk() as socket:
        assert repeat(socket, "again") == "again"
    assert cage.journal() == [("connect", 503, "ordered fault"), ("connect", 101, None)]


def test_an_ordered_delay_lets_the_handshake_wait(cage: Cage) -> None:
    cage.order(delay=0.2)
    started = time.monotonic()
    with cage.talk() as socket:
        assert time.monotonic() - started >= 0.2
        assert repeat(socket, "late") == "late"
    assert cage.journal() == [("connect", 101, "ordered fault")]


def test_a_dropped_handshake_is_a_socket_that_breaks_at_once(cage: Cage) -> None:
    cage.order(method="SOCKET", drop=True)
    with cage.talk() as socket, pytest.raises(ConnectionClosedError) as broken:
        socket.recv(timeout=10)
    assert broken.value.rcvd is None
    assert cage.journal() == [("connect", 101, "ordered fault")]


@pytest.mark.parametrize(
    ("fault", "code"), [({"drop": True, "delay": 0.2}, None), ({"status": 500}, 1011)]
)
def test_an_open_socket_is_cut_or_closed_at_the_ordered_frame(
    cage: Cage, fault: Json, code: int | None
) -> None:
    cage.order(method="SOCKET", nth=3, **fault)
    with cage.talk() as socket:
        assert repeat(socket, "one") == "one"
        with pytest.raises(ConnectionClosedError) as broken:
            repeat(socket, "two")
    assert (broken.value.rcvd and broken.value.rcvd.code) == code
    assert cage.journal() == [("connect", 101, None), ("end", code or 1006, "ordered fault")]
    with cage.talk() as socket:
        assert repeat(socket, "three") == "three"


def test_a_frame_that_is_delayed_comes_late_but_comes(cage: Cage) -> None:
    """Also where the handler stops waiting several times meanwhile."""
    with cage.talk() as socket:
        cage.order(delay=0.3)
        started = time.monotonic()
        socket.send("one")
        assert repeat(socket, "two") == "one"
        assert time.monotonic() - started >= 0.3
        assert socket.recv(timeout=10) == "two"


def test_a_failing_handler_is_answered_and_written_down(cage: Cage) -> None:
    with pytest.raises(InvalidStatus) as refused, cage.talk("/sick"):
        pass
    assert refused.value.response.body == b'{"vendorError":500}'
    with cage.talk() as socket, pytest.raises(ConnectionClosedError) as closed:
        repeat(socket, "die")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011
    defect = "defect of the emulator, see its log"
    assert cage.journal() == [
        ("connect", 500, defect),
        ("connect", 101, None),
        ("end", 1011, defect),
    ]


def test_an_unknown_path_refuses_the_handshake(cage: Cage) -> None:
    with pytest.raises(InvalidStatus) as refused, cage.talk("/nowhere"):
        pass
    assert refused.value.response.status_code == 403
    assert cage.journal() == [("connect", 403, None)]


def test_requests_are_not_hit_by_orders_for_sockets(cage: Cage) -> None:
    cage.order(method="SOCKET", path="*", status=503)
    assert cage.client.get("/talk").status_code == 404
    with pytest.raises(InvalidStatus), cage.talk():
        pass
    with cage.talk() as socket:
        socket.close()
        with pytest.raises(ConnectionClosedOK):
            socket.recv(timeout=10)
