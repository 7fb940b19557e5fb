"""The engine, asked by commands that stand beside the program."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent

# What is read here is one document at the end.
_LEFT_OUT = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"


class EngineError(Exception):
    """The engine cannot be asked, or does not answer; the message says what to do."""


def ask_engine(*arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run the `pulumi` on PATH in the project's folder and return how it ended, whatever its code.

    Nobody is asked anything. Raises EngineError when there is none, or when it takes longer than
    `seconds`.
    """
    engine = shutil.which("pulumi")
    if engine is None:
        raise EngineError(
            '`pulumi` is not on PATH: run `eval "$(python3 -m local env)"` for the local stack\'s '
            "engine, or install Pulumi (https://www.pulumi.com/docs/install/)."
        )
    variables = {name: value for name, value in os.environ.items() if name != _LEFT_OUT}
    try:
        return subprocess.run(  # noqa: S603 (found on the caller's own PATH)
            [engine, *arguments, "--non-interactive"],
            cwd=_PROJECT,
            env={**variables, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"`pulumi {arguments[0]}` does not end within {seconds:.0f} s. Is the stack's backend "
            "reachable?"
        ) from None
