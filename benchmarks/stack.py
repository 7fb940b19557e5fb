"""One measurement of the local stack: `up` from nothing, then no-change previews."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from benchmarks.cloud import Commands, serving
from benchmarks.floor import serve_provider, write_project
from local.engine import PASSPHRASE
from tests.stack.cloud import base_environment


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
    with serving(folder) as cloud:
        run = cloud.run
        cloud.declare(sites)
        up = run("up", "--yes", "--skip-preview")
        preview = _median_preview(run, repeats)
        resources = _count(run)
        peak = _peak_megabytes(cloud.pid)

        with serve_provider() as port:
            environment = _floor_environment(folder, cloud.variables, port)
            floor = Commands(run.engine, write_project(folder), environment)
            floor("stack", "init", "floor")
            floor("config", "set", "number", str(resources))
            up_floor = floor("up", "--yes", "--skip-preview")
            preview_floor = _median_preview(floor, repeats)
    return Measurement(sites, resources, up, up_floor, preview, preview_floor, peak)


def _median_preview(run: Commands, repeats: int) -> float:
    return statistics.median(run("preview", "--expect-no-changes") for _ in range(repeats))


def _count(run: Commands) -> int:
    state: dict[str, Any] = yaml.safe_load(run.text("stack", "export"))
    # The stack itself is in both programs, and nobody declares the default providers.
    return sum(
        not resource["type"].startswith("pulumi:") for resource in state["deployment"]["resources"]
    )


def _floor_environment(folder: Path, variables: Mapping[str, str], port: int) -> dict[str, str]:
    backend = folder / "floor-state"
    backend.mkdir()
    kept = {
        name: value
        for name, value in variables.items()
        if name not in ("PULUMI_OPTION_CONFIG_FILE", "PULUMI_STACK")
    }
    return {
        **base_environment(),
        **kept,
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_DEBUG_PROVIDERS": f"floor:{port}",
    }


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return float(psutil.Process(pid).memory_info().rss) / 2**20
