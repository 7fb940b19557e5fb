"""Where everything of the local cloud lies, and which ports it listens on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"

PORT_VARIABLES = {
    "okta": ("LOCAL_OKTA_PORT", 8081),
    "genesys": ("LOCAL_GENESYS_PORT", 8082),
    "site": ("LOCAL_SITE_PORT", 8080),
}


class LayoutError(ValueError):
    """An environment variable of the local cloud has a value that cannot be used."""


@dataclass(frozen=True)
class Ports:
    """The three TCP ports a person opens in a browser or points a client at."""

    okta: int = PORT_VARIABLES["okta"][1]
    genesys: int = PORT_VARIABLES["genesys"][1]
    site: int = PORT_VARIABLES["site"][1]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Ports:
        """Read the ports from `LOCAL_*_PORT`; raise one LayoutError naming every bad value."""
        found: dict[str, int] = {}
        mistakes = []
        for name, (variable, default) in PORT_VARIABLES.items():
            text = environ.get(variable, str(default)).strip()
            if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
                found[name] = int(text)
            else:
                mistakes.append(
                    f"{variable} is {text!r}: a port number from 1 to 65535 is expected."
                )
        for name, port in found.items():
            others = [other for other in found if found[other] == port and other < name]
            mistakes += [
                f"{PORT_VARIABLES[name][0]} and {PORT_VARIABLES[other][0]} are both {port}: "
                "each server needs a port of its own."
                for other in others
            ]
        if mistakes:
            raise LayoutError("\n".join(mistakes))
        return cls(**found)


@dataclass(frozen=True)
class Layout:
    """The folders of one checkout.

    `root` holds the project, `home` everything that the local cloud generates (git-ignored;
    `LOCAL_HOME` moves it, so that several local clouds can live beside each other). The engine and
    the virtual environment are shared by all of them and stay under the project's `.local/`.
    """

    root: Path
    home: Path

    @classmethod
    def of_project(cls, environ: Mapping[str, str] | None = None) -> Layout:
        """Return the layout of the checkout that this file belongs to."""
        environ = os.environ if environ is None else environ
        root = Path(__file__).resolve().parent.parent
        moved = environ.get("LOCAL_HOME")
        return cls(root=root, home=Path(moved).resolve() if moved else root / ".local")

    @property
    def generated(self) -> Path:
        """The project's own `.local/`, whatever `home` is."""
        return self.root / ".local"

    @property
    def toolchain(self) -> Path:
        """The Go module that pins the engine."""
        return self.root / "toolchain"

    @property
    def engine_dir(self) -> Path:
        """Where a built engine is kept."""
        return self.generated / "engine"

    @property
    def logs(self) -> Path:
        """Log files of the background processes."""
        return self.home / "logs"

    @property
    def cloud_state(self) -> Path:
        """What the local Okta and the local Genesys Cloud remember."""
        return self.home / "cloud"

    @property
    def backend(self) -> Path:
        """The engine's `file://` backend: state, history and locks of the local stack."""
        return self.home / "state"

    @property
    def pulumi_home(self) -> Path:
        """`PULUMI_HOME`; its path contains `debug` on purpose.

        Without that text in the path of the bridge's executable the vendor's Genesys provider
        waits 30 s in every command (terraform-provider-genesyscloud, platform detection).
        """
        return self.home / "pulumi-debug"

    @property
    def site(self) -> Path:
        """The built site."""
        return self.home / "site"

    @property
    def processes(self) -> Path:
        """Records of the background processes."""
        return self.home / "processes"
