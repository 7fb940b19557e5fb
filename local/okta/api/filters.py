"""The `filter` and `search` expressions of Okta's lists: a part of SCIM's filter language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from local.emulator.store import Document
from local.okta.errors import OktaError

_TOKEN: Final = re.compile(r'\s*(\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+)')
_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda found, wanted: found == wanted,
    "ne": lambda found, wanted: found != wanted,
    "sw": lambda found, wanted: found.startswith(wanted),
    "ew": lambda found, wanted: found.endswith(wanted),
    "co": lambda found, wanted: wanted in found,
    "gt": lambda found, wanted: found > wanted,
    "ge": lambda found, wanted: found >= wanted,
    "lt": lambda found, wanted: found < wanted,
    "le": lambda found, wanted: found <= wanted,
}
# Enough for any filter a person writes; brackets within brackets cost stack.
_MOST_TOKENS: Final = 100

Test = Callable[[Document], bool]


def filtered(
    documents: Sequence[Document], expression: str | None, attributes: Sequence[str]
) -> Sequence[Document]:
    """Return the documents an expression is true of; without one, all.

    `attributes` are the paths that may be asked for; a trailing `.` allows all below. Comparisons
    (`eq ne sw ew co gt ge lt le pr`) can be joined by `and`, `or` and `not`, with brackets. Text
    compares without case. Anything else is Okta's E0000031.
    """
    if not expression:
        return documents
    test = _Parser(expression, attributes).parse()
    return [document for document in documents if test(document)]


def prefixed(documents: Sequence[Document], wanted: str | None, *paths: str) -> Sequence[Document]:
    """Return the documents of which a value begins with `q`, without case; without `q`, all."""
    if not wanted:
        return documents
    start = wanted.lower()
    return [
        document
        for document in documents
        if any(value.startswith(start) for path in paths for value in _values(document, path))
    ]


class _Parser:
    def __init__(self, expression: str, attributes: Sequence[str]) -> None:
        self._tokens = _split(expression)
        if len(self._tokens) > _MOST_TOKENS:
            raise _bad("it is too long")
        self._attributes = attributes

    def parse(self) -> Test:
        test = self._any()
        if self._tokens:
            raise _bad(f"unexpected {self._tokens[0]!r}")
        return test

    def _any(self) -> Test:
        tests = [self._all()]
        while self._next_is("or"):
            tests.append(self._all())
        return lambda document: any(test(document) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._next_is("and"):
            tests.append(self._one())
        return lambda document: all(test(document) for test in tests)

    def _one(self) -> Test:
        if self._next_is("not"):
            inner = self._one()
            return lambda document: not inner(document)
        if self._next_is("("):
            inside = self._any()
            if not self._next_is(")"):
                raise _bad("a bracket is not closed")
            return inside
        return self._comparison()

    def _comparison(self) -> Test:
        path = self._take()
        if not any(_allows(attribute, path) for attribute in self._attributes):
            raise _bad(f"{path!r} cannot be filtered by")
        name = self._take().lower()
        if name == "pr":
            return lambda document: bool(_values(document, path))
        compare = _OPERATORS.get(name)
        if compare is None:
            raise _bad(f"{name!r} is no operator")
        wanted = _literal(self._take())
        return lambda document: any(compare(value, wanted) for value in _values(document, path))

    def _take(self) -> str:
        if not self._tokens:
            raise _bad("it ends too early")
        return self._tokens.pop(0)

    def _next_is(self, token: str) -> bool:
        if self._tokens and self._tokens[0].lower() == token:
            self._tokens.pop(0)
            return True
        return False


def _split(expression: str) -> list[str]:
    tokens, position = [], 0
    expression = expression.rstrip()
    while position < len(expression):
        found = _TOKEN.match(expression, position)
        if found is None:
            raise _bad("a quotation mark is not closed")
        tokens.append(found[1])
        position = found.end()
    return tokens


def _literal(token: str) -> str:
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1]).lower()
    if token.lower() in ("true", "false") or re.fullmatch(r"-?\d+", token):
        return token.lower()
    raise _bad(f"{token!r} is no value")


def _values(document: Document, path: str) -> list[str]:
    """Return the values at a path as lower-case text; a list on the way stands for its items."""
    found: list[Any] = [document]
    for step in path.split("."):
        found = [one[step] for one in found if isinstance(one, dict) and step in one]
        found = [item for one in found for item in (one if isinstance(one, list) else [one])]
    return [str(one).lower() for one in found if one is not None]


def _allows(attribute: str, path: str) -> bool:
    return path.startswith(attribute) if attribute.endswith(".") else path == attribute


def _bad(reason: str) -> OktaError:
    return OktaError("E0000031", reason=f"the filter cannot be used: {reason}")
