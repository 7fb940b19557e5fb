"""A visitor of the declared sites: at Okta with a browser, at Genesys Cloud as Messenger does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.end_to_end.clouds import ALICE, Clouds
from tests.local.genesys.conftest import Json
from tests.local.genesys.guest.conftest import EXCHANGE
from tests.local.genesys.guest.talk import Talk, talking
from tests.local.okta.oidc.conftest import VERIFIER, Browser, Shop, answer_of

_TOKENS = "/api/v2/webdeployments/token"


@dataclass
class Visitor(Shop):
    """What can be done at the declared Okta and the declared Genesys Cloud, well or badly.

    What a `Shop` does, it does for the client of Genesys; `session` is a browser in which Alice is
    signed in.
    """

    clouds: Clouds = field(kw_only=True)
    site: str = "storefront"
    opened: Browser | None = None

    @property
    def session(self) -> Browser:
        """Return the browser in which Alice is signed in."""
        if self.opened is None:
            self.opened = self.clouds.browser(signed_in=True)
            self.browsers.append(self.opened)
        return self.opened

    @property
    def deployment(self) -> str:
        """Return the id of the site's deployment."""
        return self.clouds.site(self.site).deployment_id

    @property
    def origin(self) -> str:
        """Return the origin of the site."""
        return self.clouds.site(self.site).url.rstrip("/")

    def at(self, site: str) -> Visitor:
        """Return the same visitor at another site."""
        self.site, self.redirect_uri = site, self.clouds.site(site).redirect_uri
        return self

    def visit(self, **changes: Any) -> httpx.Response:
        """Open the authorize endpoint with Alice's session."""
        return self.authorize(self.session, **changes)

    def code(self, login: str = ALICE, **changes: Any) -> str:
        """Return a code: Alice has a session, others sign in with a new browser."""
        if login != ALICE:
            return super().code(login, **changes)
        return answer_of(self.visit(**changes))["code"]

    def grant(self, code: str | None = None, **changes: Any) -> Json:
        """Return what `getAuthCode` resolves with; None leaves a member out."""
        oauth = {
            "code": code if code is not None or "idToken" in changes else self.code(),
            "redirectUri": self.redirect_uri,
            "nonce": "nonce-1",
            "codeVerifier": VERIFIER,
        } | changes
        return {name: value for name, value in oauth.items() if value is not None}

    def exchange(self, oauth: Json | None = None, **changes: Any) -> httpx.Response:
        """Hand a code to Genesys Cloud as Messenger does, a good one by default."""
        headers = {"Origin": changes.pop("origin", self.origin)}
        sent = {name: value for name, value in headers.items() if value is not None}
        body = {"deploymentId": self.deployment, "oauth": oauth or self.grant()} | changes
        return self.clouds.genesys.anyone.post(EXCHANGE, json=body, headers=sent)

    def sign_in(self, login: str = ALICE, **changes: Any) -> Json:
        """Return the tokens that Messenger gets for somebody who signs in."""
        answer = self.exchange(self.grant(self.code(login, **changes)))
        assert answer.status_code == 200, (answer.text, self.clouds.refusals("genesys"))
        return dict(answer.json())

    def renew(self, token: str, **more: Any) -> httpx.Response:
        """Ask Genesys Cloud for a new JWT."""
        path = f"{_TOKENS}/refresh"
        return self.clouds.genesys.anyone.post(path, json={"refreshToken": token} | more)

    def sign_out(self, jwt: str | None) -> httpx.Response:
        """Revoke a JWT at Genesys Cloud; None sends none."""
        headers = {} if jwt is None else {"Authorization": f"bearer {jwt}"}
        return self.clouds.genesys.anyone.delete(f"{_TOKENS}/revoke", headers=headers)

    def history(self, jwt: str) -> httpx.Response:
        """Ask Genesys Cloud for what was said in a session."""
        headers = {"Authorization": f"Bearer {jwt}"}
        return self.clouds.genesys.anyone.get("/api/v2/webmessaging/messages", headers=headers)

    def said(self, jwt: str) -> list[str]:
        """Return what visitors have said in a session, oldest first."""
        page = self.history(jwt).raise_for_status().json()
        found = [one for one in page["entities"] if one["direction"] == "Inbound"]
        return [str(one.get("text", "")) for one in reversed(found)]

    @contextmanager
    def talking(self, deployment: str | None = None, **options: Any) -> Iterator[Talk]:
        """Open a socket to the site's deployment, or to another one."""
        wanted = self.deployment if deployment is None else deployment
        with talking(self.clouds.genesys, wanted, **{"origin": self.origin, **options}) as talk:
            yield talk

    def switch_integration(self, state: str) -> None:
        """Enable or disable the integration."""
        path = f"/api/v2/integrations/{self.clouds.outputs.integration_id}"
        self.clouds.genesys.ask("PATCH", path, {"intendedState": state})

    def set_up(self, integration: str = "", **properties: Any) -> None:
        """Change properties of the integration, or of another one."""
        id = integration or self.clouds.outputs.integration_id
        path = f"/api/v2/integrations/{id}/config/current"
        present = self.clouds.genesys.ask("GET", path)
        body = present | {"properties": present["properties"] | properties}
        self.clouds.genesys.ask("PUT", path, body)

    def deploy(self, deployment: str = "", **changes: Any) -> str:
        """Change the site's deployment, or another one; return its id."""
        id = deployment or self.deployment
        path = f"/api/v2/webdeployments/deployments/{id}"
        self.clouds.genesys.ask("PUT", path, self.clouds.genesys.ask("GET", path) | changes)
        return id

    def add_deployment(self, **settings: Any) -> str:
        """Make a further deployment for localhost with those authentication settings."""
        configuration = self.clouds.genesys.add_configuration(
            authenticationSettings={
                "enabled": True,
                "integrationId": self.clouds.outputs.integration_id,
            }
            | settings
        )
        return self.clouds.genesys.add_deployment(configuration, allowedDomains=["localhost"])


@contextmanager
def visiting(clouds: Clouds) -> Iterator[Visitor]:
    """Open the browsers of a visitor, and close them in the end."""
    organization = clouds.okta.emulator.organization
    app = organization.applications.of_client(clouds.outputs.messenger_client_id)
    assert app is not None
    visitor = Visitor(
        okta=clouds.okta,
        app=app,
        server=clouds.issuer.rpartition("/")[2],
        redirect_uri=clouds.site().redirect_uri,
        scope="openid profile email",
        clouds=clouds,
    )
    try:
        yield visitor
    finally:
        for browser in visitor.browsers:
            browser.close()
