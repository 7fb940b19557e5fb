"""Addresses of web sites and services, in the one form that Okta and Genesys compare."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()+,;=:@%-]+)*/?")


@dataclass(frozen=True)
class WebAddress:
    """A web address taken apart: lower-case host, no default port, path as written."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port: no slash at the end."""
        usual = self.port == _DEFAULT_PORTS[self.scheme]
        return f"{self.scheme}://{self.host}" + ("" if usual else f":{self.port}")

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path

    @property
    def slug(self) -> str:
        """A name of the origin for logical names; different origins have different ones.

        The port is always part of it, and before the host, so that no host can imitate it.
        """
        return f"{self.scheme}-{self.port}-{self.host.replace(':', '-')}"


def is_loopback(host: str) -> bool:
    """Say whether a host name or IP address can only be this machine: http is allowed there."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_address(text: str) -> WebAddress:
    """Return the address of a service.

    Raises ValueError whose text says what was expected instead.
    """
    parts = _split(text)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("a URL that starts with https://")
    if "@" in parts.netloc:
        raise ValueError("a URL without user name and password")
    host = _host(parts)
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("https, as http is for loopback hosts only")
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise ValueError("a URL without query and fragment")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise ValueError("a plain path, without wildcards, dot segments or double slashes")
    try:
        port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        port = 0
    if not port:
        raise ValueError("a port from 1 to 65535")
    return WebAddress(parts.scheme, host, port, parts.path)


def parse_site_url(text: str) -> WebAddress:
    """Return the address of a site: the folder its pages lie in, ending in a slash.

    Raises ValueError whose text says what was expected instead.
    """
    address = parse_address(text)
    if "." in address.path.rpartition("/")[2]:
        raise ValueError("the URL of a folder (end it in a slash), not of a page")
    return WebAddress(address.scheme, address.host, address.port, address.path.rstrip("/") + "/")


def _split(text: str) -> SplitResult:
    if not text.isascii() or any(character.isspace() for character in text):
        raise ValueError("a URL in plain ASCII without spaces (international names as xn--…)")
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("a URL such as https://www.example.com/help/") from None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if is_loopback(host):
        return f"[{host}]" if ":" in host else host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if _HOST.fullmatch(host):
            return host
    raise ValueError("a URL with a host name such as www.example.com")
