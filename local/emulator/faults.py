"""Answers that a test or a curious person orders in advance: an error, a delay, a broken line."""

from __future__ import annotations

import threading
from fnmatch import fnmatchcase
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

# What the journal says of requests that were hit.
ORDERED: Final = "ordered fault"


class Fault(BaseModel):
    """One order: what to do with which of the matching requests.

    `method` and `path` are shell patterns. The `nth` matching request and the `times - 1` after it
    are hit. `status` answers with the vendor's error body (or `body`, as JSON) and `headers`;
    `delay` waits that many seconds first; `drop` breaks the connection in the middle of an answer.

    Of a WebSocket the handshake counts, and then each frame that comes in, with the method
    `SOCKET`. An open socket is closed by `status` (with the code 1011) and cut by `drop`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str = "*"
    path: str
    nth: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=1)
    status: int | None = Field(default=None, ge=400, le=599)
    delay: float = Field(default=0.0, ge=0.0, le=60.0)
    drop: bool = False
    headers: dict[str, str] = {}
    body: Any = None

    @model_validator(mode="after")
    def _does_something(self) -> Fault:
        if self.status is None and not self.delay and not self.drop:
            raise ValueError("one of status, delay and drop is expected")
        return self

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a request is one of those this order counts."""
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


class Faults:
    """All open orders. `take` counts a request against each and returns the first that hits it."""

    def __init__(self) -> None:
        self._orders: list[tuple[Fault, int]] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> None:
        """Add an order."""
        with self._lock:
            self._orders.append((fault, 0))

    def take(self, method: str, path: str) -> Fault | None:
        """Return what to do with this request, or None; spent orders disappear."""
        hit: Fault | None = None
        with self._lock:
            remaining = []
            for fault, seen in self._orders:
                if fault.matches(method, path):
                    seen += 1
                    if hit is None and fault.nth <= seen < fault.nth + fault.times:
                        hit = fault
                if seen < fault.nth + fault.times - 1:
                    remaining.append((fault, seen))
            self._orders = remaining
        return hit

    def open(self) -> list[Fault]:
        """Return the orders that are not spent."""
        with self._lock:
            return [fault for fault, _ in self._orders]

    def clear(self) -> None:
        """Withdraw all orders."""
        with self._lock:
            self._orders.clear()
