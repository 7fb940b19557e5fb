"""What was asked of whom, and what the others' clocks say."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from email.utils import parsedate_to_datetime

OKTA = "Okta API"
GENESYS = "Genesys Cloud API"
PROVIDER = "sign-in provider"
PUBLIC_FILES = "Messenger's public files"
SITES = "sites"


class Ledger:
    """Counts calls by whom they went to, and notes how far each one's clock is from ours."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.calls: Counter[str] = Counter()
        self._skews: dict[str, float] = {}
        self._now = now
        self._lock = threading.Lock()

    def count(self, service: str) -> None:
        """Count one call."""
        with self._lock:
            self.calls[service] += 1

    def note_date(self, service: str, date: str | None) -> None:
        """Remember a service's clock by the Date header of one of its answers."""
        try:
            theirs = parsedate_to_datetime(date or "").timestamp()
        except ValueError:
            return
        with self._lock:
            self._skews[service] = theirs - self._now()

    def skew(self, service: str) -> float | None:
        """Return by how many seconds a service's clock is ahead of ours, if it was heard from."""
        return self._skews.get(service)
