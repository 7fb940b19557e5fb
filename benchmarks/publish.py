"""Publishing a site of which nothing has changed, against one listing of its bucket."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.timing import median
from sample_site.publish.aws import Access
from sample_site.publish.command import Order, publish
from tests.sample_site.samples import production_stack
from tests.sample_site.storage import CREDENTIALS, REGION, Storage, local_storage, write_site

FILES = 1000
_SMALL = 4  # files that every site of `write_site` has


@dataclass(frozen=True)
class Measurement:
    """Seconds, and how often S3 was called for a whole publish."""

    files: int
    requests: int
    uploads: int
    publish: float
    listing: float

    @property
    def ratio(self) -> float:
        """How many listings long a publish is that finds nothing to do."""
        return self.publish / self.listing


def measure(folder: Path, files: int = FILES, repeats: int = 5) -> Measurement:
    """Publish a site to a local S3, then measure publishing it again; medians count."""
    write_site(
        folder / "site",
        production_stack(),
        more={f"data/{number:05}.txt": str(number) for number in range(files - _SMALL)},
    )
    with local_storage() as storage, pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name.upper(), value)
        bucket = storage.bucket()
        order = Order(folder / "site", Access(None, REGION, storage.url), buckets=[bucket])
        silent = Console(file=io.StringIO())
        publish(order, silent)
        storage.forget()
        publish(order, silent)
        requests, uploads = len(storage.requests), len(storage.of("PUT"))
        return Measurement(
            files=files,
            requests=requests,
            uploads=uploads,
            publish=median(lambda: publish(order, silent), repeats),
            listing=median(lambda: _list(storage, bucket), repeats),
        )


def _list(storage: Storage, bucket: str) -> None:
    """Do what `aws s3 ls` does: a client, and one listing."""
    client = storage.client()
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    assert sum(len(page["Contents"]) for page in pages)
    client.close()
