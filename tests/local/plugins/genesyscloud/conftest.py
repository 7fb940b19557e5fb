"""A provider connected to a local Genesys Cloud, and small inputs of each resource type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.emulator.store import Store
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.plugins.genesyscloud import genesyscloud_provider
from tests.local.genesys.conftest import DISCOVERY_URI, Cloud, new_token, running
from tests.local.plugins.engine_client import EngineClient, Values, secret, serving

INTEGRATION = "genesyscloud:index/integration:Integration"
CREDENTIAL = "genesyscloud:index/integrationCredential:IntegrationCredential"
CONFIGURATION = "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration"
DEPLOYMENT = "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment"


@pytest.fixture(scope="module")
def shared() -> Iterator[Cloud]:
    """One local Genesys Cloud for all tests; use `cloud`."""
    store = Store()
    with running(store) as found:
        yield found
    store.close()


@pytest.fixture
def cloud(shared: Cloud) -> Cloud:
    """A local Genesys Cloud with nothing in it."""
    shared.emulator.reset()
    shared.api.headers["Authorization"] = f"Bearer {new_token(shared)}"
    return shared


def settings(cloud: Cloud, **changes: Any) -> Values:
    """Return the stack's configuration as the engine passes it on: JSON for all but texts."""
    port = cloud.url.rpartition(":")[2]
    gateway = {"host": "127.0.0.1", "port": port, "protocol": "http"}
    return {
        "oauthclientId": LOCAL_CLIENT_ID,
        "oauthclientSecret": secret(LOCAL_CLIENT_SECRET),
        "gateways": json.dumps([gateway]),
        "tokenPoolSize": "1",
    } | changes


@pytest.fixture
def engine(cloud: Cloud) -> Iterator[EngineClient]:
    """A configured engine connection."""
    with serving(genesyscloud_provider(environ={})) as client:
        client.configure(settings(cloud))
        yield client


def calls(cloud: Cloud, after: int = 0) -> list[str]:
    """Return the calls that the cloud has seen, ids replaced by what they are."""
    found = []
    for entry in cloud.log()[after:]:
        path = entry["path"].removeprefix("/api/v2/")
        steps = ["*" if len(step) == 36 else step for step in path.split("/")]
        found.append(f"{entry['method']} {'/'.join(steps)}")
    return found


def integration(cloud: Cloud, credential: str, **changes: Any) -> Values:
    kind = cloud.messenger_type()
    (slot,) = kind["credentials"]
    config = {
        "name": "Sign-in",
        "properties": json.dumps({"discoveryUri": DISCOVERY_URI}),
        "credentials": {slot: credential},
    }
    return {"integrationType": kind["id"], "intendedState": "ENABLED", "config": config} | changes


def credential(cloud: Cloud, **changes: Any) -> Values:
    (slot,) = cloud.messenger_type()["credentials"].values()
    return {
        "name": "okta",
        "credentialTypeName": slot["credentialTypes"][0],
        "fields": secret({"clientId": "client", "clientSecret": "first"}),
    } | changes


def configuration(**changes: Any) -> Values:
    return {"name": "shop", "languages": ["en-us", "de"], "defaultLanguage": "en-us"} | changes


def deployment(configuration_id: str, **changes: Any) -> Values:
    return {
        "name": "shop",
        "allowedDomains": ["shop.example.com"],
        "configuration": {"id": configuration_id},
    } | changes
