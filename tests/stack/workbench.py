"""A stack on a local cloud of its own, driven by the real engine's commands."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from local.engine import STACK, engine_environment
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.layout import Layout
from local.okta.api.calls import API_TOKEN
from tests import loopback
from tests.stack.cloud import Cloud, base_environment

Config = dict[str, Any]


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

    cloud: Cloud
    engine: Path
    project: Path
    stack: str
    config_file: Path
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, cloud: Cloud, engine: Path, home: Path) -> Workbench:
        """Return a bench for the project's own program, its stack and backend in a new folder."""
        layout = Layout(root=cloud.layout.root, home=home)
        variables = engine_environment(layout, cloud.ports, cloud.record)
        return cls(
            cloud=cloud,
            engine=engine,
            project=layout.root,
            stack=STACK,
            config_file=Path(variables["PULUMI_OPTION_CONFIG_FILE"]),
            environment={**base_environment(), **variables},
        )

    @property
    def okta_url(self) -> str:
        """Where Okta is."""
        return str(self.cloud.record["okta"])

    @property
    def genesys_url(self) -> str:
        """Where Genesys Cloud is."""
        return str(self.cloud.record["genesys"])

    @property
    def backend(self) -> Path:
        """The folder that holds the stack's state."""
        return Path(self.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))

    def begin(self, name: str, bring: Callable[[], object]) -> None:
        """Be where `bring` leads from a known beginning: the name stands for both.

        It is called when nobody was there before on this cloud. What it leads to is kept: the state
        and the stack's configuration in a folder, what both services hold by themselves.
        """
        kept = self.cloud.layout.home / "kept" / name
        if kept.exists():
            shutil.rmtree(self.backend)
            shutil.copytree(kept / "backend", self.backend)
            shutil.copy(kept / "configuration", self.config_file)
            self.cloud.reset(name)
            return
        bring()
        self.forget_requests()
        self.cloud.keep(name)
        draft = kept.with_name(f"{name}-draft")
        shutil.copytree(self.backend, draft / "backend")
        shutil.copy(self.config_file, draft / "configuration")
        draft.rename(kept)

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
        (stack,) = (one for one in self.state() if one["type"] == "pulumi:pulumi:Stack")
        outputs: dict[str, Any] = stack["outputs"]
        return outputs

    def state(self) -> list[dict[str, Any]]:
        """Return everything in the stack's state, secrets encrypted, as `stack export` tells it.

        Read from the backend's file, because a command of the engine takes a fifth of a second
        before it does anything.
        """
        (file,) = self.backend.glob(f".pulumi/stacks/*/{self.environment['PULUMI_STACK']}.json")
        document = json.loads(file.read_text(encoding="utf-8"))
        latest = document["checkpoint"]["latest"] or {}
        resources: list[dict[str, Any]] = latest.get("resources", [])
        return resources

    def resources(self, kind: str = "") -> dict[str, dict[str, Any]]:
        """Return the state's custom resources by logical name, those whose type contains `kind`."""
        return {
            resource["urn"].rpartition("::")[2]: resource
            for resource in self.state()
            if resource["custom"]
            and not resource["type"].startswith("pulumi:providers:")
            and kind in resource["type"]
        }

    def state_text(self) -> str:
        """Return everything the backend keeps on disk, as one text."""
        files = (file for file in sorted(self.backend.rglob("*")) if file.is_file())
        return "\n".join(file.read_text(errors="replace") for file in files)

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
        answer = loopback.request(
            method, f"{self.okta_url}{path}", headers=headers, timeout=20, **options
        )
        return answer.raise_for_status()

    def genesys(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call Genesys Cloud's platform API as an administrator."""
        token = loopback.post(
            f"{self.genesys_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET),
            timeout=20,
        ).raise_for_status()
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        answer = loopback.request(
            method, f"{self.genesys_url}{path}", headers=headers, timeout=20, **options
        )
        return answer.raise_for_status()

    def written(self) -> Counter[str]:
        """Count the requests, by method, that would have changed one of the clouds."""
        seen: Counter[str] = Counter()
        for url in (self.okta_url, self.genesys_url):
            for entry in loopback.get(f"{url}/_local/log").json()["entries"]:
                if entry["method"] != "GET" and entry["path"] != "/oauth/token":
                    seen[entry["method"]] += 1
        return seen

    def forget_requests(self) -> None:
        """Empty both journals."""
        for url in (self.okta_url, self.genesys_url):
            loopback.delete(f"{url}/_local/log").raise_for_status()
