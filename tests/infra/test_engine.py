"""The engine, asked by commands that stand beside the program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.engine import EngineError, ask_engine
from tests.committed import PROJECT

NOTES = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.getcwd(), sys.stdin.read(), dict(os.environ)]))
print("warning: of an engine", file=sys.stderr)
sys.exit(7)
"""
SLEEPS = "import time; time.sleep(60)"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a `pulumi` of these lines of Python on PATH, and nothing else."""

    def install(lines: str) -> None:
        program = tmp_path / "pulumi"
        program.write_text(f"#!{sys.executable}\n{lines}", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


def test_it_is_asked_in_the_projects_folder_and_asks_nothing_itself(
    engine: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine(NOTES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_ENABLE_STREAMING_JSON_PREVIEW", "true")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "kept")
    done = ask_engine("preview", "--json")
    arguments, folder, read, variables = json.loads(done.stdout)
    assert arguments == ["preview", "--json", "--non-interactive"]
    assert (Path(folder), read) == (PROJECT, "")
    assert variables["PULUMI_CONFIG_PASSPHRASE"] == "kept"
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW" not in variables
    assert (done.returncode, done.stderr) == (7, "warning: of an engine\n")


def test_an_engine_that_does_not_answer_is_given_up(engine: Callable[[str], None]) -> None:
    engine(SLEEPS)
    with pytest.raises(EngineError, match=r"`pulumi stack` does not end within 0 s\. Is the stack"):
        ask_engine("stack", "output", seconds=0.2)


def test_without_an_engine_one_sentence_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"^`pulumi` is not on PATH: run `eval .* install P"):
        ask_engine("version")
