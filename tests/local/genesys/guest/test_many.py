"""Five hundred visitors at once: nothing is lost, nothing reaches the wrong one, nothing stays."""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect

from local.genesys.guest.connections import Connection
from tests.local.genesys.conftest import Cloud

_VISITORS = 500
_MESSAGES = 3


async def _visit(url: str, deployment: str, name: str, everybody: asyncio.Barrier) -> list[str]:
    token = str(uuid4())

    async def ask(socket: ClientConnection, action: str, **more: object) -> None:
        await socket.send(json.dumps({"action": action, "token": token} | more))

    heard: list[str] = []
    async with connect(
        f"{url}/v1?deploymentId={deployment}", proxy=None, open_timeout=60
    ) as socket:
        await ask(socket, "configureSession", deploymentId=deployment)
        assert json.loads(await socket.recv())["code"] == 200
        await everybody.wait()
        for number in range(_MESSAGES):
            await ask(socket, "onMessage", message={"type": "Text", "text": f"{name}-{number}"})
        for _ in range(2 * _MESSAGES):
            heard.append(json.loads(await socket.recv())["body"]["text"].split("\n")[0])
    return heard


async def _visit_all(url: str, deployment: str) -> list[list[str]]:
    everybody = asyncio.Barrier(_VISITORS)
    visits = [_visit(url, deployment, str(number), everybody) for number in range(_VISITORS)]
    return await asyncio.gather(*visits)


@pytest.fixture
def _enough_files() -> Iterator[None]:
    # Both ends of every socket are in this process.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * _VISITORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("_enough_files")
def test_five_hundred_sockets_lose_and_misroute_no_message_and_leave_nothing_behind(
    cloud: Cloud,
) -> None:
    configuration = cloud.add_configuration()
    deployment = cloud.add_deployment(configuration, allowAllDomains=True, allowedDomains=[])
    url = f"ws{cloud.url.removeprefix('http')}"
    for name, heard in enumerate(asyncio.run(_visit_all(url, deployment))):
        said = [f"{name}-{number}" for number in range(_MESSAGES)]
        assert [text for text in heard if not text.startswith("You wrote")] == said
        assert [text for text in heard if text.startswith("You wrote")] == [
            f"You wrote: {text}" for text in said
        ]
    deadline = time.monotonic() + 30
    while _connections() and time.monotonic() < deadline:
        cloud.anyone.get("/_local/health")
    assert _connections() == 0


def _connections() -> int:
    gc.collect()
    return sum(isinstance(one, Connection) for one in gc.get_objects())
