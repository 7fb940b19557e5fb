"""A local cloud of the benchmark's own: in a process and a folder of its own, on other ports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from benchmarks.timing import seconds
from local.engine import STACK, engine_environment
from local.layout import Ports
from local.toolchain import ensure_engine
from tests.stack.cloud import base_environment, serving_cloud


@dataclass(frozen=True)
class Commands:
    """Runs an engine on a project."""

    engine: Path
    project: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str) -> float:
        """Run a command to its end and return its seconds."""
        return seconds(lambda: self.text(*arguments))

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

    def declare(self, sites: int) -> None:
        """Let the stack's configuration have that many sites."""
        file = Path(self.variables["PULUMI_OPTION_CONFIG_FILE"])
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        content["config"]["messenger-sso:sites"] = [
            {
                "name": f"site-{number}",
                "url": f"http://site-{number}.localhost:{self.ports.site}/",
                "displayName": f"Site {number}",
            }
            for number in range(sites)
        ]
        file.write_text(yaml.safe_dump(content), encoding="utf-8")


@contextmanager
def serving(folder: Path) -> Iterator[Cloud]:
    """Serve a local cloud for as long as the block lasts."""
    with serving_cloud(folder) as cloud:
        engine = ensure_engine(cloud.layout, Console(stderr=True))
        variables = engine_environment(cloud.layout, cloud.ports, cloud.record)
        run = Commands(engine, cloud.layout.root, {**base_environment(), **variables})
        run("stack", "init", STACK)
        okta, genesys = cloud.record["okta"], cloud.record["genesys"]
        yield Cloud(cloud.record["pid"], okta, genesys, cloud.ports, variables, run)
