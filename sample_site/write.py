"""Writes a build: whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sample_site.errors import SiteError
from sample_site.files import File
from sample_site.manifest import MANIFEST_FILE, Manifest, holds_build


class Draft:
    """A build beside the folder that it will take the place of.

    Files are written in the background, while the next site is being rendered.
    """

    def __init__(self, folder: Path, writer: Executor) -> None:
        self._folder = folder
        self._writer = writer
        self._jobs: list[Future[None]] = []
        self._written: dict[bytes, str] = {}
        folder.mkdir(parents=True)

    def add(self, folder: str, files: Sequence[File]) -> None:
        """Take the files of one site, to be written into this folder of the build."""
        self._jobs.append(self._writer.submit(self._write, self._folder / folder, files))

    def finish(self, manifest: Manifest) -> None:
        """Wait until everything is written, and write the record of it. Raises OSError."""
        for job in self._jobs:
            job.result()
        text = manifest.to_json()
        (self._folder / MANIFEST_FILE).write_text(text, encoding="utf-8", newline="\n")

    def _write(self, folder: Path, files: Sequence[File]) -> None:
        for parent in {file.path.rpartition("/")[0] for file in files}:
            (folder / parent).mkdir(parents=True, exist_ok=True)
        for file in files:
            _write(f"{folder}/{file.path}", file.content, self._written)


@contextmanager
def new_build(out: Path) -> Iterator[Draft]:
    """Let a build be written in place of what a former one left.

    Everything is written beside `out` first and takes its place at the end of the block, so a
    reader sees the former build or this one. Raises SiteError, and leaves `out` as it was, when it
    holds something that is no build or cannot be written; so does any failure inside the block.
    """
    out = out.resolve()
    _refuse_foreign(out)
    draft, former = (out.with_name(f".{out.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    try:
        with ThreadPoolExecutor(1) as writer:
            yield Draft(draft, writer)
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


def _write(path: str, content: bytes, written: dict[bytes, str]) -> None:
    """Write a file, or link it to the one that has the same content already.

    All sites have the same assets: with a hundred sites, writing them takes longer than
    everything else, and making paths of their names longer than linking them.
    """
    if same := written.get(content):
        try:
            os.link(same, path)
        except OSError:
            pass  # a file system without links, or no more of them to this file
        else:
            return
    Path(path).write_bytes(content)
    written[content] = path


def _swap(out: Path, draft: Path, former: Path) -> None:
    if out.exists():
        out.rename(former)
    try:
        draft.rename(out)
    except BaseException:
        if former.exists():
            former.rename(out)
        raise
