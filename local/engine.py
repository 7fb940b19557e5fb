"""Runs the engine attached to the local cloud, on the stack `local` or one that is lent it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.layout import Layout, Ports
from local.stack_config import move_ports

STACK = "local"
# Public on purpose: it protects nothing but the made-up secrets of the local cloud.
PASSPHRASE = "local"  # noqa: S105


# Lines about resources that were only looked at: of no interest beside those that changed.
_UNCHANGED = re.compile(r"^(?: ~  \S+ \S+ refresh.*|    \S+:\S+ \S+(?: +running)? *)$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class EngineError(RuntimeError):
    """The engine ended with an error that it has already explained."""


def engine_environment(
    layout: Layout, ports: Ports, attached: Mapping[str, Any], stack: str = STACK
) -> dict[str, str]:
    """Return the variables with which the plain `pulumi` command works on the local cloud.

    `attached` is the cloud's record: `providers` (name to gRPC port) and `languages` likewise.
    Writes a configuration file of its own for the stack `local` when the ports are not the usual
    ones; other stacks are told by `lend`.
    """
    variables = {
        "PULUMI_HOME": str(layout.pulumi_home),
        "PULUMI_BACKEND_URL": layout.backend.as_uri(),
        "PULUMI_STACK": stack,
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_PROVIDERS": _ports(attached["providers"]),
        "PULUMI_DEBUG_LANGUAGES": _ports(attached["languages"]),
    }
    layout.backend.mkdir(parents=True, exist_ok=True)
    layout.pulumi_home.mkdir(parents=True, exist_ok=True)
    if stack == STACK and ports != Ports():
        moved = layout.home / f"Pulumi.{STACK}.yaml"
        usual = (layout.root / f"Pulumi.{STACK}.yaml").read_text(encoding="utf-8")
        moved.write_text(move_ports(usual, ports), encoding="utf-8")
        variables["PULUMI_OPTION_CONFIG_FILE"] = str(moved)
    return variables


def search_path(engine: Path) -> str:
    """Return a PATH on which `pulumi` is this engine and `python` has what the project needs."""
    first = [str(Path(sys.executable).parent), str(engine.parent)]
    rest = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    return os.pathsep.join([*first, *(folder for folder in rest if folder not in first)])


def _ports(attached: Mapping[str, int]) -> str:
    return ",".join(f"{name}:{port}" for name, port in sorted(attached.items()))


@dataclass(frozen=True)
class Engine:
    """The engine's commands that bringing up needs."""

    executable: Path
    layout: Layout
    variables: Mapping[str, str]

    def select(self) -> None:
        """Make sure that the stack exists."""
        stack = self.variables["PULUMI_STACK"]
        state = self.layout.backend / ".pulumi" / "stacks" / "messenger-sso" / f"{stack}.json"
        if not state.exists():
            self._run("stack", "init", stack)

    def configure(self, plain: Mapping[str, str], secret: Mapping[str, str]) -> None:
        """Set values in the stack's configuration file; keys are paths."""
        options = [("--plaintext", plain), ("--secret", secret)]
        pairs = [f"{kind}={key}={value}" for kind, given in options for key, value in given.items()]
        self._run("config", "set-all", "--path", *pairs)

    def up(self) -> None:
        """Apply the program, after looking at what is really there; show what changes."""
        colour = "always" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else "never"
        command = ["up", "--yes", "--skip-preview", "--refresh", "--suppress-outputs"]
        with subprocess.Popen(  # noqa: S603 (the engine, found by us)
            [str(self.executable), *command, "--non-interactive", "--color", colour],
            cwd=self.layout.root,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if not _UNCHANGED.match(_COLOUR.sub("", line)):
                    sys.stdout.write(line)
                    sys.stdout.flush()
        if process.returncode != 0:
            raise EngineError(f"pulumi up ended with code {process.returncode}; see above.")

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets left out by the engine."""
        text = self._run("stack", "output", "--json")
        outputs: dict[str, Any] = json.loads(text)
        return outputs

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 (the engine, found by us)
            [str(self.executable), *arguments, "--non-interactive"],
            cwd=self.layout.root,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            command = " ".join(["pulumi", *arguments])
            raise EngineError(f"{command} ended with code {done.returncode}. {said}")
        return done.stdout
