"""What a change means: the differences, and the state after it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from local.plugins.checking import map_path, top_level
from local.plugins.properties import ListOf, MapOf, ObjectOf, Property, Type
from local.plugins.resource import Resource
from local.plugins.wire import UNKNOWN, Values, has_unknown

Kind = Literal["ADD", "DELETE", "UPDATE"]


@dataclass
class Difference:
    """What an update would change: property path -> kind, and which paths need another object."""

    paths: dict[str, Kind] = field(default_factory=dict)
    replacing: set[str] = field(default_factory=set)

    @property
    def changed(self) -> set[str]:
        """Names of the changed top-level properties."""
        return {top_level(path) for path in self.paths}


def compare(
    resource: Resource[Any], old: Mapping[str, Any], news: Mapping[str, Any], ignored: Sequence[str]
) -> Difference:
    """Compare a state with new inputs, as the bridge does: against what was last seen.

    An absent value equals an empty one (empty text, list or object, 0, false), and the absence of a
    computed property is no change.
    """
    found = Difference()
    for one in resource.inputs.properties:
        _compare(one, one.type, one.name, old.get(one.name), news.get(one.name), found)
    for name in resource.replaced_by(dict(old), dict(news)) if found.paths else ():
        found.replacing.add(name)
        found.paths.setdefault(name, "UPDATE")
    for pattern in map(_ignoring, ignored):
        for path in [path for path in found.paths if pattern.match(path)]:
            del found.paths[path]
            found.replacing.discard(path)
    return found


def plan(
    resource: Resource[Any], old: Mapping[str, Any] | None, inputs: Mapping[str, Any]
) -> Values:
    """Return the state expected after a create (`old` is None) or an update.

    What only the service can tell is UNKNOWN.
    """
    planned = _fill(resource.shape, old, inputs)
    if old is not None:
        changed = compare(resource, old, inputs, ()).changed
        anew = {one.name for one in resource.properties if one.settles_anew}
        for name in (anew | resource.settles_anew(changed)) if changed else ():
            if name not in inputs:
                planned[name] = UNKNOWN
    return planned


def outputs(resource: Resource[Any], base: Mapping[str, Any], values: Mapping[str, Any]) -> Values:
    """Return the outputs: what a verb returned, on top of what was known or asked for."""
    by_name = resource.shape.by_name
    if strangers := values.keys() - by_name.keys():
        raise KeyError(f"{resource.token} declares no {', '.join(sorted(strangers))}")
    return {
        name: value
        for name, value in {**base, **values}.items()
        if value is not None and name in by_name and not by_name[name].write_only
    }


def differs(one: Property, kind: Type, old: Any, new: Any) -> bool:
    """Tell whether a value given for a property is a change."""
    found = Difference()
    _compare(one, kind, "", old, new, found)
    return bool(found.paths)


def is_empty(value: Any) -> bool:
    """Tell whether a value equals an absent one."""
    return value is None or value is False or value in ("", 0) or value == [] or value == {}


def _compare(
    one: Property,
    kind: Type,
    path: str,
    old: Any,
    new: Any,
    found: Difference,
    forced: bool = False,
) -> None:
    forced = forced or one.replaces
    if one.write_only or (new is None and (one.computed or one.output)):
        return
    if new is UNKNOWN:
        _note(found, path, "ADD" if old is None else "UPDATE", forced)
    elif old is None or new is None:
        if not (is_empty(old) and is_empty(new)):
            _note(found, path, "ADD" if old is None else "DELETE", forced)
    elif one.same is not None and one.same(old, new):
        return
    elif isinstance(kind, ObjectOf) and isinstance(old, dict) and isinstance(new, dict):
        for inner in kind.properties:
            where = f"{path}.{inner.name}"
            _compare(
                inner, inner.type, where, old.get(inner.name), new.get(inner.name), found, forced
            )
    elif isinstance(kind, MapOf) and isinstance(old, dict) and isinstance(new, dict):
        entry = Property(one.name, kind.item)
        for key in dict.fromkeys((*old, *new)):
            _compare(
                entry, kind.item, map_path(path, key), old.get(key), new.get(key), found, forced
            )
    elif isinstance(kind, ListOf) and isinstance(old, list) and isinstance(new, list):
        _compare_lists(one, kind, path, old, new, found, forced)
    elif old != new:
        _note(found, path, "UPDATE", forced)


def _compare_lists(
    one: Property,
    kind: ListOf,
    path: str,
    old: list[Any],
    new: list[Any],
    found: Difference,
    forced: bool,
) -> None:
    if kind.ordered:
        entry = Property(one.name, kind.item)
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            where = f"{path}[{index}]"
            if before is None or after is None:
                _note(found, where, "ADD" if before is None else "DELETE", forced)
            else:
                _compare(entry, kind.item, where, before, after, found, forced)
    elif has_unknown(new):
        _note(found, path, "UPDATE", forced)
    else:
        gone = {index for index, item in enumerate(old) if item not in new}
        come = {index for index, item in enumerate(new) if item not in old}
        for index in sorted(gone | come):
            both = index in gone and index in come
            kind_of_change: Kind = "UPDATE" if both else "ADD" if index in come else "DELETE"
            _note(found, f"{path}[{index}]", kind_of_change, forced)


def _note(found: Difference, path: str, kind: Kind, forced: bool) -> None:
    found.paths[path] = kind
    if forced:
        found.replacing.add(path)


def _ignoring(path: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in path.split("*")]
    return re.compile(r"[^.\[\]]+".join(parts) + r"(?=$|[.\[])")


def _fill(shape: ObjectOf, old: Mapping[str, Any] | None, inputs: Mapping[str, Any]) -> Values:
    filled: Values = {}
    for one in shape.properties:
        if one.write_only:
            continue
        before = None if old is None else old.get(one.name)
        given = inputs.get(one.name)
        if given is not None:
            filled[one.name] = _fill_value(one.type, before, given)
        elif one.computed or one.output:
            filled[one.name] = UNKNOWN if old is None or one.name not in old else before
        elif before is not None and is_empty(before):
            filled[one.name] = before
    return filled


def _fill_value(kind: Type, before: Any, given: Any) -> Any:
    if isinstance(kind, ObjectOf) and isinstance(given, dict):
        return _fill(kind, before if isinstance(before, dict) else None, given)
    if isinstance(kind, ListOf) and isinstance(given, list) and isinstance(kind.item, ObjectOf):
        former = before if isinstance(before, list) else []
        return [
            _fill_value(kind.item, former[index] if index < len(former) else None, item)
            for index, item in enumerate(given)
        ]
    return given
