"""Check: every mistake in the inputs at once, and the defaults that the bridge would fill in."""

from __future__ import annotations

import hashlib
import math
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from local.plugins.properties import ListOf, MapOf, ObjectOf, Property, Scalar, Type
from local.plugins.resource import Mistake
from local.plugins.wire import UNKNOWN, Marks, Values

# Which inputs of a resource are defaults; bridged providers keep the list under the same key.
DEFAULTS_KEY: Final = "__defaults"
_MAX_NAME = 255
_SUFFIX_DIGITS = 7
_ARTICLES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Naming:
    """What a resource without a name is called.

    `proposed` replaces the usual name plus random digits (the stack's autonaming settings);
    `allowed` is False when those settings switch names off.
    """

    logical: str
    seed: bytes = b""
    proposed: str = ""
    allowed: bool = True

    def invent(self) -> str:
        """Return the logical name, a hyphen and seven hexadecimal digits, at most 255 characters.

        The same seed gives the same digits, so a saved plan and its update agree.
        """
        if self.proposed:
            return self.proposed
        digits = hashlib.sha512(self.seed).hexdigest() if self.seed else secrets.token_hex(4)
        suffix = f"-{digits[:_SUFFIX_DIGITS]}"
        return self.logical[: _MAX_NAME - len(suffix)] + suffix


def check_values(
    shape: ObjectOf, news: Mapping[str, Any], marks: Marks | None = None
) -> tuple[Values, list[Mistake]]:
    """Return the inputs with nested defaults and converted values, and every mistake found.

    Values convert as the bridge converts them: "true" for a boolean, "5" for a number, a number or
    boolean for a text. Nulls count as absent. UNKNOWN fits everywhere. No mistake tells a value
    that `marks` or the declaration call secret.
    """
    checker = _Checker(marks or {})
    return checker.inspect(shape, news, ""), checker.mistakes


def add_defaults(
    shape: ObjectOf,
    named_by: str | None,
    inputs: Values,
    olds: Mapping[str, Any],
    naming: Naming,
) -> list[Mistake]:
    """Fill in the top-level defaults and the invented name; record which under `__defaults`.

    An invented name is kept for as long as the resource lives (`olds` are its former inputs).
    """
    filled = [one.name for one in shape.properties if _is_default(one, inputs)]
    for name in filled:
        inputs[name] = shape.by_name[name].default
    mistakes = []
    if named_by in shape.by_name and named_by not in inputs:
        former = olds.get(named_by) if named_by in (olds.get(DEFAULTS_KEY) or ()) else None
        if former or naming.allowed:
            inputs[named_by] = former or naming.invent()
            filled.append(named_by)
        else:
            mistakes.append(
                Mistake(named_by, "This stack's settings forbid automatic names: give a name.")
            )
    if filled:
        inputs[DEFAULTS_KEY] = sorted(filled)
    return mistakes


def _is_default(one: Property, inputs: Mapping[str, Any]) -> bool:
    return one.default is not None and not one.output and one.name not in inputs


@dataclass
class _Checker:
    """One pass over some inputs, collecting mistakes."""

    marks: Marks
    mistakes: list[Mistake] = field(default_factory=list)

    def inspect(self, shape: ObjectOf, news: Mapping[str, Any], path: str) -> Values:
        result: Values = {}
        by_name = shape.by_name
        for name, value in news.items():
            if value is None or name.startswith("__"):
                continue
            where = f"{path}.{name}" if path else name
            declared = by_name.get(name)
            if declared is None:
                self._note(where, _unknown_property(name, by_name))
            elif declared.output:
                self._note(where, f"{where} is set by the service and cannot be given: remove it.")
            else:
                result[name] = self._value(declared, declared.type, value, where)
        for declared in shape.properties:
            if declared.name in result:
                continue
            where = f"{path}.{declared.name}" if path else declared.name
            if declared.required and news.get(declared.name) is None:
                self._note(where, f"{where} is missing: it is required.")
            elif path and _is_default(declared, result):
                result[declared.name] = declared.default
        return result

    def _value(self, declared: Property, kind: Type, value: Any, where: str) -> Any:
        if value is UNKNOWN:
            return value
        if isinstance(kind, ObjectOf) and isinstance(value, dict):
            return self.inspect(kind, value, where)
        if isinstance(kind, ListOf) and isinstance(value, list):
            return [
                self._value(declared, kind.item, item, f"{where}[{index}]")
                for index, item in enumerate(value)
            ]
        if isinstance(kind, MapOf) and isinstance(value, dict):
            return {
                key: self._value(declared, kind.item, item, map_path(where, key))
                for key, item in value.items()
                if item is not None
            }
        if isinstance(kind, Scalar):
            return self._scalar(declared, kind, value, where)
        expected = "a list" if isinstance(kind, ListOf) else "an object"
        self._note(where, f"{where} is {_describe(value)}, expected {expected}.")
        return value

    def _scalar(self, declared: Property, kind: Scalar, value: Any, where: str) -> Any:
        if kind.name == "any":
            return value
        converted = _convert(kind.name, value)
        if converted is None:
            self._note(where, f"{where} is {_describe(value)}, expected {_ARTICLES[kind.name]}.")
            return value
        if declared.choices and converted not in declared.choices:
            secret = declared.secret or bool(self.marks.get(top_level(where)))
            self._note(where, _wrong_choice(declared.choices, where, converted, secret))
        return converted

    def _note(self, where: str, reason: str) -> None:
        self.mistakes.append(Mistake(where, reason))


def _convert(name: str, value: Any) -> Any:
    """Return the value as the declared type, None when it is none (bridge, type coercion)."""
    if name == "string":
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else _number_text(value)
    if name == "boolean":
        return (
            {"true": True, "false": False}.get(value)
            if isinstance(value, str)
            else (value if isinstance(value, bool) else None)
        )
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    whole = float(value).is_integer()
    return int(value) if whole else (None if name == "integer" else value)


def _number_text(value: Any) -> str | None:
    return str(value) if isinstance(value, int | float) else None


def top_level(path: str) -> str:
    """Return the property that a path starts with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def map_path(where: str, key: str) -> str:
    """Return the path of a map's entry, quoted where the key is no plain word."""
    return f"{where}.{key}" if key.isidentifier() else f'{where}["{key}"]'


def _describe(value: Any) -> str:
    # The kind of a value, never the value: it may be secret.
    if value is None:
        return "null"
    names = {
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "of an unexpected kind")


def _wrong_choice(choices: tuple[str, ...], where: str, value: Any, secret: bool) -> str:
    expected = f"expected one of: {', '.join(choices)}."
    if secret:
        return f"{where} is not an accepted value, {expected}"
    near = _nearest(str(value), choices)
    return f"{where} is {value!r}, {expected}" + (f" Did you mean {near}?" if near else "")


def _unknown_property(name: str, known: Mapping[str, Property]) -> str:
    candidates = [one.name for one in known.values() if not one.output]
    if near := _nearest(name, candidates):
        return f"{name} is not a known property. Did you mean {near}?"
    return f"{name} is not a known property. Known: {', '.join(sorted(candidates))}."


def _nearest(text: str, candidates: Iterable[str]) -> str | None:
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    near = get_close_matches(text.casefold(), by_folded, 1, 0.65)
    return by_folded[near[0]] if near else None
