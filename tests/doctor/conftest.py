"""One deployed stack for all tests of this room; each heals what it has broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from doctor.case import case_of_stack
from local.layout import Layout
from local.toolchain import ensure_engine
from tests.doctor.organisation import BentTransport, Organisation, SiteServer
from tests.stack.cloud import serving_cloud
from tests.stack.workbench import Workbench


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    """The `local` stack, applied; its sites built and served."""
    home = tmp_path_factory.mktemp("doctor")
    engine = ensure_engine(Layout.of_project(), Console(stderr=True))
    with serving_cloud(home / "cloud") as cloud:
        bench = Workbench.on(cloud, engine, home / "stack")
        bench.pulumi("stack", "init", bench.stack)
        bench.up()
        outputs = home / "outputs.json"
        outputs.write_text(json.dumps(bench.outputs()), encoding="utf-8")
        site = ["-m", "sample_site", "build", "--outputs", str(outputs), "--out"]
        subprocess.run([sys.executable, *site, str(home / "site")], cwd=bench.project, check=True)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in bench.environment.items():
                patch.setenv(name, value)
            patch.setenv("PATH", os.pathsep.join([str(engine.parent), os.environ["PATH"]]))
            case = case_of_stack(bench.stack, dict(os.environ))
        sites, wire = SiteServer(home / "site", cloud.ports.site), BentTransport()
        with sites.serving():
            yield Organisation(bench, case, bench.resources(), sites, wire)
        wire.end()


@pytest.fixture
def org(deployed: Organisation) -> Organisation:
    """The deployed stack, in good health."""
    return deployed


@pytest.fixture
def own_outputs(tmp_path: Path, org: Organisation) -> Path:
    """The outputs in a file."""
    file = tmp_path / "outputs.json"
    file.write_text(org.outputs.model_dump_json(by_alias=True), encoding="utf-8")
    return file
