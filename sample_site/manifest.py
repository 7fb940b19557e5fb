"""The record of a build: what `serve` sends, and what a publisher checks before publishing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from infra.outputs import SiteOutputs
from sample_site.errors import SiteError
from sample_site.files import File

MANIFEST_FILE = "build.json"


class _Record(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class BuiltFile(_Record):
    """A file, its path inside the site's folder, and every header it must be sent with."""

    path: str
    sha256: str
    size: int
    headers: dict[str, str]


class BuiltSite(_Record):
    """A site, the folder it lies in, and its files."""

    name: str
    url: str
    folder: str
    files: tuple[BuiltFile, ...]


class Manifest(_Record):
    """One build. `environment` is the stack it was built for; it must not be published elsewhere.

    `build_id` is the digest of everything else, so equal builds have equal ids.
    """

    schema_version: Literal[1]
    build_id: str
    environment: str
    sites: tuple[BuiltSite, ...]

    @classmethod
    def of(cls, environment: str, sites: Sequence[tuple[SiteOutputs, Sequence[File]]]) -> Manifest:
        """Describe the files of each site."""
        # Most files are assets that all sites have: each is described once.
        different = {id(file): file for _, files in sites for file in files}
        described = {key: _described(file) for key, file in different.items()}
        draft = cls(
            schema_version=1,
            build_id="",
            environment=environment,
            sites=tuple(
                BuiltSite(
                    name=site.name,
                    url=site.url,
                    folder=site.name,
                    files=tuple(described[id(file)] for file in files),
                )
                for site, files in sites
            ),
        )
        digest = hashlib.sha256(draft.to_json().encode()).hexdigest()
        return draft.model_copy(update={"build_id": digest})

    def to_json(self) -> str:
        """Return the text of the manifest file."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a built site; raise SiteError when there is none that can be used."""
    path = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError:
        raise SiteError(
            f"There is no built site in {folder}. "
            "Build one: `python -m sample_site build --stack NAME`."
        ) from None
    except ValidationError:
        raise SiteError(
            f"{path} was not written by this version of the site build. "
            "Build the site anew: `python -m sample_site build --stack NAME`."
        ) from None


def holds_build(folder: Path) -> bool:
    """Tell whether a folder holds a build, written by whatever version of the site build."""
    try:
        found = json.loads((folder / MANIFEST_FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and {"schemaVersion", "buildId", "sites"} <= found.keys()


def _described(file: File) -> BuiltFile:
    return BuiltFile(
        path=file.path,
        sha256=file.sha256,
        size=len(file.content),
        headers=_sorted({"Content-Type": file.content_type, **file.headers}),
    )


def _sorted(headers: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(headers.items()))
