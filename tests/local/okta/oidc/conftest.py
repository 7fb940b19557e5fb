"""A shop's application at the local Okta, and browsers that visit it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from tests import loopback
from tests.local.okta.bodies import app_body
from tests.local.okta.conftest import Okta

Json = dict[str, Any]

CALLBACK = "https://shop.test/cb"
SIGNED_OUT = "https://shop.test/out"
ALICE = "alice@example.com"
CAROL = "carol@example.com"
PASSWORD = "Local-Okta-1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Browser:
    """Keeps cookies as a browser on loopback does, secure ones included; follows no redirect."""

    def __init__(self, url: str) -> None:
        self._client = loopback.client(base_url=url)
        self.cookies: dict[str, str] = {}

    def close(self) -> None:
        """Release the connection."""
        self._client.close()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request with the cookies, and keep those that come back."""
        headers = dict(options.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        response = self._client.request(method, path, headers=headers, **options)
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return response

    def submit(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Fill in the only form of a page and send it."""
        form = BeautifulSoup(page.text, "html.parser").form
        assert form is not None, page.text
        values = {
            str(one["name"]): str(one.get("value", "")) for one in form.find_all("input") if one
        }
        return self.send("POST", str(form["action"]), data=values | fields)

    def sign_in(
        self, page: httpx.Response, login: str = ALICE, password: str = PASSWORD
    ) -> httpx.Response:
        """Sign in on a sign-in page."""
        return self.submit(page, identifier=login, passcode=password)


@dataclass
class Shop:
    """An application with a secret, PKCE and refresh tokens, for the group Customers."""

    okta: Okta
    app: Json
    browsers: list[Browser] = field(default_factory=list)
    server: str = "default"
    redirect_uri: str = CALLBACK
    scope: str = "openid profile email"

    @property
    def client_id(self) -> str:
        """Return the client id."""
        return str(self.app["credentials"]["oauthClient"]["client_id"])

    @property
    def secret(self) -> str:
        """Return the client's secret."""
        return str(self.app["credentials"]["oauthClient"]["client_secret"])

    @property
    def endpoints(self) -> str:
        """Return the path before `/authorize`."""
        return f"/oauth2/{self.server}/v1"

    def browser(self) -> Browser:
        """Return a new browser."""
        self.browsers.append(Browser(self.okta.url))
        return self.browsers[-1]

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """Return a good authorize request with changes; None takes a parameter out."""
        whole = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": self.scope,
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in whole.items() if value is not None}

    def authorize(self, browser: Browser, **changes: Any) -> httpx.Response:
        """Open the authorize endpoint."""
        parameters = self.parameters(**changes)
        return browser.send("GET", f"{self.endpoints}/authorize", params=parameters)

    def code(self, login: str = ALICE, **changes: Any) -> str:
        """Sign somebody in with a new browser and return the code."""
        browser = self.browser()
        return answer_of(browser.sign_in(self.authorize(browser, **changes), login))["code"]

    def token(self, form: Json, *, auth: Any = "own", **options: Any) -> httpx.Response:
        """Send a form to the token endpoint, with the client's credentials in the header."""
        return self.call("token", form, auth=auth, **options)

    def call(self, name: str, form: Json, *, auth: Any = "own", **options: Any) -> httpx.Response:
        """Send a form to an endpoint for clients."""
        credentials = (self.client_id, self.secret) if auth == "own" else auth
        data = {key: value for key, value in form.items() if value is not None}
        with loopback.client(base_url=self.okta.url) as client:
            address = f"{self.endpoints}/{name}"
            return client.post(address, data=data, auth=credentials, **options)

    def redemption(self, code: str, **changes: Any) -> Json:
        """Return a good form that redeems a code, with changes."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }
        return form | changes

    def tokens(self, login: str = ALICE, **changes: Any) -> Json:
        """Sign somebody in and return what the token endpoint answers."""
        response = self.token(self.redemption(self.code(login, **changes)))
        assert response.status_code == 200, response.text
        found: Json = response.json()
        return found

    def set(self, credentials: Json | None = None, **settings: Any) -> None:
        """Change the application."""
        body = {k: v for k, v in self.app.items() if not k.startswith("_")}
        client = body["settings"]["oauthClient"] | settings
        body["settings"] = body["settings"] | {"oauthClient": client}
        own = body["credentials"]["oauthClient"] | (credentials or {})
        body["credentials"] = body["credentials"] | {"oauthClient": own}
        self.app = self.okta.put(f"/api/v1/apps/{self.app['id']}", body)

    def reason(self) -> str:
        """Return why the last refused request was refused, as the journal has it."""
        return next(str(one["reason"]) for one in self.okta.journal()[::-1] if "reason" in one)


def answer_of(response: httpx.Response) -> dict[str, str]:
    """Return the fields of a redirect to the client, and where it leads as `to`."""
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["location"])
    place, text = ("fragment", parts.fragment) if parts.fragment else ("query", parts.query)
    fields = dict(parse_qsl(text, keep_blank_values=True))
    return fields | {"to": f"{parts.scheme}://{parts.netloc}{parts.path}", "in": place}


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def register(okta: Okta, method: str) -> Json:
    """Return a new application that authenticates so, for the group Customers.

    Its refresh tokens rotate.
    """
    app: Json = okta.post(
        "/api/v1/apps",
        app_body(
            method,
            application_type="browser" if method == "none" else "web",
            credentials={"token_endpoint_auth_method": method},
            grant_types=["authorization_code", "refresh_token"],
            redirect_uris=[CALLBACK],
            post_logout_redirect_uris=[SIGNED_OUT],
            refresh_token={"rotation_type": "ROTATE", "leeway": 0},
        ),
    )
    let_in(okta, app)
    return app


def let_in(okta: Okta, app: Json) -> None:
    """Assign the group Customers to an application."""
    (customers,) = okta.get("/api/v1/groups", q="Customers")
    okta.put(f"/api/v1/apps/{app['id']}/groups/{customers['id']}")


@pytest.fixture
def shop(okta: Okta) -> Iterator[Shop]:
    """The shop's application."""
    app = okta.post(
        "/api/v1/apps",
        app_body(
            grant_types=["authorization_code", "refresh_token"],
            redirect_uris=[CALLBACK, "https://shop.test/cb?a=1"],
            post_logout_redirect_uris=[SIGNED_OUT],
        ),
    )
    let_in(okta, app)
    shop = Shop(okta, app)
    yield shop
    for browser in shop.browsers:
        browser.close()
