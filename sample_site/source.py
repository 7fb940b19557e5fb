"""Where the stack's outputs come from: the Pulumi engine, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.engine import EngineError, ask_engine
from infra.outputs import OutputsError, StackOutputs, load_outputs
from sample_site.errors import SiteError, WrongUse

PROJECT = Path(__file__).resolve().parent.parent


def read_outputs(*, stack: str | None, file: str | None) -> StackOutputs:
    """Return the outputs of a stack, or of a file that holds them as JSON (`-`: standard input).

    Exactly one of the two is expected. Raises SiteError when they cannot be had or used.
    """
    if (stack is None) == (file is None):
        raise WrongUse("Give either --stack NAME or --outputs FILE, one of the two.")
    if stack is not None:
        return _load(f"stack {stack}", _ask_engine(stack))
    assert file is not None
    if file == "-":
        return _load("standard input", sys.stdin.buffer.read())
    return _load(file, _read(file))


def _load(origin: str, text: str | bytes) -> StackOutputs:
    try:
        return load_outputs(text)
    except OutputsError as error:
        raise SiteError(f"{origin}: {error}") from None


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise SiteError(
            f"{file} cannot be read ({error.strerror}). "
            "Write it with `pulumi stack output --json > FILE`."
        ) from None


def _ask_engine(stack: str) -> str:
    """Return what the engine prints; secrets stay hidden, the site reads none."""
    try:
        done = ask_engine("stack", "output", "--json", "--stack", stack)
    except EngineError as error:
        raise SiteError(str(error)) from None
    if done.returncode != 0:
        said = done.stderr.strip() or "it did not say why"
        raise SiteError(
            f"`pulumi stack output` failed for stack {stack} (exit code {done.returncode}):\n"
            f"{said}\nName a stack that `pulumi stack ls` lists and that `pulumi up` has deployed."
        )
    return done.stdout
