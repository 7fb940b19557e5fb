"""What publishing would change: a build, held against what lies in the bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import ClientError

from sample_site.errors import SiteError
from sample_site.manifest import BuiltFile
from sample_site.publish.aws import plain_words
from sample_site.publish.bucket import Folder, Stored
from sample_site.publish.destination import Destination
from sample_site.publish.record import RECORD_FILE, Record, object_headers, read_record


class State(StrEnum):
    """How a file of the build compares with the bucket."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Compared:
    """A file of the build and how it compares; `etag` is that of the object there is."""

    file: BuiltFile
    state: State
    why: str = ""
    etag: str = ""


@dataclass(frozen=True)
class Plan:
    """What one site's publish would do.

    `stale` may be deleted. `kept` is stale as well, but belongs to the site as it was until now: a
    visitor may have a page of it open, so that stays until a later publish. `foreign` was never put
    there by a publish and is left alone.
    """

    destination: Destination
    environment: str
    compared: tuple[Compared, ...]
    stale: Mapping[str, int]
    kept: Mapping[str, int]
    foreign: Mapping[str, int]
    record: Record | None
    record_etag: str

    def of(self, state: State) -> list[Compared]:
        """Return the files in a state, by path."""
        return [item for item in self.compared if item.state is state]

    @property
    def uploads(self) -> list[Compared]:
        """The files that must be uploaded."""
        return [item for item in self.compared if item.state is not State.UNCHANGED]

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The paths that a publish which was broken off had begun with."""
        return self.record.pending if self.record else ()


def make_plan(
    destination: Destination, environment: str, folder: Folder, workers: Executor, *, adopt: bool
) -> Plan:
    """Compare a site with its folder of the bucket; nothing is written.

    One listing and the record of the last publish decide; an object is looked at by itself only
    where it is not the one that the record knows. Raises SiteError when the folder belongs to
    another stack or site, or to nobody known and `adopt` is not said.
    """
    with plain_words(str(destination)):
        stored = folder.objects()
        found = folder.read(RECORD_FILE) if RECORD_FILE in stored else None
        stored = _own(stored)
        record = read_record(found[0], str(destination)) if found else None
        _refuse_others(destination, environment, record, stored, adopt=adopt)
        if record is None:
            _refuse_between_others(destination, environment, folder)
        former = record or Record(environment=environment, site="", url="")
        compared = tuple(
            workers.map(lambda file: _compare(file, stored, former, folder), destination.site.files)
        )
    built = {file.path for file in destination.site.files}
    gone = {path: one.size for path, one in stored.items() if path not in built}
    changed = set(former.files) != built
    kept = {path for path, file in former.files.items() if is_kept_long(file.headers)}
    kept = {*kept, *former.pending} if changed else set()
    return Plan(
        destination=destination,
        environment=environment,
        compared=compared,
        stale={p: size for p, size in gone.items() if p in former.known and p not in kept},
        kept={p: size for p, size in gone.items() if p in kept},
        foreign={p: size for p, size in gone.items() if p not in former.known},
        record=record,
        record_etag=found[1] if found else "",
    )


def _own(stored: Mapping[str, Stored]) -> dict[str, Stored]:
    """Return the objects without the record and without those of sites in folders below."""
    below = tuple(
        path.removesuffix(RECORD_FILE) for path in stored if path.endswith(f"/{RECORD_FILE}")
    )
    return {
        path: one
        for path, one in stored.items()
        if path != RECORD_FILE and not (below and path.startswith(below))
    }


def _refuse_others(
    destination: Destination,
    environment: str,
    record: Record | None,
    stored: Mapping[str, Stored],
    *,
    adopt: bool,
) -> None:
    site = destination.site.name
    if record and (record.environment, record.site) != (environment, site):
        raise SiteError(
            f"{destination} holds site {record.site} of stack {record.environment}, and this is "
            f"site {site} of stack {environment}. Look at --bucket and --prefix. To give the "
            f"folder to this site on purpose, delete {destination}{RECORD_FILE} first and say "
            "--adopt."
        )
    if record is None and stored and not adopt:
        examples = ", ".join(sorted(stored)[:3])
        raise SiteError(
            f"{destination} holds {len(stored)} objects that no publish put there ({examples}"
            f"{', …' if len(stored) > 3 else ''}). Look at --bucket and --prefix. If the site "
            "belongs there, say --adopt: objects of the same names are replaced, all others stay."
        )


def _refuse_between_others(destination: Destination, environment: str, folder: Folder) -> None:
    """Keep a site's first publish out of a folder that lies in another stack's site."""
    for outer in folder.above():
        try:
            found = outer.read(RECORD_FILE)
        except ClientError:
            continue  # a caller who may not look there cannot be told
        record = read_record(found[0], str(outer)) if found else None
        if record and record.environment != environment:
            raise SiteError(
                f"{destination} lies in {outer}, which holds site {record.site} of stack "
                f"{record.environment}, and this is site {destination.site.name} of stack "
                f"{environment}. Look at --bucket and --prefix."
            )


def _compare(
    file: BuiltFile, stored: Mapping[str, Stored], former: Record, folder: Folder
) -> Compared:
    there = stored.get(file.path)
    if there is None:
        return Compared(file, State.NEW)
    wanted = object_headers(file)
    known = former.files.get(file.path)
    if known and (known.etag, known.size) == (there.etag, there.size):
        digest, headers = known.sha256, known.headers
    elif there.size != file.size:
        return Compared(file, State.CHANGED, "content", there.etag)
    else:
        looked = folder.look(file.path)
        digest, headers = looked.sha256 or "", dict(looked.headers)
    if digest != file.sha256:
        return Compared(file, State.CHANGED, "content", there.etag)
    if headers != wanted:
        return Compared(file, State.CHANGED, "headers", there.etag)
    return Compared(file, State.UNCHANGED, etag=there.etag)


def is_kept_long(headers: Mapping[str, str]) -> bool:
    """Tell whether a browser may keep a file for good, as its name changes with its content."""
    return "immutable" in headers.get("Cache-Control", "")


def upload_order(items: Sequence[Compared]) -> list[list[Compared]]:
    """Return the uploads in groups: what pages load, then what they link to, then the pages.

    One group is whole in the bucket before the next begins, so no page can be met before what it
    needs.
    """
    groups: list[list[Compared]] = [[], [], []]
    for item in items:
        page = item.file.headers.get("Content-Type", "").startswith("text/html")
        groups[0 if is_kept_long(item.file.headers) else 2 if page else 1].append(item)
    return [group for group in groups if group]
