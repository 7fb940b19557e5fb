"""A folder of an S3 bucket, as publishing needs it: list, look, read, write, delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sample_site.publish.record import as_parameters, from_answer

_DIGEST = "sha256"
_DELETED_AT_ONCE = 1000  # Amazon S3, "DeleteObjects"


@dataclass(frozen=True)
class Stored:
    """An object as a listing shows it."""

    etag: str
    size: int


@dataclass(frozen=True)
class Looked:
    """An object as a look at it alone shows it; no digest when another program uploaded it."""

    etag: str
    size: int
    sha256: str | None
    headers: Mapping[str, str]


class Folder:
    """One folder of a bucket; paths are below it. What botocore raises, it lets through."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def __str__(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def objects(self) -> dict[str, Stored]:
        """Return every object by path, 1,000 for one request."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        return {
            item["Key"].removeprefix(self._prefix): Stored(item["ETag"], item["Size"])
            for page in pages
            for item in page.get("Contents", ())
        }

    def read(self, path: str) -> tuple[bytes, str] | None:
        """Return an object's content and ETag, or None."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + path)
        except self._client.exceptions.NoSuchKey:
            return None
        with answer["Body"] as body:
            return body.read(), answer["ETag"]

    def above(self) -> list[Folder]:
        """Return the folders that this one lies in, the bucket's root first."""
        names = self._prefix.split("/")[:-1]
        return [
            Folder(self._client, self._bucket, "".join(f"{name}/" for name in names[:depth]))
            for depth in range(len(names))
        ]

    def look(self, path: str) -> Looked:
        """Return what is known about an object without its content."""
        answer = self._client.head_object(Bucket=self._bucket, Key=self._prefix + path)
        return Looked(
            etag=answer["ETag"],
            size=answer["ContentLength"],
            sha256=answer["Metadata"].get(_DIGEST),
            headers=from_answer(answer),
        )

    def write(self, path: str, content: bytes, sha256: str, headers: Mapping[str, str]) -> str:
        """Upload an object and return its ETag; S3 compares a checksum of what arrives."""
        return self._put(path, content, headers, Metadata={_DIGEST: sha256})

    def replace(self, path: str, content: bytes, headers: Mapping[str, str], etag: str) -> str:
        """Upload an object in place of the one with this ETag, or of none when it is empty.

        Somebody else who was faster makes this fail (Amazon S3, "Conditional writes").
        """
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        return self._put(path, content, headers, **condition)

    def delete(self, paths: Iterable[str]) -> list[tuple[str, str]]:
        """Delete objects; return the paths that stayed, each with the code of the reason."""
        stayed = []
        ordered = sorted(paths)
        for start in range(0, len(ordered), _DELETED_AT_ONCE):
            batch = ordered[start : start + _DELETED_AT_ONCE]
            answer = self._client.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": self._prefix + path} for path in batch], "Quiet": True},
            )
            stayed += [
                (error["Key"].removeprefix(self._prefix), error["Code"])
                for error in answer.get("Errors", ())
            ]
        return stayed

    def _put(self, path: str, content: bytes, headers: Mapping[str, str], **more: Any) -> str:
        answer = self._client.put_object(
            Bucket=self._bucket,
            Key=self._prefix + path,
            Body=content,
            **as_parameters(headers),
            **more,
        )
        return str(answer["ETag"])
