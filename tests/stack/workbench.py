"""A stack on a local cloud of its own, driven by the real engine's commands."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from local.background import Background
from local.cloud import cloud_process, is_healthy
from local.engine import STACK, engine_environment
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.layout import LOOPBACK, Layout, Ports
from local.okta.api.calls import API_TOKEN

Config = dict[str, Any]


@dataclass(frozen=True)
class Cloud:
    """A running local cloud that belongs to the tests."""

    layout: Layout
    ports: Ports
    record: dict[str, Any]
    process: Background


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


class CommandFailed(AssertionError):
    """A command of the engine ended with another exit code than the test expects."""


@dataclass(frozen=True)
class Preview:
    """What `pulumi preview --json` said."""

    document: Mapping[str, Any]

    @property
    def changes(self) -> dict[str, str]:
        """Logical resource name to operation, without what stays the same or is only read."""
        return {
            step["urn"].rpartition("::")[2]: step["op"]
            for step in self.document["steps"]
            if step["op"] not in ("same", "refresh")
        }

    def replaces(self, name: str) -> list[str]:
        """The properties that force one resource's replacement."""
        for step in self.document["steps"]:
            if step["urn"].endswith(f"::{name}"):
                return list(step.get("replaceReasons") or [])
        return []


@dataclass
class Workbench:
    """One project folder, one stack, one backend; commands run as a person would type them."""

    engine: Path
    project: Path
    stack: str
    config_file: Path
    environment: dict[str, str]
    okta_url: str
    genesys_url: str
    said: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, cloud: Cloud, engine: Path, home: Path) -> Workbench:
        """Return a bench for the project's own program, its stack and backend in a new folder."""
        layout = Layout(root=cloud.layout.root, home=home)
        variables = engine_environment(layout, cloud.ports, cloud.record)
        return cls(
            engine=engine,
            project=layout.root,
            stack=STACK,
            config_file=Path(variables["PULUMI_OPTION_CONFIG_FILE"]),
            environment={**base_environment(), **variables},
            okta_url=cloud.record["okta"],
            genesys_url=cloud.record["genesys"],
        )

    def pulumi(self, *arguments: str, code: int | None = 0) -> str:
        """Run a command and return what it printed; `code` None accepts any exit code."""
        done = subprocess.run(
            [str(self.engine), *arguments, "--non-interactive"],
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        if code is not None and done.returncode != code:
            raise CommandFailed(
                f"pulumi {' '.join(arguments)}: exit code {done.returncode}, expected {code}\n"
                f"{done.stdout}\n{done.stderr}"
            )
        return done.stdout + done.stderr

    def up(self, *arguments: str, code: int | None = 0) -> str:
        """Apply the program without asking."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, code=code)

    def preview(self, *arguments: str) -> Preview:
        """Return what the next `up` would do."""
        text = self.pulumi("preview", "--json", *arguments)
        return Preview(json.loads(text[text.index("{") :]))

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs."""
        outputs: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json"))
        return outputs

    def resources(self, kind: str = "") -> dict[str, dict[str, Any]]:
        """Return the state's custom resources by logical name, those whose type contains `kind`."""
        document = json.loads(self.pulumi("stack", "export"))
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in document["deployment"].get("resources", [])
            if resource["custom"]
            and not resource["type"].startswith("pulumi:providers:")
            and kind in resource["type"]
        }

    def state_text(self) -> str:
        """Return everything the backend keeps on disk, as one text."""
        folder = Path(self.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
        return "\n".join(
            file.read_text(errors="replace") for file in sorted(folder.rglob("*")) if file.is_file()
        )

    def configure(self, change: Callable[[Config], object]) -> None:
        """Change the stack's configuration file; the function gets its `config` mapping."""
        content = yaml.safe_load(self.config_file.read_text(encoding="utf-8"))
        change(content["config"])
        self.config_file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def sites(self, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Change the list of sites."""
        self.configure(lambda config: change(config["messenger-sso:sites"]))

    def okta(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call Okta's management API as an administrator."""
        headers = {"Authorization": f"SSWS {API_TOKEN}"}
        answer = httpx.request(
            method, f"{self.okta_url}{path}", headers=headers, timeout=20, **options
        )
        return answer.raise_for_status()

    def genesys(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call Genesys Cloud's platform API as an administrator."""
        token = httpx.post(
            f"{self.genesys_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET),
            timeout=20,
        ).raise_for_status()
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        answer = httpx.request(
            method, f"{self.genesys_url}{path}", headers=headers, timeout=20, **options
        )
        return answer.raise_for_status()

    def written(self) -> Counter[str]:
        """Count the requests, by method, that would have changed one of the clouds."""
        seen: Counter[str] = Counter()
        for url in (self.okta_url, self.genesys_url):
            for entry in httpx.get(f"{url}/_local/log", timeout=20).json()["entries"]:
                if entry["method"] != "GET" and entry["path"] != "/oauth/token":
                    seen[entry["method"]] += 1
        return seen

    def forget_requests(self) -> None:
        """Empty both journals."""
        for url in (self.okta_url, self.genesys_url):
            httpx.delete(f"{url}/_local/log", timeout=20).raise_for_status()


def base_environment() -> dict[str, str]:
    """Return this process's environment without what could redirect the engine or providers."""
    prefixes = ("PULUMI_", "OKTA_", "GENESYSCLOUD_", "LOCAL_", "AWS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
