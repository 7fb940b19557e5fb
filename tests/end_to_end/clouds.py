"""Both local clouds, connected by the stack that the program declares, and fast to begin anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx

from infra.outputs import SiteOutputs, StackOutputs, load_outputs
from local.emulator.server import Server
from local.emulator.store import Store
from local.genesys.emulator import GenesysEmulator
from local.okta.api.calls import API_TOKEN
from local.okta.emulator import OktaEmulator
from tests import loopback
from tests.local.genesys.conftest import Cloud as Genesys
from tests.local.genesys.conftest import Json, new_token
from tests.local.genesys.guest.provider import CLIENT_ID, CLIENT_SECRET, Provider, ProviderServer
from tests.local.okta.conftest import Okta
from tests.local.okta.oidc.conftest import Browser
from tests.stack.cloud import Cloud, free_ports, serving_cloud
from tests.stack.workbench import Config, Workbench

ALICE: Final = "alice@example.com"
BOB: Final = "bob@example.com"
CAROL: Final = "carol@example.com"
PASSWORD: Final = "Local-Okta-1"

_DECLARED: Final = "declared"


@dataclass
class Clouds:
    """A running Okta and a running Genesys Cloud; `reset` returns to what the stack declares.

    `provider` is another OpenID provider, one that misbehaves when told to; the deployment
    `astray` at the same Genesys Cloud signs its visitors in there.
    """

    okta: Okta
    genesys: Genesys
    outputs: StackOutputs
    provider_server: ProviderServer
    astray: str = ""
    astray_integration: str = ""
    cookies: dict[str, str] | None = None

    @property
    def provider(self) -> Provider:
        """Return what the other provider will do."""
        return self.provider_server.provider

    @property
    def issuer(self) -> str:
        """Return the path of the declared authorization server."""
        return self.outputs.issuer.removeprefix(self.okta.url)

    @property
    def client(self) -> Json:
        """Return `client_id`, `client_secret` and the rest of the client of Genesys."""
        found: Json = self.messenger_app()["credentials"]["oauthClient"]
        return found

    def site(self, name: str = "storefront") -> SiteOutputs:
        """Return a site of the stack."""
        return next(site for site in self.outputs.sites if site.name == name)

    def messenger_app(self) -> Json:
        """Return the application whose codes Genesys redeems."""
        return dict(self.okta.get(f"/api/v1/apps/{self.outputs.messenger_client_id}"))

    def browser(self, *, signed_in: bool = False) -> Browser:
        """Return a new browser, one with Alice's session at Okta if she is signed in."""
        browser = Browser(self.okta.url)
        if signed_in and self.cookies:
            browser.cookies = dict(self.cookies)
        return browser

    def advance(self, seconds: float) -> None:
        """Move the clocks of both clouds."""
        for client in (self.okta.client, self.genesys.anyone):
            client.post("/_local/clock", json={"advance": seconds}).raise_for_status()

    def reset(self) -> None:
        """Return to the declared stack; nobody has been there but Alice's first browser."""
        # Through the servers, so that it comes after everything the test before has asked for.
        for client in (self.okta.client, self.genesys.anyone):
            client.post("/_local/reset", params={"to": _DECLARED}).raise_for_status()
        provider = self.provider_server.provider = Provider(self.provider_server.url)
        provider.now = self.genesys.emulator.clock.timestamp

    def refusals(self, name: str) -> list[str]:
        """Return why a cloud (`okta` or `genesys`) has refused what, oldest first."""
        return [str(one["reason"]) for one in self.journal(name) if "reason" in one]

    def journal(self, name: str) -> list[Json]:
        """Return what a cloud has written down about requests."""
        return self.okta.journal() if name == "okta" else self.genesys.log()

    def conversations(self) -> list[Json]:
        """Return the sessions as Architect's flows see them."""
        found = self.genesys.anyone.get("/_local/conversations").json()["conversations"]
        return list(found)


@contextmanager
def declared_clouds(
    engine: Path, home: Path, configure: Any, attached: Cloud | None = None
) -> Iterator[Clouds]:
    """Apply the program to empty clouds with changed configuration, and serve what it declared.

    Both clouds are in this process. The engine attaches to the providers of a local cloud of its
    own process: to `attached`, or to one that runs only until the program is applied.
    """
    with ExitStack() as stack:
        ports = free_ports()
        stores = [stack.enter_context(closing(Store())) for _ in range(2)]
        okta_server = stack.enter_context(Server(ports.okta))
        genesys_server = stack.enter_context(Server(ports.genesys))
        okta = OktaEmulator(base_url=okta_server.url, store=stores[0])
        genesys = GenesysEmulator(base_url=genesys_server.url, store=stores[1])
        okta_server.start(okta.app)
        genesys_server.start(genesys.app)
        with nullcontext(attached) if attached else serving_cloud(home / "cloud") as cloud:
            here = {"okta": okta_server.url, "genesys": genesys_server.url}
            bench = Workbench.on(
                replace(cloud, ports=ports, record=cloud.record | here), engine, home / "stack"
            )
            bench.configure(configure)
            bench.pulumi("stack", "init", bench.stack)
            bench.up()
        provider_server = ProviderServer(stack.enter_context(Server()))

        def client(url: str, **headers: str) -> httpx.Client:
            return stack.enter_context(loopback.client(base_url=url, headers=headers))

        clouds = Clouds(
            Okta(okta, client(okta_server.url, Authorization=f"SSWS {API_TOKEN}"), okta_server.url),
            Genesys(
                genesys, genesys_server.url, client(genesys_server.url), client(genesys_server.url)
            ),
            load_outputs(bench.outputs()),
            provider_server,
        )
        token = new_token(clouds.genesys)
        clouds.genesys.api.headers["Authorization"] = f"Bearer {token}"
        _declare_other_provider(clouds)
        clouds.okta.get(f"{clouds.issuer}/v1/keys")  # making keys takes a while: once is enough
        clouds.okta.get("/oauth2/default/v1/keys")
        with closing(clouds.browser()) as browser:
            browser.sign_in(browser.send("GET", "/login/login.htm"), ALICE, PASSWORD)
            clouds.cookies = browser.cookies
        for anyone in (clouds.okta.client, clouds.genesys.anyone):
            anyone.put(f"/_local/checkpoints/{_DECLARED}").raise_for_status()
        yield clouds


def _declare_other_provider(clouds: Clouds) -> None:
    """Add a deployment whose visitors sign in at the provider that does as it is told."""
    genesys = clouds.genesys
    integration = genesys.add_integration()
    ((slot, described),) = genesys.messenger_type()["credentials"].items()
    credential = {
        "name": "astray",
        "type": {"name": described["credentialTypes"][0]},
        "credentialFields": {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET},
    }
    made = genesys.ask("POST", "/api/v2/integrations/credentials", credential)
    uri = f"{clouds.provider_server.url}/.well-known/openid-configuration"
    config = {
        "version": 1,
        "properties": {"discoveryUri": uri},
        "credentials": {slot: {"id": made["id"]}},
    }
    path = f"/api/v2/integrations/{integration}"
    genesys.ask("PUT", f"{path}/config/current", config)
    genesys.ask("PATCH", path, {"intendedState": "ENABLED"})
    settings = {"enabled": True, "integrationId": integration}
    configuration = genesys.add_configuration(authenticationSettings=settings)
    clouds.astray = genesys.add_deployment(configuration, allowedDomains=["localhost"])
    clouds.astray_integration = integration


def two_sites_for_customers(config: Config) -> None:
    """Configure a stack with all options that sign-in has: for one group, with refresh tokens.

    The help centre lets guests talk before they sign in, the storefront does not.
    """
    config["messenger-sso:assignment"] = ["Customers"]
    config["messenger-sso:refreshToken"] = True
    config["messenger-sso:scopes"] = ["openid", "profile", "email", "offline_access", "messenger"]
    config["messenger-sso:sites"][1]["sessionUpgrade"] = True
