"""How many API calls a token may make in a minute."""

from __future__ import annotations

import math
from typing import Final

from local.emulator.clock import Clock
from local.genesys.errors import GenesysError

# The vendor's allowance is quoted as 300 a minute; a laptop that applies a hundred sites in one go
# would spend most of its time waiting, so the local one is generous until someone asks for less.
DEFAULT_ALLOWANCE: Final = 60_000

_WINDOW_SECONDS: Final = 60.0


class RateLimit:
    """Counts calls per token in windows of a minute that begin with the token's first call.

    Assumption: windows are fixed, and the running count is told in `inin-ratelimit-*` headers.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}
        self.allowance = DEFAULT_ALLOWANCE

    def count(self, token: str) -> dict[str, str]:
        """Count one call and return the headers that tell the standing; status 429 when spent."""
        now = self._clock.timestamp()
        begun, used = self._windows.get(token, (now, 0))
        if not 0 <= now - begun < _WINDOW_SECONDS:
            begun, used = now, 0
            self._forget_old(now)
        self._windows[token] = (begun, used + 1)
        left = math.ceil(begun + _WINDOW_SECONDS - now)
        if used >= self.allowance:
            raise GenesysError(
                429,
                "Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds.",
                params={"seconds": str(left)},
                headers={"Retry-After": str(left)} | self._headers(used, left),
            )
        return self._headers(used + 1, left)

    def reset(self) -> None:
        """Return to the default allowance and forget all counts."""
        self.allowance = DEFAULT_ALLOWANCE
        self._windows.clear()

    def _headers(self, used: int, left: int) -> dict[str, str]:
        return {
            "inin-ratelimit-count": str(used),
            "inin-ratelimit-allowed": str(self.allowance),
            "inin-ratelimit-reset": str(left),
        }

    def _forget_old(self, now: float) -> None:
        self._windows = {
            token: window
            for token, window in self._windows.items()
            if 0 <= now - window[0] < _WINDOW_SECONDS
        }
