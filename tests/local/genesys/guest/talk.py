"""A visitor's end of the web messaging socket, on a library that knows nothing of Messenger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import ClientConnection, connect

from tests.local.genesys.conftest import Cloud, Json

_SECONDS = 10


class Talk:
    """One socket to one deployment."""

    def __init__(self, socket: ClientConnection, deployment: str, token: str) -> None:
        self.socket = socket
        self.deployment = deployment
        self.token = token

    def send(self, action: str, **more: Any) -> None:
        """Send a frame."""
        self.socket.send(json.dumps({"action": action, "token": self.token} | more))

    def receive(self) -> Json:
        """Return the next frame."""
        found: Json = json.loads(self.socket.recv(timeout=_SECONDS))
        return found

    def ask(self, action: str, **more: Any) -> Json:
        """Send a frame and return the next one that comes."""
        self.send(action, **more)
        return self.receive()

    def configure(self, jwt: str | None = None, **more: Any) -> Json:
        """Configure the session, as a guest or with a JWT; return the answer."""
        body = {"deploymentId": self.deployment, "startNew": False} | more
        if jwt is None:
            return self.ask("configureSession", **body)
        return self.ask("configureAuthenticatedSession", data={"code": jwt}, **body)

    def started(self, jwt: str | None = None, **more: Any) -> Json:
        """Configure a session that must start; return what is told of it."""
        answer = self.configure(jwt, **more)
        assert (answer["class"], answer["code"]) == ("SessionResponse", 200), answer
        return dict(answer["body"])

    def say(self, text: str, attributes: Json | None = None, **more: Any) -> tuple[Json, Json]:
        """Say something; return the message as it comes back, and what the agent answers."""
        message: Json = {"type": "Text", "text": text}
        if attributes is not None:
            message["channel"] = {"metadata": {"customAttributes": attributes}}
        return self.ask("onMessage", message=message, **more), self.receive()

    def rest(self) -> list[Json]:
        """Return what still comes until the server closes the socket, in good order."""
        found = []
        with suppress(ConnectionClosedOK):
            while True:
                found.append(self.receive())
        return found


@contextmanager
def talking(
    cloud: Cloud,
    deployment: str,
    *,
    origin: str | None = "https://www.example.com",
    token: str | None = None,
) -> Iterator[Talk]:
    """Open a socket to a deployment."""
    url = f"ws{cloud.url.removeprefix('http')}/v1?deploymentId={deployment}"
    with connect(
        url, additional_headers={"Origin": origin} if origin else {}, proxy=None
    ) as socket:
        yield Talk(socket, deployment, token or str(uuid4()))
