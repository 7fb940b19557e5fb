"""The `_links` of answers."""

from __future__ import annotations

from local.emulator.store import Document
from local.okta.model.state import ACTIVE

WRITABLE = ("GET", "PUT", "DELETE")


def link(href: str, *allow: str) -> Document:
    """Return a link with the methods it takes."""
    return {"href": href, "hints": {"allow": list(allow)}} if allow else {"href": href}


def lifecycle(href: str, status: str) -> Document:
    """Return the link to the other status: `activate` or `deactivate`."""
    verb = "deactivate" if status == ACTIVE else "activate"
    return {verb: link(f"{href}/lifecycle/{verb}", "POST")}
