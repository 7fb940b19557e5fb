"""Stacks that are up, and people with browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from rich.console import Console

from local.layout import Layout
from local.toolchain import ensure_engine
from tests.browser.people import Person
from tests.browser.stacks import Shape, Stack, deployed
from tests.chromium import allowing_third_party_cookies, chromium
from tests.stack.cloud import serving_cloud

Arrive = Callable[..., Person]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium; each person has a profile of their own in it.

    Not for the whole session: Playwright keeps an event loop running in this thread meanwhile,
    beside which nobody else can run one.
    """
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def running_stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Shape], Stack]]:
    """Stacks by their shape, each brought up when a test first asks for it; use `stack`."""
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))
    running: dict[Shape, Stack] = {}
    with ExitStack() as kept:
        attached = kept.enter_context(serving_cloud(tmp_path_factory.mktemp("providers")))

        def stack(shape: Shape) -> Stack:
            if shape not in running:
                home = tmp_path_factory.mktemp("stack")
                running[shape] = kept.enter_context(deployed(shape, engine, home, attached))
            return running[shape]

        yield stack


@pytest.fixture
def shape() -> Shape:
    """The shape of the stack that a test visits; parametrize it to visit another."""
    return Shape()


@pytest.fixture
def stack(running_stacks: Callable[[Shape], Stack], shape: Shape) -> Stack:
    """The stack, with both clouds as the program left them: nobody has been there yet."""
    found = running_stacks(shape)
    found.clouds.reset()
    return found


@pytest.fixture
def arrive(stack: Stack, browser: Browser, tmp_path: Path) -> Iterator[Arrive]:
    """Let people arrive: each call is a new profile, closed after the test.

    `approach` is chosen for each tab, as on the page; `at_okta`: Alice has a session there already,
    from elsewhere; `third_party_cookies` allows those. All else is for Playwright.
    """
    with ExitStack() as profiles:

        def person(
            *,
            approach: str | None = None,
            at_okta: bool = False,
            third_party_cookies: bool = False,
            **options: Any,
        ) -> Person:
            options = {"viewport": {"width": 1280, "height": 800}, **options}
            if third_party_cookies:
                context = profiles.enter_context(
                    allowing_third_party_cookies(browser, tmp_path, **options)
                )
            else:
                context = profiles.enter_context(browser.new_context(**options))
            found = Person.with_profile(stack, context, approach)
            if at_okta:
                found.bring_session()
            return found

        yield person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this room: it needs Chromium and the engine."""
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.engine)
