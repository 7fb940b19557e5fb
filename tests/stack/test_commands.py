"""`python -m local`, as a person at the keyboard meets it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from local.layout import Layout, Ports
from tests import loopback
from tests.stack.cloud import base_environment, free_ports


@dataclass
class Desk:
    """A shell with a local cloud of its own."""

    home: Path
    ports: Ports
    is_up: bool = False
    """Whether the last `up` has succeeded."""

    @property
    def environment(self) -> dict[str, str]:
        return {
            **base_environment(),
            "LOCAL_HOME": str(self.home),
            "LOCAL_OKTA_PORT": str(self.ports.okta),
            "LOCAL_GENESYS_PORT": str(self.ports.genesys),
            "LOCAL_SITE_PORT": str(self.ports.site),
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def local(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `python -m local …` and expect an exit code."""
        done = self.run([sys.executable, "-m", "local", *arguments], code)
        self.is_up = self.is_up or (arguments == ("up",) and code == 0)
        return done

    def run(self, command: list[str], code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=Layout.of_project().root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def status(self, code: int = 0) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.local("status", "--json", code=code).stdout)
        return found


def has_ended(pid: int) -> bool:
    """Tell whether a process is over, even if it is still listed until its parent looks."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def desk(engine: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk that is cleared afterwards."""
    assert engine.exists()
    desk = Desk(home=tmp_path / "home", ports=free_ports())
    yield desk
    if desk.home.exists():
        desk.local("down")


@pytest.fixture(scope="module")
def kept_desk(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for tests that begin with a stack that is up; use `busy_desk`."""
    desk = Desk(home=tmp_path_factory.mktemp("desk") / "home", ports=free_ports())
    yield desk
    desk.local("down")


@pytest.fixture
def busy_desk(kept_desk: Desk) -> Desk:
    """The same with the stack up, whatever the last test has done to it.

    Each test ends with an `up`: one that does not get there leaves it to the next test.
    """
    if not kept_desk.is_up:
        kept_desk.local("up")
    kept_desk.is_up = False
    return kept_desk


def test_up_serves_the_site_and_a_second_up_changes_nothing(desk: Desk) -> None:
    first = desk.local("up")
    assert "created" in first.stdout
    status = desk.status()
    assert status["running"] is True
    page = loopback.get(f"http://localhost:{desk.ports.site}/")
    assert page.status_code == 200
    assert "Storefront" in page.text
    assert f"http://localhost:{desk.ports.site}/" in first.stdout
    assert "alice@example.com, password Local-Okta-1" in first.stdout

    begun = time.monotonic()
    second = desk.local("up")
    assert "created" not in second.stdout
    assert "updated" not in second.stdout
    assert "unchanged" in second.stdout
    assert time.monotonic() - begun < 60
    assert desk.status()["pid"] == status["pid"]

    desk.local("down")
    assert desk.status(code=3)["running"] is False
    assert has_ended(int(str(status["pid"])))


def test_state_survives_down_and_up(busy_desk: Desk) -> None:
    outputs = json.loads((busy_desk.home / "outputs.json").read_text())
    busy_desk.local("down")
    again = busy_desk.local("up")
    assert "created" not in again.stdout
    assert json.loads((busy_desk.home / "outputs.json").read_text()) == outputs


def test_a_killed_cloud_is_noticed_and_started_again(busy_desk: Desk) -> None:
    pid = int(str(busy_desk.status()["pid"]))
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert busy_desk.status(code=3)["running"] is False
    said = busy_desk.local("up")
    assert "created" not in said.stdout
    assert busy_desk.status()["running"] is True


def test_what_was_changed_behind_the_stacks_back_is_put_right_by_up(busy_desk: Desk) -> None:
    assert loopback.post(f"http://127.0.0.1:{busy_desk.ports.okta}/_local/reset").status_code == 204
    said = busy_desk.local("up")
    assert "created" in said.stdout
    assert "unchanged" in busy_desk.local("up").stdout


def test_env_makes_the_plain_command_work_and_keeps_working_over_a_restart(busy_desk: Desk) -> None:
    lines = busy_desk.local("env").stdout
    preview = ["bash", "-c", f"{lines}\npulumi preview --expect-no-changes --non-interactive"]
    assert "unchanged" in busy_desk.run(preview).stdout
    busy_desk.local("down")
    busy_desk.local("up")
    assert "unchanged" in busy_desk.run(preview).stdout
    for line in lines.splitlines():
        assert shlex.split(line)[0] == "export"


def test_a_second_command_waits_for_the_first_and_says_so(desk: Desk) -> None:
    desk.home.mkdir()
    with FileLock(desk.home / "commands.lock"):
        waiting = subprocess.Popen(
            [sys.executable, "-m", "local", "down"],
            cwd=Layout.of_project().root,
            env=desk.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr is not None
        assert "Another command is at work" in waiting.stderr.readline()
    assert "Nothing was running" in waiting.communicate(timeout=60)[1]


def test_env_without_a_running_cloud_names_the_next_step(desk: Desk) -> None:
    said = desk.local("env", code=1)
    assert said.stdout == ""
    assert "make up" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_port_in_use_is_named_with_its_variable(desk: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", desk.ports.genesys))
        taken.listen()
        said = desk.local("up", code=1)
    assert f"Port {desk.ports.genesys} on 127.0.0.1 is in use by process {os.getpid()}" in (
        said.stderr.replace("\n", " ")
    )
    assert "LOCAL_GENESYS_PORT=" in said.stderr
    assert said.stderr.count("error:") == 1
    assert "Traceback" not in said.stderr
    assert desk.status(code=3)["running"] is False


def test_a_port_that_is_no_number_is_named(desk: Desk) -> None:
    desk.ports = Ports(okta=desk.ports.okta, genesys=0, site=desk.ports.site)
    said = desk.local("status", code=1)
    assert "LOCAL_GENESYS_PORT is '0'" in said.stderr
    desk.ports = free_ports()


def test_down_and_reset_are_harmless_when_nothing_runs(desk: Desk) -> None:
    assert "Nothing was running" in desk.local("down").stderr
    desk.local("reset")
    desk.local("down")


def test_reset_forgets_clouds_state_and_site(busy_desk: Desk) -> None:
    busy_desk.local("reset")
    assert not (busy_desk.home / "cloud").exists()
    assert not (busy_desk.home / "site").exists()
    assert "created" in busy_desk.local("up").stdout
