"""`python -m benchmarks`: measures the local stack against the engine's own floor."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.stack import Measurement, measure

SITES = (1, 20, 100)

_print = Console(highlight=False)


def main(
    sites: Annotated[list[int] | None, typer.Option(help="Numbers of sites to measure.")] = None,
    repeats: Annotated[int, typer.Option(help="Previews per measurement; the median counts.")] = 5,
) -> None:
    """Print the time of `up` and of a no-change `preview` for growing numbers of sites.

    The floor is the same engine and language host with a program that declares as many empty
    resources: no property, and a provider that does nothing. Ratios are comparable between
    machines, seconds are not.
    """
    rows = []
    for number in sites or SITES:
        with tempfile.TemporaryDirectory() as folder, _print.status(f"{number} sites"):
            rows.append(measure(number, repeats, Path(folder)))
    _print.print(_table(rows))


def _table(rows: list[Measurement]) -> Table:
    table = Table(title="The local stack, and the engine's floor in brackets")
    for heading in ("sites", "resources", "preview", "ratio", "up", "ratio", "peak memory"):
        table.add_column(heading, justify="right")
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
    return table


if __name__ == "__main__":
    typer.run(main)
