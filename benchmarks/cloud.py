"""A local cloud of the benchmark's own: in a process and a folder of its own, on other ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from local.cloud import cloud_process, is_healthy
from local.engine import STACK, engine_environment
from local.layout import LOOPBACK, Layout, Ports
from local.toolchain import ensure_engine


@dataclass(frozen=True)
class Commands:
    """Runs an engine on a project."""

    engine: Path
    project: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str) -> float:
        """Run a command to its end and return its seconds."""
        begun = time.perf_counter()
        self.text(*arguments)
        return time.perf_counter() - begun

    def text(self, *arguments: str) -> str:
        """Run a command to its end and return what it has printed."""
        done = subprocess.run(
            [str(self.engine), *arguments, "--non-interactive"],
            cwd=self.project,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"pulumi {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout


@dataclass(frozen=True)
class Cloud:
    """A running local cloud, and a stack without resources on it."""

    pid: int
    okta: str
    genesys: str
    ports: Ports
    variables: Mapping[str, str]
    run: Commands


@contextmanager
def serving(folder: Path) -> Iterator[Cloud]:
    """Serve a local cloud for as long as the block lasts."""
    layout = Layout(root=Layout.of_project().root, home=folder)
    engine = ensure_engine(layout, Console(stderr=True))
    process, ports = cloud_process(layout), _free_ports()
    pid = process.start(
        [sys.executable, "-m", "local", "serve"],
        environment={**clean_environment(), **_places(folder, ports)},
        folder=layout.root,
        ready=lambda pid: is_healthy(layout, pid),
    )
    try:
        record: dict[str, Any] = process.details() or {}
        variables = engine_environment(layout, ports, record)
        run = Commands(engine, layout.root, {**clean_environment(), **variables})
        run("stack", "init", STACK)
        yield Cloud(pid, record["okta"], record["genesys"], ports, variables, run)
    finally:
        process.stop()


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead elsewhere."""
    redirecting = ("PULUMI_", "OKTA_", "GENESYSCLOUD_", "LOCAL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(redirecting)}


def _free_ports() -> Ports:
    """Return ports that nobody uses, so that measuring does not disturb a running local cloud."""
    with ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.socket()) for _ in range(3)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        okta, genesys, site = (int(one.getsockname()[1]) for one in sockets)
        return Ports(okta, genesys, site)


def _places(folder: Path, ports: Ports) -> dict[str, str]:
    return {
        "LOCAL_HOME": str(folder),
        "LOCAL_OKTA_PORT": str(ports.okta),
        "LOCAL_GENESYS_PORT": str(ports.genesys),
        "LOCAL_SITE_PORT": str(ports.site),
    }
