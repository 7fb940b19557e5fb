"""The deployment's own snippet: what is in it, and how a Content Security Policy names it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from html.parser import HTMLParser

_SCRIPT_TYPES = {"", "text/javascript", "application/javascript"}


class SnippetError(ValueError):
    """The snippet is not one inline script; the message says what it is instead."""


@dataclass(frozen=True)
class Snippet:
    """A deployment's snippet: `html` as the deployment gave it, `script` the text inside.

    The vendor wants it on the page as it is (Genesys Cloud, "Deploy Messenger to your website").
    """

    html: str
    script: str

    @classmethod
    def parse(cls, html: str) -> Snippet:
        """Return the snippet; raise SnippetError unless it is exactly one inline script element."""
        reader = _Reader()
        reader.feed(html)
        reader.close()
        problem = reader.problem or _trap(html)
        if problem:
            raise SnippetError(problem)
        return cls(html, reader.script)

    @property
    def source(self) -> str:
        """The script's source expression for a Content Security Policy."""
        return hash_source(self.script)


def hash_source(script: str) -> str:
    """Return the CSP source expression of an inline script with this text.

    A browser turns every line end into a line feed before it compares (WHATWG, "HTML", 13.2.3.5).
    """
    text = re.sub(r"\r\n?", "\n", script)
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


class _Reader(HTMLParser):
    """Reads a piece of HTML and notes whether there is more in it than one script element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.script = ""
        self._problem = ""
        self._opened = self._closed = 0

    @property
    def problem(self) -> str:
        """What keeps it from being one inline script element, or nothing."""
        if self._problem:
            return self._problem
        if not self._opened:
            return "no script element"
        if not self._closed:
            return "a script element without an end"
        return "" if self.script.strip() else "an empty script element"

    def _note(self, problem: str, found: str = "") -> None:
        self._problem = self._problem or (f"{problem} ({found.strip()[:40]})" if found else problem)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "script":
            self._note(f"an element <{tag}>")
            return
        self._opened += 1
        if self._opened > 1:
            self._note("more than one script element")
        values = {name: value or "" for name, value in attrs}
        if "src" in values:
            self._note("a script element with src, not an inline one")
        for name in sorted(values):
            if name.startswith("on"):
                self._note("a script element with an event handler", name)
        if values.get("type", "").strip().lower() not in _SCRIPT_TYPES:
            self._note("a script element of another type", values["type"])

    def handle_endtag(self, tag: str) -> None:
        if tag != "script" or not self._opened:
            self._note("an end tag without its element", tag)
        self._closed += 1

    def handle_data(self, data: str) -> None:
        if self._opened > self._closed:
            self.script += data
        elif data.strip():
            self._note("text outside the script element", data)

    def handle_comment(self, data: str) -> None:
        self._note("a comment", data)

    def handle_decl(self, decl: str) -> None:
        self._note("a declaration", decl)

    def unknown_decl(self, data: str) -> None:
        self._note("a declaration", data)

    def handle_pi(self, data: str) -> None:
        self._note("a processing instruction", data)


def _trap(html: str) -> str:
    """Return what a browser might end the script at sooner or later than this parser does."""
    lowered = html.lower()
    if "<!--" in lowered:
        return "a comment mark <!-- in the script"
    if lowered.count("<script") != 1 or lowered.count("</script") != 1:
        return "the text of a script tag in the script"
    return "a null character" if "\0" in html else ""
