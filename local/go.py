"""The Go of this machine, shielded from a developer's own Go settings."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.executables import find_executable

_DIRECTIVE = re.compile(r"^go (\d+(?:\.\d+)+)$", re.MULTILINE)
_ANSWER = re.compile(r"\bgo(\d+(?:\.\d+)+)\S* (?:.* )?(\w+)/(\w+)$")


@dataclass(frozen=True)
class Go:
    """A `go` command that is new enough for one module."""

    executable: Path
    module: Path
    platform: tuple[str, str]

    def start(self, *arguments: str, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start `go` with these arguments inside the module; all it says goes to `output`."""
        return subprocess.Popen(  # noqa: S603 (found on the caller's own PATH)
            [self.executable, *arguments],
            cwd=self.module,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def _environment(self) -> dict[str, str]:
        """Return the environment in which every machine builds the same thing.

        Where modules come from and where they are kept (GOPROXY, GOMODCACHE and so on) stays the
        developer's choice. No value is empty: Go takes an empty variable for one that is not set
        and then reads the file that `go env -w` writes.
        """
        kept = {name: value for name, value in os.environ.items() if name != "GOROOT"}
        system, processor = self.platform
        return {
            **kept,
            "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "GO111MODULE": "on",
            "GOOS": system,
            "GOARCH": processor,
            "CGO_ENABLED": "0",
        }


def find_go(module: Path) -> Go:
    """Return the `go` on PATH; raise Unusable when it cannot build the module in this folder."""
    executable, said = find_executable(
        "go",
        answer=_ANSWER,
        at_least=needed_go(module),
        variables={"GOTOOLCHAIN": "local"},
    )
    return Go(executable=executable, module=module, platform=(said[2], said[3]))


def needed_go(module: Path) -> str:
    """Return the oldest Go that the module's go.mod accepts, such as `1.25.11`."""
    directive = _DIRECTIVE.search((module / "go.mod").read_text(encoding="utf-8"))
    assert directive is not None, f"{module / 'go.mod'} has no `go` line"
    return directive[1]
