"""Where two sets of properties differ."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Keys that the bridge and the engine add for themselves (pulumi.md 2.1).
_INTERNAL = re.compile(r"__\w+")


@dataclass(frozen=True)
class Difference:
    """A property that is another one afterwards; None stands for one that is not set."""

    path: str
    old: Any
    new: Any

    @property
    def added(self) -> list[Any]:
        """What a list has afterwards and had not before, in a stable order."""
        return _without(self.new, self.old)

    @property
    def removed(self) -> list[Any]:
        """What a list had before and has not afterwards, in a stable order."""
        return _without(self.old, self.new)


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """Return the differences leaf by leaf; a list is one leaf, an object is not."""
    if old == new:
        return
    if not isinstance(old, Mapping) and not isinstance(new, Mapping):
        yield Difference(path, old, new)
        return
    if not all(isinstance(side, Mapping) or side is None for side in (old, new)):
        yield Difference(path, old, new)
        return
    before, after = old or {}, new or {}
    for key in sorted({*before, *after}):
        if not _INTERNAL.fullmatch(key):
            yield from differences(
                before.get(key), after.get(key), f"{path}.{key}" if path else key
            )


def root_of(path: str) -> str:
    """Return the property that a path of the engine's (`a.b[0]`, `a["b c"]`) begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def at(properties: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path of keys, None where there is none."""
    value: Any = properties
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _without(items: Any, others: Any) -> list[Any]:
    if not isinstance(items, list):
        return []
    rest: Collection[Any] = others if isinstance(others, list) else []
    if all(isinstance(item, str) for item in (*items, *rest)):
        rest = {*rest}  # what cannot be hashed is looked for one by one
    found = [item for item in items if item not in rest]
    return sorted(found, key=lambda item: json.dumps(item, sort_keys=True, default=str))
