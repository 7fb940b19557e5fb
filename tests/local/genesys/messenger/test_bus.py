"""The bus, loaded by the deployment's own snippet: queue, commands, events, domains, policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette

from local.emulator.server import Server
from local.genesys.handlers import messenger_script
from tests import loopback
from tests.local.genesys.conftest import Cloud
from tests.local.genesys.messenger.site import WINDOW, Site

pytestmark = pytest.mark.browser


def test_calls_made_before_the_script_arrived_run_in_order_with_the_configuration(
    site: Site,
) -> None:
    """M26: the snippet's queue is taken over, and its calls meet a configuration that is there."""
    deployment = site.deploy()
    tab = site.open(
        """
        Genesys('subscribe', 'GenesysJS.configurationReceived', (e) => seen.push(e));
        Genesys('registerPlugin', 'First', (first) => {
          first.registerCommand('greet', (e) => e.resolve('hello ' + e.data.name));
          first.ready();
        });
        Genesys('command', 'First.greet', {name: 'you'}, (text) => seen.push(text));
        """
    )
    tab.wait("seen.length === 2")
    envelope = tab.page.evaluate("seen.find((one) => one.event)")
    assert envelope["event"] == "GenesysJS.configurationReceived"
    assert envelope["publisher"] == "GenesysJS"
    assert "eventName" not in envelope, "a late subscriber gets a replay"
    assert isinstance(envelope["time"], int)
    assert envelope["data"]["snippetConfig"]["deploymentId"] == deployment
    received = envelope["data"]["deploymentConfig"]
    assert received["auth"] == {"enabled": False, "allowSessionUpgrade": False}
    assert received["apiEndpoint"] == site.cloud.url
    assert "hello you" in tab.page.evaluate("seen")
    paths = [entry["path"].rpartition("/")[2] for entry in site.cloud.log()]
    assert [path for path in paths if path.endswith(".json")] == ["domains.json", "config.json"]
    assert tab.console == []
    # The command answers with less, and where authentication is off there is no Auth plugin.
    config = tab.run("GenesysJS.configuration")
    assert config["defaultLanguage"] == "en-us"
    assert "apiEndpoint" not in config
    assert "messagingEndpoint" not in config["messenger"]["apps"]["conversations"]
    assert tab.run("Auth.logout") == "Auth.logout is not a known command"


def test_the_bus_as_plugins_use_it(site: Site) -> None:
    """Commands, refusals, events, replays, shared data and names taken, in one page."""
    site.deploy()
    tab = site.open(
        """
        Genesys('registerPlugin', 'Giver', (giver) => {
          giver.registerCommand('fail', async () => { throw new Error('broken'); });
          giver.registerCommand('refuse', (e) => e.reject('no'));
          giver.republish('kept', {n: 1});
          giver.publish('passing', {n: 2});
          giver.data('settings', {on: true});
          window.giver = giver;
          giver.ready();
        });
        Genesys('registerPlugin', 'Taker', (taker) => {
          window.taker = taker;
          window.replies = [
            taker.subscribe('Giver.ready', (e) => seen.push(['ready', e])),
            taker.subscribe('Giver.kept', (e) => seen.push(['kept', e])),
            taker.subscribe('Giver.passing', (e) => seen.push(['passing', e])),
            taker.subscribe('nonsense', () => {}),
            taker.data('Giver.settings').on
          ];
          window.early = seen.length;
        });
        Genesys('registerPlugin', 'Giver', () => seen.push(['taken']));
        Genesys('registerPlugin', 'Auth.More', () => seen.push(['dotted']));
        Genesys('unsubscribe', 'Giver.ready');
        """
    )
    tab.wait("seen.length >= 2")
    assert tab.page.evaluate("[replies, early]") == [
        ["Giver.ready", "Giver.kept", "Giver.passing", False, True],
        0,
    ]
    assert tab.page.evaluate("seen.map(([name]) => name)") == ["ready", "kept"]
    for told in ("Name is already taken", "needs a name without dots", "not a known call"):
        assert any(told in line for line in tab.console)
    tab.page.evaluate("giver.publish('passing', {n: 3})")
    live = tab.wait("(seen.find(([name]) => name === 'passing') || [])[1]")
    assert (live["eventName"], live["data"]) == ("Giver.passing", {"n": 3})
    tab.page.evaluate("taker.unsubscribe('Giver.passing'); giver.publish('passing')")
    refusals = tab.page.evaluate(
        """Promise.all(['Giver.fail', 'Giver.refuse', 'Giver.unheard', 'Nobody.speak'].map(
          (name) => taker.command(name).catch((error) => String(error.message || error))))"""
    )
    assert refusals == [
        "broken",
        "no",
        "Giver.unheard is not a known command",
        "Nobody.speak is not a known command",
    ]
    assert tab.page.evaluate("seen.filter(([name]) => name === 'passing').length") == 1


@pytest.mark.parametrize(
    ("allowed", "host", "welcome"),
    [
        ({"allowedDomains": ["shop.localhost"]}, "www.shop.localhost", True),
        ({"allowedDomains": []}, "shop.localhost", False),
    ],
)
def test_only_allowed_hosts_get_the_messenger(
    site: Site, allowed: dict[str, Any], host: str, welcome: bool
) -> None:
    """X7: anywhere else the queue is never drained, and the console says why."""
    site.deploy(domains=allowed)
    tab = site.open(host=host)
    if welcome:
        tab.wait_for("GenesysJS.ready")
    else:
        tab.wait_for_console("is not an allowed domain")
        assert tab.names() == []


def test_an_unknown_deployment_is_named_on_the_console(site: Site) -> None:
    site.deploy()
    snippet = site.snippet()
    site.cloud.emulator.reset()
    tab = site.open(snippet=snippet)
    tab.wait_for_console("cannot be read: status 403")
    assert tab.names() == []


def test_an_inactive_deployment_tells_its_configuration_and_offers_nothing(shop: Site) -> None:
    """M84: the page can see why nothing comes."""
    path = f"/api/v2/webdeployments/deployments/{shop.deployment}"
    shop.cloud.ask("PUT", path, shop.cloud.ask("GET", path) | {"status": "Inactive"})
    tab = shop.open()
    told = tab.wait_for("GenesysJS.configurationReceived")
    assert told["deploymentConfig"]["status"] == "Inactive"
    assert tab.run("Launcher.show") == "Launcher.show is not a known command"
    assert tab.page.evaluate("asked") == []


def test_the_messenger_works_under_a_policy_that_names_only_its_hosts(shop: Site) -> None:
    """X8: scripts, frames, styles and connections are all of one origin; nothing is inline."""
    cloud = shop.cloud.url
    # Inline is the test's own page, eval is how Playwright waits.
    shop.visitors.pages.policy = (
        f"default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' {cloud}; style-src {cloud};"
        f" frame-src {cloud}; connect-src 'self' {cloud} ws{cloud.removeprefix('http')}"
    )
    tab = shop.open(
        before="window.violations = [];"
        "addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective));"
    )
    tab.wait_for("Auth.authenticated")
    tab.run("Launcher.show")
    tab.run("Messenger.open")
    tab.run("MessagingService.sendMessage", {"message": "hello"})
    expect(tab.window.get_by_role("log")).to_contain_text("You wrote: hello")
    assert tab.page.evaluate("violations") == []
    assert tab.console == []


def test_the_log_that_debug_asks_for_shows_no_secret(shop: Site) -> None:
    shop.desk.provider.answer = {"refresh_token": "of-the-provider"}
    tab = shop.open(debug=True)
    told = tab.wait_for("Auth.authenticated")
    tab.run("Messenger.open")
    tab.wait_for("MessagingService.started")
    text = "\n".join(tab.console)
    assert "Auth.authenticated" in text
    assert "command Messenger.open" in text
    for secret in (told["jwt"], told["refreshToken"], "code-", "v" * 43):
        assert secret not in text


def test_languages(site: Site) -> None:
    """X4: the browser's language, else the default; changed by command; English where unwritten."""
    site.deploy(
        {"launcherButton": {"visibility": "On", "displayType": "Text"}},
        languages=["en-us", "de", "fr", "es", "ja", "ar", "cs"],
        defaultLanguage="fr",
        customI18nLabels=[
            {
                "language": "de",
                "localizedLabels": [{"key": "MessengerLauncherButtonText", "value": "Frag uns"}],
            }
        ],
    )
    tab = site.open(context=site.visitors.arrive(locale="ko-KR"))
    expect(tab.launcher.get_by_role("button", name="Ouvrir le chat")).to_be_visible()
    tab = site.open(context=site.visitors.arrive(locale="de-AT"))
    button = tab.launcher.get_by_role("button", name="Chat öffnen")
    expect(button).to_contain_text("Frag uns")
    button.click()
    titles = {
        "ja": ("チャットでお問い合わせ", "ja", "ltr"),
        "es": ("Chatee con nosotros", "es", "ltr"),
        "cs": ("Chat with us", "en", "ltr"),
        "ar": ("تحدث معنا", "ar", "rtl"),
    }
    for lang, (title, shown, direction) in titles.items():
        told = tab.run("Messenger.configure", {"config": {"lang": lang.upper()}})
        assert told == {"lang": lang, "shown": shown}
        expect(tab.window.get_by_role("dialog", name=title)).to_be_visible()
        expect(tab.window.locator("html")).to_have_attribute("lang", shown)
        expect(tab.window.locator("html")).to_have_attribute("dir", direction)
    box = tab.page.locator(WINDOW).bounding_box()
    assert box is not None
    assert box["x"] == 20, "where a line ends, which is on the left in Arabic"
    assert tab.run("Messenger.configure", {"config": {"lang": "ko"}}) == (
        "ko is not a language of this deployment: en-us, de, fr, es, ja, ar, cs"
    )


def test_script_and_frames_are_served_so_that_an_edit_is_seen_at_once(cloud: Cloud) -> None:
    foreign = {"Origin": "null"}
    script = f"{cloud.url}/genesys-bootstrap/genesys.min.js"
    answer = loopback.get(script, headers=foreign)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"
    again = foreign | {"If-None-Match": answer.headers["etag"]}
    assert loopback.get(script, headers=again).status_code == 304
    found = re.search(r"/genesys-bootstrap/messenger/\w+(?=/main\.js)", answer.text)
    assert found is not None
    modules = cloud.url + found[0]
    for path, kind in (
        ("main.js", "text/javascript"),
        ("frames/window.css", "text/css"),
        ("frames/window.html", "text/html"),
    ):
        answer = loopback.get(f"{modules}/{path}", headers=foreign)
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        policy = answer.headers.get("content-security-policy", "")
        assert ("default-src 'none'" in policy) is (kind == "text/html")
    for path in (
        "no.js",
        "frames",
        "%2e%2e/bootstrap.js",
        "..%2f..%2femulator.py",
        "%2fetc%2fhosts",
    ):
        assert loopback.get(f"{modules}/{path}").status_code == 404, path
    assert loopback.get(f"{modules}0/main.js").status_code == 404


def test_an_edit_of_a_module_changes_the_address_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a browser has kept is never mixed with what is new; a page from before gets its own."""
    monkeypatch.setattr(messenger_script, "_MODULES", tmp_path)
    module = tmp_path / "one.js"

    def edited(server: Server, text: str) -> str:
        module.write_text(text)
        script = loopback.get(f"{server.url}/genesys-bootstrap/genesys.min.js").text
        (folder,) = re.findall(r"/genesys-bootstrap/messenger/\w+/", script)
        return f"{folder}{module.name}"

    with Server() as server:
        server.start(Starlette(routes=messenger_script.routes()))
        first, second = edited(server, "1"), edited(server, "2")
        assert first != second
        assert edited(server, "1") == first
        assert [loopback.get(server.url + one).text for one in (first, second)] == ["1", "2"]
    with Server() as server:  # begun again beside a page that is still open
        server.start(Starlette(routes=messenger_script.routes()))
        assert loopback.get(server.url + first).text == "1"
