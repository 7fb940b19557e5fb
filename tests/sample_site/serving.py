"""A built site that is being served by a process of its own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from sample_site.source import PROJECT
from tests import loopback


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Served:
    """The running server."""

    port: int
    process: subprocess.Popen[str]

    def get(
        self, target: str, host: str = "localhost", method: str = "GET", **headers: str
    ) -> Answer:
        """Send one request; the target goes over the wire exactly as it is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(folder: Path, port: int | None = None) -> Iterator[Served]:
    """Serve a built folder with the real command, until the end of the block."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "sample_site", "serve", "--dir", str(folder), "--port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait(port, process)
        yield Served(port, process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_delay(20),
    wait=wait_fixed(0.02),
    reraise=True,
)
def _wait(port: int, process: subprocess.Popen[str]) -> None:
    assert process.poll() is None, process.communicate()[0]
    loopback.get(f"http://127.0.0.1:{port}/_site/health", timeout=10)
