"""What every test of every room needs."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

# Generated files belong under .local/, also when pytest is run without `make`.
_CACHE = Path(__file__).resolve().parent.parent / ".local" / "cache"
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_CACHE / "hypothesis"))

# A machine that has other things to do must not fail a property.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# Their tests share what takes long to set up; everybody else's are told apart by file.
_SHARING = ("tests/doctor/", "tests/end_to_end/", "tests/workflows/")


class OneWorkerEach(LoadFileScheduling):
    """Hands out whole files, and whole rooms where one set-up serves the room, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return next((room for room in _SHARING if nodeid.startswith(room)), nodeid.split("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerEach:
    """Keep tests that share a set-up in one process."""
    config.option.loadscopereorder = False
    return OneWorkerEach(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give browsers and engines on a busy machine a second chance; what fails twice is broken.

    They come first, the longest files ahead: short ones at the end leave no worker without work.
    """
    slow = {
        item
        for item in items
        if item.get_closest_marker("browser") or item.get_closest_marker("engine")
    }
    for item in slow:
        item.add_marker(pytest.mark.flaky(reruns=1))
    length = Counter(item.path for item in items)
    items.sort(key=lambda item: (item not in slow, -length[item.path]))
