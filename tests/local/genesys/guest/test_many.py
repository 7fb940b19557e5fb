"""Five hundred visitors at once: nothing is lost, nothing reaches the wrong one, nothing stays."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect

from local.emulator.store import Store
from local.genesys.guest.connections import Connection
from tests import loopback
from tests.local.genesys.conftest import running

_VISITORS = 500
_MESSAGES = 2
# Longer than a session lasts after its last message, and is remembered after that.
_LATER = 74 * 3600


@dataclass(frozen=True)
class State:
    """What is in the server: blocks of memory, sockets, and rows of the visitors' collections."""

    blocks: int
    sockets: int
    rows: dict[str, int]


def _serve(pipe: Pipe) -> None:
    """Be the server's process: tell the address, then the state whenever asked for it."""
    _allow_files()
    store = Store()
    with running(store) as cloud:
        configuration = cloud.add_configuration()
        deployment = cloud.add_deployment(configuration, allowAllDomains=True, allowedDomains=[])
        pipe.send((cloud.url, deployment))
        while pipe.recv():
            gc.collect()
            rows = store.query("SELECT collection FROM documents WHERE collection LIKE 'guest-%'")
            kinds = [row[0].partition("/")[0] for row in rows]
            sockets = sum(isinstance(one, Connection) for one in gc.get_objects())
            rows_of = {kind: kinds.count(kind) for kind in set(kinds)}
            pipe.send(State(sys.getallocatedblocks(), sockets, rows_of))
    store.close()


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _VISITORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@dataclass(frozen=True)
class Site:
    """A deployment on a server in a process of its own."""

    url: str
    deployment: str
    pipe: Pipe

    def look(self) -> State:
        """Return what is in the server now."""
        self.pipe.send(True)
        state: State = self.pipe.recv()
        return state

    def after_everybody_has_left(self) -> State:
        """Return what is in the server when all sockets are gone, and their sessions are over."""
        deadline = time.monotonic() + 30
        while self.look().sockets and time.monotonic() < deadline:
            pass
        with loopback.client(base_url=self.url) as client:
            client.post("/_local/clock", json={"advance": _LATER}).raise_for_status()
            asyncio.run(_visit(self, "late", asyncio.Barrier(1)))  # who comes next finds nobody
            client.delete("/_local/log").raise_for_status()
        return self.look()


@contextmanager
def _open_site() -> Iterator[Site]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
    process.start()
    try:
        url, deployment = here.recv()
        yield Site(url, deployment, here)
        here.send(False)
        process.join(30)
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()
        there.close()


async def _visit(site: Site, name: str, everybody: asyncio.Barrier) -> list[str]:
    token = str(uuid4())

    async def ask(socket: ClientConnection, action: str, **more: object) -> None:
        await socket.send(json.dumps({"action": action, "token": token} | more))

    heard: list[str] = []
    url = f"ws{site.url.removeprefix('http')}/v1?deploymentId={site.deployment}"
    async with connect(
        url, proxy=None, open_timeout=60, ping_interval=None, compression=None
    ) as socket:
        await ask(socket, "configureSession", deploymentId=site.deployment)
        assert json.loads(await socket.recv())["code"] == 200
        await everybody.wait()
        for number in range(_MESSAGES):
            await ask(socket, "onMessage", message={"type": "Text", "text": f"{name}-{number}"})
        for _ in range(2 * _MESSAGES):
            heard.append(json.loads(await socket.recv())["body"]["text"].split("\n")[0])
        await everybody.wait()
    return heard


async def _visit_all(site: Site) -> tuple[list[list[str]], State]:
    """Return what each visitor has heard, and what was in the server when all had spoken."""
    everybody = asyncio.Barrier(_VISITORS + 1)
    async with asyncio.TaskGroup() as group:
        visits = [
            group.create_task(_visit(site, str(number), everybody)) for number in range(_VISITORS)
        ]
        await everybody.wait()
        while everybody.n_waiting < _VISITORS:
            await asyncio.sleep(0.01)
        state = site.look()
        await everybody.wait()
    return [visit.result() for visit in visits], state


@pytest.fixture
def _enough_files() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    _allow_files()
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("_enough_files")
def test_five_hundred_sockets_lose_and_misroute_no_message_and_leave_nothing_behind() -> None:
    """A second round after the first takes no more memory than the first has given back."""
    with _open_site() as site:
        before = site.after_everybody_has_left()
        left = []
        for _ in range(2):
            said, full = asyncio.run(_visit_all(site))
            _check_words(said)
            assert (full.sockets, full.rows["guest-sessions"]) == (_VISITORS, _VISITORS + 1)
            left.append(site.after_everybody_has_left())
    for state in left:
        assert state.sockets == 0
        # Of the one who came last.
        assert state.rows == before.rows
    # What five hundred visitors take is the measure: of that next to nothing stays for good.
    taken = full.blocks - before.blocks
    assert left[1].blocks - left[0].blocks < taken / 50, (before, left, full)


def _check_words(said: list[list[str]]) -> None:
    for name, heard in enumerate(said):
        own = [f"{name}-{number}" for number in range(_MESSAGES)]
        assert [text for text in heard if not text.startswith("You wrote")] == own
        answers = [text for text in heard if text.startswith("You wrote")]
        assert answers == [f"You wrote: {text}" for text in own]
