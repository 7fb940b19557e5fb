"""Builds for tests, from the sample outputs; and a browser with the built site before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from infra.outputs import load_outputs
from sample_site.approaches import Choice
from sample_site.build import build_site
from tests.chromium import chromium
from tests.sample_site.bootstrap import Bootstrap, configured, serving_bootstrap
from tests.sample_site.browsing import Visitor, sites_here
from tests.sample_site.samples import Outputs
from tests.sample_site.serving import Served, serving

Build = Callable[[Outputs], Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build outputs and return the folder."""

    def into_folder(outputs: Outputs) -> Path:
        build_site(load_outputs(outputs), tmp_path / "site")
        return tmp_path / "site"

    return into_folder


@pytest.fixture(scope="session")
def bootstrap_server() -> Iterator[Bootstrap]:
    """Serve the origin of Messenger's script."""
    with serving_bootstrap() as bootstrap:
        yield bootstrap


@pytest.fixture
def bootstrap(bootstrap_server: Bootstrap) -> Bootstrap:
    """The origin of Messenger's script, as if nobody had asked it yet."""
    bootstrap_server.events = configured()
    bootstrap_server.asked.clear()
    return bootstrap_server


@pytest.fixture(scope="session")
def folder(bootstrap_server: Bootstrap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three built sites on two hosts; their sign-in asks no provider by itself."""
    out = tmp_path_factory.mktemp("browsed") / "site"
    outputs = load_outputs(sites_here(bootstrap_server, 8080))
    build_site(outputs, out, choice=Choice("endpoint"))
    return out


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[Served]:
    """Serve them."""
    with serving(folder) as served:
        yield served


# Not for the whole session: its event loop would be in the way of tests that have one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run Chromium for the tests of one module."""
    with chromium() as found:
        yield found


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Somebody who opens pages."""
    one = Visitor(browser)
    yield one
    one.close()
