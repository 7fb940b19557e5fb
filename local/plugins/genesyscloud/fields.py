"""Properties as the package names them, to and from members as the API names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from local.plugins.genesyscloud.client import Json
from local.plugins.planning import is_empty
from local.plugins.wire import Values


@dataclass(frozen=True)
class Field:
    """One property.

    `path` is where the API has it, in dots (default: the same name). `unset` is what is sent when
    the program says nothing, or an empty value; None sends nothing. `inner` describes an object or
    the objects of a list. `reference` wraps each text of a list into `{"id": text}`.
    """

    name: str
    path: str = ""
    unset: Any = None
    inner: Sequence[Field] = ()
    reference: bool = False

    @property
    def steps(self) -> list[str]:
        """The path, step by step."""
        return (self.path or self.name).split(".")


def to_body(fields: Sequence[Field], values: Mapping[str, Any]) -> Json:
    """Return what is sent for some values."""
    body: Json = {}
    for field in fields:
        value = values.get(field.name)
        if value is None or (is_empty(value) and value != {}):
            value = field.unset
        elif field.inner:
            value = _each(value, partial(to_body, field.inner))
        elif field.reference:
            value = [{"id": one} for one in value]
        if value is not None:
            _put(body, field.steps, value)
    return body


def to_values(fields: Sequence[Field], body: Mapping[str, Any]) -> Values:
    """Return the values that a body tells; what it lacks is left out."""
    values: Values = {}
    for field in fields:
        value = _get(body, field.steps)
        if value is None:
            continue
        if field.inner:
            value = _each(value, partial(to_values, field.inner))
        elif field.reference:
            value = [one.get("id", "") for one in value]
        values[field.name] = value
    return values


def switches(*names: str) -> list[Field]:
    """Return boolean properties that are always sent, false when unset."""
    return [Field(name, unset=False) for name in names]


def plain(*names: str) -> list[Field]:
    """Return properties that are sent under their own name when they are set."""
    return [Field(name) for name in names]


def texts(*names: str) -> list[Field]:
    """Return text properties that are always sent, empty when unset."""
    return [Field(name, unset="") for name in names]


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return [change(one) for one in value] if isinstance(value, list) else change(value)


def _put(body: Json, steps: Sequence[str], value: Any) -> None:
    for step in steps[:-1]:
        body = body.setdefault(step, {})
    body[steps[-1]] = value


def _get(body: Mapping[str, Any], steps: Sequence[str]) -> Any:
    value: Any = body
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
