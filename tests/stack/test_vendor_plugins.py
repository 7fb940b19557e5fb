"""The vendors' binaries are found, laid out, and started by the engine; shown with stand-ins."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from local.layout import Layout
from tests.stack.cloud import Cloud
from tests.stack.vendor_plugins import (
    BRIDGE,
    GENESYS,
    OKTA,
    VARIABLE,
    Missing,
    Pins,
    VendorPlugins,
    find_binaries,
    lay_out,
    pins,
)
from tests.stack.workbench import Workbench

VERSIONS = Pins("7.0.1", "1.4.0", "1.84.1", "registry.example.org/acme/genesyscloud")


def put(folder: Path, *names: str, mode: int = 0o755, text: str = "#!/bin/sh\n") -> Path:
    """Put stand-ins into a folder; return it."""
    folder.mkdir(exist_ok=True)
    for name in names:
        file = folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
    return folder


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with a stand-in for each binary."""
    return put(tmp_path / "given", OKTA, BRIDGE, GENESYS)


@pytest.fixture
def laid_out(given: Path, tmp_path: Path) -> VendorPlugins:
    """The stand-ins in their places."""
    return lay_out(find_binaries({VARIABLE: str(given)}), VERSIONS, tmp_path)


@pytest.mark.parametrize("environ", [{}, {VARIABLE: " "}])
def test_without_the_variable_the_reason_says_what_it_would_name(environ: dict[str, str]) -> None:
    with pytest.raises(Missing, match=f"{VARIABLE} is not set: .*{OKTA}, {BRIDGE}, {GENESYS}"):
        find_binaries(environ)


def test_every_missing_binary_is_named_and_no_other(tmp_path: Path) -> None:
    put(tmp_path, BRIDGE)
    with pytest.raises(Missing) as refused:
        find_binaries({VARIABLE: str(tmp_path)})
    assert str(refused.value) == f"{VARIABLE}={tmp_path} lacks {OKTA}, {GENESYS}"


def test_a_folder_that_does_not_exist_lacks_everything(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=f"lacks {OKTA}, {BRIDGE}, {GENESYS}$"):
        find_binaries({VARIABLE: str(tmp_path / "nowhere")})


def test_a_download_that_is_not_executable_yet_is_named(given: Path) -> None:
    put(given, GENESYS, mode=0o644)
    with pytest.raises(Missing, match=rf"not executable \(chmod \+x\): {GENESYS}$"):
        find_binaries({VARIABLE: str(given)})


def test_a_folder_may_be_given_relative_to_where_one_stands(
    given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(given.parent)
    assert find_binaries({VARIABLE: "given"}).okta == given / OKTA


def test_the_versions_are_those_that_the_project_pins() -> None:
    """One place each: a pin that moves takes the layout along."""
    root = Layout.of_project().root
    found = pins(root)
    assert f"pulumi-okta=={found.okta}\n" in (root / "requirements.txt").read_text()
    sdk = (root / "sdks" / "genesyscloud" / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{found.genesys}"' in sdk
    assert found.genesys_source == "registry.opentofu.org/mypurecloud/genesyscloud"


@pytest.mark.parametrize(
    ("system", "machine", "platform"),
    [
        ("linux", "x86_64", "linux_amd64"),
        ("linux", "aarch64", "linux_arm64"),
        ("darwin", "arm64", "darwin_arm64"),
    ],
)
def test_each_binary_lies_where_it_is_looked_for(
    given: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    machine: str,
    platform: str,
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    home = lay_out(find_binaries({VARIABLE: str(given)}), VERSIONS, tmp_path).pulumi_home
    places = {
        f"plugins/resource-okta-v7.0.1/{OKTA}": OKTA,
        f"plugins/resource-terraform-provider-v1.4.0/{BRIDGE}": BRIDGE,
        "dynamic_tf_plugins/registry.example.org/acme/genesyscloud/1.84.1/"
        f"{platform}/{GENESYS}_v1.84.1": GENESYS,
    }
    files = {path for path in home.rglob("*") if not path.is_dir()}
    assert files == {home / place for place in places}
    for place, name in places.items():
        assert (home / place).samefile(given / name), "not a copy"
        assert os.access(home / place, os.X_OK)


def test_the_bridge_runs_from_a_path_with_debug_in_it(laid_out: VendorPlugins) -> None:
    """Else the Genesys provider waits 30 s a command; a symbolic link would lead out of there."""
    home = laid_out.pulumi_home
    (bridge,) = home.rglob(BRIDGE)
    assert "debug" in home.name
    assert bridge.resolve().is_relative_to(home.resolve())


def test_where_the_bridge_cannot_be_linked_it_is_copied_with_its_mode(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    home = lay_out(find_binaries({VARIABLE: str(given)}), VERSIONS, tmp_path).pulumi_home
    (bridge,) = home.rglob(BRIDGE)
    assert bridge.read_bytes() == (given / BRIDGE).read_bytes()
    assert not bridge.samefile(given / BRIDGE)
    assert stat.S_IMODE(bridge.stat().st_mode) == 0o755


def test_nothing_in_the_environment_leads_the_plugins_astray(laid_out: VendorPlugins) -> None:
    usual = {
        "PATH": "/usr/bin",
        "PULUMI_DEBUG_LANGUAGES": "python:1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    astray = {
        "HOME": "/home/somebody",
        "PULUMI_HOME": "/elsewhere",
        "PULUMI_DEBUG_PROVIDERS": "okta:2",
        "GENESYSCLOUD_REGION": "us-east-1",
        "OKTA_API_TOKEN": "made-up",
        "TF_REATTACH_PROVIDERS": "{}",
        "CONSISTENCY_CHECKS": "0",
    }
    environment = laid_out.environment(usual | astray)
    assert environment.items() >= usual.items()
    assert environment.keys() & astray.keys() == {"HOME", "PULUMI_HOME"}
    assert list(Path(environment["HOME"]).iterdir()) == []
    assert environment["PULUMI_HOME"] == str(laid_out.pulumi_home)


def test_the_engine_starts_the_plugins_of_the_layout(
    cloud: Cloud, workbench: Workbench, tmp_path: Path
) -> None:
    """Stand-ins that lead on to our providers: the layout, the versions and the package are right.

    What the bridge does with its cache only the real one can show.
    """
    project = Layout.of_project().root
    given = put(tmp_path / "given", GENESYS)
    started = tmp_path / "started"
    for name, plugin in ((OKTA, "okta"), (BRIDGE, "terraform-provider")):
        port = cloud.record["providers"][plugin]
        put(given, name, text=f'#!/bin/sh\necho "$0" >>{started}\necho {port}\nexec sleep 300\n')
    vendor = lay_out(find_binaries({VARIABLE: str(given)}), pins(project), tmp_path)
    workbench.environment = vendor.environment(workbench.environment)
    # What lies on PATH as well does not count.
    workbench.environment["PATH"] = f"{given}{os.pathsep}{workbench.environment['PATH']}"

    said = workbench.up()
    assert "warning" not in said
    assert workbench.preview("--expect-no-changes").changes == {}
    plugins = vendor.pulumi_home / "plugins"
    assert {Path(line) for line in started.read_text().splitlines()} == {
        path for path in plugins.rglob("*") if not path.is_dir()
    }
