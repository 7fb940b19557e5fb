"""One measurement of the local stack: `up` from nothing, then no-change previews."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml
from rich.console import Console

from benchmarks.floor import serve_provider, write_project
from local.cloud import cloud_process, is_healthy
from local.engine import PASSPHRASE, STACK, engine_environment
from local.layout import Layout, Ports
from local.toolchain import ensure_engine

# Away from the usual ports, so that measuring does not disturb a running local cloud.
_PORTS = Ports(okta=18081, genesys=18082, site=18080)


@dataclass(frozen=True)
class Measurement:
    """Seconds and megabytes for one number of sites."""

    sites: int
    resources: int
    up: float
    up_floor: float
    preview: float
    preview_floor: float
    peak_megabytes: float


def measure(sites: int, repeats: int, folder: Path) -> Measurement:
    """Bring up a stack with that many sites on a cloud of its own, and as many empty resources."""
    layout = Layout(root=Layout.of_project().root, home=folder)
    engine = ensure_engine(layout, Console(stderr=True))
    cloud = cloud_process(layout)
    pid = cloud.start(
        [sys.executable, "-m", "local", "serve"],
        environment={**_clean_environment(), **_places(folder)},
        folder=layout.root,
        ready=lambda pid: is_healthy(layout, pid),
    )
    try:
        record = cloud.details() or {}
        variables = engine_environment(layout, _PORTS, record)
        _with_sites(Path(variables["PULUMI_OPTION_CONFIG_FILE"]), sites)
        run = _Commands(engine, layout.root, {**_clean_environment(), **variables})
        run("stack", "init", STACK)
        up = run("up", "--yes", "--skip-preview")
        preview = _median_preview(run, repeats)
        resources = _count(run)
        peak = _peak_megabytes(pid)

        with serve_provider() as port:
            environment = _floor_environment(folder, variables, port)
            floor = _Commands(engine, write_project(folder), environment)
            floor("stack", "init", "floor")
            floor("config", "set", "number", str(resources))
            up_floor = floor("up", "--yes", "--skip-preview")
            preview_floor = _median_preview(floor, repeats)
    finally:
        cloud.stop()
    return Measurement(sites, resources, up, up_floor, preview, preview_floor, peak)


@dataclass(frozen=True)
class _Commands:
    engine: Path
    project: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str) -> float:
        """Run a command to its end and return its seconds."""
        begun = time.perf_counter()
        self.text(*arguments)
        return time.perf_counter() - begun

    def text(self, *arguments: str) -> str:
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


def _median_preview(run: _Commands, repeats: int) -> float:
    return statistics.median(run("preview", "--expect-no-changes") for _ in range(repeats))


def _count(run: _Commands) -> int:
    state: dict[str, Any] = yaml.safe_load(run.text("stack", "export"))
    # The stack itself is in both programs, and nobody declares the default providers.
    return sum(
        not resource["type"].startswith("pulumi:") for resource in state["deployment"]["resources"]
    )


def _with_sites(file: Path, number: int) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["config"]["messenger-sso:sites"] = [
        {
            "name": f"site-{index}",
            "url": f"http://site-{index}.localhost:{_PORTS.site}/",
            "displayName": f"Site {index}",
        }
        for index in range(number)
    ]
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


def _floor_environment(folder: Path, variables: Mapping[str, str], port: int) -> dict[str, str]:
    backend = folder / "floor-state"
    backend.mkdir()
    kept = {
        name: value
        for name, value in variables.items()
        if name not in ("PULUMI_OPTION_CONFIG_FILE", "PULUMI_STACK")
    }
    return {
        **_clean_environment(),
        **kept,
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_DEBUG_PROVIDERS": f"floor:{port}",
    }


def _places(folder: Path) -> dict[str, str]:
    return {
        "LOCAL_HOME": str(folder),
        "LOCAL_OKTA_PORT": str(_PORTS.okta),
        "LOCAL_GENESYS_PORT": str(_PORTS.genesys),
        "LOCAL_SITE_PORT": str(_PORTS.site),
    }


def _clean_environment() -> dict[str, str]:
    redirecting = ("PULUMI_", "OKTA_", "GENESYSCLOUD_", "LOCAL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(redirecting)}


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return float(psutil.Process(pid).memory_info().rss) / 2**20
