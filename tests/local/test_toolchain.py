"""The engine is found or built, with made-up `pulumi` and `go` commands on a PATH of our own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from local import executables, toolchain
from local.layout import Layout
from local.toolchain import EngineNotFound, ensure_engine, find_engine

_GO_MOD = """\
module example/toolchain

go 1.25.11

tool github.com/pulumi/pulumi/pkg/v3/cmd/pulumi

require github.com/pulumi/pulumi/pkg/v3 v3.256.0

require github.com/pulumi/pulumi/sdk/v3 v3.200.0 // indirect
"""

# Stands in for `go build`: notes how it was called, says what Go says, writes what -o names.
_BUILD = """
arguments = sys.argv[1:]
noted = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
with open("builds.jsonl", "a") as notes:
    notes.write(json.dumps({**noted, "pid": os.getpid()}) + "\\n")
print("go: downloading example.org/a v1.0.0", file=sys.stderr)
print("example.org/a", file=sys.stderr)
print("example.org/b", file=sys.stderr, flush=True)
"""
_HALF = """
built.write_text("half")
built.chmod(0o755)
"""
_WRITE = """
built.write_text("#!/bin/sh\\necho v3.256.0\\n")
built.chmod(0o755)
"""
_WAIT = """
while not pathlib.Path("go-on").exists():
    time.sleep(0.01)
"""


@dataclass(frozen=True)
class Machine:
    """A checkout and a PATH with nothing on it yet."""

    layout: Layout
    path: Path

    def put_pulumi(self, body: str) -> Path:
        """Put a `pulumi` on PATH that runs this shell text."""
        return self._put("pulumi", f"#!/bin/sh\n{body}\n")

    def put_go(self, build: str = _BUILD + _WRITE, version: str = "go1.26.1") -> Path:
        """Put a `go` on PATH that tells this version and builds with this Python text."""
        return self._put(
            "go",
            f"#!{sys.executable} -SE\nimport json, os, pathlib, sys, time\n"
            f"if sys.argv[1] == 'version':\n"
            f"    print('go version {version} linux/amd64')\n"
            f"    sys.exit()\n"
            f"built = pathlib.Path(sys.argv[sys.argv.index('-o') + 1])\n{build}\n",
        )

    def remove(self, name: str) -> None:
        """Take an executable from PATH."""
        (self.path / name).unlink()

    def builds(self) -> list[dict[str, Any]]:
        """Return how `go build` was called, each time."""
        notes = self.layout.toolchain / "builds.jsonl"
        return [json.loads(line) for line in notes.read_text().splitlines()]

    def go_on(self) -> None:
        """Let a build that waits go on."""
        (self.layout.toolchain / "go-on").touch()

    def has_begun(self) -> bool:
        """Tell whether a build has noted its beginning."""
        return (self.layout.toolchain / "builds.jsonl").exists()

    def drafts(self) -> list[Path]:
        """Return what unfinished builds have left."""
        return list(self.layout.engine_dir.glob("draft-*"))

    def _put(self, name: str, text: str) -> Path:
        file = self.path / name
        file.write_text(text)
        file.chmod(0o755)
        return file


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    path, root = tmp_path / "bin", tmp_path / "project"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    machine = Machine(Layout(root=root, home=root / ".local"), path)
    machine.layout.toolchain.mkdir(parents=True)
    (machine.layout.toolchain / "go.mod").write_text(_GO_MOD)
    (machine.layout.toolchain / "go.sum").write_text("sums\n")
    yield machine
    machine.go_on()  # whatever a failed test has left waiting


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("version", ["v3.256.0", "3.256.1", "v3.1000.0", "v4.0.0-alpha.1"])
def test_a_pulumi_on_path_that_is_new_enough_is_used(
    machine: Machine, console: Console, version: str
) -> None:
    pulumi = machine.put_pulumi(f"echo {version}")
    assert find_engine(machine.layout) == pulumi
    assert ensure_engine(machine.layout, console) == pulumi
    assert said(console) == ""


_UNUSABLE = {
    "is 3.255.9, older than 3.256.0": "echo v3.255.9",
    "is 3.99.0, older than 3.256.0": "echo v3.99.0",
    "answers 'hello' instead of a version": "echo hello",
    "answers '' instead of a version": "",
    "is broken (exit code 3)": "echo v3.256.0; exit 3",
    "is broken (exit code -9)": "kill -9 $$",
    "did not answer within 0 s": "exec /bin/sleep 60",
}


@pytest.mark.parametrize(("reason", "body"), _UNUSABLE.items())
def test_any_other_pulumi_on_path_is_passed_over_and_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, reason: str, body: str
) -> None:
    if "sleep" in body:
        monkeypatch.setattr(executables, "_ANSWER_SECONDS", 0.3)
    pulumi = machine.put_pulumi(body)
    assert find_engine(machine.layout) is None
    with pytest.raises(EngineNotFound) as caught:
        ensure_engine(machine.layout)
    assert f"{pulumi} {reason}, and `go` is not on PATH" in str(caught.value)


def test_a_pulumi_that_cannot_be_started_is_passed_over(machine: Machine) -> None:
    machine.put_pulumi("").write_text("#!/nowhere/sh\n")
    with pytest.raises(EngineNotFound, match=r"bin/pulumi is broken \(No such file"):
        ensure_engine(machine.layout)


def test_a_relative_path_is_searched_too(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    pulumi = machine.put_pulumi("echo v3.256.0")
    monkeypatch.chdir(machine.path.parent)
    monkeypatch.setenv("PATH", machine.path.name)
    assert find_engine(machine.layout) == pulumi


def test_asking_for_the_version_does_not_look_for_updates(machine: Machine) -> None:
    pulumi = machine.put_pulumi('test "$PULUMI_SKIP_UPDATE_CHECK" = true && echo v3.256.0')
    assert find_engine(machine.layout) == pulumi


def test_with_neither_pulumi_nor_go_both_ways_to_get_the_engine_are_named(
    machine: Machine,
) -> None:
    assert find_engine(machine.layout) is None
    with pytest.raises(EngineNotFound) as caught:
        ensure_engine(machine.layout)
    assert str(caught.value) == (
        "The Pulumi engine is missing: `pulumi` is not on PATH, and `go` is not on PATH. "
        "Install either the Pulumi CLI 3.256.0 or newer (https://www.pulumi.com/docs/install/), "
        "or Go 1.25.11 or newer (https://go.dev/dl/) to have it built once."
    )
    assert not machine.layout.generated.exists()


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("go1.25.10", "is 1.25.10, older than 1.25.11"),
        ("go1.9", "is 1.9, older than 1.25.11"),
        ("gccgo", "instead of a version"),
    ],
)
def test_a_go_that_cannot_build_the_engine_is_not_tried(
    machine: Machine, version: str, reason: str
) -> None:
    machine.put_go(version=version)
    with pytest.raises(EngineNotFound, match=reason):
        ensure_engine(machine.layout)
    assert not machine.has_begun()


@pytest.mark.parametrize("version", ["go1.25.11", "go1.26rc1", "devel go1.28-abcdef Mon Jan 4"])
def test_a_go_that_is_new_enough_builds_the_engine(
    machine: Machine, console: Console, version: str
) -> None:
    machine.put_go(version=version)
    engine = ensure_engine(machine.layout, console)
    assert subprocess.run([engine], capture_output=True, check=True).stdout == b"v3.256.0\n"
    assert "Building the Pulumi engine once, for `pulumi` is not on PATH." in said(console)
    assert "The Pulumi engine is built (0:" in said(console)


def test_the_engine_is_built_once_and_found_again_without_starting_anything(
    machine: Machine, console: Console
) -> None:
    machine.put_go()
    engine = ensure_engine(machine.layout, console)
    machine.remove("go")
    assert find_engine(machine.layout) == engine
    assert ensure_engine(machine.layout, console) == engine
    assert len(machine.builds()) == 1
    assert engine.parent.parent == machine.layout.engine_dir
    assert machine.drafts() == []


def test_a_newer_pulumi_comes_before_the_built_engine_and_an_older_one_after_it(
    machine: Machine, console: Console
) -> None:
    machine.put_go()
    engine = ensure_engine(machine.layout, console)
    machine.put_pulumi("echo v3.255.0")
    assert ensure_engine(machine.layout, console) == find_engine(machine.layout) == engine
    newer = machine.put_pulumi("echo v3.257.0")
    assert ensure_engine(machine.layout, console) == find_engine(machine.layout) == newer


def test_the_built_engine_on_path_is_not_asked(
    machine: Machine, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.put_go()
    engine = ensure_engine(machine.layout, console)
    engine.write_text(f"#!/bin/sh\necho v3.256.0 > {machine.path}/asked\n")
    monkeypatch.setenv("PATH", str(engine.parent))
    assert find_engine(machine.layout) == engine
    assert not (machine.path / "asked").exists()


def test_a_developers_own_go_settings_do_not_change_what_is_built(
    machine: Machine, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = {
        "GOFLAGS": "-mod=vendor -race",
        "GOOS": "plan9",
        "GOARCH": "386",
        "GOWORK": "/elsewhere/go.work",
        "GOROOT": "/elsewhere/go",
        "GO111MODULE": "off",
        "GOTOOLCHAIN": "auto",
        "CGO_ENABLED": "1",
    }
    for name, value in {**hostile, "GOPROXY": "https://modules.example.org"}.items():
        monkeypatch.setenv(name, value)
    machine.put_go()
    ensure_engine(machine.layout, console)
    (build,) = machine.builds()
    seen = build["environment"]
    assert {name: seen.get(name) for name in hostile} == {
        "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
        "GOOS": "linux",
        "GOARCH": "amd64",
        "GOWORK": "off",
        "GOROOT": None,
        "GO111MODULE": "on",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    assert seen["GOPROXY"] == "https://modules.example.org"
    assert build["folder"] == str(machine.layout.toolchain)
    assert build["arguments"][:4] == [
        "build",
        "-v",
        "-ldflags",
        "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.256.0",
    ]
    assert build["arguments"][-1] == "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"


@pytest.mark.parametrize("file", ["go.mod", "go.sum"])
def test_another_pin_means_another_engine_and_the_former_one_goes(
    machine: Machine, console: Console, file: str
) -> None:
    machine.put_go()
    former = ensure_engine(machine.layout, console)
    with (machine.layout.toolchain / file).open("a") as pins:
        pins.write("// changed\n")
    assert find_engine(machine.layout) is None
    assert ensure_engine(machine.layout, console) != former
    assert not former.parent.exists()


def test_a_failed_build_tells_its_last_lines_and_leaves_nothing(
    machine: Machine, console: Console
) -> None:
    failing = """
    for number in range(40):
        print("go: downloading example.org/x v1", file=sys.stderr)
        print(f"line {number}", file=sys.stderr)
    sys.exit(7)
    """
    machine.put_go(_HALF + _BUILD + textwrap.dedent(failing))
    with pytest.raises(EngineNotFound) as caught:
        ensure_engine(machine.layout, console)
    message, log = str(caught.value), machine.layout.generated / "logs" / "engine-build.log"
    assert "Building the Pulumi engine failed (exit code 7)" in message
    assert "line 39" in message
    assert "line 24" not in message
    assert "downloading" not in message
    assert str(log) in message
    assert "GOPROXY" in message
    assert "line 0\n" in log.read_text()
    assert machine.drafts() == []
    assert find_engine(machine.layout) is None
    machine.put_go()
    assert ensure_engine(machine.layout, console) == find_engine(machine.layout)


def test_a_build_that_wrote_nothing_has_failed(machine: Machine, console: Console) -> None:
    machine.put_go(_BUILD)
    with pytest.raises(EngineNotFound, match="failed"):
        ensure_engine(machine.layout, console)


def test_a_folder_that_cannot_be_written_is_said_without_a_traceback(
    machine: Machine, console: Console
) -> None:
    machine.put_go()
    machine.layout.generated.mkdir()
    machine.layout.engine_dir.write_text("a file where the folder should be")
    with pytest.raises(EngineNotFound, match=r"could not be built: .*engine"):
        ensure_engine(machine.layout, console)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_build_leaves_nothing_that_is_trusted_later(
    machine: Machine, console: Console, number: signal.Signals
) -> None:
    machine.put_go(_HALF + _BUILD + _WAIT + _WRITE)
    command = (
        "import signal; from pathlib import Path; from local.layout import Layout\n"
        "from local.toolchain import ensure_engine\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # also in a background job
        f"root = Path({str(machine.layout.root)!r}); ensure_engine(Layout(root, root / '.local'))"
    )
    project = Layout.of_project().root
    with subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=project,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as caller:
        wait_until(machine.has_begun)
        caller.send_signal(number)
        assert caller.wait(30) != 0
    go = machine.builds()[0]["pid"]
    if number == signal.SIGINT:
        assert not runs(go)
        assert machine.drafts() == []
    assert find_engine(machine.layout) is None

    machine.go_on()
    wait_until(lambda: not runs(go))
    assert find_engine(machine.layout) is None
    engine = ensure_engine(machine.layout, console)
    assert engine.read_text().startswith("#!/bin/sh")
    assert machine.drafts() == []


def test_two_commands_at_once_build_once(machine: Machine) -> None:
    machine.put_go(_BUILD + _WAIT + _WRITE)
    first, second = (Console(file=io.StringIO(), width=200) for _ in range(2))
    with ThreadPoolExecutor() as pool:
        building = pool.submit(ensure_engine, machine.layout, first)
        wait_until(machine.has_begun)
        waiting = pool.submit(ensure_engine, machine.layout, second)
        wait_until(lambda: said(second))
        machine.go_on()
        assert building.result(30) == waiting.result(30) == find_engine(machine.layout)
    assert said(second) == "Another command is building the Pulumi engine; waiting for it.\n"
    assert len(machine.builds()) == 1


def test_the_one_who_waited_builds_when_the_other_failed(machine: Machine) -> None:
    machine.put_go(_BUILD + _WAIT + "sys.exit(1)")
    consoles = [Console(file=io.StringIO(), width=200) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        building = pool.submit(ensure_engine, machine.layout, consoles[0])
        wait_until(machine.has_begun)
        waiting = pool.submit(ensure_engine, machine.layout, consoles[1])
        wait_until(lambda: said(consoles[1]))
        machine.put_go()
        machine.go_on()
        assert isinstance(building.exception(30), EngineNotFound)
        assert waiting.result(30) == find_engine(machine.layout)
    assert len(machine.builds()) == 2


def test_a_long_build_tells_how_far_it_is_where_nothing_can_be_animated(
    machine: Machine, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "_PLAIN_LINE_SECONDS", 0)
    machine.put_go(_BUILD + _WAIT + _WRITE)
    with ThreadPoolExecutor() as pool:
        building = pool.submit(ensure_engine, machine.layout, console)
        wait_until(lambda: "2 packages compiled, 0:" in said(console))
        machine.go_on()
        building.result(30)


def test_a_terminal_shows_the_progress_live(machine: Machine) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=200)
    machine.put_go(_BUILD + _WAIT + _WRITE)
    with ThreadPoolExecutor() as pool:
        building = pool.submit(ensure_engine, machine.layout, terminal)
        wait_until(lambda: "2 packages compiled" in said(terminal))
        machine.go_on()
        building.result(30)
    assert "about four minutes" in said(terminal)


@pytest.mark.engine
def test_the_projects_own_engine_is_the_pinned_one_or_newer() -> None:
    engine = ensure_engine(Layout.of_project())
    answer = subprocess.run(
        [engine, "version"],
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [int(part) for part in answer.strip().lstrip("v").split(".")[:2]] >= [3, 256]
