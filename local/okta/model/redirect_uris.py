"""Which redirect URIs an application may register."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

_WEB_SCHEMES: Final = ("http", "https")
# Schemes that run or read something instead of leading to an application.
_DANGEROUS: Final = ("javascript", "data", "vbscript", "file", "about", "blob")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# Okta, "Applications API", wildcard_redirect: one asterisk, in the leftmost label of the host,
# with at least a domain and a top-level domain after it.
_WILDCARD_HOST: Final = re.compile(r"[a-z0-9-]*\*[a-z0-9-]*(\.[a-z0-9-]+){2,}", re.IGNORECASE)


def mistake_in(uri: str, *, native: bool, wildcards: bool) -> str | None:
    """Return what is wrong with a redirect URI, or None.

    It is absolute and has no fragment. Only native applications may use a scheme of their own; an
    asterisk needs `wildcard_redirect`. Plain http is taken for any host, as Okta does (the vendor's
    provider is tested with http://d.com/).
    """
    if not uri or any(character.isspace() or not character.isprintable() for character in uri):
        return f"'{uri}' must be an absolute URI without white space."
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return f"'{uri}' must be an absolute URI."
    if not _SCHEME.fullmatch(parts.scheme) or parts.scheme in _DANGEROUS:
        return f"'{uri}' must be an absolute URI."
    if "#" in uri:
        return f"'{uri}' must not contain a fragment."
    if parts.scheme not in _WEB_SCHEMES:
        if not native:
            return f"'{uri}' must use the scheme http or https; only native apps have their own."
        return None if "*" not in uri else f"'{uri}' must not contain a wildcard."
    if not parts.hostname or "@" in parts.netloc:
        return f"'{uri}' must be an absolute URI with a host."
    if "*" in uri:
        return _mistake_in_wildcard(uri, parts.hostname, wildcards)
    return None


def is_registered(uri: str, registered: Sequence[str], *, wildcards: bool) -> bool:
    """Tell whether a redirect URI is one of those registered: the same characters, no less.

    Where wildcards are allowed, an asterisk stands for letters, digits and hyphens of one label.
    Assumption: for one of them at least.
    """
    if uri in registered:
        return True
    patterns = [one for one in registered if "*" in one] if wildcards else []
    return any(
        re.fullmatch(r"[A-Za-z0-9-]+".join(map(re.escape, one.split("*"))), uri) for one in patterns
    )


def _mistake_in_wildcard(uri: str, host: str, allowed: bool) -> str | None:
    if not allowed:
        return f"'{uri}' must not contain a wildcard."
    if uri.count("*") > 1 or not _WILDCARD_HOST.fullmatch(host):
        return f"'{uri}' may have one wildcard, in the first label of its host."
    return None
