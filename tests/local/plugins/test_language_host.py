"""The real engine runs programs through the attached language host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from local.layout import Layout
from local.plugins.server import LanguageServer
from local.toolchain import ensure_engine
from tests.stack.cloud import base_environment

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


@dataclass(frozen=True)
class Project:
    """A project whose one stack is there already."""

    folder: Path
    run: Command

    def write(self, main: str = PROGRAM.format(module="helper"), helper: str = "") -> None:
        """Write the program's two files."""
        (self.folder / "program" / "__main__.py").write_text(main)
        (self.folder / "program" / "helper.py").write_text(helper)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One project and one host for all tests: nothing must be carried from run to run."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("program", "state"):
        (folder / name).mkdir()
    (folder / "Pulumi.yaml").write_text("name: demo\nruntime: python\nmain: program/\n")
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))

    def run(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(engine), *arguments, "--non-interactive"],
            cwd=folder,
            env={
                **base_environment(),
                "PULUMI_HOME": str(folder / "home"),
                "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "x",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_DEBUG_LANGUAGES": f"python:{server.port}",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    with LanguageServer() as server:
        run("stack", "init", "dev")
        with (folder / "Pulumi.dev.yaml").open("a") as settings:
            settings.write("config:\n  demo:colour: blue\n")
        yield Project(folder, run)


def test_a_program_runs_in_its_folder_with_configuration_and_printed_lines(
    project: Project,
) -> None:
    project.write(helper="VALUE = 'first'\n")
    assert "printed program" in project.run("up", "--yes", "--skip-preview")
    outputs = json.loads(project.run("stack", "output", "--json"))
    assert outputs == {"value": "first", "stack": "dev", "config": "blue"}


def test_an_edited_module_is_seen_by_the_next_command(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit keeps size and second of the file, which compiled files could not tell apart."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    moment = time.time()
    for value in ("third", "forth"):
        project.write(helper=f"VALUE = {value!r}\n")
        os.utime(project.folder / "program" / "helper.py", (moment, moment))
        said = project.run("preview", "--diff")
        assert f'"{value}"' in said


def test_a_configuration_mistake_is_shown_once_and_without_traceback(project: Project) -> None:
    project.write("import pulumi\nraise pulumi.RunError('the sites are missing')\n")
    said = project.run("preview", code=1)
    assert said.split("Diagnostics:")[1].count("the sites are missing") == 1
    assert "Traceback" not in said


def test_a_programming_mistake_shows_where_it_is_and_is_no_matter_to_the_next_run(
    project: Project,
) -> None:
    project.write(helper="VALUE = 1 / 0\n")
    said = project.run("preview", code=1)
    assert "ZeroDivisionError" in said
    assert "helper.py" in said
    project.write(helper="VALUE = 'right'\n")
    assert '"right"' in project.run("preview", "--diff")


def test_a_failing_output_ends_the_run_with_its_error(project: Project) -> None:
    project.write(
        "import pulumi\n"
        "value = pulumi.Output.from_input(1).apply(lambda one: one / 0)\n"
        "pulumi.ComponentResource('demo:index:Thing', 'thing', {'value': value})\n"
        "pulumi.export('value', value)\n"
    )
    assert "ZeroDivisionError" in project.run("preview", code=1)
