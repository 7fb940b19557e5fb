"""What every test of every room needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Generated files belong under .local/, also when pytest is run without `make`.
_CACHE = Path(__file__).resolve().parent.parent / ".local" / "cache"
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_CACHE / "hypothesis"))

# A machine that has other things to do must not fail a property.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give browsers and engines on a busy machine a second chance; what fails twice is broken."""
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.flaky(reruns=1))
