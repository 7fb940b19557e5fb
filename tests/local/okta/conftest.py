"""A running local Okta."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.emulator.server import Server
from local.emulator.store import Store
from local.okta.api.calls import API_TOKEN
from local.okta.emulator import OktaEmulator
from tests import loopback

Json = dict[str, Any]


@dataclass(frozen=True)
class Okta:
    """The emulator and a client that has the API token."""

    emulator: OktaEmulator
    client: httpx.Client
    url: str

    def get(self, path: str, **query: str | int) -> Any:
        """Return what a path answers; anything but success fails the test."""
        return self._good(self.client.get(path, params=query))

    def post(self, path: str, body: Json | None = None) -> Any:
        """Return what a path answers to a POST."""
        return self._good(self.client.post(path, json=body or {}))

    def put(self, path: str, body: Json | None = None) -> Any:
        """Return what a path answers to a PUT."""
        return self._good(self.client.put(path, json=body or {}))

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        self._good(self.client.delete(path))

    def without_token(
        self, method: str, path: str, *, headers: Any = None, auth: Any = None, **options: Any
    ) -> httpx.Response:
        """Return what somebody is answered who has no API token, good or not."""
        request = self.client.build_request(method, path, **options)
        del request.headers["Authorization"]
        request.headers.update(headers)
        return self.client.send(request, auth=auth)

    def journal(self) -> list[Json]:
        """Return what the server has written down about requests."""
        entries: list[Json] = self.get("/_local/log")["entries"]
        return entries

    @staticmethod
    def _good(response: httpx.Response) -> Any:
        assert response.is_success, response.text
        return response.json() if response.content else None


@pytest.fixture(scope="module")
def running_okta() -> Iterator[Okta]:
    """One server for a whole module."""
    with Server() as server:
        emulator = OktaEmulator(base_url=server.url, store=Store())
        server.start(emulator.app)
        headers = {"Authorization": f"SSWS {API_TOKEN}"}
        with loopback.client(base_url=server.url, headers=headers) as client:
            yield Okta(emulator, client, server.url)


@pytest.fixture
def okta(running_okta: Okta) -> Okta:
    """A new organization behind the module's server."""
    # Through the server, so that it comes after everything the test before has asked for.
    running_okta.post("/_local/reset")
    return running_okta
