"""What a person sees of the engine while the stack comes up."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from local.engine import STACK, Engine, EngineError
from local.layout import Layout

SAID = """\
Updating (local):
 ~  okta:auth:Server authorization-server refreshing (0s)
 ~  okta:auth:Server authorization-server refresh (0.04s)
    okta:app:OAuth messenger-client
    pulumi:pulumi:Stack messenger-sso-local running
 +  okta:app:OAuth website-client creating (0s)
 ~  okta:auth:Server authorization-server updating (0s) [diff: ~description]
 -  okta:auth:ServerScope scope-messenger deleted (0.1s)
    pulumi:pulumi:Stack messenger-sso-local 1 message
Diagnostics:
    error: something happened
Resources:
    21 unchanged
"""
SHOWN = """\
Updating (local):
 +  okta:app:OAuth website-client creating (0s)
 ~  okta:auth:Server authorization-server updating (0s) [diff: ~description]
 -  okta:auth:ServerScope scope-messenger deleted (0.1s)
    pulumi:pulumi:Stack messenger-sso-local 1 message
Diagnostics:
    error: something happened
Resources:
    21 unchanged
"""


def engine(folder: Path, code: int) -> Engine:
    """Return an engine that says the above and ends with an exit code."""
    said = folder / "said.txt"
    said.write_text(SAID)
    executable = folder / "pulumi"
    executable.write_text(f"#!/bin/sh\ncat '{said}'\necho the reason >&2\nexit {code}\n")
    executable.chmod(executable.stat().st_mode | stat.S_IXUSR)
    return Engine(
        executable, Layout(root=folder, home=folder), {**os.environ, "PULUMI_STACK": STACK}
    )


def test_only_what_changes_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine(tmp_path, code=0).up()
    assert capsys.readouterr().out == SHOWN


def test_a_failed_update_points_at_what_was_shown(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="pulumi up ended with code 3; see above"):
        engine(tmp_path, code=3).up()


def test_a_failed_command_that_shows_nothing_says_why(tmp_path: Path) -> None:
    expected = "pulumi stack init local ended with code 4. the reason"
    with pytest.raises(EngineError, match=re.escape(expected)):
        engine(tmp_path, code=4).select()
