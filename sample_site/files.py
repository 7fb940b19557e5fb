"""A file of the built site, before it is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

# Not the mimetypes module: what that knows differs from machine to machine.
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}

FOR_EVERY_FILE = {
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
    # Never a path or query: a sign-in comes back to the site with its code in the query.
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
}

_CHECKED_EACH_TIME = "no-cache"
_KEPT_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    """Content with the path inside its site (forward slashes) and the headers to send it with."""

    path: str
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_text(cls, path: str, text: str, **headers: str) -> File:
        """Return a file that is asked for anew each time; header names with underscores."""
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(
            path, text.encode(), {**FOR_EVERY_FILE, "Cache-Control": _CHECKED_EACH_TIME, **own}
        )

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def content_type(self) -> str:
        """Media type by the path's suffix; KeyError for one that no site has."""
        return _CONTENT_TYPES[PurePosixPath(self.path).suffix]


def hashed_asset(name: str, content: bytes) -> File:
    """Return the content as a file whose name changes with it, so that browsers may keep it."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    digest = hashlib.sha256(content).hexdigest()[:12]
    return File(
        f"assets/{stem}-{digest}{suffix}",
        content,
        {**FOR_EVERY_FILE, "Cache-Control": _KEPT_FOREVER},
    )
