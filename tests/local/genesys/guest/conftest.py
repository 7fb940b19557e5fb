"""A deployment whose visitors sign in at a provider of the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from local.emulator.server import Server
from tests.local.genesys.conftest import Cloud, Json
from tests.local.genesys.guest.provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    VERIFIER,
    Provider,
    ProviderServer,
)

EXCHANGE = "/api/v2/webdeployments/token/oauthcodegrantjwtexchange"
ORIGIN = "https://www.example.com"


@dataclass
class Desk:
    """A deployment, its integration and its provider."""

    cloud: Cloud
    provider: Provider
    integration: str
    deployment: str
    configuration: str
    properties: Json = field(default_factory=dict)

    def grant(self, **changes: Any) -> Json:
        """Return the `oauth` part of an exchange; None leaves a member out."""
        oauth = {
            "code": None if "idToken" in changes else self.provider.code(),
            "redirectUri": REDIRECT_URI,
            "nonce": "nonce",
            "maxAge": 300,
            "codeVerifier": VERIFIER,
        } | changes
        return {name: value for name, value in oauth.items() if value is not None}

    def exchange(
        self, oauth: Json, *, origin: str | None = ORIGIN, **changes: Any
    ) -> httpx.Response:
        """Ask for a JWT."""
        headers = {"Origin": origin} if origin else {}
        body = {"deploymentId": self.deployment, "oauth": oauth} | changes
        return self.cloud.anyone.post(EXCHANGE, json=body, headers=headers)

    def sign_in(self, subject: str = "ada", **changes: Any) -> Json:
        """Return the tokens of a person who has just signed in."""
        self.provider.subject = subject
        answer = self.exchange(self.grant(), **changes)
        assert answer.status_code == 200, (answer.text, self.reason())
        return dict(answer.json())

    def refresh(self, token: str, **more: Any) -> httpx.Response:
        """Ask for a new JWT."""
        path = "/api/v2/webdeployments/token/refresh"
        return self.cloud.anyone.post(path, json={"refreshToken": token} | more)

    def revoke(self, jwt: str) -> httpx.Response:
        """Sign out."""
        headers = {"Authorization": f"bearer {jwt}"}
        return self.cloud.anyone.delete("/api/v2/webdeployments/token/revoke", headers=headers)

    def reason(self) -> str:
        """Return why the newest refusal happened."""
        reasons = [entry["reason"] for entry in self.cloud.log() if "reason" in entry]
        return str(reasons[-1]) if reasons else ""

    def set_up(self, **properties: Any) -> None:
        """Change properties of the integration."""
        path = f"/api/v2/integrations/{self.integration}/config/current"
        present = self.cloud.ask("GET", path)
        self.cloud.ask("PUT", path, present | {"properties": present["properties"] | properties})

    def switch(self, state: str) -> None:
        """Enable or disable the integration."""
        path = f"/api/v2/integrations/{self.integration}"
        self.cloud.ask("PATCH", path, {"intendedState": state})

    def deploy(self, **changes: Any) -> str:
        """Replace the deployment; return its id."""
        path = f"/api/v2/webdeployments/deployments/{self.deployment}"
        body = self.cloud.ask("GET", path)
        self.cloud.ask("PUT", path, body | changes)
        return self.deployment

    def add_site(self, settings: Json | None, **changes: Any) -> str:
        """Make a second deployment with those authentication settings; return its id."""
        given = {} if settings is None else {"authenticationSettings": settings}
        return self.cloud.add_deployment(self.cloud.add_configuration(**given, **changes))

    def require(self) -> Json:
        """Return the settings of a configuration with authentication on."""
        return {"enabled": True, "integrationId": self.integration}


@pytest.fixture(scope="session")
def provider_server() -> Iterator[ProviderServer]:
    """One server for all tests; use `desk`."""
    with Server() as server:
        yield ProviderServer(server)


@pytest.fixture
def desk(cloud: Cloud, provider_server: ProviderServer) -> Desk:
    """A deployment for www.example.com with authentication on and a well-behaved provider."""
    provider = provider_server.provider = Provider(provider_server.url)
    provider.now = cloud.emulator.clock.timestamp
    integration = cloud.add_integration()
    ((slot, described),) = cloud.messenger_type()["credentials"].items()
    credential = cloud.ask(
        "POST",
        "/api/v2/integrations/credentials",
        {
            "name": "okta",
            "type": {"name": described["credentialTypes"][0]},
            "credentialFields": {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET},
        },
    )
    discovery = f"{provider.url}/.well-known/openid-configuration"
    config = {
        "version": 1,
        "properties": {"discoveryUri": discovery},
        "credentials": {slot: {"id": credential["id"]}},
    }
    cloud.ask("PUT", f"/api/v2/integrations/{integration}/config/current", config)
    settings = {"enabled": True, "integrationId": integration}
    configuration = cloud.add_configuration(authenticationSettings=settings)
    deployment = cloud.add_deployment(configuration)
    desk = Desk(cloud, provider, integration, deployment, configuration)
    desk.switch("ENABLED")
    return desk
