"""`python -m benchmarks [PART]...`: measures, and prints ratios inside one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import browser, doctor, protocols, publish, review, site_build, stack

SITES = (1, 20, 100)

_print = Console(highlight=False)


class Part(StrEnum):
    """What can be measured."""

    STACK = "stack"
    PROTOCOLS = "protocols"
    PUBLISH = "publish"
    REVIEW = "review"
    DOCTOR = "doctor"
    SITE = "site"
    BROWSER = "browser"


def main(
    parts: Annotated[list[Part] | None, typer.Argument(help="What to measure: all.")] = None,
    sites: Annotated[list[int] | None, typer.Option(help="Numbers of sites to measure.")] = None,
    repeats: Annotated[int, typer.Option(help="Previews per measurement; the median counts.")] = 5,
) -> None:
    """Measure one part or all. Ratios are comparable between machines, seconds are not.

    stack: the time of `up` and of a no-change `preview` for growing numbers of sites. The floor is
    the same engine and language host with a program that declares as many empty resources: no
    property, and a provider that does nothing.

    protocols: sign-ins per second, from the authorize request to Messenger's JWT, and message round
    trips. The floor is the same server answering as many clients at once with next to nothing.

    publish: publishing a site of which nothing has changed. The floor is one listing of its bucket.

    review: the report on a large preview. The floor is reading the same document as JSON.

    doctor: an examination of the largest number of sites, in calls to each vendor.

    site: building a hundred sites in every language. The floor is Jinja rendering the same
    templates with the same variables, alone.

    browser: from the navigation to Messenger's launcher, for a visitor who has a session at Okta.
    The floor is approach B, the authorization endpoint without an SDK.
    """
    measures: dict[Part, Callable[[], None]] = {
        Part.STACK: lambda: _measure_stack(sites or list(SITES), repeats),
        Part.PROTOCOLS: _measure_protocols,
        Part.PUBLISH: _measure_publish,
        Part.REVIEW: _measure_review,
        Part.DOCTOR: lambda: _measure_doctor(max(sites or SITES)),
        Part.SITE: _measure_site,
        Part.BROWSER: _measure_browser,
    }
    for part in parts or list(Part):
        measures[part]()


def _measure_stack(sites: list[int], repeats: int) -> None:
    rows = []
    for number in sites:
        with tempfile.TemporaryDirectory() as folder, _print.status(f"{number} sites"):
            rows.append(stack.measure(number, repeats, Path(folder)))
    table = _table(
        "The local stack, and the engine's floor in brackets",
        *("sites", "resources", "preview", "ratio", "up", "ratio", "peak memory"),
    )
    for row in rows:
        table.add_row(
            str(row.sites),
            str(row.resources),
            f"{row.preview:.2f} s ({row.preview_floor:.2f})",
            f"{row.preview / row.preview_floor:.2f}",
            f"{row.up:.2f} s ({row.up_floor:.2f})",
            f"{row.up / row.up_floor:.2f}",
            f"{row.peak_megabytes:.0f} MB",
        )
    _print.print(table)


def _measure_protocols() -> None:
    with tempfile.TemporaryDirectory() as folder, _print.status("protocols") as status:
        report = protocols.measure(Path(folder), status.update)
    table = _table(
        "Sign-ins, and empty requests per second in brackets",
        *("sign-ins", "visitors at once", "per second", "one in empty requests"),
    )
    for sign_ins in report.sign_ins:
        table.add_row(
            sign_ins.kind,
            str(sign_ins.visitors),
            f"{sign_ins.per_second:.0f} ({sign_ins.floor:.0f})",
            f"{sign_ins.floor / sign_ins.per_second:.1f}",
        )
    _print.print(table)
    table = _table(
        "Message round trips, and empty requests' in brackets",
        *("sockets", "messages a second", "median", "ratio", "p99", "ratio"),
    )
    for row in report.messages:
        table.add_row(
            str(row.sockets),
            f"{row.per_second:.0f}",
            f"{row.median * 1000:.1f} ms ({row.floor_median * 1000:.1f})",
            f"{row.median / row.floor_median:.1f}",
            f"{row.p99 * 1000:.1f} ms ({row.floor_p99 * 1000:.1f})",
            f"{row.p99 / row.floor_p99:.1f}",
        )
    _print.print(table)
    memory = report.memory
    _print.print(
        f"Memory of the local cloud: {memory.before:.0f} MB before the sockets, "
        f"{memory.open:.0f} MB with the last of them open, {memory.after:.0f} MB after them."
    )


def _measure_publish() -> None:
    with tempfile.TemporaryDirectory() as folder, _print.status("publishing"):
        found = publish.measure(Path(folder))
    table = _table(
        "Publishing a site of which nothing has changed, and a listing of its bucket in brackets",
        *("files", "requests", "uploads", "publish", "ratio"),
    )
    table.add_row(
        str(found.files),
        str(found.requests),
        str(found.uploads),
        f"{found.publish:.2f} s ({found.listing:.2f})",
        f"{found.ratio:.2f}",
    )
    _print.print(table)


def _measure_review() -> None:
    with _print.status("reports"):
        rows = review.measure()
    table = _table(
        "The report on a preview, and reading it as JSON in brackets",
        *("changes", "rows", "preview", "report", "ratio", "comment"),
    )
    for row in rows:
        table.add_row(
            str(row.changes),
            str(row.rows),
            f"{row.megabytes:.1f} MB",
            f"{row.report * 1000:.0f} ms ({row.floor * 1000:.0f})",
            f"{row.ratio:.1f}",
            f"{row.comment / 1000:.0f} kB",
        )
    _print.print(table)


def _measure_doctor(sites: int) -> None:
    with tempfile.TemporaryDirectory() as folder, _print.status("an examination"):
        found = doctor.measure_doctor(sites, Path(folder))
    table = _table(
        f"The doctor on {found.sites} sites, in {found.seconds:.1f} s", "service", "calls"
    )
    for service, calls in sorted(found.calls.items()):
        table.add_row(service, str(calls))
    _print.print(table)
    if found.troubled:
        _print.print(f"Checks that did not pass: {', '.join(found.troubled)}.")


def _measure_site() -> None:
    with tempfile.TemporaryDirectory() as folder, _print.status("building sites"):
        found = site_build.measure(Path(folder))
    table = _table(
        "Building sites, and Jinja alone in brackets",
        *("sites", "languages", "pages", "build", "pages a second", "of Jinja's"),
    )
    table.add_row(
        str(found.sites),
        str(found.languages),
        str(found.pages),
        f"{found.build:.1f} s ({found.jinja:.1f})",
        f"{found.per_second:.0f} ({found.pages / found.jinja:.0f})",
        f"{found.ratio:.2f}",
    )
    _print.print(table)


def _measure_browser() -> None:
    with tempfile.TemporaryDirectory() as folder, _print.status("visitors"):
        rows = browser.measure(Path(folder))
    (floor,) = (row.seconds for row in rows if row.approach == browser.FLOOR)
    table = _table(
        "From navigation to Messenger, with a session at Okta", "approach", "time", "ratio"
    )
    for row in rows:
        table.add_row(row.approach, f"{row.seconds * 1000:.0f} ms", f"{row.seconds / floor:.2f}")
    _print.print(table)
    table = _table(
        "Script files of each page in kB, compressed in brackets",
        *("approach", "page", "ours", "okta-auth-js"),
    )
    for row in rows:
        for page, scripts in row.pages.items():
            table.add_row(
                row.approach,
                page,
                f"{scripts.ours / 1000:.1f} ({scripts.ours_compressed / 1000:.1f})",
                f"{scripts.sdk / 1000:.1f} ({scripts.sdk_compressed / 1000:.1f})",
            )
    _print.print(table)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


if __name__ == "__main__":
    typer.run(main)
