"""The command that publishes: from a folder to buckets, every refusal before the first upload."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from sample_site.errors import SiteError
from sample_site.manifest import Manifest, read_manifest
from sample_site.publish import report
from sample_site.publish.aws import Access
from sample_site.publish.bucket import Folder
from sample_site.publish.built import check_files, check_stack
from sample_site.publish.destination import find_destinations
from sample_site.publish.plan import Plan, make_plan
from sample_site.publish.upload import Outcome, Publisher, paths_to_invalidate


@dataclass(frozen=True)
class Order:
    """What is asked for: `buckets`, `prefixes` and `distributions` as on the command line."""

    built: Path
    access: Access
    buckets: Sequence[str]
    prefixes: Sequence[str] = ()
    distributions: Sequence[str] = ()
    stack: str | None = None
    site: str | None = None
    adopt: bool = False
    delete: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Result:
    """The build, and what was done or would be done for each site."""

    manifest: Manifest
    outcomes: tuple[Outcome, ...]


def publish(order: Order, console: Console) -> Result:
    """Publish what is ordered; progress goes to the console.

    Raises SiteError. Before the first write, all sites are compared, and if one of them is refused
    nothing is written anywhere.
    """
    manifest = read_manifest(order.built)
    check_stack(manifest, order.stack)
    places = find_destinations(
        manifest,
        only=order.site,
        buckets=order.buckets,
        prefixes=order.prefixes,
        distributions=order.distributions,
    )
    check_files(order.built, manifest, [place.site for place in places])
    s3 = order.access.client("s3")
    folders = [Folder(s3, place.bucket, place.prefix) for place in places]
    distributed = any(place.distribution for place in places)
    with (
        ThreadPoolExecutor(order.access.connections) as workers,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as progress,
    ):
        comparing = progress.add_task("Comparing", total=len(places))
        plans: list[Plan] = []
        refused: list[str] = []
        for place, folder in zip(places, folders, strict=True):
            try:
                plans.append(
                    make_plan(place, manifest.environment, folder, workers, adopt=order.adopt)
                )
            except SiteError as error:
                refused.append(str(error))
            progress.advance(comparing)
        if refused:
            raise SiteError("\n".join(dict.fromkeys(refused)))
        if order.dry_run:
            return Result(manifest, tuple(_foreseen(plan, order) for plan in plans))
        uploading = progress.add_task("Uploading", total=sum(len(plan.uploads) for plan in plans))
        publisher = Publisher(
            built=order.built,
            workers=workers,
            cloudfront=order.access.client("cloudfront") if distributed else None,
            delete=order.delete,
            say=lambda words: progress.update(uploading, description=words),
            uploaded=lambda: progress.advance(uploading),
        )
        outcomes = []
        for plan, folder in zip(plans, folders, strict=True):
            if plan.uploads and not console.is_terminal:
                console.print(f"{plan.destination.site.name}: uploading {len(plan.uploads)} files")
            outcomes.append(publisher.publish(plan, folder))
    return Result(manifest, tuple(outcomes))


def show(result: Result, order: Order, console: Console, *, as_json: bool) -> None:
    """Print a result."""
    if as_json:
        data = report.as_data(
            result.outcomes,
            stack=result.manifest.environment,
            build=result.manifest.build_id,
            dry_run=order.dry_run,
        )
        console.out(json.dumps(data, indent=2, ensure_ascii=False), highlight=False)
    else:
        report.show(console, result.outcomes, dry_run=order.dry_run, delete=order.delete)


def _foreseen(plan: Plan, order: Order) -> Outcome:
    return Outcome(
        plan,
        invalidated=paths_to_invalidate(plan),
        deleted=tuple(sorted(plan.stale)) if order.delete else (),
    )
