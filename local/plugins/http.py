"""HTTP connections to the clouds."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final

import httpx

from local.plugins.resource import RemoteError

_CONNECT_SECONDS: Final = 10.0
_CONNECTIONS: Final = 64


@cache
def _tls() -> ssl.SSLContext:
    # Reading the system's certificates takes tens of milliseconds, so it happens once.
    return ssl.create_default_context()


def open_http(
    base_url: str,
    headers: Mapping[str, str],
    seconds: float,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """Return a client that keeps its connections, answers redirects as they are, and is private.

    Proxies and credentials from the environment are left alone. `seconds` is how long an answer
    may take; `transport` replaces the network. Raises RemoteError for an address that is none.
    """
    try:
        httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise RemoteError(
            f"{base_url!r} is no address ({error}). Correct the provider's configuration "
            "(`pulumi config`)."
        ) from None
    return httpx.Client(
        base_url=base_url,
        headers=dict(headers),
        timeout=httpx.Timeout(seconds, connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
        verify=_tls(),
        trust_env=False,
        transport=transport,
    )
