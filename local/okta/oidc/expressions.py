"""The part of Okta's expression language that claims of a sign-in need.

Okta, "Okta Expression Language": attributes of `user`, `appuser` and `app`, texts in double quotes,
`+`, and `condition ? one : other` where the condition compares with `==` or `!=`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local.emulator.store import Document

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<text>"[^"]*")
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][\w.]*)
    | (?P<sign>==|!=|[()?:+])
    )""",
    re.VERBOSE,
)
_WORDS: Final[Mapping[str, Any]] = {"null": None, "true": True, "false": False}


class ExpressionError(ValueError):
    """The expression is none, or needs more of the language than is emulated."""


def evaluate(expression: str, names: Document) -> Any:
    """Return an expression's value; an attribute that nobody has is None.

    `names` holds the objects that expressions speak of, such as `{"user": {"login": ...}}`.
    """
    reader = _Reader(_split(expression), names)
    try:
        value = reader.choice()
    except RecursionError:
        raise ExpressionError("its brackets are too deep") from None
    reader.end()
    return value


def _split(expression: str) -> list[tuple[str, str]]:
    found, position = [], 0
    text = expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"character {position + 1} of the expression is not understood")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], names: Document) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._position = 0
        self._names = names

    def choice(self) -> Any:
        condition = self._comparison()
        if not self._take("?"):
            return condition
        one = self.choice()
        self._demand(":")
        other = self.choice()
        return one if condition else other

    def end(self) -> None:
        if self._tokens[self._position][0] != "end":
            raise ExpressionError(f"{self._tokens[self._position][1]} is not expected")

    def _comparison(self) -> Any:
        left = self._sum()
        if self._take("=="):
            return left == self._sum()
        if self._take("!="):
            return left != self._sum()
        return left

    def _sum(self) -> Any:
        value = self._single()
        while self._take("+"):
            value = f"{_as_text(value)}{_as_text(self._single())}"
        return value

    def _single(self) -> Any:
        kind, text = self._tokens[self._position]
        self._position = min(self._position + 1, len(self._tokens) - 1)
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "name":
            return self._look_up(text)
        if (kind, text) == ("sign", "("):
            value = self.choice()
            self._demand(")")
            return value
        raise ExpressionError(f"{text or 'the end'} is not expected")

    def _look_up(self, path: str) -> Any:
        if path in _WORDS:
            return _WORDS[path]
        first, *others = path.split(".")
        if first not in self._names:
            raise ExpressionError(f"{path} is not emulated")
        value = self._names[first]
        for name in others:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _take(self, sign: str) -> bool:
        if self._tokens[self._position] == ("sign", sign):
            self._position += 1
            return True
        return False

    def _demand(self, sign: str) -> None:
        if not self._take(sign):
            raise ExpressionError(f"{sign} is expected")


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)
