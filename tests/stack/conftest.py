"""A local cloud for all stack tests, a new stack on empty clouds for each."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from local.background import Background
from local.cloud import cloud_process, is_healthy
from local.engine import STACK, engine_environment
from local.layout import Layout, Ports
from local.toolchain import ensure_engine
from tests.stack.vendor_plugins import Missing, VendorPlugins, find_binaries, lay_out, pins
from tests.stack.workbench import Workbench, base_environment


@dataclass(frozen=True)
class Cloud:
    """A running local cloud that belongs to the tests."""

    layout: Layout
    ports: Ports
    record: dict[str, Any]
    process: Background


def free_ports() -> Ports:
    """Return three ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(3)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        okta, genesys, site = (one.getsockname()[1] for one in sockets)
        return Ports(okta=okta, genesys=genesys, site=site)
    finally:
        for one in sockets:
            one.close()


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine that `make up` uses."""
    return ensure_engine(Layout.of_project(), Console(stderr=True))


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[Cloud]:
    """The local cloud in a process of its own, as `make up` starts it."""
    home = tmp_path_factory.mktemp("home")
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
    record = process.details()
    assert record is not None
    yield Cloud(layout, ports, record, process)
    process.stop()


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
    for name in ("okta", "genesys"):
        httpx.post(f"{cloud.record[name]}/_local/reset", timeout=20).raise_for_status()
    layout = Layout(root=cloud.layout.root, home=tmp_path)
    variables = engine_environment(layout, cloud.ports, cloud.record)
    environment = {**base_environment(), **variables}
    bench = Workbench(
        engine=engine,
        project=layout.root,
        stack=STACK,
        config_file=Path(variables["PULUMI_OPTION_CONFIG_FILE"]),
        environment=plugins.environment(environment) if plugins else environment,
        okta_url=cloud.record["okta"],
        genesys_url=cloud.record["genesys"],
    )
    bench.pulumi("stack", "init", STACK)
    return bench


@pytest.fixture
def own_project(workbench: Workbench, tmp_path: Path) -> Workbench:
    """The same with a copy of the program, for tests that edit it."""
    project = tmp_path / "project"
    shutil.copytree(workbench.project / "infra", project / "infra")
    shutil.copy(workbench.project / "Pulumi.yaml", project)
    workbench.project = project
    return workbench


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
