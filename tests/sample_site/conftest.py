"""Builds for tests: from the sample outputs, into a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.outputs import load_outputs
from sample_site.build import build_site
from tests.sample_site.samples import Outputs

Build = Callable[[Outputs], Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build outputs and return the folder."""

    def into_folder(outputs: Outputs) -> Path:
        build_site(load_outputs(outputs), tmp_path / "site")
        return tmp_path / "site"

    return into_folder
