"""Budgets of calls per minute, and the headers that tell how much of one is left.

Okta, "Rate limits": each family of calls has a budget of its own; beyond it the answer is 429.
"""

from __future__ import annotations

import math
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.emulator.clock import Clock
from local.okta.errors import OktaError, render

# Large enough for a stack of 100 sites; at Okta it is 25 to 1,200, depending on family and plan.
DEFAULT_PER_MINUTE: Final = 10_000
_WINDOW_SECONDS: Final = 60.0
_API: Final = ("/api/v1/", "/oauth2/", "/.well-known/")


@dataclass(frozen=True)
class Budget:
    """What is left of a family's calls, and in how many seconds there is more."""

    limit: int
    remaining: int
    seconds: float
    exceeded: bool


class RateLimits:
    """Counts the calls of the last 60 seconds of each family."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self.per_minute = DEFAULT_PER_MINUTE

    def take(self, family: str) -> Budget:
        """Count a call, unless the budget is spent."""
        now = self._clock.timestamp()
        calls = self._calls.setdefault(family, deque())
        # A clock that was moved back leaves calls in the future behind.
        while calls and not now - _WINDOW_SECONDS < calls[0] <= now:
            calls.popleft()
        exceeded = len(calls) >= self.per_minute
        if not exceeded:
            calls.append(now)
        wait = calls[0] + _WINDOW_SECONDS - now if calls else _WINDOW_SECONDS
        return Budget(self.per_minute, max(self.per_minute - len(calls), 0), wait, exceeded)

    def set(self, per_minute: int) -> None:
        """Begin anew with another budget."""
        self.per_minute = per_minute
        self._calls.clear()

    def reset(self) -> None:
        """Begin anew with the default budget."""
        self.set(DEFAULT_PER_MINUTE)


def family_of(path: str) -> str | None:
    """Return which budget a path counts against; None where calls are not limited."""
    if not path.startswith(_API):
        return None
    parts = path.split("/")
    return "/".join(parts[: 4 if parts[1] == "api" else 2])


class RateLimitLayer:
    """Refuses calls beyond the budget and gives every answer of the API Okta's headers."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        family = family_of(scope["path"]) if scope["type"] == "http" else None
        if family is None:
            await self._app(scope, receive, send)
            return
        budget = self._limits.take(family)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                write_headers(MutableHeaders(scope=message), budget)
            await send(message)

        if budget.exceeded:
            error = OktaError("E0000047")
            scope.setdefault("state", {})["reason"] = f"more than {budget.limit} calls a minute"
            await render(error)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


def write_headers(headers: MutableHeaders, budget: Budget) -> None:
    """Write the request's id and the budget.

    `X-Rate-Limit-Reset` is in the time of the `Date` header, the machine's, whatever the emulator's
    clock says: clients wait for the difference of the two (okta.md 3).
    """
    headers["X-Okta-Request-Id"] = uuid.uuid4().hex
    headers["X-Rate-Limit-Limit"] = str(budget.limit)
    headers["X-Rate-Limit-Remaining"] = str(budget.remaining)
    headers["X-Rate-Limit-Reset"] = str(math.ceil(time.time() + budget.seconds))
    headers.setdefault("Cache-Control", "no-cache, no-store")
