"""The built pages in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from infra.outputs import load_outputs
from sample_site.approaches import Choice
from sample_site.build import build_site
from sample_site.source import PROJECT
from tests.accessibility import serious_barriers
from tests.sample_site.bootstrap import Bootstrap, configured
from tests.sample_site.browsing import Visitor, until
from tests.sample_site.samples import local_stack
from tests.sample_site.serving import Served, free_port, serving

pytestmark = pytest.mark.browser

Look = tuple[int, Literal["light", "dark"]]

_SCREENSHOTS = PROJECT / ".local" / "screenshots" / "sample_site"

# The contrast of each piece of text with what is painted behind it.
_POOR_CONTRASTS = """
() => {
  const channels = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3)
    .map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, index) => sum + v * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const rgba = channels(getComputedStyle(at).backgroundColor);
      if (rgba[3] === undefined || rgba[3] === 1) return rgba;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const pair = [channels(getComputedStyle(element).color), ground(element)].map(luminance);
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)} ${walker.currentNode.data.trim()}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize(("host", "path"), [("localhost", "/"), ("hilfe.localhost", "/hilfe/")])
def test_messenger_arrives_within_the_policy(
    visitor: Visitor, site: Served, bootstrap: Bootstrap, host: str, path: str
) -> None:
    """M26, X8"""
    page = visitor.open(f"http://{host}:{site.port}{path}")
    german = host == "hilfe.localhost"
    expect(page.locator("#status-line")).to_contain_text(
        "Der Messenger ist da und klärt" if german else "Messenger is here and finds out"
    )
    expect(page.locator("#status-authentication")).to_contain_text(
        "nötig" if german else "required"
    )
    assert bootstrap.asked == ["/genesys-bootstrap/genesys.min.js"]
    visitor.assert_untroubled(page)


def test_the_pages_work_on_any_static_host_under_any_path(
    visitor: Visitor, folder: Path, bootstrap: Bootstrap
) -> None:
    """M51: a host that sends none of our headers and puts the site anywhere."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder.parent)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            origin = f"http://localhost:{server.server_port}"
            page = visitor.open(f"{origin}/site/storefront/")
            expect(page.locator("#status-line")).to_contain_text("Messenger is here and finds out")
            visitor.assert_untroubled(page)
            page.get_by_role("link", name="Messenger as a tag").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Messenger by tag manager")
            page.evaluate(
                "document.body.append(Object.assign(document.createElement('script'), "
                "{ textContent: 'window.ran = true' }))"
            )
            assert page.evaluate("window.ran") is None
            page.close()
        finally:
            server.shutdown()


def test_the_policy_stops_what_was_not_foreseen(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/")
    page.evaluate(
        """() => {
          const add = (name, more) =>
            document.body.append(Object.assign(document.createElement(name), more));
          add('script', { textContent: 'window.ran = true' });
          add('script', { src: 'http://localhost:9/elsewhere.js' });
          add('img', { src: 'http://localhost:9/pixel.gif' });
          document.body.setAttribute('style', 'color: red');
          fetch('http://localhost:9/collect').catch(() => {});
        }"""
    )
    until(page, "window.violations.length >= 5")
    stopped = {report.split()[0] for report in page.evaluate("window.violations")}
    assert stopped == {"script-src-elem", "img-src", "style-src-attr", "connect-src"}
    assert page.evaluate("window.ran") is None


def test_a_snippet_with_other_line_ends_runs(
    visitor: Visitor, bootstrap: Bootstrap, tmp_path: Path
) -> None:
    port = free_port()
    outputs = local_stack(bootstrap.domain, port)
    for one, line_end in zip(outputs["sites"], ("\r\n", "\r"), strict=True):
        one["snippet"] = one["snippet"].replace("\n", line_end)
    build_site(load_outputs(outputs), tmp_path / "site", choice=Choice("endpoint"))
    with serving(tmp_path / "site", port):
        pages = ("", None), ("tag-manager.html", "Fire the tag")
        for one, (path, button) in zip(outputs["sites"], pages, strict=True):
            page = visitor.open(f"{one['url']}{path}")
            if button:
                page.get_by_role("button", name=button).click()
            expect(page.locator("#status-line")).to_contain_text("Messenger is here")
            visitor.assert_untroubled(page)


@pytest.mark.parametrize(
    ("events", "line", "authentication"),
    [
        (configured(enabled=False), "This deployment asks nobody to sign in", "off: anyone can"),
        (configured(status="Inactive"), "its deployment is Inactive.", "required"),
        (
            {"GenesysJS.domainNotAllowed": {}},
            "Messenger refuses this page: localhost is not among",
            None,
        ),
    ],
)
def test_the_status_line_tells_what_messenger_refuses(
    visitor: Visitor,
    site: Served,
    bootstrap: Bootstrap,
    events: dict[str, Any],
    line: str,
    authentication: str | None,
) -> None:
    """X7, M84: with a button to try again, and no way in that leads nowhere."""
    bootstrap.events = events
    page = visitor.open(f"http://localhost:{site.port}/")
    expect(page.locator("#status-line")).to_contain_text(line)
    expect(page.locator("#messenger-status")).to_have_attribute("data-state", "refused")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    if authentication is None:
        expect(page.locator("#status-facts")).to_be_hidden()
    else:
        expect(page.locator("#status-authentication")).to_contain_text(authentication)


def test_a_script_that_cannot_be_had_is_told_with_its_host(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    told = f"Messenger could not be reached: nothing came from {bootstrap.domain}."
    bootstrap.events = None
    page = visitor.open(f"http://localhost:{site.port}/", clock=True)
    page.clock.run_for(21_000)
    expect(page.locator("#status-line")).to_contain_text(told)
    page = visitor.open(f"http://localhost:{site.port}/tag-manager.html")
    page.get_by_role("button", name="Fire the tag").click()
    expect(page.locator("#status-line")).to_contain_text(told)


def test_the_tag_brings_messenger_late_and_once(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    """M27"""
    page = visitor.open(f"http://localhost:{site.port}/tag-manager.html")
    expect(page.locator("#status-line")).to_have_text("Not loaded yet: no tag has been fired.")
    assert bootstrap.asked == []
    assert page.evaluate("typeof window.Genesys") == "undefined"
    button = page.get_by_role("button", name="Fire the tag")
    button.press("Enter")
    expect(page.locator("#status-line")).to_contain_text("Messenger is here and finds out")
    expect(button).to_be_disabled()
    page.evaluate(
        "document.body.append(document.importNode("
        "document.getElementById('messenger-tag').content, true))"
    )
    assert bootstrap.asked == ["/genesys-bootstrap/genesys.min.js"]
    assert page.locator("button.copy").count() == page.locator("[data-copy]").count()
    visitor.assert_untroubled(page)


def test_values_are_copied_by_keyboard_or_selected_and_it_is_said_aloud(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(
        f"http://localhost:{site.port}/", permissions=["clipboard-read", "clipboard-write"]
    )
    button = page.locator("button.copy").first
    wanted = page.locator("[data-copy]").first
    label = wanted.get_attribute("data-copy")
    expect(button).to_have_accessible_name(f"Copy: {label}")
    button.press("Enter")
    announcement = page.locator("#announcement")
    expect(announcement).to_have_text(f"{label} copied.")
    expect(announcement).to_have_role("status")
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == wanted.text_content()
    assert page.locator("button.copy").count() == page.locator("[data-copy]").count()
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no')); }"
    )
    button.press("Enter")
    expect(announcement).to_contain_text("could not be copied")
    assert page.evaluate("getSelection().toString()") == wanted.text_content()


def test_without_script_nothing_pretends_to_work(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/", java_script_enabled=False)
    told = page.locator("noscript p")
    expect(told).to_be_visible()
    expect(told).to_have_text("Messenger needs JavaScript, which is switched off in this browser.")
    for path in ("", "account/", "playground.html", "tag-manager.html", "callback.html"):
        page.goto(f"http://localhost:{site.port}/{path}")
        assert [
            one for one in page.locator("button, input, select").all() if one.is_visible()
        ] == []
    expect(page.locator("noscript p")).to_contain_text("nothing has been done with it")


@pytest.mark.parametrize(
    ("name", "host", "path"),
    [
        ("storefront", "localhost", "/"),
        ("hilfe", "hilfe.localhost", "/hilfe/"),
        ("konto", "hilfe.localhost", "/hilfe/account/"),
        ("playground", "localhost", "/playground.html"),
        ("tag", "localhost", "/tag-manager.html"),
        ("callback", "localhost", "/callback.html?code=a&state=b"),
        ("signed-out", "localhost", "/signed-out.html"),
        ("missing", "hilfe.localhost", "/hilfe/not/here"),
        ("sites", "nowhere.localhost", "/"),
    ],
)
def test_pages_fit_and_read_and_keep_nobody_out(
    visitor: Visitor, site: Served, bootstrap: Bootstrap, name: str, host: str, path: str
) -> None:
    """On a phone and a desk, by day and by night, signed in or not; screenshots stay to look at."""
    page = visitor.open(f"http://{host}:{site.port}{path}")
    if page.locator("#status-facts").count() and name != "tag":
        expect(page.locator("#status-facts")).to_be_visible()
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map((h) => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    _assert_usable(page, name, ((360, "dark"), (1280, "light")))
    if page.locator("#person").count():
        page.evaluate("document.documentElement.dataset.signIn = 'in'")
        page.locator("#timeline").evaluate("one => { one.hidden = false; one.open = true }")
        _assert_usable(page, f"{name}-in", ((1280, "light"), (360, "dark")))


def _assert_usable(page: Page, name: str, looks: Sequence[Look]) -> None:
    """Colours and width in each look; barriers, which cost most to find, in the last one."""
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(_POOR_CONTRASTS) == []
    assert serious_barriers(page) == []
    page.screenshot(path=_SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)


def test_a_very_long_name_does_not_break_the_page(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/", width=360)
    page.evaluate(
        """document.querySelectorAll('h1, .wordmark span, .other, #person').forEach((one) =>
          { one.textContent = 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3) });
        document.documentElement.dataset.signIn = 'in'"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    until(page, "document.activeElement.getBoundingClientRect().top >= 0")
    everything = page.locator("a[href], button, summary").all()
    reachable = sum(one.is_visible() for one in everything)
    for _ in range(reachable - 1):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement);"
            " return [document.activeElement.tagName, style.outlineStyle, style.outlineWidth] }"
        )
        assert outline[0] in ("A", "BUTTON", "SUMMARY")
        assert outline[1:] == ["solid", "3px"]
    skip.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_motion_is_left_out_where_it_is_not_wanted(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    bootstrap.events = {}
    running = "getComputedStyle(document.querySelector('.lamp')).animationName"
    url = f"http://localhost:{site.port}/"
    assert visitor.open(url, reduced_motion="no-preference").evaluate(running) == "breathe"
    assert visitor.open(url, reduced_motion="reduce").evaluate(running) == "none"
