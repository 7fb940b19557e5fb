"""Processes that go on after the command that started them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_STOP_SECONDS = 10.0
_LOG_LIMIT = 5 * 1024 * 1024

# Processes that outlive this one on purpose: letting go of them would count as forgetting them.
_started: list[subprocess.Popen[bytes]] = []


class BackgroundError(RuntimeError):
    """A background process did not start."""


@dataclass(frozen=True)
class Background:
    """One named background process, found again by later commands through its record.

    A record holds the process id with its creation time, so that a process id used again by some
    other program is never taken for ours, and what the process said of itself when it was ready.
    """

    name: str
    records: Path
    logs: Path

    @property
    def log(self) -> Path:
        """The file that takes the process's output."""
        return self.logs / f"{self.name}.log"

    @property
    def _record(self) -> Path:
        return self.records / f"{self.name}.json"

    def details(self) -> dict[str, Any] | None:
        """Return the running process's record, or None when it does not run or is not ready."""
        record = self._last_record()
        if record is None or not record.get("ready") or self._process(record) is None:
            return None
        return record

    def _last_record(self) -> dict[str, Any] | None:
        """Return the newest record, whether or not its process still runs."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return record if isinstance(record, dict) and "pid" in record else None

    def announce(self, details: Mapping[str, Any], pid: int | None = None) -> None:
        """Write the record of a process that is ready: the calling one unless told otherwise."""
        self._write(pid or os.getpid(), {**details, "ready": True})

    def _write(self, pid: int, details: Mapping[str, Any]) -> None:
        record = {"pid": pid, "created": psutil.Process(pid).create_time(), **details}
        self.records.mkdir(parents=True, exist_ok=True)
        draft = self._record.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        draft.replace(self._record)

    def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        ready: Callable[[int], bool],
        details: Mapping[str, Any] | None = None,
        seconds: float = 30.0,
    ) -> int:
        """Start the process and return its id once `ready(pid)` is true.

        One that a command left behind, cut short before it was ready, is ended first.
        With `details` its record is written here, without them the process announces itself.
        Raises BackgroundError with the last lines of its log when it ends or takes longer.
        """
        self.stop()
        self.logs.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            begin = log.tell()
            child = subprocess.Popen(  # noqa: S603 (our own command line)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        _started.append(child)
        # Known from its first moment, so that it can be ended when this command is cut short.
        self._write(child.pid, {"ready": False})
        deadline = time.monotonic() + seconds
        while True:
            if ready(child.pid):
                if details is not None:
                    self.announce(details, child.pid)
                return child.pid
            if child.poll() is not None:
                raise BackgroundError(self._last_words(begin) or f"{self.name} ended at once.")
            if time.monotonic() > deadline:
                child.kill()
                child.wait()
                raise BackgroundError(
                    f"{self.name} was not ready within {seconds:.0f} s. See {self.log}."
                )
            time.sleep(0.02)

    def stop(self) -> bool:
        """End the process and wait for its end; return False when it was not running."""
        record = self._last_record()
        process = self._process(record) if record else None
        if process is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            if not self._has_ended(_STOP_SECONDS):
                process.kill()
                self._has_ended(_STOP_SECONDS)
        for child in _started:
            # Over, but its last threads may still be on their way out.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_STOP_SECONDS if child.pid == process.pid else 0)
        return True

    def _has_ended(self, seconds: float) -> bool:
        # Not psutil's wait: an ended process may stay listed until its new parent looks after it.
        deadline = time.monotonic() + seconds
        while (record := self._last_record()) and self._process(record) is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _last_words(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            text = log.read().decode(errors="replace").strip()
        return "\n".join(text.splitlines()[-15:])

    @staticmethod
    def _process(record: Mapping[str, Any]) -> psutil.Process | None:
        try:
            process = psutil.Process(record["pid"])
            same = abs(process.create_time() - record["created"]) < 1
        except (psutil.NoSuchProcess, KeyError, TypeError, ValueError):
            return None
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
