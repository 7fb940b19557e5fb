"""The rooms of docs/architecture.md: what each imports of ours is what the page says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.committed import PROJECT

OURS = ("infra", "sample_site", "review", "doctor", "adopt", "local", "benchmarks", "tests")
CODE = re.compile("`([^`]+)`")


def rows() -> dict[str, list[str]]:
    """Return what the page says of each room: rooms above others and those of tests are left out.

    They may import everything below them, and the page says so in words.
    """
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = [
        line.strip("| \n").split(" | ") for line in page.splitlines() if line.startswith("| `")
    ]
    return {
        room.rstrip("/"): CODE.findall(imports)
        for rooms, _, imports in table
        if "`" in imports or imports.startswith("none")
        for room in CODE.findall(rooms)
        if room.split("/")[0] in OURS
    }


def imported(folder: Path) -> Iterator[str]:
    """Yield the modules of ours that a folder's code imports from outside itself."""
    own = ".".join(folder.relative_to(PROJECT).parts)
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                found = [node.module]
            for name in found:
                if name.partition(".")[0] in OURS and not f"{name}.".startswith(f"{own}."):
                    yield name


@pytest.mark.parametrize("room", sorted(rows()))
def test_a_room_imports_what_the_page_says_and_nothing_else(room: str) -> None:
    told, found = rows()[room], set(imported(PROJECT / room))
    beyond = [name for name in found if not any(f"{name}.".startswith(f"{at}.") for at in told)]
    assert beyond == []
    idle = [at for at in told if not any(f"{name}.".startswith(f"{at}.") for name in found)]
    assert idle == []


def test_the_page_tells_of_every_room() -> None:
    assert {"infra", "sample_site", "review", "doctor", "adopt", "local/plugins"} <= set(rows())
