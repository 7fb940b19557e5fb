"""Says what is wrong with a value that a person or another program has written."""

from __future__ import annotations

import difflib
import json
import re
import typing
from collections.abc import Callable, Collection
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]

_LONGEST = 60
_USER_IN_URL = re.compile(r"(?<=://)[^/\s\"]*@")

_EXPECTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "an object with named values",
    "model_type": "an object with named values",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text of the form {pattern}",
    "too_short": "a list that is not empty",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "extra_forbidden": "nothing of that name",
}


class ProgramError(Exception):
    """The program cannot go on; the message is for the person who runs it and says it all."""


def path_of(location: Location) -> str:
    """Return a value's place as it would be written in a program: `sites[1].url`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def shown(value: Any) -> str:
    """Return the value as JSON, short enough for one line and without the user part of URLs."""
    text = _USER_IN_URL.sub("…@", json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def nearest(name: str, known: Collection[str]) -> str:
    """Return the advice for a name that nobody knows: the one meant, or all there are."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}."


def counted(mistakes: Collection[str]) -> str:
    """Return how many they are, in words."""
    return "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"


def list_mistakes(
    error: ValidationError,
    model: type[BaseModel],
    *,
    hidden: Callable[[Location], bool] = lambda _: False,
) -> list[str]:
    """Return one sentence for each mistake: path, what was found, what is expected.

    What belongs in a place is taken from the descriptions of the model's fields; a value whose
    place is `hidden` is never repeated.
    """
    details = error.errors(include_url=False)
    # A list with a wrong item may be reported as too short as well: only the item is to blame.
    blamed = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return [
        _sentence(detail, model, hidden(detail["loc"]))
        for detail in details
        if detail["loc"] not in blamed
    ]


def _sentence(detail: ErrorDetails, model: type[BaseModel], hidden: bool) -> str:
    location = detail["loc"]
    if detail["type"] == "extra_forbidden" and (siblings := fields_at(model, location[:-1])):
        return f"{path_of(location)}: unknown key, {nearest(str(location[-1]), siblings)}"
    location = _as_written(model, location)
    path = path_of(location)
    meaning = _meaning(model, location)
    if detail["type"] == "missing":
        return f"{path}: missing, expected {meaning or 'a value'}."
    found = "a value that is not shown" if hidden else shown(detail["input"])
    expectation = f"{path}: found {found}, expected {_expected(detail)}"
    if detail["type"] == "value_error" or not meaning:
        return f"{expectation}."
    return f"{expectation} ({meaning})."


def _as_written(model: type[BaseModel], location: Location) -> Location:
    # A name that is wrong itself: its place is the object that it stands in.
    if location[-1:] == ("[key]",):
        location = location[:-2]
    # The place of a default value that a rule refuses comes with the field's Python name.
    written: Location = ()
    for step in location:
        names = {field.alias for field in fields_at(model, written).values()}
        camel = to_camel(step) if isinstance(step, str) else step
        written = (*written, camel if camel in names else step)
    return written


def _meaning(model: type[BaseModel], location: Location) -> str | None:
    while location and isinstance(location[-1], int):
        location = location[:-1]
    field = fields_at(model, location[:-1]).get(str(location[-1])) if location else None
    return field.description if field else None


def _expected(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    template = _EXPECTED.get(detail["type"])
    if template is None:
        return detail["msg"][:1].lower() + detail["msg"][1:]
    return template.format(**detail.get("ctx", {}))


def fields_at(model: type[BaseModel], location: Location) -> dict[str, FieldInfo]:
    """Return the fields, by their written name, of the object at a place inside the model."""
    current: type[BaseModel] | None = model
    for step in location:
        if isinstance(step, str):
            field = _by_alias(current).get(step) if current else None
            current = nested_model(field.annotation) if field else None
    return _by_alias(current) if current else {}


def nested_model(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `tuple[Site, ...]` or `Server | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (nested_model(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model), None)


def _by_alias(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}
