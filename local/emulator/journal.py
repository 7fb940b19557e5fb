"""Which requests an emulator has seen, without their secrets."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import Any

_KEPT = 5000


class Journal:
    """The newest 5,000 requests, oldest first; each also goes to the log `local.<name>`.

    Handshakes of WebSockets have the method `SOCKET`, and so has what else a room says of sockets.
    An entry holds `number`, `time`, `method`, `path`, `query`, `status`, `milliseconds`, `body`
    (masked) and, where the emulator refused for a reason of its own, `reason`.
    """

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(f"local.{name}")
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._number = 0

    def add(self, entry: dict[str, Any]) -> None:
        """Write one request down and give it its number."""
        with self._lock:
            self._number += 1
            self._entries.append({"number": self._number, **entry})
        target = entry["path"] + (f"?{entry['query']}" if entry.get("query") else "")
        self._log.info(
            "%s %s -> %s in %s ms%s",
            entry["method"],
            target,
            entry["status"],
            entry["milliseconds"],
            f" ({entry['reason']})" if entry.get("reason") else "",
        )

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the kept entries whose number is greater than `after`."""
        with self._lock:
            return [entry for entry in self._entries if entry["number"] > after]

    def clear(self) -> None:
        """Forget all entries; numbers go on, so that `after` keeps its meaning."""
        with self._lock:
            self._entries.clear()
