"""Sentences whose words are ours and whose values are not: each rendering makes the values safe."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_VALUE = 120


@dataclass(frozen=True)
class Value:
    """A value of the plan, shown as code; long ones are cut."""

    text: str


@dataclass(frozen=True)
class Name:
    """What people call a thing, such as a site's display name."""

    text: str


Piece = str | Value | Name
Sentence = tuple[Piece, ...]


def say(template: str, values: Mapping[str, Piece | Sentence] | None = None) -> Sentence:
    """Return the sentence of a template with `{named}` values in their places.

    Raises KeyError when a value is missing: templates are the project's own.
    """
    pieces: list[Piece] = []
    for words, name, _, _ in string.Formatter().parse(template):
        pieces += [words] if words else []
        if name is not None:
            value = (values or {})[name]
            pieces += list(value) if isinstance(value, tuple) else [value]
    return tuple(pieces)


def shown(value: Any) -> Piece:
    """Return a property's value as a reader would write it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return Value("true" if value else "false")
    if isinstance(value, float) and value.is_integer():
        return Value(str(int(value)))
    if isinstance(value, (str, int, float)):
        return Value(str(value)) if value != "" else "empty"
    if isinstance(value, (dict, list)):
        return Value(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    return str(value)  # a secret, or what is not known yet: our own words


def listed(pieces: list[Piece]) -> Sentence:
    """Return pieces with commas between them."""
    found: list[Piece] = []
    for piece in pieces:
        found += [", ", piece] if found else [piece]
    return tuple(found)


def plain(sentence: Sentence) -> str:
    """Return the sentence as plain text on one line."""
    return "".join(
        piece if isinstance(piece, str) else shortened(visible(piece.text)) for piece in sentence
    )


def shortened(text: str, longest: int = LONGEST_VALUE) -> str:
    """Return the text, cut where it is too long for a table."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def visible(text: str) -> str:
    """Return the text on one line, with control and direction characters made visible."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else _spelled(character) for character in text
    )


def _spelled(character: str) -> str:
    if character in "\n\r\t":
        return "⏎" if character == "\n" else " "
    code = ord(character)
    return f"\\u{{{code:x}}}"
