"""Commands on a local cloud that is not well; the others are in `tests/stack`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local import commands
from local.cloud import cloud_process
from local.layout import Layout
from tests.stack.cloud import free_ports


def test_the_status_of_a_cloud_that_does_not_answer_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = f"http://127.0.0.1:{free_ports().okta}"
    layout = Layout(root=Layout.of_project().root, home=tmp_path)
    cloud_process(layout).announce({"okta": nobody, "genesys": nobody})
    monkeypatch.setenv("LOCAL_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["local", "status"])
    with pytest.raises(SystemExit) as ended:
        commands.run()
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        f"error: The local Okta at {nobody} does not answer as it should (ConnectError). "
        "Run `make up`: it starts anew what does not answer.\n"
    )
