"""Property values as the engine sends them, and as the rest of this room handles them.

Inside this room a value is plain Python: `str`, `bool`, `int`, `float`, `list`, `dict`, None, and
UNKNOWN for what the engine does not know yet. Which of them are secret is kept beside them, as
Marks, so that no other module has to unwrap anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

from google.protobuf import struct_pb2

Values: TypeAlias = dict[str, Any]
# What is secret in an object: True for a whole property, a nested mapping for parts of it.
Marks: TypeAlias = Mapping[str, "bool | Marks"]

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a public marker
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
REFERENCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown(Enum):
    """The type of UNKNOWN; it has this one value, which survives copying."""

    UNKNOWN = UNKNOWN_TEXT

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN


def decode(struct: struct_pb2.Struct) -> Values:
    """Return the plain values of an object, secrets unwrapped."""
    return {key: _plain(value) for key, value in struct.fields.items()}


def decode_marks(struct: struct_pb2.Struct) -> dict[str, bool | Marks]:
    """Return what is secret in an object; a secret inside a list makes the whole list secret."""
    marks: dict[str, bool | Marks] = {}
    for key, value in struct.fields.items():
        if mark := _mark(value):
            marks[key] = mark
    return marks


def encode(values: Mapping[str, Any], marks: Marks | None = None) -> struct_pb2.Struct:
    """Return the object as the engine reads it, wrapping whatever `marks` calls secret."""
    struct = struct_pb2.Struct()
    fields = struct.fields
    for key, value in values.items():
        _write(fields[key], value, marks.get(key, False) if marks else False)
    return struct


def merge_marks(first: Marks, second: Marks) -> Marks:
    """Return the union of two sets of marks."""
    if not second:
        return first
    merged = dict(first)
    for key, mark in second.items():
        known = merged.get(key, False)
        if isinstance(known, Mapping) and isinstance(mark, Mapping):
            merged[key] = merge_marks(known, mark)
        elif known is not True:
            merged[key] = mark
    return merged


def has_unknown(value: Any) -> bool:
    """Tell whether anything in a value is UNKNOWN."""
    if value is UNKNOWN:
        return True
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return False


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text == UNKNOWN_TEXT else text
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "struct_value":
        struct = value.struct_value
        signature = _signature(struct)
        if signature in (SECRET_SIGNATURE, OUTPUT_SIGNATURE):
            return _plain(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
        if signature == REFERENCE_SIGNATURE:
            # A resource given as an input stands for its id (design of every bridged provider).
            return _plain(struct.fields["id"]) if "id" in struct.fields else None
        return decode(struct)
    return None


def _mark(value: struct_pb2.Value) -> bool | Marks:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(_mark(item) for item in value.list_value.values)
    if kind != "struct_value":
        return False
    struct = value.struct_value
    signature = _signature(struct)
    if signature == SECRET_SIGNATURE:
        return True
    if signature == OUTPUT_SIGNATURE:
        if "secret" in struct.fields and struct.fields["secret"].bool_value:
            return True
        return _mark(struct.fields["value"]) if "value" in struct.fields else False
    return decode_marks(struct)


def _signature(struct: struct_pb2.Struct) -> str | None:
    # Indexing a map field creates the entry, so membership is asked first.
    return struct.fields[SIGNATURE_KEY].string_value if SIGNATURE_KEY in struct.fields else None


def _write(target: struct_pb2.Value, value: Any, mark: bool | Marks) -> None:
    if mark is True:
        fields = target.struct_value.fields
        fields[SIGNATURE_KEY].string_value = SECRET_SIGNATURE
        _write(fields["value"], value, False)
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        fields = target.struct_value.fields
        for key, item in value.items():
            _write(fields[key], item, mark.get(key, False) if isinstance(mark, Mapping) else False)
    elif isinstance(value, (list, tuple)):
        target.list_value.SetInParent()
        for item in value:
            _write(target.list_value.values.add(), item, False)
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_TEXT
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    else:
        raise TypeError(f"{type(value).__name__} cannot be sent to the engine")
