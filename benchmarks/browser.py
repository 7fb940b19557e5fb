"""A visitor's browser: how long a sign-in takes with a session at Okta, and how much script.

Time begins with the navigation to the front page and ends when Messenger's launcher shows: the
page, its button pressed at once, Okta, the callback page, and Genesys redeeming the code.
"""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page
from rich.console import Console

from local.layout import Layout
from local.toolchain import ensure_engine
from sample_site.approaches import APPROACHES, Approach
from sample_site.build import build_site
from sample_site.minify import find_minifier
from sample_site.okta_sdk import find_sdk
from tests.browser.people import LAUNCHER, Person, fill_in
from tests.browser.stacks import Shape, Stack, deployed
from tests.chromium import chromium

FLOOR: Approach = "endpoint"
"""Approach B: nothing but what every sign-in needs."""

_PAGES = ("account/", "playground.html", "tag-manager.html", "signed-out.html")
_SDK = "okta-auth-js.core"


@dataclass(frozen=True)
class Scripts:
    """Bytes of script files that a page loads, as they are and compressed with gzip."""

    ours: int = 0
    ours_compressed: int = 0
    sdk: int = 0
    sdk_compressed: int = 0


@dataclass(frozen=True)
class Measurement:
    """One approach: the median in seconds, and what each page of the site loads."""

    approach: Approach
    seconds: float
    pages: Mapping[str, Scripts]


def measure(folder: Path, repeats: int = 7) -> list[Measurement]:
    """Sign in with each approach in turn, so that a busy moment of the machine meets all alike."""
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))
    with deployed(Shape(), engine, folder) as stack, chromium() as browser:
        # As it is shipped.
        build_site(stack.clouds.outputs, stack.folder, sdk=find_sdk(None), minifier=find_minifier())
        seconds: dict[Approach, list[float]] = {approach: [] for approach in APPROACHES}
        pages: dict[Approach, Mapping[str, Scripts]] = {}
        for approach in APPROACHES:  # the first of all is slower: nothing is warm yet
            pages[approach] = _look_around(stack, browser, approach)
        for _ in range(repeats):
            for approach, measured in seconds.items():
                measured.append(_time(stack, browser, approach))
    return [
        Measurement(approach, statistics.median(measured), pages[approach])
        for approach, measured in seconds.items()
    ]


def _time(stack: Stack, browser: Browser, approach: Approach) -> float:
    person = _arrive(stack, browser, approach)
    tab = person.context.new_page()
    begun = time.perf_counter()
    _sign_in(tab, stack.url())
    seconds = time.perf_counter() - begun
    person.context.close()
    return seconds


def _look_around(stack: Stack, browser: Browser, approach: Approach) -> Mapping[str, Scripts]:
    """Sign in and open every page; return what script files each has asked for."""
    person = _arrive(stack, browser, approach)
    loaded: dict[str, set[str]] = {}
    site = urlsplit(stack.url())

    def note(tab: Page) -> None:
        def at(url: str) -> None:
            page, script = urlsplit(tab.url), urlsplit(url)
            if page.netloc == script.netloc == site.netloc:
                loaded.setdefault(page.path, set()).add(script.path)

        tab.on("request", lambda one: at(one.url) if one.resource_type == "script" else None)

    person.context.on("page", note)
    _sign_in(person.context.new_page(), stack.url())
    for page in _PAGES:
        tab = person.context.new_page()
        tab.goto(stack.url(page=page), wait_until="networkidle")
        tab.close()
    person.context.close()
    files = stack.folder / "storefront"
    return {page: _weigh(files, paths) for page, paths in sorted(loaded.items())}


def _arrive(stack: Stack, browser: Browser, approach: Approach) -> Person:
    """Return a new profile that has a session at Okta and nothing else."""
    person = Person.with_profile(stack, browser.new_context(), approach)
    tab = person.context.new_page()
    tab.goto(f"{stack.clouds.okta.url}/login/login.htm")
    fill_in(tab)
    tab.get_by_text("alice@example.com").wait_for()
    tab.close()
    return person


def _sign_in(tab: Page, url: str) -> None:
    tab.goto(url, wait_until="commit")
    # Not Playwright's assertions: they look again after 100 ms, these on each frame.
    tab.wait_for_selector('html[data-sign-in="out"]')
    tab.locator("[data-sign-in]:visible:not(html)").first.click()
    tab.wait_for_selector('html[data-sign-in="in"]')
    tab.wait_for_selector(LAUNCHER, state="visible")


def _weigh(files: Path, paths: set[str]) -> Scripts:
    def bytes_of(chosen: list[str]) -> tuple[int, int]:
        contents = [(files / path.removeprefix("/")).read_bytes() for path in chosen]
        return sum(map(len, contents)), sum(len(gzip.compress(one)) for one in contents)

    ours = bytes_of([path for path in paths if _SDK not in path])
    return Scripts(*ours, *bytes_of([path for path in paths if _SDK in path]))
