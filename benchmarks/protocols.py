"""Measurements of the two protocols: whole sign-ins, and messages over many sockets."""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.cloud import Cloud, serving
from benchmarks.visitors import Place, Visitor, ask_for_nothing, chat, flat
from infra.outputs import load_outputs
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET

_SECONDS = 2.0
_FLOOR_SECONDS = 1.0
_VISITORS = (1, 8)
_SOCKETS = (1, 50, 500)


@dataclass(frozen=True)
class SignIns:
    """Sign-ins of a kind, by so many visitors at once; `floor` is empty requests per second."""

    kind: str
    visitors: int
    per_second: float
    floor: float


@dataclass(frozen=True)
class Messages:
    """Round trips on so many sockets at once in seconds, and those of empty requests."""

    sockets: int
    per_second: float
    median: float
    p99: float
    floor_median: float
    floor_p99: float


@dataclass(frozen=True)
class Memory:
    """Megabytes of the cloud's process: before the sockets, with all of them open, after them."""

    before: float
    open: float
    after: float


@dataclass(frozen=True)
class Report:
    """All that was measured in one run."""

    sign_ins: list[SignIns]
    messages: list[Messages]
    memory: Memory


def measure(folder: Path, say: Callable[[str], object]) -> Report:
    """Measure on a cloud of its own, with what the local stack declares; under a minute.

    `say` is told what comes next.
    """
    with serving(folder) as cloud:
        say("the stack")
        cloud.run("up", "--yes", "--skip-preview")
        place = _place(cloud)
        with httpx.Client(base_url=cloud.genesys, timeout=30) as client:
            deployment = _for_everybody(client)
        say("sign-ins")
        sign_ins = [
            asyncio.run(_sign_ins(place, number, anew))
            for anew in (True, False)
            for number in _VISITORS
        ]
        _allow_files()
        process = psutil.Process(cloud.pid)
        before, peaks, messages = _megabytes(process), [], []
        for number in _SOCKETS:
            say(f"{number} sockets")
            found, peak = asyncio.run(_messages(cloud, deployment, number, process))
            messages.append(found)
            peaks.append(peak)
        memory = Memory(before, peaks[-1], _megabytes(process))
    return Report(sign_ins, messages, memory)


def _place(cloud: Cloud) -> Place:
    outputs = load_outputs(cloud.run.text("stack", "output", "--json"))
    site = outputs.sites[0]
    return Place(
        okta=cloud.okta,
        genesys=cloud.genesys,
        authorize=outputs.authorization_endpoint.removeprefix(cloud.okta),
        client_id=outputs.messenger_client_id,
        redirect_uri=site.redirect_uri,
        origin=site.url.rstrip("/"),
        deployment=site.deployment_id,
        scopes=" ".join(outputs.scopes),
    )


def _for_everybody(client: httpx.Client) -> str:
    """Make a deployment where visitors talk without signing in, each in a session of their own."""

    def ask(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = client.request(method, path, json=body).raise_for_status().json()
        return found

    token = client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET),
    ).raise_for_status()
    client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    api = "/api/v2/webdeployments"
    settings = {"name": "everybody", "languages": ["en-us"], "defaultLanguage": "en-us"}
    id = ask("POST", f"{api}/configurations", settings)["id"]
    draft = f"{api}/configurations/{id}/versions/draft"
    ask("GET", draft)  # only what has been looked at can be published
    version = ask("POST", f"{draft}/publish")["version"]
    deployment = {
        "name": "everybody",
        "allowAllDomains": True,
        "configuration": {"id": id, "version": version},
    }
    return str(ask("POST", f"{api}/deployments", deployment)["id"])


async def _sign_ins(place: Place, number: int, anew: bool) -> SignIns:
    visitors = [Visitor(place) for _ in range(number)]
    for one in visitors:
        await one.sign_in(anew=True)
    begun = time.perf_counter()

    async def repeat(visitor: Visitor) -> int:
        done = 0
        while time.perf_counter() < begun + _SECONDS:
            await visitor.sign_in(anew=anew)
            done += 1
        return done

    done = sum(await asyncio.gather(*map(repeat, visitors)))
    per_second = done / (time.perf_counter() - begun)
    for one in visitors:
        one.close()
    begun = time.perf_counter()
    empty = len(await ask_for_nothing(place.okta, number, _FLOOR_SECONDS))
    floor = empty / (time.perf_counter() - begun)
    return SignIns("with the form" if anew else "with a session", number, per_second, floor)


async def _messages(
    cloud: Cloud, deployment: str, number: int, process: psutil.Process
) -> tuple[Messages, float]:
    everybody = asyncio.Barrier(number + 1)
    async with asyncio.TaskGroup() as group:
        chats = [
            group.create_task(chat(cloud.genesys, deployment, everybody, _SECONDS))
            for _ in range(number)
        ]
        await everybody.wait()
        begun = time.perf_counter()
        while everybody.n_waiting < number:
            await asyncio.sleep(0.01)
        seconds, peak = time.perf_counter() - begun, _megabytes(process)
        await everybody.wait()
    times = flat(one.result() for one in chats)
    floor = await ask_for_nothing(cloud.genesys, number, _FLOOR_SECONDS)
    found = Messages(
        sockets=number,
        per_second=len(times) / seconds,
        median=statistics.median(times),
        p99=_p99(times),
        floor_median=statistics.median(floor),
        floor_p99=_p99(floor),
    )
    return found, peak


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * max(_SOCKETS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
