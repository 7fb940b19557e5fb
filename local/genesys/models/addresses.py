"""Rules for web addresses and host names."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import httpx

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_LABEL: Final = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def check_web_address(text: str) -> str:
    """Return an absolute https address unchanged (http on loopback); raise ValueError else."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
        httpx.URL(text)  # what it cannot read could not be fetched
    except (ValueError, httpx.InvalidURL):
        host = None
    if not host or any(character.isspace() for character in text):
        raise ValueError("an absolute address such as https://example.com/ is expected")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError("an https address is expected")
    return text


def check_discovery_uri(text: str) -> str:
    """Return the address of a discovery document unchanged; raise ValueError else.

    OpenID Connect Discovery 1.0, section 4. Genesys asks for the whole address, not the issuer.
    Assumption: the service checks the form when the configuration is saved.
    """
    check_web_address(text)
    parts = urlsplit(text)
    if not parts.path.endswith("/.well-known/openid-configuration") or parts.query:
        raise ValueError("an address that ends with /.well-known/openid-configuration is expected")
    return text


def check_host_name(text: str) -> str:
    """Return a host name unchanged; raise ValueError when it has a scheme, port, path or spaces.

    A deployment's allowed domains are compared with the page's host name and nothing else, so any
    other text could never match. Assumption: the service refuses it when it is saved.
    """
    if len(text) > 253 or not _HOST.fullmatch(text):
        raise ValueError("a host name such as www.example.com is expected, without scheme or port")
    return text
