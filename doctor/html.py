"""The scripts of a page, and which deployment its snippet is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_DEPLOYMENT = re.compile(r"deploymentId['\"]?\s*:\s*['\"]([^'\"]+)['\"]")
_BOOTSTRAP = "genesys-bootstrap/genesys.min.js"
_TAG_MANAGERS = ("googletagmanager.com/", "tealiumiq.com/", "adobedtm.com/", "matomo")


@dataclass(frozen=True)
class Script:
    """A script element: its address or its text."""

    source: str
    text: str
    nonce: str | None

    @property
    def is_snippet(self) -> bool:
        """Whether this is the inline script that loads Messenger."""
        return _BOOTSTRAP in self.text

    @property
    def deployments(self) -> tuple[str, ...]:
        """The deployments that the script names."""
        return tuple(_DEPLOYMENT.findall(self.text))

    @property
    def is_tag_manager(self) -> bool:
        """Whether the script may add others that are not in the page's text."""
        return any(mark in f"{self.source} {self.text}" for mark in _TAG_MANAGERS)


def scripts_of(html: str) -> list[Script]:
    """Return the script elements of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.scripts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[Script] = []
        self._open: dict[str, str | None] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self._open, self._text = dict(attrs), ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._open is not None:
            found = self._open
            self.scripts.append(Script(found.get("src") or "", self._text, found.get("nonce")))
            self._open = None
