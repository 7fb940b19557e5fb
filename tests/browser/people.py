"""People in front of a browser: they open pages, sign in, chat, and notice what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, FrameLocator, Page, Request, expect
from tenacity import Retrying, stop_after_attempt

from sample_site.source import PROJECT
from tests.browser.stacks import Stack
from tests.chromium import NOTE_VIOLATIONS
from tests.end_to_end.clouds import ALICE, PASSWORD

SCREENSHOTS = PROJECT / ".local" / "screenshots" / "browser"
LAUNCHER = "#genesys-mxg-frame"
WINDOW = "#genesys-mxg-container-frame"

# Three parts in base64url: ID tokens and Messenger's JWTs.
_TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


@dataclass
class Person:
    """One browser profile; whoever signs in with it. Tabs share cookies and local storage."""

    stack: Stack
    context: BrowserContext
    is_at_okta: bool = False
    noted: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @classmethod
    def with_profile(cls, stack: Stack, context: BrowserContext, approach: str | None) -> Person:
        """Return somebody with a new profile; `approach` is chosen for each tab as on the page."""
        context.set_default_timeout(15_000)
        context.add_init_script(NOTE_VIOLATIONS)
        if approach:
            context.add_init_script(
                "if (location.hostname.endsWith('localhost'))"
                f" sessionStorage.setItem('messenger-sso:approach', '\"{approach}\"');"
            )
        person = cls(stack, context)
        context.on("console", lambda message: person._note(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: person._note(f"uncaught: {error.error}"))
        context.on("request", lambda request: person.requests.append(request))
        return person

    def _note(self, text: str) -> None:
        self.noted.append(text)

    def bring_session(self) -> None:
        """Be Alice, who has signed in at Okta before: no page of theirs comes in between."""
        clouds = self.stack.clouds
        self.is_at_okta = True
        self.context.add_cookies(
            [
                {
                    "name": name,
                    "value": value,
                    "domain": "127.0.0.1",
                    "path": "/",
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "None",
                }
                for name, value in (clouds.cookies or {}).items()
            ]
        )

    def open(self, page: str = "", site: str = "storefront") -> Page:
        """Open a page of a site in a new tab."""
        tab = self.context.new_page()
        tab.goto(self.stack.url(site, page))
        return tab

    def sign_in(self, tab: Page, login: str = ALICE, password: str = PASSWORD) -> None:
        """Press the page's button, fill in the form if Okta shows one, and be back, signed in."""
        press_sign_in(tab)
        if not self.is_at_okta:
            fill_in(tab, login, password)
        expect_state(tab, "in")

    def wait(self, seconds: int) -> None:
        """Let time pass for both clouds, and for pages from their next load."""
        self.stack.clouds.advance(seconds)
        self.context.clock.install(time=datetime.now(UTC) + timedelta(seconds=seconds))


def press_sign_in(tab: Page) -> None:
    """Press the page's own button, as soon as it says that nobody is signed in."""
    expect_state(tab, "out")
    tab.locator("[data-sign-in]:visible:not(html)").first.click()


def fill_in(tab: Page, login: str = ALICE, password: str = PASSWORD) -> None:
    """Fill in and send the sign-in form of the local Okta."""
    tab.get_by_label(re.compile("user ?name|e-?mail", re.IGNORECASE)).fill(login)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()


def expect_state(tab: Page, state: str) -> None:
    """Wait until the page is in a state: unknown, out, working, in, ending or failed."""
    # Playwright looks every 100 ms where it may wait for 2 s, every 500 ms where it may for longer.
    for attempt in Retrying(stop=stop_after_attempt(10), reraise=True):
        with attempt:
            expect(tab.locator("html")).to_have_attribute("data-sign-in", state, timeout=2_000)


def expect_failure(tab: Page, words: str | re.Pattern[str]) -> None:
    """Wait until the page says in words why signing in has failed, and offers a way on."""
    expect_state(tab, "failed")
    expect(tab.locator("#status-line")).to_contain_text(words)
    expect(tab.locator("[data-sign-in-retry]:visible")).to_be_visible()
    expect(tab.locator(LAUNCHER)).to_be_hidden()


def until(tab: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds; the browser goes on meanwhile."""
    for _ in range(600):
        if holds():
            return
        tab.wait_for_timeout(25)
    raise AssertionError("It never came to hold.")


def conversation(tab: Page) -> FrameLocator:
    """Open Messenger's window by its launcher and return what is in it."""
    if not tab.locator(WINDOW).is_visible():
        tab.frame_locator(LAUNCHER).get_by_role("button").click()
    return tab.frame_locator(WINDOW)


def say(tab: Page, words: str) -> None:
    """Send a message and wait for the agent's answer to it."""
    window = conversation(tab)
    window.get_by_role("textbox").fill(words)
    window.get_by_role("textbox").press("Enter")
    expect(window.get_by_role("log")).to_contain_text(words)


def assert_untroubled(person: Person) -> None:
    """No error or warning on the console, nothing that a page's policy had to stop, no token seen.

    Tokens may be in bodies, in Messenger's own storage and in an ID token hint, nowhere else.
    """
    assert person.noted == []
    for tab in person.context.pages:
        assert tab.evaluate("window.violations") == []
    for request in person.requests:
        address = re.sub(r"id_token_hint=[^&]*", "", request.url)
        assert not _TOKEN.search(address), f"a token is in the address {address}"


def screenshot(tab: Page, name: str) -> Path:
    """Keep a picture for a person to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    tab.screenshot(path=path, full_page=True)
    return path
