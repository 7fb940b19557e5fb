"""The stand-in's modules that need no browser, in Node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parents[4]
_TESTS = Path(__file__).with_name("modules.test.mjs")


def test_the_modules_that_need_no_browser() -> None:
    """M48, M84, X4, X7: grants, words of every state, languages, hosts; colours, order, sizes."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is not on PATH: install Node.js 20 or newer")
    done = subprocess.run(
        [node, "--import", "./tests/npm.mjs", "--test", str(_TESTS)],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
