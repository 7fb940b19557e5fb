"""The build that is to be published, and whether it is still what was built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from sample_site.errors import SiteError, refuse
from sample_site.manifest import BuiltFile, BuiltSite, Manifest

_ADVICE = "Build the site anew: `python -m sample_site build --stack {stack}`."


def check_stack(manifest: Manifest, stack: str | None) -> None:
    """Raise SiteError when the build was made for another stack than the one named."""
    if stack is not None and manifest.environment != stack:
        raise SiteError(
            f"The site was built for stack {manifest.environment}, and --stack says {stack}. "
            + _ADVICE.format(stack=stack)
        )


def check_files(folder: Path, manifest: Manifest, sites: Sequence[BuiltSite]) -> None:
    """Raise SiteError that names every file which is missing, changed or was never built."""
    refuse(
        f"The site in {folder} is not as it was built",
        [mistake for site in sites for mistake in _differences(folder, site)],
        _ADVICE.format(stack=manifest.environment),
    )


def read_built(folder: Path, site: BuiltSite, file: BuiltFile) -> bytes:
    """Return a file's content; raise SiteError when it is not what was built."""
    try:
        content = (folder / site.folder / file.path).read_bytes()
    except OSError as error:
        raise SiteError(f"{site.folder}/{file.path} cannot be read ({error.strerror}).") from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise SiteError(
            f"{site.folder}/{file.path} has changed while the site was being published. "
            "Build the site anew, then run the same command again."
        )
    return content


def _differences(folder: Path, site: BuiltSite) -> Iterator[str]:
    root = folder / site.folder
    if not _inside(site.folder):
        yield f"{site.folder}: expected a folder of the build."
        return
    named = {file.path: file for file in site.files}
    found = {
        path.relative_to(root).as_posix(): path for path in root.rglob("*") if not path.is_dir()
    }
    for path in sorted({*named, *found}):
        shown = f"{site.folder}/{path}"
        if path not in named:
            yield f"{shown}: was not built."
        elif not _inside(path):
            yield f"{shown}: expected a path inside the site."
        elif path not in found:
            yield f"{shown}: is missing."
        elif hashlib.sha256(found[path].read_bytes()).hexdigest() != named[path].sha256:
            yield f"{shown}: was changed since."


def _inside(path: str) -> bool:
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts
