"""The built pages in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise, product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from infra.outputs import load_outputs
from sample_site.build import build_site
from sample_site.source import PROJECT
from tests.sample_site.bootstrap import Bootstrap, configured, serving_bootstrap
from tests.sample_site.samples import Outputs, local_stack, production_stack, snippet
from tests.sample_site.serving import Served, free_port, serving

pytestmark = pytest.mark.browser

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SCREENSHOTS = PROJECT / ".local" / "screenshots" / "sample_site"

# Every report of a browser that keeps to the page's policy.
_NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

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


@pytest.fixture(scope="module")
def bootstrap_server() -> Iterator[Bootstrap]:
    with serving_bootstrap() as bootstrap:
        yield bootstrap


@pytest.fixture
def bootstrap(bootstrap_server: Bootstrap) -> Bootstrap:
    """The origin of Messenger's script, as if nobody had asked it yet."""
    bootstrap_server.events = configured()
    bootstrap_server.asked.clear()
    return bootstrap_server


def sites_here(bootstrap: Bootstrap, port: int) -> Outputs:
    """Return the local stack, and the company's site beside it under a path."""
    outputs = local_stack(bootstrap.domain, port)
    site = production_stack()["sites"][0]
    site["url"] = f"http://hilfe.localhost:{port}/hilfe/"
    site["snippet"] = snippet(
        site["deploymentId"], environment="local", origin=f"http://{bootstrap.domain}"
    )
    outputs["sites"].append(site)
    return outputs


@pytest.fixture(scope="module")
def folder(bootstrap_server: Bootstrap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("browsed") / "site"
    build_site(load_outputs(sites_here(bootstrap_server, 8080)), out)
    return out


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Served]:
    with serving(folder) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "Chromium is not on PATH; `make test` installs it."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


class Visitor:
    """Opens pages, each in a context of its own, and notes what goes wrong on them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._noted: dict[Page, list[str]] = {}

    def open(
        self, url: str, *, width: int = 1280, before: str = "", clock: bool = False, **options: Any
    ) -> Page:
        """Open an address; `before` is a script that runs ahead of the page's own."""
        context = self._browser.new_context(viewport={"width": width, "height": 800}, **options)
        self._contexts.append(context)
        context.add_init_script(_NOTE_VIOLATIONS + before)
        page = context.new_page()
        noted = self._noted[page] = []
        page.on("console", lambda message: noted.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: noted.append(str(error)))
        if clock:
            page.clock.install()
        page.goto(url)
        return page

    def assert_untroubled(self, page: Page) -> None:
        """No error, no warning, and nothing that the page's policy had to stop."""
        assert self._noted[page] == []
        assert page.evaluate("window.violations") == []

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    one = Visitor(browser)
    yield one
    one.close()


HOME_PAGES = [
    ("localhost", "/"),
    ("help.localhost", "/"),
    ("hilfe.localhost", "/hilfe/"),
]


@pytest.mark.parametrize(("host", "path"), HOME_PAGES)
def test_messenger_arrives_within_the_policy(
    visitor: Visitor, site: Served, bootstrap: Bootstrap, host: str, path: str
) -> None:
    """M26, X8"""
    page = visitor.open(f"http://{host}:{site.port}{path}")
    german = host == "hilfe.localhost"
    expect(page.locator("#status-line")).to_have_text(
        "Der Messenger ist da." if german else "Messenger is here."
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
            expect(page.locator("#status-line")).to_have_text("Messenger is here.")
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
    page.wait_for_function("window.violations.length >= 5")
    stopped = {report.split()[0] for report in page.evaluate("window.violations")}
    assert stopped == {"script-src-elem", "img-src", "style-src-attr", "connect-src"}
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_a_snippet_with_other_line_ends_runs(
    visitor: Visitor, bootstrap: Bootstrap, tmp_path: Path, line_end: str
) -> None:
    port = free_port()
    outputs = local_stack(bootstrap.domain, port)
    for one in outputs["sites"]:
        one["snippet"] = one["snippet"].replace("\n", line_end)
    build_site(load_outputs(outputs), tmp_path / "site")
    with serving(tmp_path / "site", port):
        for path, button in (("/", None), ("/tag-manager.html", "Fire the tag")):
            page = visitor.open(f"http://localhost:{port}{path}")
            if button:
                page.get_by_role("button", name=button).click()
            expect(page.locator("#status-line")).to_have_text("Messenger is here.")
            visitor.assert_untroubled(page)


@pytest.mark.parametrize(
    ("events", "state", "line", "authentication"),
    [
        (configured(), "found", "Messenger is here.", "required: only visitors"),
        (configured(enabled=False), "open", "Messenger is here.", "off: anyone can write"),
        (configured(status="Inactive"), "refused", "its deployment is Inactive.", "required"),
        (
            {"GenesysJS.domainNotAllowed": {}},
            "refused",
            "Messenger refuses this page: localhost is not among",
            None,
        ),
    ],
)
def test_the_status_line_tells_what_messenger_says(
    visitor: Visitor,
    site: Served,
    bootstrap: Bootstrap,
    events: dict[str, Any],
    state: str,
    line: str,
    authentication: str | None,
) -> None:
    """What a deployment refuses is told as well (X7)."""
    bootstrap.events = events
    page = visitor.open(f"http://localhost:{site.port}/")
    expect(page.locator("#status-line")).to_contain_text(line)
    expect(page.locator("#messenger-status")).to_have_attribute("data-state", state)
    if authentication is None:
        expect(page.locator("#status-facts")).to_be_hidden()
    else:
        expect(page.locator("#status-authentication")).to_contain_text(authentication)


def test_a_script_that_cannot_be_had_is_told_with_its_host(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    """At once where the browser knows, and after a while where nothing comes."""
    told = f"Messenger could not be reached: nothing came from {bootstrap.domain}."
    bootstrap.events = None
    page = visitor.open(f"http://localhost:{site.port}/", clock=True)
    page.clock.run_for(11_000)
    line = page.locator("#status-line")
    expect(line).to_have_text(told)
    expect(page.locator("#messenger-status")).to_have_attribute("data-state", "refused")
    page = visitor.open(f"http://localhost:{site.port}/tag-manager.html")
    page.get_by_role("button", name="Fire the tag").click()
    expect(page.locator("#status-line")).to_have_text(told)


def test_a_script_that_says_nothing_is_told_after_a_while(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    """X7: a page on a host that is not allowed hears nothing at all."""
    bootstrap.events = {}
    page = visitor.open(f"http://localhost:{site.port}/", clock=True)
    line = page.locator("#status-line")
    expect(line).to_have_text(f"Looking for Messenger at {bootstrap.domain} …")
    page.clock.run_for(4_000)
    expect(line).to_contain_text("Looking for Messenger")
    page.clock.run_for(7_000)
    expect(line).to_contain_text("Most often localhost is missing from the deployment's allowed")


def test_a_late_answer_still_counts(visitor: Visitor, site: Served, bootstrap: Bootstrap) -> None:
    bootstrap.events = {}
    page = visitor.open(f"http://localhost:{site.port}/", clock=True)
    page.clock.run_for(11_000)
    expect(page.locator("#status-line")).to_contain_text("does not answer")
    page.evaluate("([name, data]) => window.tell(name, data)", *configured().items())
    expect(page.locator("#status-line")).to_have_text("Messenger is here.")


def test_a_snippet_that_did_not_run_is_told(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    blocked = "Object.defineProperty(window, 'Genesys', { value: undefined });"
    page = visitor.open(f"http://localhost:{site.port}/", before=blocked)
    expect(page.locator("#status-line")).to_have_text(
        "The Messenger snippet did not run on this page."
    )


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
    expect(page.locator("#status-line")).to_have_text("Messenger is here.")
    expect(button).to_be_disabled()
    page.evaluate(
        "document.body.append(document.importNode("
        "document.getElementById('messenger-tag').content, true))"
    )
    assert bootstrap.asked == ["/genesys-bootstrap/genesys.min.js"]
    visitor.assert_untroubled(page)


@pytest.mark.parametrize("path", ["/", "/tag-manager.html"])
def test_values_are_copied_by_keyboard_and_it_is_said_aloud(
    visitor: Visitor, site: Served, bootstrap: Bootstrap, path: str
) -> None:
    page = visitor.open(
        f"http://localhost:{site.port}{path}", permissions=["clipboard-read", "clipboard-write"]
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


def test_a_value_that_cannot_be_copied_is_selected(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/")
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no')); }"
    )
    page.locator("button.copy").first.click()
    expect(page.locator("#announcement")).to_contain_text("could not be copied")
    selected = page.evaluate("getSelection().toString()")
    assert selected == page.locator("[data-copy]").first.text_content()


def test_without_script_nothing_pretends_to_work(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/", java_script_enabled=False)
    told = page.locator("noscript p")
    expect(told).to_be_visible()
    expect(told).to_have_text("Messenger needs JavaScript, which is switched off in this browser.")
    assert page.locator("button").count() == 0
    page.goto(f"http://localhost:{site.port}/tag-manager.html")
    expect(page.locator("#fire")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "host", "path"),
    [
        ("storefront", "localhost", "/"),
        ("help", "help.localhost", "/"),
        ("hilfe", "hilfe.localhost", "/hilfe/"),
        ("tag", "localhost", "/tag-manager.html"),
        ("missing", "hilfe.localhost", "/hilfe/not/here"),
    ],
)
def test_pages_fit_and_read(
    visitor: Visitor, site: Served, bootstrap: Bootstrap, name: str, host: str, path: str
) -> None:
    """On a phone and a desk, by day and by night; a screenshot of each stays for a person."""
    page = visitor.open(f"http://{host}:{site.port}{path}")
    if path in ("/", "/hilfe/"):
        expect(page.locator("#messenger-status")).to_have_attribute("data-state", "found")
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map((h) => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for width, scheme in product((360, 1280), schemes):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(_POOR_CONTRASTS) == []
        page.screenshot(path=_SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)


def test_a_very_long_name_does_not_break_the_page(
    visitor: Visitor, bootstrap: Bootstrap, tmp_path: Path
) -> None:
    port = free_port()
    outputs = local_stack(bootstrap.domain, port)
    for one in outputs["sites"]:
        one["displayName"] = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
    build_site(load_outputs(outputs), tmp_path / "site")
    with serving(tmp_path / "site", port):
        page = visitor.open(f"http://localhost:{port}/", width=360)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    visitor: Visitor, site: Served, bootstrap: Bootstrap
) -> None:
    page = visitor.open(f"http://localhost:{site.port}/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")
    reachable = page.locator("a[href], button").count()
    for _ in range(reachable - 1):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement);"
            " return [document.activeElement.tagName, style.outlineStyle, style.outlineWidth] }"
        )
        assert outline[0] in ("A", "BUTTON")
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
