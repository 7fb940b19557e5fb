"""A running local Genesys Cloud, and what its tests do with it over and over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.emulator.server import Server
from local.emulator.store import Store
from local.genesys.emulator import GenesysEmulator
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from tests import loopback

Json = dict[str, Any]

MESSENGER_TYPE_NAME = "OpenID Connect Messenger Configuration"
DISCOVERY_URI = "https://example.okta.com/oauth2/default/.well-known/openid-configuration"


@dataclass(frozen=True)
class Cloud:
    """A running emulator, a client with a token, and one without."""

    emulator: GenesysEmulator
    url: str
    api: httpx.Client
    anyone: httpx.Client

    def ask(self, method: str, path: str, body: Any = None) -> Json:
        """Return the answer to a request that must succeed."""
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, (answer.status_code, answer.text)
        found: Json = answer.json() if answer.content else {}
        return found

    def messenger_type(self) -> Json:
        """Return the OpenID Connect Messenger type, found by its name."""
        types = self.ask("GET", "/api/v2/integrations/types?pageSize=100")["entities"]
        (found,) = [one for one in types if one["name"] == MESSENGER_TYPE_NAME]
        return dict(found)

    def add_credential(self) -> str:
        """Make a credential that fits the Messenger type; return its id."""
        (slot,) = self.messenger_type()["credentials"].values()
        body = {
            "name": "okta",
            "type": {"name": slot["credentialTypes"][0]},
            "credentialFields": {"clientId": "client", "clientSecret": "hidden-value"},
        }
        return str(self.ask("POST", "/api/v2/integrations/credentials", body)["id"])

    def add_integration(self) -> str:
        """Make an integration of the Messenger type, not set up; return its id."""
        body = {"integrationType": {"id": self.messenger_type()["id"]}}
        return str(self.ask("POST", "/api/v2/integrations", body)["id"])

    def add_configuration(self, **changes: Any) -> str:
        """Make a configuration with one published version; return its id."""
        body = configuration_body(**changes)
        id = str(self.ask("POST", "/api/v2/webdeployments/configurations", body)["id"])
        self.publish(id)
        return id

    def publish(self, id: str) -> str:
        """Publish a configuration's draft; return the version."""
        path = f"/api/v2/webdeployments/configurations/{id}/versions/draft"
        self.ask("GET", path)
        return str(self.ask("POST", f"{path}/publish")["version"])

    def add_deployment(self, configuration: str, **changes: Any) -> str:
        """Make a deployment of a configuration's first version; return its id."""
        body = deployment_body(configuration, **changes)
        return str(self.ask("POST", "/api/v2/webdeployments/deployments", body)["id"])

    def log(self) -> list[Json]:
        """Return the journal."""
        return list(self.anyone.get("/_local/log").json()["entries"])


def configuration_body(**changes: Any) -> Json:
    """Return a small configuration."""
    body = {"name": "site", "languages": ["en-us", "de"], "defaultLanguage": "en-us"}
    return body | changes


def deployment_body(configuration: str, version: str = "1", **changes: Any) -> Json:
    """Return a small deployment."""
    return {
        "name": "site",
        "allowedDomains": ["www.example.com"],
        "configuration": {"id": configuration, "version": version},
    } | changes


@contextmanager
def running(store: Store) -> Iterator[Cloud]:
    """Serve a local Genesys Cloud on a free port."""
    with Server() as server:
        emulator = GenesysEmulator(base_url=server.url, store=store)
        server.start(emulator.app)
        with (
            loopback.client(base_url=server.url) as anyone,
            loopback.client(base_url=server.url) as api,
        ):
            cloud = Cloud(emulator, server.url, api, anyone)
            api.headers["Authorization"] = f"Bearer {new_token(cloud)}"
            yield cloud


def new_token(cloud: Cloud) -> str:
    """Return a fresh access token of the local client."""
    answer = cloud.anyone.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET),
    )
    assert answer.is_success, answer.text
    return str(answer.json()["access_token"])


@pytest.fixture(scope="session")
def shared_cloud() -> Iterator[Cloud]:
    """One server for all tests; use `cloud`."""
    store = Store()
    with running(store) as found:
        yield found
    store.close()


@pytest.fixture
def cloud(shared_cloud: Cloud) -> Cloud:
    """A local Genesys Cloud with nothing in it but what every new organisation has."""
    shared_cloud.emulator.reset()
    shared_cloud.api.headers["Authorization"] = f"Bearer {new_token(shared_cloud)}"
    return shared_cloud
