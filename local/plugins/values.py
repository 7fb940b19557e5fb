"""What resource types of every vendor do with values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.plugins.resource import PartialFailure, RemoteError
from local.plugins.wire import UNKNOWN, Values


def same_json(old: Any, new: Any) -> bool:
    """Tell whether two JSON texts mean the same; a text that is no JSON equals only itself."""
    try:
        return bool(json.loads(old) == json.loads(new))
    except (TypeError, ValueError):
        return bool(old == new)


@contextmanager
def keeping(id: str, values: Values) -> Iterator[None]:
    """Let an object that was made survive the failure of a later step."""
    try:
        yield
    except RemoteError as error:
        raise PartialFailure(id, values, str(error)) from error


def occurrences(values: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every known value at a dotted path, with its own path; lists add no step.

    `modes.size` in `{"modes": [{"size": 1}, {}]}` is `("modes[0].size", 1)`.
    """
    yield from _occurrences(values, [step for step in path.split(".") if step], "")


def _occurrences(value: Any, steps: list[str], where: str) -> Iterator[tuple[str, Any]]:
    if value is None or value is UNKNOWN:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _occurrences(item, steps, f"{where}[{index}]")
    elif not steps:
        yield where, value
    elif isinstance(value, dict):
        inner = f"{where}.{steps[0]}" if where else steps[0]
        yield from _occurrences(value.get(steps[0]), steps[1:], inner)
