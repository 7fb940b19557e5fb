"""The site's browser modules, in Node's own test runner."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sample_site.build import STATIC
from sample_site.minify import find_minifier
from sample_site.source import PROJECT

_MODULES = PROJECT / "tests" / "sample_site" / "modules"
_SECONDS = 120


def test_the_browser_modules_keep_what_they_promise() -> None:
    """Every test in tests/sample_site/modules passes; the ones that do not are named."""
    files = sorted(str(path) for path in _MODULES.glob("*.test.mjs"))
    assert files, f"no tests in {_MODULES}"
    run(files, {})


def test_minified_they_keep_it_too(tmp_path: Path) -> None:
    """The parts with the most to lose, as a built site has them."""
    minifier = find_minifier()
    assert minifier, "terser is not installed; `make test` installs it."
    folder = tmp_path / "sample_site" / "static"
    folder.mkdir(parents=True)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    written = {path.name: path.read_text("utf-8") for path in sorted(STATIC.glob("*.js"))}
    for name, text in minifier.minify(written).items():
        (folder / name).write_text(text, encoding="utf-8")
    files = [str(_MODULES / f"{name}.test.mjs") for name in ("endpoint", "messenger", "separate")]
    run(files, {"SITE_MODULES": f"{folder.as_uri()}/"})


def run(files: Sequence[str], variables: Mapping[str, str]) -> None:
    """Run test files; name the tests that fail."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node is not on PATH; docs name the version that the tests need.")
    done = subprocess.run(
        [node, "--import", "./tests/npm.mjs", "--test", "--test-reporter=tap", *files],
        cwd=PROJECT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    failed = re.findall(r"^ *not ok \d+ - (.*)$", done.stdout, re.MULTILINE)
    assert not failed, "\n".join(["These do not pass:", *failed, "", done.stdout[-8000:]])
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-8000:]
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE), done.stdout[-2000:]
