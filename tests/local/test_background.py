"""Processes that go on after the command that started them."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.background import Background, BackgroundError

LIVES = "import signal; signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True)\n"
STUBBORN += "while True: signal.pause()"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Background]:
    """A background process under test, ended afterwards."""
    background = Background(name="sleeper", records=tmp_path / "records", logs=tmp_path / "logs")
    yield background
    background.stop()


def start(background: Background, program: str = LIVES) -> int:
    return background.start(
        [sys.executable, "-c", program],
        environment=os.environ,
        folder=background.records.parent,
        ready=psutil.pid_exists,
        details={"url": "http://example.test"},
    )


def test_a_started_process_is_found_again_with_its_details(sleeper: Background) -> None:
    pid = start(sleeper)
    found = Background(sleeper.name, sleeper.records, sleeper.logs).details()
    assert found is not None
    assert (found["pid"], found["url"]) == (pid, "http://example.test")


def test_what_a_command_that_was_cut_short_has_left_is_ended_by_the_next(
    sleeper: Background,
) -> None:
    left: list[int] = []

    def cut_short(pid: int) -> bool:
        left.append(pid)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sleeper.start(
            [sys.executable, "-c", LIVES],
            environment=os.environ,
            folder=sleeper.records.parent,
            ready=cut_short,
        )
    assert psutil.pid_exists(left[0])
    assert sleeper.details() is None
    assert start(sleeper) != left[0]
    assert not psutil.pid_exists(left[0])


def test_stop_ends_it_and_is_harmless_twice(sleeper: Background) -> None:
    pid = start(sleeper)
    assert sleeper.stop() is True
    assert not psutil.pid_exists(pid)
    assert sleeper.stop() is False
    assert sleeper.details() is None


def test_a_process_that_does_not_listen_is_killed(
    sleeper: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.background._STOP_SECONDS", 0.3)
    pid = sleeper.start(
        [sys.executable, "-c", STUBBORN],
        environment=os.environ,
        folder=sleeper.records.parent,
        ready=lambda _: "x" in sleeper.log.read_text(),
        details={},
    )
    assert sleeper.stop() is True
    assert not psutil.pid_exists(pid)
    assert sleeper.details() is None


def test_a_killed_process_is_noticed(sleeper: Background) -> None:
    pid = start(sleeper)
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=10)
    assert sleeper.details() is None


def test_a_process_id_used_by_another_program_is_not_taken_for_ours(sleeper: Background) -> None:
    pid = start(sleeper)
    record = sleeper.records / "sleeper.json"
    content = json.loads(record.read_text())
    record.write_text(json.dumps({**content, "created": content["created"] - 100}))
    assert sleeper.details() is None
    assert sleeper.stop() is False
    assert psutil.pid_exists(pid)
    record.write_text(json.dumps(content))


def test_a_process_that_fails_says_why(sleeper: Background) -> None:
    with pytest.raises(BackgroundError, match="the reason"):
        sleeper.start(
            [sys.executable, "-c", "import sys; sys.exit('the reason')"],
            environment=os.environ,
            folder=sleeper.records.parent,
            ready=lambda _: False,
        )


def test_a_process_that_is_never_ready_is_ended(sleeper: Background) -> None:
    seen: list[int] = []

    def never(pid: int) -> bool:
        seen.append(pid)
        return False

    with pytest.raises(BackgroundError, match=r"not ready within 0 s\. See .*sleeper\.log"):
        sleeper.start(
            [sys.executable, "-c", LIVES],
            environment=os.environ,
            folder=sleeper.records.parent,
            ready=never,
            seconds=0.1,
        )
    assert not psutil.pid_exists(seen[0])


def test_a_broken_record_counts_as_not_running(sleeper: Background) -> None:
    sleeper.records.mkdir(parents=True)
    (sleeper.records / "sleeper.json").write_text('{"pid": ')
    assert sleeper.details() is None
    assert sleeper.stop() is False
