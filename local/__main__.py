"""`python -m local`: starts, stops and shows the local cloud."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

_OWN_PYTHON = Path(__file__).resolve().parent.parent / ".local" / "venv" / "bin" / "python"


def main() -> None:
    """Run a command, in the project's virtual environment even when that is not active."""
    if importlib.util.find_spec("typer") is None:
        if not _OWN_PYTHON.exists() or Path(sys.executable) == _OWN_PYTHON:
            sys.exit("The project is not set up on this machine yet. Run `make up` once.")
        os.execv(_OWN_PYTHON, [str(_OWN_PYTHON), "-m", "local", *sys.argv[1:]])  # noqa: S606
    from local.commands import run

    run()


if __name__ == "__main__":
    main()
