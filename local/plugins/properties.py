"""How a resource type declares its properties: types, defaults, and the rules of check and diff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from local.plugins.wire import Marks


@dataclass(frozen=True)
class Scalar:
    """A single value; `any` stands for JSON of any shape."""

    name: Literal["string", "integer", "number", "boolean", "any"]


@dataclass(frozen=True)
class ListOf:
    """A list; with `ordered=False` a set of scalars, where order and repetition mean nothing."""

    item: Type
    ordered: bool = True


@dataclass(frozen=True)
class MapOf:
    """An object with free keys and values of one type."""

    item: Type


@dataclass(frozen=True)
class ObjectOf:
    """An object with declared properties; `token` names it in a package schema."""

    token: str
    properties: tuple[Property, ...]

    @cached_property
    def by_name(self) -> dict[str, Property]:
        """The properties, by their name on the wire."""
        return {one.name: one for one in self.properties}


Type: TypeAlias = Scalar | ListOf | MapOf | ObjectOf

STRING = Scalar("string")
INTEGER = Scalar("integer")
NUMBER = Scalar("number")
BOOLEAN = Scalar("boolean")
ANY = Scalar("any")
STRINGS = ListOf(STRING)
STRING_SET = ListOf(STRING, ordered=False)


@dataclass(frozen=True)
class Property:
    """One property of a resource, of a nested object, of a look-up or of the provider itself.

    `computed`: the provider fills it in when the program does not, and then its absence is no
    change. `output`: never an input (always computed). `write_only`: an input that never takes
    part in a diff and never comes back from a read. `replaces`: another value needs another object.
    `settles_anew`: unknown in the preview of every update. `same(old, new)`: when True, two
    different values are no change (JSON texts that mean the same, say).
    """

    name: str
    type: Type = STRING
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    replaces: bool = False
    secret: bool = False
    computed: bool = False
    output: bool = False
    write_only: bool = False
    settles_anew: bool = False
    same: Callable[[Any, Any], bool] | None = None
    description: str = ""


def secret_marks(properties: tuple[Property, ...]) -> Marks:
    """Return what a declaration calls secret, nested objects included."""
    marks: dict[str, bool | Marks] = {}
    for one in properties:
        if one.secret or (isinstance(one.type, ListOf | MapOf) and _hides(one.type)):
            marks[one.name] = True
        elif isinstance(one.type, ObjectOf) and (inner := secret_marks(one.type.properties)):
            marks[one.name] = inner
    return marks


def _hides(kind: Type) -> bool:
    if isinstance(kind, ObjectOf):
        return bool(secret_marks(kind.properties))
    return isinstance(kind, ListOf | MapOf) and _hides(kind.item)
