"""A team with an environment on a local cloud, whose workflows are run by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from local.engine import PASSPHRASE
from local.layout import Layout
from local.toolchain import ensure_engine
from tests.review.test_comment import WHERE, GitHub
from tests.sample_site.storage import CREDENTIALS, REGION, Storage, local_storage
from tests.stack.cloud import serving_cloud
from tests.stack.reader import SECTIONS, Reader
from tests.stack.workbench import Config, Workbench
from tests.workflows.runner import Ran, Runner
from tests.workflows.services import answering, web_host

STACK = "staging"


@dataclass
class Team:
    """The repository, what its workflows talk to, and the environment's first deploy."""

    reader: Reader
    runner: Runner
    github: GitHub
    storage: Storage
    bucket: str
    planned: Ran
    applied: Ran

    @property
    def bench(self) -> Workbench:
        """Whoever administers both clouds and the environment's backend."""
        bench = self.reader.workbench
        place = {"PULUMI_BACKEND_URL": self.reader.backend.as_uri(), "PULUMI_STACK": STACK}
        return replace(bench, environment=bench.environment | place)

    @property
    def written(self) -> dict[str, str]:
        """What is in the bucket: paths and ETags."""
        listed = self.storage.client().list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {one["Key"]: one["ETag"] for one in listed}

    def run(self, workflow: str, job: str, stack: str = STACK) -> Ran:
        """Run a job for a stack, however the workflow is told which."""
        return self.runner.run(workflow, job, inputs__stack=stack, matrix__stack=stack)

    def edit(self, change: Any) -> None:
        """Commit a change of the environment's configuration; the function gets its `config`."""
        edit(self.reader.project / f"Pulumi.{STACK}.yaml", change)


def edit(file: Path, change: Any) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(content["config"])
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """An environment that was made by hand up to its secrets, and deployed by the workflow."""
    folder = tmp_path_factory.mktemp("workflows")
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))
    with ExitStack() as kept:
        cloud = kept.enter_context(serving_cloud(folder / "cloud"))
        reader = Reader(Workbench.on(cloud, engine, folder / "stack"), folder)
        reader.point_to_the_local_clouds(STACK)
        stack_file = reader.project / f"Pulumi.{STACK}.yaml"
        edit(stack_file, lambda config: _on_this_machine(config, cloud.ports.site))
        reader.follow(SECTIONS["The first environment from nothing"].partition("make preview")[0])

        storage = kept.enter_context(local_storage())
        bucket = storage.bucket()
        kept.enter_context(answering(web_host(storage, bucket), cloud.ports.site))
        github = GitHub(("User", "Looks good"))
        api = kept.enter_context(answering(github.answer))

        runner = Runner(
            repository=reader.project,
            folder=folder,
            machine=_machine(reader, storage, api),
            contexts={
                "vars.PULUMI_BACKEND_URL": reader.backend.as_uri(),
                "secrets.PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "vars.SITE_BUCKET": bucket,
                "github.token": WHERE.token,
                "github.event.pull_request.number": str(WHERE.number),
            },
        )
        team = Team(reader, runner, github, storage, bucket, *(_NOTHING, _NOTHING))
        team.planned = team.run("deploy-stack", "plan")
        team.applied = team.run("deploy-stack", "apply")
        yield team


@pytest.fixture
def team(deployed: Team) -> Iterator[Team]:
    """The team; its configuration is as deployed, and again after the test."""
    file = deployed.reader.project / f"Pulumi.{STACK}.yaml"
    before = file.read_text(encoding="utf-8")
    yield deployed
    file.write_text(before, encoding="utf-8")


_NOTHING = Ran(frozenset(), "", ())


def _on_this_machine(config: Config, port: int) -> None:
    """Move the example's sites to where their pages can be looked at."""
    shop, other = config["messenger-sso:sites"]
    shop["url"], other["url"] = f"http://localhost:{port}/", f"http://help.localhost:{port}/help/"


def _machine(reader: Reader, storage: Storage, api: str) -> dict[str, str]:
    """Return what a runner's shell knows: no backend, no passphrase, no home of Pulumi's."""
    ours = ("PULUMI_HOME", "PULUMI_CONFIG_", "PULUMI_SKIP_", "BACKEND", "OKTA_", "GENESYSCLOUD_")
    known = {name: value for name, value in reader.variables.items() if not name.startswith(ours)}
    return {
        **known,
        "GITHUB_API_URL": api,
        "GITHUB_REPOSITORY": WHERE.repository,
        "AWS_ENDPOINT_URL": storage.url,
        "AWS_REGION": REGION,
        **{name.upper(): value for name, value in CREDENTIALS.items()},
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs the real engine."""
    for item in items:
        if item.path.name == "test_steps.py" and "workflows" in item.path.parts:
            item.add_marker(pytest.mark.engine)
