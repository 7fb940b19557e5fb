"""What happens around every request of an emulator."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.emulator.emulator import Emulator
from local.emulator.server import PortInUse, Server
from local.emulator.store import Store
from tests import loopback


class Notes(Emulator):
    """A service that keeps notes and refuses empty ones."""

    name: ClassVar[str] = "notes"

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/notes", self._list, methods=["GET"]),
            Route("/notes", self._add, methods=["POST"]),
        ]

    def seed(self) -> None:
        self.store.collection("notes")["first"] = {"text": "hello"}

    def error_response(self, status: int) -> Response:
        return JSONResponse({"vendorError": status}, status_code=status)

    async def _list(self, _: Request) -> Response:
        return JSONResponse(self.store.collection("notes").documents())

    async def _add(self, request: Request) -> Response:
        note = await request.json()
        if not note.get("text"):
            request.state.reason = "empty note"
            return self.error_response(400)
        self.store.collection("notes")[note["id"]] = note
        return JSONResponse(note, status_code=201)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a running service."""
    with Server() as server:
        server.start(Notes(base_url=server.url, store=Store(tmp_path / "notes.sqlite")).app)
        with loopback.client(base_url=server.url) as client:
            yield client


def entries(client: httpx.Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/_local/log").json()["entries"]
    return found


def test_the_journal_shows_each_request_with_its_reason_and_without_secrets(
    notes: httpx.Client,
) -> None:
    notes.post(
        "/notes?code=one&page=2",
        json={"id": "a", "text": "", "clientSecret": "two", "nested": [{"password": "three"}]},
    )
    (entry,) = entries(notes)
    assert entry["method"] == "POST"
    assert entry["path"] == "/notes"
    assert entry["query"] == "code=***&page=2"
    assert entry["status"] == 400
    assert entry["reason"] == "empty note"
    assert entry["body"] == {
        "id": "a",
        "text": "",
        "clientSecret": "***",
        "nested": [{"password": "***"}],
    }


def test_form_bodies_are_masked_and_a_failing_handler_gives_the_vendors_500(
    notes: httpx.Client,
) -> None:
    answer = notes.post("/notes", data={"client_secret": "x", "grant": "y"})
    assert (answer.status_code, answer.json()) == (500, {"vendorError": 500})
    (entry,) = entries(notes)
    assert (entry["status"], entry["reason"]) == (500, "defect of the emulator, see its log")
    assert entry["body"] == "client_secret=***&grant=y"


def test_a_body_that_is_nested_too_deeply_is_written_down_by_its_size(
    notes: httpx.Client,
) -> None:
    nested = b"[" * 20_000
    answer = notes.post("/notes", content=nested, headers={"Content-Type": "application/json"})
    assert answer.json() == {"vendorError": 500}  # of this service, which does not expect it
    assert entries(notes)[-1]["body"] == "20000 bytes that are not JSON"


def test_reading_on_from_an_entry_gives_only_newer_ones(notes: httpx.Client) -> None:
    for _ in range(3):
        notes.get("/notes")
    newest = notes.get("/_local/log", params={"after": 2}).json()["entries"]
    assert [entry["number"] for entry in newest] == [3]
    assert notes.get("/_local/log", params={"after": "x"}).status_code == 400


def test_reset_returns_to_first_contents_and_forgets_faults_clock_and_journal(
    notes: httpx.Client,
) -> None:
    notes.post("/notes", json={"id": "a", "text": "b"})
    notes.post("/_local/faults", json={"path": "/notes", "status": 500})
    notes.post("/_local/clock", json={"advance": 86400 * 30})
    assert notes.post("/_local/reset").status_code == 204
    assert entries(notes) == []
    assert notes.get("/notes").json() == [{"text": "hello"}]
    moved = notes.get("/_local/clock").json()["now"]
    assert (
        moved == notes.delete("/_local/clock").json()["now"]
        or moved[:13] == (notes.get("/_local/clock").json()["now"][:13])
    )


def test_a_reset_returns_to_a_checkpoint_as_often_as_one_likes(notes: httpx.Client) -> None:
    notes.post("/notes", json={"id": "a", "text": "kept"})
    assert notes.put("/_local/checkpoints/one").status_code == 204
    kept = notes.get("/notes").json()
    for _ in range(2):
        notes.post("/notes", json={"id": "a", "text": "changed"})
        notes.post("/notes", json={"id": "b", "text": "new"})
        notes.post("/_local/faults", json={"path": "/notes", "status": 500})
        assert notes.post("/_local/reset", params={"to": "one"}).status_code == 204
        assert entries(notes) == []
        assert notes.get("/notes").json() == kept
    notes.post("/_local/reset")
    assert notes.get("/notes").json() == [{"text": "hello"}]
    assert notes.get("/_local/checkpoints").json() == {"checkpoints": ["one"]}


def test_a_checkpoint_kept_again_is_the_newer_one(notes: httpx.Client) -> None:
    notes.put("/_local/checkpoints/one")
    notes.post("/notes", json={"id": "a", "text": "later"})
    notes.put("/_local/checkpoints/one")
    notes.post("/_local/reset", params={"to": "one"})
    assert notes.get("/notes").json()[-1]["text"] == "later"


def test_a_checkpoint_that_nobody_kept_is_refused_and_nothing_is_reset(
    notes: httpx.Client,
) -> None:
    notes.post("/notes", json={"id": "a", "text": "b"})
    answer = notes.post("/_local/reset", params={"to": "two"})
    assert answer.status_code == 404
    assert "'two'" in answer.json()["error"]
    assert "PUT checkpoints/NAME" in answer.json()["error"]
    notes.put("/_local/checkpoints/one")
    answer = notes.post("/_local/reset", params={"to": "two"})
    assert "(one)" in answer.json()["error"]
    assert len(notes.get("/notes").json()) == 2


def test_state_survives_a_restart(tmp_path: Path) -> None:
    for expected in (["hello"], ["hello", "kept"]):
        store = Store(tmp_path / "notes.sqlite")
        with Server() as server:
            server.start(Notes(base_url=server.url, store=store).app)
            with loopback.client(base_url=server.url) as client:
                assert [note["text"] for note in client.get("/notes").json()] == expected
                client.post("/notes", json={"id": "a", "text": "kept"})
        store.close()


def test_an_ordered_error_hits_exactly_the_named_requests(notes: httpx.Client) -> None:
    order = {"method": "GET", "path": "/no*", "nth": 2, "times": 2, "status": 503}
    assert notes.post("/_local/faults", json=order).status_code == 201
    answers = [notes.get("/notes") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].json() == {"vendorError": 503}
    assert notes.get("/_local/faults").json() == {"faults": []}


def test_an_ordered_answer_may_bring_body_and_headers(notes: httpx.Client) -> None:
    order = {"path": "/notes", "status": 429, "headers": {"Retry-After": "1"}, "body": {"a": 1}}
    notes.post("/_local/faults", json=order)
    answer = notes.get("/notes")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json() == {"a": 1}


def test_a_dropped_connection_is_an_error_and_the_next_request_works(notes: httpx.Client) -> None:
    notes.post("/_local/faults", json={"path": "/notes", "drop": True})
    with pytest.raises(httpx.RemoteProtocolError):
        notes.get("/notes")
    assert notes.get("/notes").status_code == 200


def test_a_delayed_answer_still_comes(notes: httpx.Client) -> None:
    notes.post("/_local/faults", json={"path": "/notes", "delay": 0.3})
    answer = notes.get("/notes")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.3


def test_a_page_can_read_an_ordered_error(notes: httpx.Client) -> None:
    notes.post("/_local/faults", json={"path": "/notes", "status": 401})
    origin = "http://shop.example.com"
    answer = notes.get("/notes", headers={"Origin": origin})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"path": "/x"}, "one of status, delay and drop"),
        ({"path": "/x", "status": 200}, "status"),
        ({"status": 500}, "path"),
        ({"path": "/x", "status": 500, "speed": 1}, "speed"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_name(
    notes: httpx.Client, order: dict[str, object], complaint: str
) -> None:
    answer = notes.post("/_local/faults", json=order)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://localhost:8080"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_control_routes_do_not_answer_web_pages(
    notes: httpx.Client, headers: dict[str, str]
) -> None:
    assert notes.post("/_local/reset", headers=headers).status_code == 403


def test_a_foreign_host_name_is_refused(notes: httpx.Client) -> None:
    assert notes.get("/notes", headers={"Host": "evil.example"}).status_code == 400
    assert notes.get("/notes", headers={"Host": "127.0.0.1"}).status_code == 200


def test_absolute_form_targets_are_routed(notes: httpx.Client) -> None:
    """Okta's provider sends them, with and without the port (facts okta.md 2)."""
    for host in (f"127.0.0.1:{notes.base_url.port}", "127.0.0.1"):
        with socket.create_connection(("127.0.0.1", notes.base_url.port or 0), timeout=5) as line:
            line.sendall(
                f"GET http://{host}/notes HTTP/1.1\r\nHost: {host}\r\n"
                "Proxy-Authorization: Basic Og==\r\nConnection: close\r\n\r\n".encode()
            )
            assert line.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_port_in_use_is_said_at_once() -> None:
    with Server() as first, pytest.raises(PortInUse, match=str(first.port)):
        Server(first.port)
