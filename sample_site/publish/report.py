"""Says what publishing would do or has done: as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleRenderable, Group
from rich.table import Table
from rich.text import Text

from sample_site.publish.plan import Compared, Plan, State
from sample_site.publish.upload import Outcome

_MOST_ROWS = 40
_STYLES = {"new": "green", "changed": "yellow", "stale": "red", "kept": "dim", "not ours": "dim"}

SCHEMA_VERSION = 1


def show(console: Console, outcomes: Sequence[Outcome], *, dry_run: bool, delete: bool) -> None:
    """Print what each site's publish does, only differences in full."""
    for outcome in outcomes:
        console.print(_site(outcome, dry_run=dry_run, delete=delete))


def as_data(outcomes: Sequence[Outcome], *, stack: str, build: str, dry_run: bool) -> Any:
    """Return what each site's publish does as JSON values; sizes are bytes."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "dryRun": dry_run,
        "environment": stack,
        "buildId": build,
        "sites": [_data(outcome) for outcome in outcomes],
    }


def _data(outcome: Outcome) -> dict[str, Any]:
    plan = outcome.plan
    place = plan.destination
    return {
        "name": place.site.name,
        "url": place.site.url,
        "bucket": place.bucket,
        "prefix": place.prefix,
        "distribution": place.distribution,
        "new": [_file(item) for item in plan.of(State.NEW)],
        "changed": [{**_file(item), "why": item.why} for item in plan.of(State.CHANGED)],
        "unchanged": len(plan.of(State.UNCHANGED)),
        "stale": _listed(plan.stale),
        "kept": _listed(plan.kept),
        "notOurs": _listed(plan.foreign),
        "unfinished": list(plan.unfinished),
        "uploaded": list(outcome.uploaded),
        "invalidated": list(outcome.invalidated),
        "deleted": list(outcome.deleted),
    }


def _file(item: Compared) -> dict[str, Any]:
    return {"path": item.file.path, "size": item.file.size}


def _listed(sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"path": path, "size": size} for path, size in sorted(sizes.items())]


def _site(outcome: Outcome, *, dry_run: bool, delete: bool) -> ConsoleRenderable:
    plan = outcome.plan
    parts: list[ConsoleRenderable] = [
        Text.assemble((plan.destination.site.name, "bold"), f"  {plan.destination}")
    ]
    rows = list(_rows(plan, delete=delete))
    if rows:
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        for kind, path, size, note in rows[:_MOST_ROWS]:
            name = Text.assemble(path, (f"  {note}" if note else "", "dim"))
            table.add_row(Text(kind, _STYLES[kind]), name, _kilobytes(size))
        parts.append(table)
        if len(rows) > _MOST_ROWS:
            more = len(rows) - _MOST_ROWS
            parts.append(Text(f"and {more} more; --json lists them all", "dim"))
    parts += [Text(line) for line in _sums(outcome, dry_run=dry_run)]
    return Group(*parts, Text())


def _rows(plan: Plan, *, delete: bool) -> Iterator[tuple[str, str, int, str]]:
    for state in (State.NEW, State.CHANGED):
        for item in plan.of(state):
            yield str(state), item.file.path, item.file.size, item.why
    for path, size in sorted(plan.stale.items()):
        yield "stale", path, size, "" if delete else "--delete removes it"
    for path, size in sorted(plan.kept.items()):
        yield "kept", path, size, "stays until a later publish"
    for path, size in sorted(plan.foreign.items()):
        yield "not ours", path, size, "left alone"


def _sums(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    plan = outcome.plan
    size = _kilobytes(sum(item.file.size for item in plan.uploads))
    unchanged = f"{len(plan.of(State.UNCHANGED))} unchanged"
    if plan.unfinished:
        yield "A former publish was broken off here; this one completes it."
    if not plan.uploads:
        yield f"Nothing to upload, {unchanged}."
    elif dry_run:
        yield f"Would upload {_files(len(plan.uploads))} ({size}), {unchanged}."
    else:
        yield f"Uploaded {_files(len(outcome.uploaded))} ({size}), {unchanged}."
    if outcome.deleted:
        verb = "Would delete" if dry_run else "Deleted"
        yield f"{verb} {_files(len(outcome.deleted), 'stale ')}."
    if outcome.invalidated:
        verb = "Would invalidate" if dry_run else "Invalidated"
        yield f"{verb} {len(outcome.invalidated)} paths of {plan.destination.distribution}."


def _files(count: int, kind: str = "") -> str:
    return f"{count} {kind}{'file' if count == 1 else 'files'}"


def _kilobytes(size: int) -> str:
    return f"{size / 1024:.1f} kB"
