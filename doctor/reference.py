"""`python -m doctor.reference`: the table of all checks for docs/doctor.md."""

from __future__ import annotations

import sys

from doctor.check import Check
from doctor.checks import ALL_CHECKS

_HEAD = (
    "| check | reads | when it fails, likely | what to do | waits for |\n|---|---|---|---|---|\n"
)


def reference() -> str:
    """Return the checks as tables, one for each area; a test compares them with the page."""
    parts = []
    for area in dict.fromkeys(check.area for check in ALL_CHECKS):
        rows = (_row(check) for check in ALL_CHECKS if check.area is area)
        parts.append(f"### {area}\n\n{_HEAD}{''.join(rows)}")
    return "\n".join(parts)


def _row(check: Check) -> str:
    reads = ", ".join(check.needs)
    waits = ", ".join(f"`{id}`" for id in check.waits_for)
    return (
        f"| **{check.title}**<br>`{check.id}`, per {check.per} | {reads} | {check.cause} "
        f"| {check.cure} | {waits} |\n"
    )


if __name__ == "__main__":
    sys.stdout.write(reference())
