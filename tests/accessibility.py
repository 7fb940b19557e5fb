"""What axe-core finds on a page that keeps people out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

_PROJECT = Path(__file__).resolve().parent.parent
_AXE = _PROJECT / ".local" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
_ANY_IMPACT = ("minor", "moderate", "serious", "critical", None)


def barriers(
    page: Page | Frame, impacts: tuple[str | None, ...] = _ANY_IMPACT, **options: Any
) -> list[str]:
    """Return each rule that is broken with such an impact, and the elements that break it.

    `options` are those of `axe.run`.
    """
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in impacts
    ]


def serious_barriers(page: Page | Frame) -> list[str]:
    """Return what keeps people out, or nearly so."""
    return barriers(page, ("serious", "critical"), resultTypes=["violations"])
