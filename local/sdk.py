"""The generated Genesys SDK: written anew from its schema, or compared with it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from local.executables import Unusable
from local.go import find_go, needed_go
from local.layout import Layout

_SCHEMA = "genesyscloud.schema.json"
# What installing the package leaves behind; the package's own .gitignore names the same.
_LEFTOVERS = {"build", "dist", "__pycache__", ".mypy_cache"}


class SdkError(RuntimeError):
    """The SDK cannot be generated, or is not what its schema gives."""


def generate_sdk(layout: Layout) -> Path:
    """Write the SDK's folder anew and return it; raise SdkError with the reason when it fails."""
    folder = _folder(layout)
    _generate(layout, folder)
    return folder


def compare_sdk(layout: Layout) -> list[str]:
    """Return what sets the SDK's folder apart from what its schema gives, a line for each file.

    Nothing is changed. Raises SdkError when the SDK cannot be generated for comparing.
    """
    kept = _folder(layout)
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "sdk"
        _generate(layout, fresh)
        old, new = _files(kept), _files(fresh)
    differences = {
        **dict.fromkeys(new.keys() - old.keys(), "is missing"),
        **dict.fromkeys(old.keys() - new.keys(), "is not generated"),
        **{path: "differs" for path in old.keys() & new.keys() if old[path] != new[path]},
    }
    name = kept.relative_to(layout.root)
    return [f"{name / path} {what}" for path, what in sorted(differences.items())]


def _folder(layout: Layout) -> Path:
    return layout.root / "sdks" / "genesyscloud"


def _generate(layout: Layout, folder: Path) -> None:
    try:
        go = find_go(layout.toolchain)
    except Unusable as unusable:
        raise SdkError(
            f"Generating the SDK needs Go {needed_go(layout.toolchain)} or newer "
            f"(https://go.dev/dl/), but {unusable}."
        ) from None
    process = go.start("run", "./generate-sdk", _SCHEMA, str(folder), output=subprocess.PIPE)
    said, _ = process.communicate()
    if process.returncode != 0:
        text = said.decode(errors="replace").strip()
        raise SdkError(f"The SDK was not generated from {layout.toolchain / _SCHEMA}:\n{text}")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not _is_leftover(path.relative_to(folder))
    }


def _is_leftover(path: Path) -> bool:
    return any(part in _LEFTOVERS or part.endswith(".egg-info") for part in path.parts)
