"""Visitors of the local clouds who spend as little time of their own as they can."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from websockets.asyncio.client import connect

from local.okta.model.seed import PEOPLE

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_EXCHANGE = "/api/v2/webdeployments/token/oauthcodegrantjwtexchange"
_EMPTY = "/_local/health"


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, list[str]]
    body: bytes


@dataclass
class Line:
    """One connection that stays open, of an HTTP client that knows just enough."""

    url: str
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request and return the answer."""
        place = urlsplit(self.url)
        if self._streams is None:
            self._streams = await asyncio.open_connection(place.hostname, place.port)
        reader, writer = self._streams
        lines = {"Host": place.netloc, "Content-Length": str(len(body))} | (headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found: dict[str, list[str]] = {}
        for line in fields:
            name, _, value = line.partition(": ")
            found.setdefault(name.lower(), []).append(value)
        length = int(found.get("content-length", ["0"])[0])
        return Answer(int(status.split()[1]), found, await reader.readexactly(length))

    async def empty(self) -> None:
        """Ask for next to nothing: the floor of everything else."""
        await self.send("GET", _EMPTY)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass(frozen=True)
class Place:
    """Where visitors go: the clouds' addresses and what the stack has declared there."""

    okta: str
    genesys: str
    authorize: str
    client_id: str
    redirect_uri: str
    origin: str
    deployment: str
    scopes: str


@dataclass
class Visitor:
    """A browser at Okta and a page with Messenger."""

    place: Place
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._okta, self._genesys = Line(self.place.okta), Line(self.place.genesys)

    async def sign_in(self, *, anew: bool) -> None:
        """Go from the authorize request to Messenger's JWT.

        Anew: by the form of the sign-in page (password checked), in a browser without cookies;
        else by the session at Okta, without a page (`prompt=none`).
        """
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "client_id": self.place.client_id,
            "redirect_uri": self.place.redirect_uri,
            "response_type": "code",
            "scope": self.place.scopes,
            "state": secrets.token_urlsafe(16),
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if anew:
            self.cookies.clear()
        else:
            query["prompt"] = "none"
        answer = await self._browse("GET", f"{self.place.authorize}?{urlencode(query)}")
        if anew:
            handle = re.search(rb'name="stateToken" value="([^"]+)"', answer.body)
            assert handle is not None
            person = PEOPLE[1]
            form = {
                "stateToken": handle[1].decode(),
                "identifier": person.login,
                "passcode": person.password,
            }
            answer = await self._browse("POST", "/login/sign-in", form)
        assert answer.status == 302, answer
        fields = parse_qs(urlsplit(answer.headers["location"][0]).query)
        assert "code" in fields, fields
        oauth = {
            "code": fields["code"][0],
            "redirectUri": self.place.redirect_uri,
            "nonce": nonce,
            "codeVerifier": verifier,
        }
        body = json.dumps({"deploymentId": self.place.deployment, "oauth": oauth}).encode()
        headers = _JSON | {"Origin": self.place.origin}
        answer = await self._genesys.send("POST", _EXCHANGE, headers, body)
        assert answer.status == 200, answer

    async def _browse(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": pairs} if pairs else {}
        body = urlencode(form or {}).encode()
        answer = await self._okta.send(method, path, headers | (_FORM if form else {}), body)
        for line in answer.headers.get("set-cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def close(self) -> None:
        """Leave."""
        self._okta.close()
        self._genesys.close()


async def chat(
    genesys: str, deployment: str, everybody: asyncio.Barrier, seconds: float
) -> list[float]:
    """Send messages one after the other; return how many seconds each took to come back.

    A round trip ends when the service has sent the message back; the agent's answer, which comes
    after it, is awaited before the next message. Begins when everybody's socket is open, and
    leaves when everybody has finished.
    """
    token = str(uuid4())
    times: list[float] = []

    def frame(action: str, **more: Any) -> str:
        return json.dumps({"action": action, "token": token} | more)

    message = frame("onMessage", message={"type": "Text", "text": "How long does this take?"})
    url = f"ws{genesys.removeprefix('http')}/v1?deploymentId={deployment}"
    async with connect(url, proxy=None, open_timeout=60, ping_interval=None) as socket:
        await socket.send(frame("configureSession", deploymentId=deployment))
        assert json.loads(await socket.recv())["code"] == 200
        await everybody.wait()
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            begun = time.perf_counter()
            await socket.send(message)
            await socket.recv()
            times.append(time.perf_counter() - begun)
            await socket.recv()
        await everybody.wait()
    return times


async def ask_for_nothing(url: str, number: int, seconds: float) -> list[float]:
    """Send empty requests over that many connections at once; return how long each took."""

    async def ask(line: Line) -> list[float]:
        times: list[float] = []
        await line.empty()
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            begun = time.perf_counter()
            await line.empty()
            times.append(time.perf_counter() - begun)
        line.close()
        return times

    return flat(await asyncio.gather(*(ask(Line(url)) for _ in range(number))))


def flat(lists: Iterable[list[float]]) -> list[float]:
    """Return the items of all lists."""
    return [item for one in lists for item in one]
