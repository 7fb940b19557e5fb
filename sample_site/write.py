"""Writes a build: whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from sample_site.errors import SiteError
from sample_site.files import File
from sample_site.manifest import MANIFEST_FILE, Manifest, holds_build


def write_build(out: Path, manifest: Manifest, files: Mapping[str, Sequence[File]]) -> None:
    """Write the manifest and each site's files (by folder), in place of what a former build left.

    Everything is written beside `out` first and then takes its place, so a reader sees the former
    build or this one. Raises SiteError, and leaves `out` as it was, when it holds something that
    is no build or cannot be written.
    """
    out = out.resolve()
    _refuse_foreign(out)
    draft, former = (out.with_name(f".{out.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        _write_all(draft, manifest, files)
        _swap(out, draft, former)
    except OSError as error:
        raise SiteError(
            f"The site cannot be written to {out} ({error.strerror}: {error.filename}). "
            "The former build, if any, is as it was. Make room there or choose another --out."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)


def _refuse_foreign(out: Path) -> None:
    """Keep a mistyped --out from replacing a folder that holds anything but a build."""
    if not out.exists():
        return
    if not out.is_dir():
        raise SiteError(f"{out} is no folder. Choose another --out.")
    if any(out.iterdir()) and not holds_build(out):
        raise SiteError(
            f"{out} holds files that are no built site; they would be lost. Choose another --out."
        )


def _write_all(draft: Path, manifest: Manifest, files: Mapping[str, Sequence[File]]) -> None:
    draft.mkdir(parents=True)
    for folder, content in files.items():
        for file in content:
            path = draft / folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
    (draft / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8", newline="\n")


def _swap(out: Path, draft: Path, former: Path) -> None:
    if out.exists():
        out.rename(former)
    try:
        draft.rename(out)
    except BaseException:
        if former.exists():
            former.rename(out)
        raise
