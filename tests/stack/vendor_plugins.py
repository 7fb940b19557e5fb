"""The vendors' own plugins in the place of ours, for whoever has their binaries.

`VENDOR_PLUGINS` names a folder that holds three executables, each of the version that this project
pins (`pins` reads them):

- `pulumi-resource-okta`, from the release of pulumi/pulumi-okta;
- `pulumi-resource-terraform-provider`, the bridge, from the release of
  pulumi/pulumi-terraform-provider;
- `terraform-provider-genesyscloud`, from the release of the Genesys Cloud provider.

A test that is marked `@either_plugins` then runs twice, with our providers and with the vendors',
on the same program, configuration and local clouds, with the same assertions. Without the binaries
the second run is skipped, with the reason. Only what the vendors' plugins have to do as well is
marked: a stack's life, changes, drift, import, reading back. `pytest -m vendor_plugins` runs
nothing else.

Assumption: where the two kinds of run differ, the vendors' is right and our provider is to change.
Unseen so far are keys that bridged providers add to a state (`__meta`) and that an import could
set in another way than a create.
"""

from __future__ import annotations

import base64
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

VARIABLE = "VENDOR_PLUGINS"
OKTA = "pulumi-resource-okta"
BRIDGE = "pulumi-resource-terraform-provider"
GENESYS = "terraform-provider-genesyscloud"

either_plugins = pytest.mark.parametrize(
    "plugins",
    ["ours", pytest.param("vendor", marks=pytest.mark.vendor_plugins)],
    indirect=True,
)
"""Runs a test of `workbench` or `deployed` with our providers and with the vendors' plugins."""

_OKTA_PIN = re.compile(r"^pulumi-okta==(\S+)$", re.MULTILINE)
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
# What could point the bridge, the Terraform provider or Okta's SDK elsewhere, or change their pace.
_LEADING_ASTRAY = ("PULUMI_DEBUG_PROVIDERS", "BYPASS_CONSISTENCY_CHECKER", "CONSISTENCY_CHECKS")
_LEADING_ASTRAY_PREFIXES = ("TF_", "OKTA_", "GENESYSCLOUD_")


class Missing(ValueError):
    """The vendors' plugins cannot be used; the text names every reason and the next step."""


@dataclass(frozen=True)
class Pins:
    """The versions that the engine and the bridge will ask for."""

    okta: str
    bridge: str
    genesys: str
    genesys_source: str
    """The Terraform provider's address: registry host, namespace and type."""


@dataclass(frozen=True)
class Binaries:
    """The three executables as they are given."""

    okta: Path
    bridge: Path
    genesys: Path


@dataclass(frozen=True)
class VendorPlugins:
    """The vendors' plugins, laid out as the engine and the bridge look for them."""

    pulumi_home: Path
    empty_home: Path

    def environment(self, usual: Mapping[str, str]) -> dict[str, str]:
        """Return the engine's environment with these plugins instead of attached providers.

        The attached language host stays. HOME is an empty folder, because the Genesys provider
        obeys a file in it (genesys-cloud.md 3.2).
        """
        kept = {
            name: value
            for name, value in usual.items()
            if name not in _LEADING_ASTRAY and not name.startswith(_LEADING_ASTRAY_PREFIXES)
        }
        return kept | {
            "HOME": str(self.empty_home),
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_DYNAMIC_TF_PLUGIN_CACHE_DIR": str(_cache(self.pulumi_home)),
            # Otherwise a plugin that lies on PATH comes before those laid out.
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        }


def pins(root: Path) -> Pins:
    """Read the pinned versions of the project at `root`: requirements and the Genesys SDK."""
    requirements = (root / "requirements.txt").read_text(encoding="utf-8")
    okta = _OKTA_PIN.search(requirements)
    assert okta is not None, "requirements.txt does not pin pulumi-okta"
    package = root / "sdks" / "genesyscloud" / "pulumi_genesyscloud" / "pulumi-plugin.json"
    plugin = json.loads(package.read_text(encoding="utf-8"))
    remote = json.loads(base64.b64decode(plugin["parameterization"]["value"]))["remote"]
    return Pins(okta[1], plugin["version"], remote["version"], remote["url"])


def find_binaries(environ: Mapping[str, str]) -> Binaries:
    """Return the executables of the folder that `VENDOR_PLUGINS` names; raise Missing."""
    given = environ.get(VARIABLE, "").strip()
    if not given:
        raise Missing(
            f"{VARIABLE} is not set: it names the folder with {OKTA}, {BRIDGE}, {GENESYS}"
        )
    folder = Path(given).resolve()
    lacking = [name for name in (OKTA, BRIDGE, GENESYS) if not (folder / name).is_file()]
    if lacking:
        raise Missing(f"{VARIABLE}={given} lacks {', '.join(lacking)}")
    idle = [name for name in (OKTA, BRIDGE, GENESYS) if not os.access(folder / name, os.X_OK)]
    if idle:
        raise Missing(f"{VARIABLE}={given}: not executable (chmod +x): {', '.join(idle)}")
    return Binaries(folder / OKTA, folder / BRIDGE, folder / GENESYS)


def lay_out(binaries: Binaries, versions: Pins, folder: Path) -> VendorPlugins:
    """Make a Pulumi home below `folder` in which engine and bridge find the binaries.

    The engine looks for `plugins/resource-<name>-v<version>/pulumi-resource-<name>`, the bridge for
    the Terraform provider in a cache of OpenTofu's layout,
    `<host>/<namespace>/<type>/<version>/<os>_<architecture>/` (pulumi-terraform-bridge,
    dynamic/internal/shim/run and its copy of OpenTofu's provider cache). Both follow a link to an
    executable. Large as they are, none is copied unless it has to be.
    """
    home = folder / "pulumi-debug"
    okta = home / "plugins" / f"resource-okta-v{versions.okta}" / OKTA
    bridge = home / "plugins" / f"resource-terraform-provider-v{versions.bridge}" / BRIDGE
    package = _cache(home) / versions.genesys_source / versions.genesys / _platform()
    genesys = package / f"{GENESYS}_v{versions.genesys}"
    for place in (okta, bridge, genesys):
        place.parent.mkdir(parents=True)
    okta.symlink_to(binaries.okta)
    genesys.symlink_to(binaries.genesys)
    _put(binaries.bridge, bridge)
    empty = folder / "empty-home"
    empty.mkdir()
    return VendorPlugins(home, empty)


def _put(source: Path, place: Path) -> None:
    """Put a file at a place under a name of its own.

    No symbolic link: the Genesys provider asks the system for its parent's executable, which is
    what a link leads to, and waits 30 s in every command unless `debug` is in that path
    (genesys-cloud.md 3.3).
    """
    try:
        place.hardlink_to(source)
    except OSError:  # another file system, or somebody else's file
        shutil.copy2(source, place)


def _cache(pulumi_home: Path) -> Path:
    return pulumi_home / "dynamic_tf_plugins"


def _platform() -> str:
    """Return this machine as Go names it, for example linux_amd64."""
    machine = platform.machine().lower()
    return f"{sys.platform}_{_MACHINES.get(machine, machine)}"
