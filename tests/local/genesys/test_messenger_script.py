"""The Messenger stand-in in a real browser, loaded by the deployment's own snippet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.emulator.server import Server
from tests.local.genesys.conftest import Cloud

pytestmark = pytest.mark.browser

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is not on PATH: `make test` installs it")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield found
        found.close()


class Pages:
    """Serves one HTML text under every host name that browsers take for loopback."""

    def __init__(self) -> None:
        self.html = ""

    async def answer(self, _: Request) -> Response:
        """Return the text of the moment."""
        return HTMLResponse(self.html)


class Site:
    """A page whose HTML is a deployment's snippet and a script of ours."""

    def __init__(self, page: Page, pages: Pages, port: int, cloud: Cloud) -> None:
        self.page = page
        self.cloud = cloud
        self.console: list[str] = []
        self._pages = pages
        self._port = port
        page.on("console", lambda message: self.console.append(message.text))

    def deploy(self, **changes: Any) -> str:
        """Make a deployment for the hosts below shop.localhost; return its id."""
        configuration = self.cloud.add_configuration(messenger={"enabled": True})
        return self.cloud.add_deployment(
            configuration, **({"allowedDomains": ["shop.localhost"]} | changes)
        )

    def snippet(self, deployment: str) -> str:
        """Return a deployment's snippet."""
        path = f"/api/v2/webdeployments/deployments/{deployment}"
        return str(self.cloud.ask("GET", path)["snippet"])

    def open(self, snippet: str, script: str, host: str = "www.shop.localhost") -> None:
        """Open the page; `script` runs right after the snippet and may fill the list `seen`."""
        self._pages.html = f"<!doctype html>{snippet}<script>window.seen = [];{script}</script>"
        self.page.goto(f"http://{host}:{self._port}/")

    def wait(self, condition: str) -> Any:
        """Wait until a JavaScript expression is truthy and return its value."""
        return self.page.wait_for_function(condition, timeout=10_000).json_value()

    def wait_for_console(self, text: str) -> None:
        """Wait until the console has said something."""
        if not any(text in line for line in self.console):
            self.page.wait_for_event(
                "console", lambda message: text in message.text, timeout=10_000
            )


@pytest.fixture
def site(browser: Browser, cloud: Cloud) -> Iterator[Site]:
    """A fresh page beside a fresh organisation."""
    pages = Pages()
    context = browser.new_context()
    with Server() as server:
        server.start(Starlette(routes=[Route("/", pages.answer)]))
        yield Site(context.new_page(), pages, server.port, cloud)
        context.close()


def test_calls_made_before_the_script_arrived_run_in_order_with_the_configuration(
    site: Site,
) -> None:
    deployment = site.deploy()
    site.open(
        site.snippet(deployment),
        """
        Genesys('subscribe', 'GenesysJS.configurationReceived', function (e) { seen.push(e); });
        Genesys('registerPlugin', 'First', function (first) {
          first.registerCommand('greet', function (e) { e.resolve('hello ' + e.data.name); });
          first.ready();
        });
        Genesys('command', 'First.greet', {name: 'you'}, function (text) { seen.push(text); });
        """,
    )
    site.wait("seen.length === 2")
    envelope = site.page.evaluate("seen.find((one) => one.event)")
    assert envelope["event"] == "GenesysJS.configurationReceived"
    assert envelope["publisher"] == "GenesysJS"
    assert "eventName" not in envelope, "a late subscriber gets a replay"
    assert isinstance(envelope["time"], int)
    assert envelope["data"]["snippetConfig"]["deploymentId"] == deployment
    received = envelope["data"]["deploymentConfig"]
    assert received["auth"] == {"enabled": False, "allowSessionUpgrade": False}
    assert received["apiEndpoint"] == site.cloud.url
    assert "hello you" in site.page.evaluate("seen")
    paths = [entry["path"].rpartition("/")[2] for entry in site.cloud.log()]
    # The script is not in the list: its entry may come late, as it is written after the last byte.
    assert [path for path in paths if path.endswith(".json")] == ["domains.json", "config.json"]


def test_the_configuration_command_answers_without_the_end_points(site: Site) -> None:
    site.open(site.snippet(site.deploy()), "")
    config = site.page.evaluate(
        "new Promise((resolve) => Genesys('command', 'GenesysJS.configuration', resolve))"
    )
    assert config["defaultLanguage"] == "en-us"
    assert "apiEndpoint" not in config
    assert "messagingEndpoint" not in config["messenger"]["apps"]["conversations"]


def test_the_bus_as_plugins_use_it(site: Site) -> None:
    """Commands, refusals, events, replays, shared data and names taken, in one page."""
    site.open(
        site.snippet(site.deploy()),
        """
        Genesys('registerPlugin', 'Giver', function (giver) {
          giver.registerCommand('fail', async function () { throw new Error('broken'); });
          giver.registerCommand('refuse', function (e) { e.reject('no'); });
          giver.republish('kept', {n: 1});
          giver.publish('passing', {n: 2});
          giver.data('settings', {on: true});
          window.giver = giver;
          giver.ready();
        });
        Genesys('registerPlugin', 'Taker', function (taker) {
          window.taker = taker;
          window.answers = [
            taker.subscribe('Giver.ready', function (e) { seen.push(['ready', e]); }),
            taker.subscribe('Giver.kept', function (e) { seen.push(['kept', e]); }),
            taker.subscribe('Giver.passing', function (e) { seen.push(['passing', e]); }),
            taker.subscribe('nonsense', function () {}),
            taker.data('Giver.settings').on
          ];
          window.early = seen.length;
        });
        Genesys('registerPlugin', 'Giver', function () { seen.push(['taken']); });
        """,
    )
    site.wait("window.seen.length >= 2")
    assert site.page.evaluate("[answers, early]") == [
        ["Giver.ready", "Giver.kept", "Giver.passing", False, True],
        0,
    ]
    assert site.page.evaluate("seen.map((one) => one[0])") == ["ready", "kept"]
    assert any("Name is already taken" in line for line in site.console)
    site.page.evaluate("giver.publish('passing', {n: 3})")
    live = site.wait("(seen.find((one) => one[0] === 'passing') || [])[1]")
    assert (live["eventName"], live["data"]) == ("Giver.passing", {"n": 3})
    site.page.evaluate("taker.unsubscribe('Giver.passing'); giver.publish('passing')")
    refusals = site.page.evaluate(
        """Promise.all(['Giver.fail', 'Giver.refuse', 'Giver.unheard', 'Nobody.speak'].map(
          (name) => taker.command(name).catch((error) => String(error.message || error))))"""
    )
    assert refusals == [
        "broken",
        "no",
        "Giver.unheard is not a known command",
        "Nobody.speak is not a known command",
    ]
    assert site.page.evaluate("seen.filter((one) => one[0] === 'passing').length") == 1


@pytest.mark.parametrize(
    ("allowed", "host", "welcome"),
    [
        (["shop.localhost"], "shop.localhost", True),
        (["SHOP.localhost"], "www.shop.localhost", True),
        (["www.shop.localhost"], "shop.localhost", False),
        (["shop.localhost"], "workshop.localhost", False),
        ([], "shop.localhost", False),
        (None, "anywhere.localhost", True),
    ],
)
def test_only_allowed_hosts_get_the_messenger(
    site: Site, allowed: list[str] | None, host: str, welcome: bool
) -> None:
    changes: dict[str, Any] = (
        {"allowAllDomains": True, "allowedDomains": []}
        if allowed is None
        else {"allowedDomains": allowed}
    )
    site.open(
        site.snippet(site.deploy(**changes)),
        "Genesys('subscribe', 'GenesysJS.ready', function () { seen.push('ready'); });",
        host,
    )
    if welcome:
        site.wait("seen.length === 1")
    else:
        site.wait_for_console("is not an allowed domain")
        assert site.page.evaluate("seen") == [], "the queue is never drained"


def test_an_unknown_deployment_is_named_on_the_console(site: Site) -> None:
    snippet = site.snippet(site.deploy())
    site.cloud.emulator.reset()
    site.open(snippet, "Genesys('registerPlugin', 'X', function () { seen.push('x'); });")
    site.wait_for_console("cannot be read: status 403")
    assert site.page.evaluate("seen") == []


def test_the_script_is_served_so_that_an_edit_is_seen_at_once(cloud: Cloud) -> None:
    answer = httpx.get(f"{cloud.url}/genesys-bootstrap/genesys.min.js", headers={"Origin": "null"})
    assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"
