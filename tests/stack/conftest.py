"""A local cloud for all stack tests, a new stack on empty clouds for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from rich.console import Console

from local.layout import Layout
from local.toolchain import ensure_engine
from tests.stack.cloud import Cloud, serving_cloud
from tests.stack.vendor_plugins import Missing, VendorPlugins, find_binaries, lay_out, pins
from tests.stack.workbench import Workbench


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine that `make up` uses."""
    return ensure_engine(Layout.of_project(), Console(stderr=True))


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[Cloud]:
    """One local cloud for all tests of this room."""
    with serving_cloud(tmp_path_factory.mktemp("home")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def vendor_plugins(tmp_path_factory: pytest.TempPathFactory) -> VendorPlugins:
    """The vendors' plugins, laid out once."""
    versions = pins(Layout.of_project().root)
    return lay_out(find_binaries(os.environ), versions, tmp_path_factory.mktemp("vendor"))


@pytest.fixture
def plugins(request: pytest.FixtureRequest) -> VendorPlugins | None:
    """The vendors' plugins where a test marked `either_plugins` asks for them; None means ours."""
    if getattr(request, "param", "ours") == "ours":
        return None
    found: VendorPlugins = request.getfixturevalue("vendor_plugins")
    return found


@pytest.fixture
def workbench(
    plugins: VendorPlugins | None, cloud: Cloud, engine: Path, tmp_path: Path
) -> Workbench:
    """The project's own program on a new stack, both clouds as new."""
    bench = Workbench.on(cloud, engine, tmp_path)
    if plugins:
        bench.environment = plugins.environment(bench.environment)

    def bring() -> None:
        cloud.reset()
        bench.pulumi("stack", "init", bench.stack)

    bench.begin("new", bring)
    return bench


@pytest.fixture
def deployed(plugins: VendorPlugins | None, workbench: Workbench) -> Workbench:
    """The same with the stack up as it is configured, and nothing in the clouds' journals.

    Brought up once by each kind of plugins; a test about bringing up takes `workbench`.
    """
    workbench.begin("deployed-by-vendors" if plugins else "deployed", workbench.up)
    workbench.said.clear()
    return workbench


@pytest.fixture
def own_project(workbench: Workbench, tmp_path: Path) -> Workbench:
    """The workbench with a copy of the program, for tests that edit it."""
    project = tmp_path / "project"
    shutil.copytree(workbench.project / "infra", project / "infra")
    shutil.copy(workbench.project / "Pulumi.yaml", project)
    workbench.project = project
    return workbench


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket on a local S3, as a backend URL."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client("s3", region_name="us-east-1", endpoint_url=f"http://{host}:{port}")
    client.create_bucket(Bucket="state")
    client.close()
    yield f"s3://state?region=us-east-1&endpoint={host}:{port}&disable_https=true&use_path_style=true"
    server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this room: it runs the real engine."""
    here = os.path.dirname(__file__)  # noqa: PTH120
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.engine)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the vendors' binaries before anything is started for it.

    Here rather than in a fixture, so that all of it is one line of the summary.
    """
    if item.get_closest_marker("vendor_plugins"):
        try:
            find_binaries(os.environ)
        except Missing as reason:
            pytest.skip(str(reason))
