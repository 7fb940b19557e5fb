"""Somebody who does what docs/environments.md says, with a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import yaml

from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.layout import Layout, Ports
from local.okta.api.calls import API_TOKEN
from local.stack_config import lent_settings
from tests.stack.workbench import Workbench

PAGE = Layout.of_project().root / "docs" / "environments.md"
_SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASKS = re.compile(r"^(pulumi config set --secret (\S+))$", re.MULTILINE)
_CACHE = Path(".local", "cache", "python")
_NOT_COPIED = shutil.ignore_patterns(".git", ".local", "__pycache__", "*.egg-info", "build")

SECTIONS = {
    match["title"]: "".join(_COMMANDS.findall(match["text"]))
    for match in _SECTION.finditer(PAGE.read_text(encoding="utf-8"))
}


def check_out(project: Path, folder: Path) -> Path:
    """Copy a project without what was generated; lend the copy what takes long to make.

    That is what was installed, and what was minified and compiled of the very same sources, the
    vendors' SDKs above all. Python looks for the latter by the path of the source.
    """
    shutil.copytree(project, folder, ignore=_NOT_COPIED)
    generated = folder / ".local"
    (generated / "cache").mkdir(parents=True)
    for name in ("venv", "npm", "engine", "cache/modules.json"):
        if (found := project / ".local" / name).exists():
            (generated / name).symlink_to(found.resolve())
    python = Path(sysconfig.get_path("stdlib"))
    for source, copy in ((project, folder), (python, python)):
        compiled = _compiled(project, source)
        compiled.mkdir(parents=True, exist_ok=True)
        lent = _compiled(folder, copy)
        lent.parent.mkdir(parents=True, exist_ok=True)
        lent.symlink_to(compiled.resolve())
    return folder


def _compiled(project: Path, source: Path) -> Path:
    """Return where Python keeps what it compiled of a folder, in the project's own `make`."""
    return project / _CACHE / source.relative_to(source.anchor)


class Reader:
    """Somebody who follows the page in a copy of the project."""

    def __init__(self, workbench: Workbench, folder: Path) -> None:
        self.workbench = workbench
        self.project = check_out(workbench.project, folder / "project")
        self.backend = folder / "backend"
        self.backend.mkdir()
        self.kept = folder / "kept"
        self.variables = {
            **{
                name: value
                for name, value in workbench.environment.items()
                if name not in ("PULUMI_BACKEND_URL", "PULUMI_STACK", "PULUMI_OPTION_CONFIG_FILE")
            },
            "PATH": os.pathsep.join(
                [str(workbench.engine.parent), workbench.environment.get("PATH", "")]
            ),
            "PULUMI_HOME": str(self.project / ".local" / "pulumi-debug"),
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "BACKEND": self.backend.as_uri(),
            "OKTA_ORG_NAME": "local",
            "GENESYSCLOUD_OAUTHCLIENT_ID": LOCAL_CLIENT_ID,
            "NO_COLOR": "1",
            "PYTHONPYCACHEPREFIX": str(self.project / _CACHE),
        }
        self.secrets = {
            "okta:apiToken": API_TOKEN,
            "genesyscloud:oauthclientSecret": LOCAL_CLIENT_SECRET,
        }

    def point_to_the_local_clouds(self, stack: str) -> None:
        """Do what tells the local clouds from real organisations, and only that."""
        ports = Ports(
            okta=int(self.workbench.okta_url.rpartition(":")[2]),
            genesys=int(self.workbench.genesys_url.rpartition(":")[2]),
        )
        file = self.project / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        plain, _ = lent_settings(ports)
        config = content["config"]
        config |= {key: value for key, value in plain.items() if "gateways" not in key}
        config["genesyscloud:gateways"] = [
            {"host": "127.0.0.1", "port": str(ports.genesys), "protocol": "http"}
        ]
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def keep(self) -> None:
        """Keep the copy of the project, the state, and what both clouds hold."""
        for place in (self.project, self.backend):
            shutil.copytree(place, self.kept / place.name, symlinks=True)
        self.workbench.cloud.keep("read")

    def return_there(self) -> None:
        """Be where the reader was when everything was kept."""
        for place in (self.project, self.backend):
            shutil.rmtree(place)
            shutil.copytree(self.kept / place.name, place, symlinks=True)
        self.workbench.cloud.reset("read")

    def follow(self, commands: str) -> str:
        """Run commands as they stand, except that nobody is there to type a secret."""
        script = ASKS.sub(lambda asks: f"{asks[1]} '{self.secrets[asks[2]]}'", commands)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.project,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        assert "Traceback" not in done.stdout
        return done.stdout

    def resources(self, stack: str) -> dict[str, str]:
        """Return what a stack has: logical names and ids."""
        document = json.loads(self.follow(f"pulumi stack export --stack {stack}"))
        return {
            one["urn"].rpartition("::")[2]: one["id"]
            for one in document["deployment"]["resources"]
            if one["custom"] and not one["type"].startswith("pulumi:")
        }
