"""A clock that tests can move."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The time an emulator lives in: the machine's, plus an offset that tests may add to."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC) + self._offset

    def timestamp(self) -> float:
        """Return the current time in seconds since the epoch."""
        return time.time() + self._offset.total_seconds()

    def advance(self, seconds: float) -> None:
        """Move the clock; negative seconds move it back."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to the machine's time."""
        self._offset = timedelta()


def iso(moment: datetime) -> str:
    """Return a time as both vendors write it: ISO 8601 in UTC with milliseconds and `Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
