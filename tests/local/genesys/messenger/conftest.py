"""A small page with a deployment's snippet, in a real browser beside a local Genesys Cloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from local.emulator.server import Server
from tests.chromium import chromium
from tests.local.genesys.conftest import Cloud
from tests.local.genesys.guest.conftest import (  # noqa: F401 (fixtures)
    Desk,
    desk,
    provider_server,
)
from tests.local.genesys.messenger.site import Pages, Site, Visitors


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    """The web server of the small page."""
    with Server() as server:
        yield Pages(server)


@pytest.fixture
def visitors(browser: Browser, pages: Pages) -> Iterator[Visitors]:
    """Browsers of different people; all are closed after the test."""
    pages.reset()
    found = Visitors(browser, pages)
    yield found
    found.leave()


@pytest.fixture
def site(visitors: Visitors, cloud: Cloud) -> Site:
    """A site without authentication, and no deployment yet."""
    return Site(cloud, visitors)


@pytest.fixture
def shop(visitors: Visitors, desk: Desk) -> Site:  # noqa: F811 (the fixture)
    """A site whose deployment wants its visitors signed in, launcher on demand."""
    found = Site(desk.cloud, visitors, desk)
    found.visitors.pages.grant = found.grant
    found.deploy(authenticationSettings=desk.require())
    return found
