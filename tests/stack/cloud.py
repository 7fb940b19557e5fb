"""A local cloud of the tests' own."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.background import Background
from local.cloud import cloud_process, is_healthy
from local.layout import LOOPBACK, Layout, Ports
from tests import loopback


@dataclass(frozen=True)
class Cloud:
    """A running local cloud that belongs to the tests."""

    layout: Layout
    ports: Ports
    record: dict[str, Any]
    process: Background

    @property
    def services(self) -> tuple[str, str]:
        """The URLs of Okta and of Genesys Cloud."""
        return self.record["okta"], self.record["genesys"]

    def reset(self, to: str | None = None) -> None:
        """Make both services as new, or what they were when they were kept under a name."""
        query = {} if to is None else {"to": to}
        for url in self.services:
            loopback.post(f"{url}/_local/reset", params=query).raise_for_status()

    def keep(self, name: str) -> None:
        """Keep what both services hold now under a name."""
        for url in self.services:
            loopback.put(f"{url}/_local/checkpoints/{name}").raise_for_status()


@contextmanager
def serving_cloud(home: Path) -> Iterator[Cloud]:
    """Run the local cloud in a process of its own, as `make up` starts it, on free ports."""
    ports = free_ports()
    layout = Layout(root=Layout.of_project().root, home=home)
    process = cloud_process(layout)
    process.start(
        [sys.executable, "-m", "local", "serve"],
        environment={
            **base_environment(),
            "LOCAL_HOME": str(home),
            "LOCAL_OKTA_PORT": str(ports.okta),
            "LOCAL_GENESYS_PORT": str(ports.genesys),
            "LOCAL_SITE_PORT": str(ports.site),
        },
        folder=layout.root,
        ready=lambda pid: is_healthy(layout, pid),
    )
    try:
        record = process.details()
        assert record is not None
        yield Cloud(layout, ports, record, process)
    finally:
        process.stop()


def free_ports() -> Ports:
    """Return three ports that nobody listens on.

    They lie below those that systems give to outgoing connections, so that nobody takes one while
    a server is about to take it again.
    """
    sockets: list[socket.socket] = []
    try:
        for port in secrets.SystemRandom().sample(range(15_000, 30_000), 100):
            one = socket.socket()
            try:
                one.bind((LOOPBACK, port))
            except OSError:
                one.close()
                continue
            sockets.append(one)
            if len(sockets) == 3:
                break
        okta, genesys, site = (one.getsockname()[1] for one in sockets)
        return Ports(okta=okta, genesys=genesys, site=site)
    finally:
        for one in sockets:
            one.close()


def base_environment() -> dict[str, str]:
    """Return this process's environment without what could redirect the engine or providers."""
    prefixes = ("PULUMI_", "OKTA_", "GENESYSCLOUD_", "LOCAL_", "AWS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
