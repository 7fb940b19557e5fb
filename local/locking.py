"""One command at a time, and a word to the one that has to wait."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console


@contextlib.contextmanager
def alone(file: Path, console: Console, waiting: str) -> Iterator[None]:
    """Hold the lock of this file; say `waiting` when another process holds it, and wait."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        console.print(waiting, markup=False, highlight=False, soft_wrap=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
