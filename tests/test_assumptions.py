"""docs/assumptions.md lists every vendor behaviour that the code marks as assumed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.committed import PROJECT, files

_PAGE = (PROJECT / "docs" / "assumptions.md").read_text(encoding="utf-8")

_MARK = re.compile(r"\(?\bAssumption\b")
_GOOD_MARK = re.compile(r"Assumption:\s")
_ROW = re.compile(r"^\| .+ \| .+ \| \[[^]]+]\(\.\./(?P<path>[^)]+)\) \|$", re.MULTILINE)
_COMMENT_SIGNS = re.compile(r"^[\s#/*]+")


def _sentence(text: str, start: int) -> str:
    """Return how a mark's sentence begins, in one line."""
    first, *more = text[start:].split("\n")[:3]
    return " ".join([first, *(_COMMENT_SIGNS.sub("", line) for line in more)])[:160]


def _marks() -> dict[str, list[str]]:
    found = {}
    for path in files({".py", ".js", ".mjs", ".html"}):
        text = path.read_text(encoding="utf-8")
        marks = [_sentence(text, mark.start()) for mark in _MARK.finditer(text)]
        if marks and path != Path(__file__).resolve():
            found[path.relative_to(PROJECT).as_posix()] = marks
    return found


MARKS = _marks()
ROWS = Counter(row["path"] for row in _ROW.finditer(_PAGE))


def test_every_room_that_stands_in_for_a_vendor_has_marks() -> None:
    rooms = ("local/okta/", "local/genesys/", "local/plugins/", "sample_site/", "infra/")
    assert [room for room in rooms if not any(path.startswith(room) for path in MARKS)] == []


def test_each_mark_begins_a_sentence() -> None:
    odd = [
        f"{path}: write `Assumption: ` and a sentence, not {mark!r}"
        for path, marks in MARKS.items()
        for mark in marks
        if not _GOOD_MARK.match(mark)
    ]
    assert not odd, "\n".join(odd)


def test_each_mark_has_its_row() -> None:
    lacking = [
        "\n  ".join([f"{path} has {len(marks)} marks and {ROWS[path]} rows:", *marks])
        for path, marks in MARKS.items()
        if len(marks) > ROWS[path]
    ]
    assert not lacking, "docs/assumptions.md lacks rows\n" + "\n".join(lacking)


def test_each_row_leads_to_code_that_exists() -> None:
    assert [path for path in ROWS if not (PROJECT / path).exists()] == []


def test_each_row_has_the_form_that_is_counted() -> None:
    lines = [line for line in _PAGE.splitlines() if line.startswith("|")]
    heads = [line for line in lines if line.startswith(("| Behaviour |", "|---"))]
    assert ROWS.total() == len(lines) - len(heads)
