"""Links in the project's Markdown lead somewhere: files that exist, headings that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.committed import PROJECT, files

_PAGES = sorted(files({".md"}))
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def _inline(page: Path) -> Iterator[Token]:
    for token in _tokens(page):
        yield from token.children or ()


def _targets(page: Path) -> Iterator[str]:
    for token in _inline(page):
        target = token.attrGet("href") if token.type == "link_open" else token.attrGet("src")
        if isinstance(target, str) and not _ELSEWHERE.match(target):
            yield unquote(target)


@cache
def _anchors(page: Path) -> set[str]:
    """Return what GitHub calls a page's headings in addresses."""
    anchors: set[str] = set()
    tokens = _tokens(page)
    for opening, heading in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(part.content for part in heading.children or ())
            name = _NOT_IN_ANCHORS.sub("", text.strip().lower()).replace(" ", "-")
            same = sum(1 for other in anchors if re.fullmatch(rf"{re.escape(name)}(-\d+)?", other))
            anchors.add(f"{name}-{same}" if same else name)
    return anchors


def test_pages_were_found() -> None:
    assert {"README.md", "docs/sign-in.md", "local/okta/README.md"} <= {
        page.relative_to(PROJECT).as_posix() for page in _PAGES
    }


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_each_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in _targets(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        is_ours = found.is_relative_to(PROJECT) and ".local" not in found.parts
        if not found.exists() or not is_ours:
            broken.append(f"{target}: no such file")
        elif anchor and anchor not in _anchors(found):
            broken.append(f"{target}: no such heading")
    assert not broken, f"{page.relative_to(PROJECT)}\n  " + "\n  ".join(broken)
