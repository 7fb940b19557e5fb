"""The project's own files, as tests that read all of them want them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

# What tools make and keep out of version control, and what a generator writes.
_NOT_OURS = {"sdks", "node_modules", "__pycache__", "build"}


def files(suffixes: Collection[str]) -> Iterator[Path]:
    """Yield the files whose names end like that, without generated ones and hidden folders."""
    for folder, below, names in os.walk(PROJECT):
        below[:] = sorted(
            name for name in below if name not in _NOT_OURS and not name.startswith(".")
        )
        for name in sorted(names):
            if Path(name).suffix in suffixes:
                yield Path(folder, name)
