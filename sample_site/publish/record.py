"""What a publish leaves in the bucket: whose it is, and enough to compare without downloading."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from sample_site.errors import SiteError
from sample_site.manifest import BuiltFile

RECORD_FILE = "messenger-sso.publish.json"
_SCHEMA_VERSION = 1

# Whatever else a page is sent with, a bucket can neither keep nor send (Amazon S3, "Working with
# object metadata": system-defined object metadata).
_KEPT_BY_S3 = {
    "Cache-Control": "CacheControl",
    "Content-Type": "ContentType",
}


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class PublishedFile(_Model):
    """A file in the bucket: what it held when it was uploaded, and the mark it got then.

    The ETag is compared and never computed: under KMS encryption, and for uploads in parts, it is
    no digest of the content, but it still changes whenever somebody replaces the object.
    """

    sha256: str
    size: int
    headers: dict[str, str]
    etag: str


class Record(_Model):
    """Whose folder it is and what lies in it.

    `files` are those of the last whole publish. `pending` are paths that a publish has begun to
    upload: not empty means that it was broken off. `earlier` are paths that former publishes left.
    """

    schema_version: int = _SCHEMA_VERSION
    environment: str
    site: str
    url: str
    files: dict[str, PublishedFile] = {}
    pending: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    @property
    def known(self) -> set[str]:
        """Every path that a publish ever put there and did not delete."""
        return {*self.files, *self.pending, *self.earlier}

    def to_json(self) -> bytes:
        """Return the content of the record's object."""
        return self.model_dump_json(by_alias=True).encode()


def read_record(content: bytes, place: str) -> Record:
    """Return the record; raise SiteError when another version of the project wrote it."""
    try:
        record = Record.model_validate_json(content)
    except ValidationError:
        record = None
    if record is None or record.schema_version != _SCHEMA_VERSION:
        raise SiteError(
            f"{place}{RECORD_FILE} was not written by this version of the project. "
            "Publish with the version that wrote it, or update this one."
        )
    return record


def object_headers(file: BuiltFile) -> dict[str, str]:
    """Return those of a file's headers that S3 keeps with an object and sends."""
    return {name: file.headers[name] for name in _KEPT_BY_S3 if name in file.headers}


def as_parameters(headers: Mapping[str, str]) -> dict[str, str]:
    """Return an object's headers by the names that the S3 API gives them."""
    return {_KEPT_BY_S3[name]: value for name, value in headers.items()}


def from_answer(answer: Mapping[str, object]) -> dict[str, str]:
    """Return an object's headers from what the S3 API says about it."""
    return {
        name: str(answer[parameter])
        for name, parameter in _KEPT_BY_S3.items()
        if parameter in answer
    }
