"""The command line, as a person and as a program sees it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from rich.text import Text

from doctor import commands
from doctor.check import Status
from doctor.show import show_terminal, to_json, to_markdown
from infra.settings import load_settings
from infra.stack_config import StackConfig
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.okta.api.calls import API_TOKEN
from sample_site.source import PROJECT
from tests.doctor.organisation import Organisation
from tests.doctor.test_each_check import slow_plugin, switched_off

pytestmark = pytest.mark.engine


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command in this process, which has the SDKs loaded already."""
    monkeypatch.setattr(sys, "argv", ["doctor", *arguments])
    with pytest.raises(SystemExit) as done:
        commands.run()
    return int(done.value.code or 0)


@pytest.fixture
def variables(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that the vendors' providers read, for the local clouds."""
    for name in list(os.environ):
        if name.startswith(("OKTA_", "GENESYSCLOUD_")):
            monkeypatch.delenv(name)
    port = org.bench.genesys_url.rpartition(":")[2]
    for name, value in {
        "OKTA_HTTP_PROXY": org.bench.okta_url,
        "OKTA_API_TOKEN": API_TOKEN,
        "GENESYSCLOUD_OAUTHCLIENT_ID": LOCAL_CLIENT_ID,
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": LOCAL_CLIENT_SECRET,
        "GENESYSCLOUD_GATEWAY_HOST": "127.0.0.1",
        "GENESYSCLOUD_GATEWAY_PORT": port,
        "GENESYSCLOUD_GATEWAY_PROTOCOL": "http",
    }.items():
        monkeypatch.setenv(name, value)


def engine_environment(org: Organisation) -> dict[str, str]:
    path = os.pathsep.join([str(org.bench.engine.parent), os.environ["PATH"]])
    return {**org.bench.environment, "PATH": path}


def test_a_stack_is_checked_from_the_command_line(
    org: Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """M64: the engine tells outputs and credentials; progress and result do not mix."""
    for name, value in engine_environment(org).items():
        monkeypatch.setenv(name, value)
    code = run(monkeypatch, "--stack", org.bench.stack, "--format", "json")
    said = capsys.readouterr()
    document = json.loads(said.out)
    others = {check["id"] for check in document["checks"] if check["status"] != "pass"}
    # The engine's own outputs do not know of versions that other tests have published.
    assert others <= {"configuration-version", "deployment-version"}
    assert code == (1 if others else 0)
    assert document["examined"] == f"stack {org.bench.stack}"
    assert "Reading Okta" in said.err


def test_the_module_runs_and_loads_no_sdk_before_it_must() -> None:
    """Wrong use and help are told at once, not after seconds and 300 MB."""
    script = (
        "import sys, runpy; sys.argv = ['doctor']\n"
        "try: runpy.run_module('doctor', run_name='__main__')\n"
        "except SystemExit as done: print(done.code, *sorted(sys.modules))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    code, *modules = done.stdout.split()
    assert code == "64"
    assert "doctor.commands" in modules
    assert not {"okta", "PureCloudPlatformClientV2"} & set(modules)


def test_outputs_in_a_file_are_enough(
    variables: None,
    own_outputs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Credentials come from the variables of the vendors' providers; the gateway's as well."""
    assert run(monkeypatch, "--outputs", str(own_outputs), "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "pass"
    assert document["leftOut"] == {
        "plugin-speed": "only the outputs are known, not where the engine runs"
    }


def test_exit_codes_tell_failing_from_not_knowing(
    variables: None,
    org: Organisation,
    own_outputs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ("--outputs", str(own_outputs), "--format", "markdown")
    with switched_off(org):
        assert run(monkeypatch, *arguments) == 1
    said = capsys.readouterr().out
    assert "switched on | DISABLED, expected ENABLED | Likely somebody set" in said
    assert "Heal integration-state first." in said
    monkeypatch.setenv("OKTA_API_TOKEN", "wrong")
    assert run(monkeypatch, *arguments) == 2
    said = capsys.readouterr().out
    assert "not read, see note 1" in said
    assert said.count("E0000011") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give either --stack NAME or --outputs FILE"),
        (["--stack", "a", "--outputs", "b"], "Give either --stack NAME or --outputs FILE"),
        (["--outputs", "/nonexistent.json"], "cannot be read"),
        (["--format", "xml"], "xml"),
        (["--bogus"], "--bogus"),
        (["--stack", "a", "discover"], "come after its name"),
        (["nonsense"], "nonsense"),
        (["discover"], "genesyscloud:awsRegion"),
    ],
)
def test_wrong_use_is_explained(
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in list(os.environ):
        if name.startswith("GENESYSCLOUD_"):
            monkeypatch.delenv(name)
    assert run(monkeypatch, *arguments) == 64
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error


def test_without_the_engine_or_its_stack_the_next_step_is_said(
    org: Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in engine_environment(org).items():
        monkeypatch.setenv(name, value)
    assert run(monkeypatch, "--stack", "nobody") == 64
    assert "nobody" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "/nonexistent")
    assert run(monkeypatch, "--stack", "local") == 64
    assert "`pulumi` is not on PATH" in capsys.readouterr().err


def test_what_is_discovered_is_what_the_settings_take(
    variables: None,
    org: Organisation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Pasted as YAML or set by the printed commands, the program accepts it and need not look."""
    assert run(monkeypatch, "discover", "--format", "markdown") == 0
    _, pasted, _, typed, *_ = capsys.readouterr().out.split("```")
    found = yaml.safe_load(pasted.removeprefix("yaml\n"))
    assert found["messenger-sso:integration"]["discoveryUriProperty"] == "discoveryUri"

    config = yaml.safe_load(org.bench.config_file.read_text(encoding="utf-8"))["config"]
    given = {**config, **found, "okta:apiToken": "x", "genesyscloud:oauthclientSecret": "x"}
    values = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()
    }
    secret = {"okta:apiToken", "genesyscloud:oauthclientSecret"}
    settings = load_settings(StackConfig("messenger-sso", "local", values, secret))
    assert settings.integration is not None
    assert settings.integration.type_id == found["messenger-sso:integration"]["typeId"]

    file = tmp_path / "Pulumi.local.yaml"
    file.write_bytes(org.bench.config_file.read_bytes())
    environment = {**engine_environment(org), "PULUMI_OPTION_CONFIG_FILE": str(file)}
    commands = typed.removeprefix("sh\n").strip().replace("\n", " && ")
    subprocess.run(["sh", "-c", commands], cwd=org.bench.project, env=environment, check=True)
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    assert written["messenger-sso:integration"] == found["messenger-sso:integration"]


def test_discovering_tells_the_terminal_what_to_paste(
    variables: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "discover") == 0
    said = capsys.readouterr()
    assert yaml.safe_load(said.out.partition("pulumi ")[0])["messenger-sso:integration"]
    assert "maxRefreshTokenLifetime" in said.err
    assert run(monkeypatch, "discover", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["properties"]["discoveryUri"] == "Discovery URI"


def test_a_refused_discovery_ends_in_a_sentence(
    variables: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GENESYSCLOUD_OAUTHCLIENT_SECRET", "s3cret-and-wrong")
    assert run(monkeypatch, "discover") == 64
    error = capsys.readouterr().err
    assert "gives no token" in error
    assert "s3cret-and-wrong" not in error


@pytest.mark.parametrize("width", [40, 79, 80, 200])
def test_the_terminal_shows_every_check_at_any_width(org: Organisation, width: int) -> None:
    with slow_plugin(org):
        examination = org.examine()
    console = Console(file=io.StringIO(), width=width, force_terminal=True, no_color=True)
    show_terminal(examination, console)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "\x1b[3" not in said  # no colour; bold and dim may stay
    lines = [line.rstrip() for line in Text.from_ansi(said).plain.splitlines()]
    assert max(len(line) for line in lines) <= width
    flowing = " ".join(" ".join(lines).split())
    assert flowing.count("✓ pass") == examination.count(Status.PASS)
    assert flowing.count("✗ fail") == 1
    assert "33 pass, 1 fail, 0 could-not-tell" in flowing
    assert "plugin-speed" in flowing


def test_all_formats_tell_the_same(org: Organisation) -> None:
    with switched_off(org):
        examination = org.examine()
    document = json.loads(to_json(examination))
    rows = [line for line in to_markdown(examination).splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(document["checks"]) == len(examination.results)
    for row, check in zip(rows, document["checks"], strict=True):
        assert check["status"] in row
    (failed,) = (check for check in document["checks"] if check["status"] == "fail")
    assert failed["id"] == "integration-state"
    assert failed["findings"] == [
        {"subject": None, "status": "fail", "found": "DISABLED, expected ENABLED", "waitsFor": None}
    ]
    assert failed["whatToDo"].startswith("Set it to Active")
    assert document["counts"] == {"pass": 32, "fail": 1, "could-not-tell": 1}
    assert document["calls"]["Okta API"] == 8
