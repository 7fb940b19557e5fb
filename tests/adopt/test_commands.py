"""What the command writes and says, whatever it has found."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from adopt import commands
from adopt.matching import Matches
from adopt.plan import Plan, Planned
from infra.stack_config import StackConfig

VALUES = {
    "okta:orgName": "example",
    "okta:baseUrl": "okta.com",
    "okta:apiToken": "okta-s3cret",
    "genesyscloud:awsRegion": "eu-central-1",
    "genesyscloud:oauthclientId": "client",
    "genesyscloud:oauthclientSecret": "genesys-s3cret",
}
KIND = "okta:app/oAuth:OAuth"


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that would create a client, which is there already; nobody is called."""
    plan = Plan(
        (Planned("messenger-client", KIND, {}),),
        {"resources": [{"name": "messenger-client", "type": KIND}]},
    )
    config = StackConfig("messenger-sso", "dev", VALUES)
    monkeypatch.setattr(commands, "config_of_stack", lambda *_: config)
    monkeypatch.setattr(commands, "make_plan", lambda _: plan)
    matches = Matches(import_ids={"messenger-client": "0oa1"})
    monkeypatch.setattr(commands, "find_all", lambda *_: matches)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["adopt", *arguments])
    with pytest.raises(SystemExit) as done:
        commands.run()
    return int(done.value.code or 0)


def test_the_next_command_names_the_same_stack_and_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A stack that happens to be selected must not get what was found for another one."""
    file = tmp_path / "my import.json"
    assert run(monkeypatch, "--stack", "acme/dev", "--out", str(file)) == 0
    (entry,) = json.loads(file.read_text(encoding="utf-8"))["resources"]
    assert entry["id"] == "0oa1"
    said = capsys.readouterr()
    assert f"`pulumi import --stack acme/dev --file '{file}' --protect=false" in said.err
    assert "s3cret" not in said.err + said.out


def test_a_file_that_cannot_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "none" / "import.json"
    assert run(monkeypatch, "--stack", "dev", "--out", str(file)) == 1
    assert f"{file} cannot be written (No such file or directory)." in capsys.readouterr().err
