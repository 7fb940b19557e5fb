"""The real engine runs programs through the attached language host."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.layout import Layout
from local.plugins.server import LanguageServer
from local.toolchain import ensure_engine
from tests.stack.workbench import base_environment

pytestmark = pytest.mark.engine

PROGRAM = """
import os
import pulumi
from {module} import VALUE
print("printed", os.path.basename(os.getcwd()))
pulumi.export("value", VALUE)
pulumi.export("stack", pulumi.get_stack())
pulumi.export("config", pulumi.Config().get("colour"))
"""

Command = Callable[..., str]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """One host for all tests of this module: it must not carry anything from run to run."""
    with LanguageServer() as server:
        yield server.port


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a program of two files."""
    (tmp_path / "program").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: python\nmain: program/\n")
    (tmp_path / "program" / "helper.py").write_text("VALUE = 'first'\n")
    (tmp_path / "program" / "__main__.py").write_text(PROGRAM.format(module="helper"))
    return tmp_path


@pytest.fixture
def pulumi(project: Path, port: int) -> Command:
    """Runs the engine's commands in the project."""
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))
    (project / "state").mkdir()

    def run(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(engine), *arguments, "--non-interactive"],
            cwd=project,
            env={
                **base_environment(),
                "PULUMI_HOME": str(project / "home"),
                "PULUMI_BACKEND_URL": (project / "state").as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "x",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_DEBUG_LANGUAGES": f"python:{port}",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    run("stack", "init", "dev")
    return run


def test_a_program_runs_in_its_folder_with_configuration_and_printed_lines(
    pulumi: Command,
) -> None:
    pulumi("config", "set", "colour", "blue")
    said = pulumi("up", "--yes", "--skip-preview")
    assert "printed program" in said
    assert pulumi("stack", "output", "value").strip() == "first"
    assert pulumi("stack", "output", "stack").strip() == "dev"
    assert pulumi("stack", "output", "config").strip() == "blue"


def test_an_edited_module_is_seen_by_the_next_command(pulumi: Command, project: Path) -> None:
    """The edit keeps size and second of the file, which compiled files could not tell apart."""
    pulumi("up", "--yes", "--skip-preview")
    (project / "program" / "helper.py").write_text("VALUE = 'third'\n")
    assert '"first" => "third"' in pulumi("preview", "--diff")


def test_a_configuration_mistake_is_shown_once_and_without_traceback(
    pulumi: Command, project: Path
) -> None:
    (project / "program" / "__main__.py").write_text(
        "import pulumi\nraise pulumi.RunError('the sites are missing')\n"
    )
    said = pulumi("preview", code=1)
    assert said.split("Diagnostics:")[1].count("the sites are missing") == 1
    assert "Traceback" not in said


def test_a_programming_mistake_shows_where_it_is(pulumi: Command, project: Path) -> None:
    (project / "program" / "helper.py").write_text("VALUE = 1 / 0\n")
    said = pulumi("preview", code=1)
    assert "ZeroDivisionError" in said
    assert "helper.py" in said


def test_a_failed_run_does_not_stand_in_the_way_of_the_next(pulumi: Command, project: Path) -> None:
    helper = project / "program" / "helper.py"
    helper.write_text("VALUE = 1 / 0\n")
    pulumi("preview", code=1)
    helper.write_text("VALUE = 'right'\n")
    pulumi("up", "--yes", "--skip-preview")
    assert pulumi("stack", "output", "value").strip() == "right"


def test_a_failing_output_ends_the_run_with_its_error(pulumi: Command, project: Path) -> None:
    (project / "program" / "__main__.py").write_text(
        "import pulumi\n"
        "value = pulumi.Output.from_input(1).apply(lambda one: one / 0)\n"
        "pulumi.ComponentResource('demo:index:Thing', 'thing', {'value': value})\n"
        "pulumi.export('value', value)\n"
    )
    assert "ZeroDivisionError" in pulumi("preview", code=1)
