"""The local cloud as others see it: its process, its health, and why it may not start."""

from __future__ import annotations

import contextlib
import ssl
from typing import Any, Final

import httpx
import psutil

from local.background import Background
from local.layout import LOOPBACK, PORT_VARIABLES, Layout

# Nothing here speaks TLS, and reading the system's certificates takes 50 ms each time.
_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class CloudError(RuntimeError):
    """The local cloud cannot run as asked."""


def cloud_process(layout: Layout) -> Background:
    """Return the background process that serves the local cloud of this layout."""
    return Background(name="cloud", records=layout.processes, logs=layout.logs)


def ask(url: str, **options: Any) -> httpx.Response:
    """Read from a server on this machine, past any proxy that the environment names."""
    return httpx.get(url, timeout=5, verify=_NO_TLS, trust_env=False, **options)


def is_healthy(layout: Layout, pid: int) -> bool:
    """Tell whether the process is the announced cloud and both its servers answer."""
    record = cloud_process(layout).details()
    if record is None or record["pid"] != pid:
        return False
    try:
        return all(ask(f"{record[name]}/_local/health").is_success for name in ("okta", "genesys"))
    except httpx.TransportError:
        return False


def describe_port_in_use(name: str, port: int) -> str:
    """Return one sentence: who holds the port and how to go on."""
    variable = PORT_VARIABLES[name][0]
    return (
        f"Port {port} on {LOOPBACK} is in use{_holder(port)}. End that process, or choose another "
        f"port: {variable}={port + 1000 if port < 64000 else port - 1000} make up"
    )


def _holder(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local[1] == port:
                if connection.pid is None:
                    return ""
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    return ""
