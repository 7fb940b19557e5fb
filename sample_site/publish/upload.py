"""Carries a plan out: claim the folder, upload, empty caches, write the record, delete."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from sample_site.manifest import BuiltFile
from sample_site.publish.aws import ServiceError, plain_words
from sample_site.publish.bucket import Folder
from sample_site.publish.built import read_built
from sample_site.publish.destination import Destination
from sample_site.publish.plan import Compared, Plan, is_kept_long, upload_order
from sample_site.publish.record import RECORD_FILE, PublishedFile, Record, object_headers

_RECORD_HEADERS = {"Cache-Control": "no-store", "Content-Type": "application/json"}

# The first thousand paths of a month cost nothing, and a path with a star counts as one
# (CloudFront, "Pay for file invalidation").
_MOST_PATHS = 50
_LONGEST_WAIT = {"Delay": 5, "MaxAttempts": 120}


@dataclass(frozen=True)
class Outcome:
    """What was done for one site."""

    plan: Plan
    uploaded: tuple[str, ...] = ()
    invalidated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publisher:
    """Publishes sites of one built folder."""

    built: Path
    workers: Executor
    cloudfront: Any
    delete: bool = False
    say: Callable[[str], None] = lambda _: None
    uploaded: Callable[[], None] = lambda: None

    def publish(self, plan: Plan, folder: Folder) -> Outcome:
        """Make the folder what the plan says.

        Whenever it breaks off, every page in the bucket has its assets there, and a repeat goes on
        where it stopped. Raises SiteError that says why it broke off.
        """
        uploads = plan.uploads
        paths = paths_to_invalidate(plan)
        self.say(f"Uploading {plan.destination.site.name}")
        doomed = sorted(plan.stale) if self.delete else []
        with plain_words(str(plan.destination)):
            mark = self._claim(plan, folder) if uploads else plan.record_etag
        etags = self._upload_all(plan, folder)
        invalidation = self._invalidate(plan.destination, paths)
        with plain_words(str(plan.destination)):
            self._record(plan, folder, etags, mark)
        if doomed:
            self._await(plan.destination, invalidation)
            self._delete(plan, folder, doomed)
        return Outcome(plan, tuple(sorted(item.file.path for item in uploads)), paths, (*doomed,))

    def _claim(self, plan: Plan, folder: Folder) -> str:
        """Say whose the folder is, and what is about to be uploaded, before anything is."""
        former = plan.record
        pending = {item.file.path for item in plan.uploads}.union(plan.unfinished)
        claim = _record_of(
            plan,
            files=former.files if former else {},
            pending=pending,
            earlier=former.earlier if former else (),
        )
        return folder.replace(RECORD_FILE, claim.to_json(), _RECORD_HEADERS, plan.record_etag)

    def _upload_all(self, plan: Plan, folder: Folder) -> dict[str, str]:
        """Upload group after group; return the ETag of every file of the site."""
        etags = {item.file.path: item.etag for item in plan.compared}
        total, count = len(plan.uploads), 0

        def upload(item: Compared) -> tuple[str, str]:
            file = item.file
            content = read_built(self.built, plan.destination.site, file)
            with plain_words(str(plan.destination)):
                etag = folder.write(file.path, content, file.sha256, object_headers(file))
            self.uploaded()
            return file.path, etag

        for group in upload_order(plan.uploads):
            for path, etag in _all_or_first_failure(
                [self.workers.submit(upload, item) for item in group],
                f"{{count}} of {total} files are uploaded",
                count,
            ):
                etags[path] = etag
            count += len(group)
        return etags

    def _record(self, plan: Plan, folder: Folder, etags: dict[str, str], mark: str) -> None:
        """Write down what lies in the folder now, unless that is what is written there.

        What is about to be deleted is written down as well: a deletion may fail.
        """
        record = _record_of(
            plan,
            files={
                item.file.path: _published(item.file, etags[item.file.path])
                for item in plan.compared
            },
            pending=(),
            earlier={*plan.stale, *plan.kept},
        )
        if plan.uploads or not plan.record or _says_more(record, plan.record):
            folder.replace(RECORD_FILE, record.to_json(), _RECORD_HEADERS, mark)

    def _invalidate(self, destination: Destination, paths: Sequence[str]) -> str:
        """Have the distribution forget what it keeps of changed files; return the request's id."""
        if not paths:
            return ""
        with plain_words(f"distribution {destination.distribution}"):
            answer = self.cloudfront.create_invalidation(
                DistributionId=destination.distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": list(paths)},
                    "CallerReference": str(uuid.uuid4()),
                },
            )
        return str(answer["Invalidation"]["Id"])

    def _await(self, destination: Destination, invalidation: str) -> None:
        """Wait until no cache shows a page that needs what is deleted next."""
        if not invalidation:
            return
        self.say(f"Waiting for CloudFront to forget {destination.site.name}")
        with plain_words(f"distribution {destination.distribution}"):
            try:
                self.cloudfront.get_waiter("invalidation_completed").wait(
                    DistributionId=destination.distribution,
                    Id=invalidation,
                    WaiterConfig=_LONGEST_WAIT,
                )
            except WaiterError as error:
                if "Error" in error.last_response:
                    raise ClientError(error.last_response, "GetInvalidation") from None
                raise ServiceError(
                    f"distribution {destination.distribution}: the invalidation {invalidation} did "
                    "not end in ten minutes. The site is published; nothing was deleted. Run the "
                    "same command again later."
                ) from None

    def _delete(self, plan: Plan, folder: Folder, paths: Sequence[str]) -> None:
        with plain_words(str(plan.destination)):
            stayed = folder.delete(paths)
        if stayed:
            path, code = stayed[0]
            raise ServiceError(
                f"{plan.destination}: the site is published, but {len(stayed)} of {len(paths)} "
                f"stale files could not be deleted ({path}: {code}). The caller needs "
                "s3:DeleteObject there."
            )


def _record_of(
    plan: Plan, *, files: dict[str, PublishedFile], pending: Iterable[str], earlier: Iterable[str]
) -> Record:
    site = plan.destination.site
    return Record(
        environment=plan.environment,
        site=site.name,
        url=site.url,
        files=files,
        pending=tuple(sorted(pending)),
        earlier=tuple(sorted(earlier)),
    )


def _says_more(record: Record, former: Record) -> bool:
    """Tell whether a record says more than that files of earlier publishes are gone."""
    if set(record.earlier) <= set(former.earlier):
        former = former.model_copy(update={"earlier": record.earlier})
    return record != former


def _published(file: BuiltFile, etag: str) -> PublishedFile:
    return PublishedFile(
        sha256=file.sha256, size=file.size, headers=object_headers(file), etag=etag
    )


def paths_to_invalidate(plan: Plan) -> tuple[str, ...]:
    """Return the paths that a distribution keeps with content that is no longer right.

    Assets are not among them: their names change with their content. What a publish that was
    broken off had begun with is, as nobody invalidated it.
    """
    if not plan.destination.distribution:
        return ()
    changed = {item.file.path for item in plan.uploads}.union(plan.unfinished)
    built = {item.file.path: item.file for item in plan.compared}
    cached = [
        path
        for path in sorted(changed)
        if path not in built or not is_kept_long(built[path].headers)
    ]
    address = plan.destination.address
    found = []
    for path in cached:
        found.append(address(path))
        if path == "index.html" or path.endswith("/index.html"):
            found.append(address(path.removesuffix("index.html")))
    return tuple(found) if len(found) <= _MOST_PATHS else (f"{address('')}*",)


def _all_or_first_failure(
    jobs: Sequence[Future[tuple[str, str]]], progress: str, before: int
) -> list[tuple[str, str]]:
    """Return every result, or stop what has not begun and raise the first failure."""
    try:
        wait(jobs, return_when=FIRST_EXCEPTION)
    finally:
        for job in jobs:
            job.cancel()
        wait(jobs)
    failed = [job for job in jobs if not job.cancelled() and job.exception()]
    if failed:
        count = before + sum(not job.cancelled() and not job.exception() for job in jobs)
        error = failed[0].exception()
        assert error is not None
        if isinstance(error, ServiceError):
            raise ServiceError(f"{error}\n{progress.format(count=count)}; nothing is lost.")
        raise error
    return [job.result() for job in jobs]
