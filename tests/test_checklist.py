"""Every feature (M), rule (R) and extra (X) of the checklist has a test that names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
_ID = re.compile(r"(?<![A-Za-z0-9])[mMrRxX][0-9]{1,2}(?![A-Za-z0-9])")

# Id to the issue that brought it.
CHECKLIST: dict[str, int] = {
    **dict.fromkeys(("M34", "M35", "M36", "M37", "M39", "M40", "M41", "M43", "M44", "M45"), 4),
    **dict.fromkeys(("M46", "M48", "M60", "M61", "M62", "M65", "M69", "M70", "M71", "M72"), 4),
    **dict.fromkeys(("M74", "M75", "M81"), 4),
    **dict.fromkeys(("R1", "R3", "R4", "R5", "R8", "R9", "R10", "R11", "R16"), 4),
    **dict.fromkeys(("M1", "M26", "M27", "M30", "M31", "M32", "M33", "M38", "M42", "M47"), 5),
    **dict.fromkeys(("M49", "M50", "M51", "M52", "M53", "M73", "M77", "M79", "M82", "M83"), 5),
    **dict.fromkeys(("M84", "R2", "R6", "R7", "R12", "R13", "R14", "R15", "R17"), 5),
    **dict.fromkeys(("X1", "X2", "X3", "X4", "X5", "X6", "X8", "X9"), 5),
    **dict.fromkeys(("M2", "M3", "M17", "M59", "M64", "R18", "X7", "X10"), 6),
}


def _texts(path: Path) -> Iterator[str]:
    """Yield the names of functions, and all texts, docstrings and ids of rows among them."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield content
        return
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name.replace("_", " ")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.fixture(scope="module")
def named() -> set[str]:
    """The ids that tests name."""
    files = [path for kind in ("py", "mjs", "js") for path in _HERE.rglob(f"test_*.{kind}")]
    files += [path for path in _HERE.rglob("*.py") if path.parent.name == "hostile"]
    return {
        id.upper()
        for path in files
        if path != Path(__file__).resolve()
        for text in _texts(path)
        for id in _ID.findall(text)
    }


@pytest.mark.parametrize("id", CHECKLIST)
def test_it_is_named_by_a_test(named: set[str], id: str) -> None:
    assert id in named, f"no test names {id}, of issue {CHECKLIST[id]}"
