"""What tests of the Messenger stand-in do over and over: deploy, open a page, listen, wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.emulator.server import Server
from tests.local.genesys.conftest import Cloud, Json
from tests.local.genesys.guest.conftest import Desk

_SECONDS = 10
LAUNCHER = "#genesys-mxg-frame"
WINDOW = "#genesys-mxg-container-frame"

# Hears every event there is, and runs commands as promises.
_LISTENER = """
window.seen = [];
window.heard = [];
for (const name of [%s]) {
  Genesys('subscribe', name, (e) => heard.push([name, e.data]));
}
window.run = (name, data) => new Promise((resolve, reject) => Genesys('command', name, data,
  (value) => resolve(value === undefined ? null : value),
  (error) => reject(error instanceof Error ? error : new Error(JSON.stringify(error)))));
window.runOrWhy = (name, data) => run(name, data).catch((error) => error.message);
"""
_EVENTS = {
    "GenesysJS": "ready configurationReceived domainNotAllowed",
    "Auth": "ready authenticating authenticated loggedOut authError error tokenError"
    " authProviderError logoutError signInAvailable signingIn signedIn signInFailed",
    "Launcher": "ready visible hidden",
    "Messenger": "ready opened closed cleared",
    "MessagingService": "ready started restoring restored messagesReceived sendingMessage offline"
    " reconnecting reconnected conversationDisconnected readOnlyConversation conversationReset"
    " conversationCleared sessionCleared steppedUpConversation stepUpConversationError"
    " customAttributesSizeExceeded sessionDurationConfigured sessionTimingUpdated sessionWarning"
    " error",
    "Database": "ready updated removed",
    "Conversations": "ready opened started closed error",
}
_NAMES = ", ".join(
    f"'{plugin}.{event}'" for plugin, events in _EVENTS.items() for event in events.split()
)

# A page's sign-in as plain as it can be: codes come from the page's own server. A test may put
# other answers into `answers`, by command; each call is noted in `asked`.
AUTH_PROVIDER = """
window.asked = [];
window.answers = window.answers || {};
Genesys('registerPlugin', 'AuthProvider', (AuthProvider) => {
  window.AuthProvider = AuthProvider;
  const fresh = async () => (await fetch('/code')).json();
  const standard = { getAuthCode: fresh, reAuthenticate: async () => undefined };
  for (const name of ['getAuthCode', 'reAuthenticate', 'signIn']) {
    if (name === 'signIn' && !answers.signIn) continue;
    AuthProvider.registerCommand(name, async (e) => {
      asked.push([name, e.data]);
      e.resolve(await (answers[name] || standard[name])(e.data, fresh));
    });
  }
  AuthProvider.ready();
  if (answers.afterReady) answers.afterReady(AuthProvider);
});
"""


class Pages:
    """Serves one HTML text for every host that browsers take for loopback, and codes for it."""

    def __init__(self, server: Server) -> None:
        self.port = server.port
        self.reset()
        server.start(
            Starlette(routes=[Route("/code", self._code), Route("/{path:path}", self._page)])
        )

    def reset(self) -> None:
        """Forget what earlier tests put there."""
        self.html = ""
        self.policy = ""
        self.grant: Callable[[], Json] = dict

    async def _page(self, _: Request) -> Response:
        headers = {"Content-Security-Policy": self.policy} if self.policy else {}
        return HTMLResponse(self.html, headers=headers)

    async def _code(self, _: Request) -> Response:
        return JSONResponse(self.grant())


class Visitors:
    """People with a browser each."""

    def __init__(self, browser: Browser, pages: Pages) -> None:
        self.pages = pages
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def arrive(self, **options: Any) -> BrowserContext:
        """Return a fresh browser profile."""
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        return context

    def leave(self) -> None:
        """Close all browsers."""
        for context in self._contexts:
            context.close()


class Tab:
    """One page with Messenger on it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(_SECONDS * 1000)
        self.console: list[str] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    @property
    def launcher(self) -> FrameLocator:
        """The launcher's frame."""
        return self.page.frame_locator(LAUNCHER)

    @property
    def window(self) -> FrameLocator:
        """The chat window's frame."""
        return self.page.frame_locator(WINDOW)

    def wait(self, condition: str) -> Any:
        """Wait until a JavaScript expression is truthy and return its value."""
        return self.page.wait_for_function(condition, timeout=_SECONDS * 1000).json_value()

    def wait_for(self, event: str, times: int = 1) -> Any:
        """Wait until an event has come so many times; return what it brought last."""
        mine = f"heard.filter(([name]) => name === '{event}')"
        return self.wait(f"{mine}.length >= {times} && {mine}.at(-1)")[1]

    def count(self, event: str) -> int:
        """Return how often an event has come."""
        return self.names().count(event)

    def names(self, plugin: str = "") -> list[str]:
        """Return the events so far, in order."""
        names: list[str] = self.page.evaluate("heard.map(([name]) => name)")
        return [name for name in names if name.startswith(plugin)]

    def run(self, command: str, data: Any = None) -> Any:
        """Run a command; return what it resolves, or why it was refused."""
        return self.page.evaluate("([name, data]) => runOrWhy(name, data)", [command, data or {}])

    def wait_for_console(self, text: str) -> None:
        """Wait until the console has said something."""
        if not any(text in line for line in self.console):
            self.page.wait_for_event(
                "console", lambda message: text in message.text, timeout=_SECONDS * 1000
            )

    def stored(self, deployment: str) -> Json:
        """Return what Messenger keeps for a deployment, by the last part of its name."""
        found: Json = self.page.evaluate(
            "(prefix) => Object.fromEntries(Object.entries(localStorage)"
            ".filter(([key]) => key.startsWith(prefix))"
            ".map(([key, value]) => [key.slice(prefix.length), value]))",
            f"_{deployment}:",
        )
        return found


class Site:
    """A deployment, and the page that has its snippet."""

    def __init__(self, cloud: Cloud, visitors: Visitors, desk: Desk | None = None) -> None:
        self.cloud = cloud
        self.visitors = visitors
        self._desk = desk
        self.deployment = ""

    @property
    def desk(self) -> Desk:
        """The deployment's integration and provider."""
        assert self._desk is not None, "this site has no authentication"
        return self._desk

    def deploy(self, messenger: Json | None = None, **changes: Any) -> str:
        """Make a deployment; `domains` are its hosts, `messenger` its settings."""
        domains = changes.pop("domains", {"allowedDomains": ["localhost"]})
        settings = {
            "enabled": True,
            "launcherButton": {"visibility": "OnDemand"},
            "apps": {"conversations": {"enabled": True}},
        } | (messenger or {})
        configuration = self.cloud.add_configuration(messenger=settings, **changes)
        self.deployment = self.cloud.add_deployment(configuration, **domains)
        return self.deployment

    def snippet(self, **options: Any) -> str:
        """Return the deployment's snippet, with further options."""
        path = f"/api/v2/webdeployments/deployments/{self.deployment}"
        text = str(self.cloud.ask("GET", path)["snippet"])
        more = "".join(f", {name}: {json.dumps(value)}" for name, value in options.items())
        return text.replace(f"'{self.deployment}'", f"'{self.deployment}'{more}")

    def grant(self) -> Json:
        """Return what a page's getAuthCode resolves with, its code not yet spent."""
        oauth = self.desk.grant()
        return {"authCode": oauth.pop("code")} | oauth

    def open(
        self,
        script: str = "",
        *,
        host: str = "localhost",
        context: BrowserContext | None = None,
        before: str = "",
        snippet: str = "",
        **options: Any,
    ) -> Tab:
        """Open the page; `script` runs right after the snippet, `before` ahead of the plugin."""
        plugin = AUTH_PROVIDER if self._desk else ""
        self.visitors.pages.html = (
            "<!doctype html><html lang=en><head><title>Shop</title>"
            f"{snippet or self.snippet(**options)}"
            f"<script>{_LISTENER % _NAMES}{before}{plugin}{script}"
            "</script></head><body><h1>Shop</h1><button>Of the page</button></body></html>"
        )
        tab = Tab(context or self.visitors.arrive())
        tab.page.goto(f"http://{host}:{self.visitors.pages.port}/")
        return tab

    def paths(self, ending: str) -> list[Json]:
        """Return the journal's entries whose path ends so, without a browser's questions ahead."""
        entries = [entry for entry in self.cloud.log() if entry["method"] != "OPTIONS"]
        return [entry for entry in entries if entry["path"].endswith(ending)]

    def sessions(self) -> list[Json]:
        """Return all sessions as a flow would see them."""
        return list(self.cloud.anyone.get("/_local/conversations").json()["conversations"])


def refuse_codes(site: Site) -> None:
    """Let the provider refuse every code."""
    site.desk.provider.replies["token"] = lambda: JSONResponse(
        {"error": "invalid_grant"}, status_code=400
    )
