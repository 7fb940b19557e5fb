"""Executables on PATH, asked for their version before they are used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ANSWER_SECONDS = 10.0


class Unusable(RuntimeError):
    """An executable cannot be used; the text is half a sentence that says why."""


def find_executable(
    name: str, *, answer: re.Pattern[str], at_least: str, variables: Mapping[str, str]
) -> tuple[Path, re.Match[str]]:
    """Return the executable of this name on PATH, and its answer to the argument `version`.

    The answer's first group is the version, and must not be lower than `at_least`; what a version
    has after its numbers (`-alpha.1`, `rc1`) does not count. `variables` are set while asking.
    Raises Unusable when the executable is missing, broken, silent or too old.
    """
    first = shutil.which(name)
    if first is None:
        raise Unusable(f"`{name}` is not on PATH")
    found = Path(first).absolute()
    try:
        asked = subprocess.run(  # noqa: S603 (found on the caller's own PATH)
            [found, "version"],
            cwd=found.anchor,  # outside every project, whose settings could get in the way
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_ANSWER_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Unusable(f"{found} did not answer within {_ANSWER_SECONDS:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise Unusable(f"{found} is broken (exit code {error.returncode})") from None
    except OSError as error:
        raise Unusable(f"{found} is broken ({error.strerror})") from None
    said = answer.search(asked.stdout.strip())
    if said is None:
        raise Unusable(f"{found} answers {asked.stdout.strip()[:60]!r} instead of a version")
    if _numbers(said[1]) < _numbers(at_least):
        raise Unusable(f"{found} is {said[1]}, older than {at_least}")
    return found, said


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
