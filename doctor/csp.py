"""What a page's Content Security Policy lets Messenger do (W3C, "Content Security Policy 3")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

from sample_site.snippet import hash_source

Policy = Mapping[str, Sequence[str]]

# Where a directive that is not there leaves off (6.8.4).
_FALLBACK = {
    "script-src-elem": ("script-src", "default-src"),
    "connect-src": ("default-src",),
    "frame-src": ("child-src", "default-src"),
    "img-src": ("default-src",),
}
# 6.7.2.8: what a scheme in a source stands for beside itself.
_UPGRADES = {"http": {"https"}, "ws": {"wss", "http", "https"}, "wss": {"https"}}
_SOCKETS = {"http": {"ws", "wss"}, "https": {"wss"}}
_SOURCE = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[^:/*]+)(?::(?P<port>\*|\d+))?(?:/.*)?",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def parse_policy(text: str) -> Policy:
    """Return a policy's directives; of two of the same name the first counts."""
    policy: dict[str, list[str]] = {}
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        if name:
            policy.setdefault(name.lower(), sources)
    return policy


def policies_of(headers: Iterable[str], html: str) -> list[Policy]:
    """Return all policies that hold for a page: those of its headers and those of its `meta`."""
    reader = _MetaReader()
    reader.feed(html)
    texts = [text for header in headers for text in header.split(",")]
    return [policy for text in (*texts, *reader.policies) if (policy := parse_policy(text))]


def allows(policy: Policy, directive: str, url: str, page: str) -> bool:
    """Tell whether a page at `page` may use `url` as the directive's name says.

    A script element that a trusted script adds is allowed by 'strict-dynamic' as well. Paths in
    sources are not looked at: what Messenger loads from a host has more than one.
    """
    sources = _sources(policy, directive)
    if sources is None:
        return True
    lowered = [source.lower() for source in sources]
    if directive == "script-src-elem" and "'strict-dynamic'" in lowered:
        return True
    return any(_matches(source, url, page) for source in lowered)


def allows_inline(policy: Policy, script: str, nonce: str | None) -> bool:
    """Tell whether an inline script with this text, and its nonce if it has one, may run."""
    sources = _sources(policy, "script-src-elem")
    if sources is None:
        return True
    named = [source for source in sources if source.startswith(("'nonce-", "'sha"))]
    if hash_source(script) in named or (nonce and f"'nonce-{nonce}'" in named):
        return True
    return not named and "'unsafe-inline'" in [source.lower() for source in sources]


def _sources(policy: Policy, directive: str) -> Sequence[str] | None:
    for name in (directive, *_FALLBACK[directive]):
        if name in policy:
            return policy[name]
    return None


def _matches(source: str, url: str, page: str) -> bool:
    parts, own = urlsplit(url), urlsplit(page)
    if source == "*":
        return parts.scheme in ("http", "https", "ws", "wss")
    if source == "'self'":
        return parts.netloc == own.netloc
    if source.endswith(":") and "/" not in source:
        return _stands_for(source[:-1], parts.scheme)
    found = _SOURCE.fullmatch(source)
    if source.startswith("'") or found is None:
        return False
    # A source without a scheme goes with the page's, whose sockets are meant as well.
    is_socket = not found["scheme"] and parts.scheme in _SOCKETS.get(own.scheme, ())
    if not is_socket and not _stands_for(found["scheme"] or own.scheme, parts.scheme):
        return False
    if found["port"] not in (None, "*") and int(found["port"]) != _port(url):
        return False
    if found["port"] is None and _port(url) not in (80, 443):
        return False
    host, wanted = parts.hostname or "", found["host"]
    if wanted == "*":
        return True
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


def _stands_for(source: str, scheme: str) -> bool:
    return scheme == source or scheme in _UPGRADES.get(source, ())


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or _PORTS.get(parts.scheme)


class _MetaReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.policies: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and values.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(values.get("content", ""))
