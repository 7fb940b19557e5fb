"""Visitors of built pages: what they open, and what goes wrong on it."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.chromium import NOTE_VIOLATIONS
from tests.sample_site.bootstrap import Bootstrap
from tests.sample_site.samples import Outputs, local_stack, production_stack, snippet


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
        context.add_init_script(NOTE_VIOLATIONS + before)
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


def tell(page: Page, name: str, **data: Any) -> None:
    """Let Messenger's stand-in publish an event."""
    page.evaluate("([name, data]) => window.tell(name, data)", [name, data])


def commands(page: Page, name: str) -> list[Any]:
    """Return the options of each such command that Messenger's stand-in was given."""
    return [one["options"] for one in page.evaluate("window.commands") if one["name"] == name]


def intercept(page: Page, host: str) -> list[str]:
    """Note the addresses that are asked of a host, instead of asking; pages there are empty."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.is_navigation_request():
            route.fulfill(body="")
        else:
            route.abort()

    page.context.route(re.compile(f"^https://{re.escape(host)}/"), answer)
    return asked


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true; a page's policy is in the way of Playwright's own wait."""
    for _ in range(400):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"It never became true that {expression}.")


def stored(page: Page, kind: str, name: str) -> Any:
    """Return what the page keeps in `localStorage` or `sessionStorage`, or None."""
    text = page.evaluate(f"name => {kind}.getItem(`messenger-sso:${{name}}`)", name)
    return None if text is None else json.loads(text)
