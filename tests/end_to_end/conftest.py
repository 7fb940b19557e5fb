"""The declared clouds, as new for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.console import Console

from local.layout import Layout
from local.toolchain import ensure_engine
from tests.end_to_end.clouds import Clouds, declared_clouds, two_sites_for_customers
from tests.end_to_end.visitor import Visitor, visiting


@pytest.fixture(scope="session")
def running_clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    """One pair of clouds for all tests of this room; use `clouds`."""
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))
    home = tmp_path_factory.mktemp("clouds")
    with declared_clouds(engine, home, two_sites_for_customers) as clouds:
        yield clouds


@pytest.fixture
def clouds(running_clouds: Clouds) -> Clouds:
    """Both clouds as the stack declares them."""
    running_clouds.reset()
    return running_clouds


@pytest.fixture
def visitor(clouds: Clouds) -> Iterator[Visitor]:
    """Somebody who visits the declared sites; Alice has signed in at Okta before."""
    with visiting(clouds) as found:
        yield found
