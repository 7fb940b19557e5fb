"""How long something takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def median(action: Callable[[], object], repeats: int) -> float:
    """Return the median of how long an action takes."""
    return statistics.median(seconds(action) for _ in range(repeats))
