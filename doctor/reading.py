"""Reads that are made once, whoever asks, and how they fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Unread(Exception):
    """Something could not be read; the message says what and why, and holds no secret."""


class Waits(Exception):
    """A check cannot be made before another one passes; the message is that one's id."""


class Notebook:
    """Keeps what was read, and why something could not be read. Threads may share it.

    Two that ask for the same thing at the same time get one and the same read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._kept: dict[str, tuple[Any, Unread | None]] = {}

    def once(self, key: str, read: Callable[[], T]) -> T:
        """Return what `read` returns, calling it for the first asker only.

        Raises Unread to every asker when `read` did, or failed in whatever way.
        """
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._kept:
                try:
                    self._kept[key] = read(), None
                except Unread as error:
                    self._kept[key] = None, error
                except Waits:
                    raise
                except Exception as error:
                    # An answer that nobody has foreseen costs what depends on it, not the rest.
                    # What it says may hold anything, so only its kind is told.
                    unforeseen = f"Reading met something unforeseen ({type(error).__name__})."
                    self._kept[key] = None, Unread(unforeseen)
        value, failure = self._kept[key]
        if failure is not None:
            raise Unread(str(failure))
        return cast(T, value)
