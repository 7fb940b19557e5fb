"""The command of `python -m adopt`."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from adopt.directory import Directory
from adopt.matching import Matches, find_all
from adopt.plan import PlanError, make_plan, write_import_file
from doctor.access import read_genesys_access, read_okta
from doctor.case import CaseError, config_of_stack
from doctor.ledger import Ledger
from doctor.reading import Unread
from doctor.wire import Wire

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_say = Console(stderr=True, highlight=False)

_EXPLAINED = (CaseError, PlanError, Unread)


@app.command()
def adopt(
    stack: Annotated[str, typer.Option(metavar="NAME", help="A stack that lacks resources.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; else standard output.")
    ] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="NAME=ID", help="Choose the object of a resource by hand."),
    ] = None,
) -> None:
    """Write the file with which `pulumi import --file` takes over what is there already.

    Reads both organisations with the stack's own credentials and changes nothing. Objects are found
    by name, redirect URI, allowed domain and by what they belong to; what is not found is said, and
    created by the next `pulumi up`.
    """
    chosen = _chosen(ids or [])
    config = config_of_stack(stack, os.environ)
    okta, okta_missing = read_okta(config)
    genesys, genesys_missing = read_genesys_access(config)
    if okta is None or genesys is None:
        raise CaseError(" ".join(filter(None, [okta_missing, genesys_missing])))
    plan = make_plan(stack)
    if unknown := sorted(set(chosen) - {planned.name for planned in plan.resources}):
        names = ", ".join(sorted(planned.name for planned in plan.resources))
        raise CaseError(f"--id: no resource is called {', '.join(unknown)}; there are {names}.")
    ledger = Ledger()
    with Wire(ledger) as okta_wire, Wire(ledger, proxy=genesys.proxy) as genesys_wire:
        directory = Directory(okta_wire, okta, genesys_wire, genesys)
        matches = find_all(plan.resources, directory, chosen)
    text = json.dumps(write_import_file(plan, matches.import_ids), indent=2) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        _write(out, text)
    _tell(matches, stack, out, has_secret="messenger-sso:clientSecret" in config.values)


def run() -> None:
    """Run the command; turn what it could not do into one readable text and exit code 1."""
    try:
        app(prog_name="python -m adopt", standalone_mode=True)
    except _EXPLAINED as error:
        _say.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)


def _chosen(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if not all(pair.partition("="))]
    if wrong:
        raise CaseError(f"--id: found {', '.join(wrong)}, expected NAME=ID.")
    return {name: own for name, _, own in (pair.partition("=") for pair in pairs)}


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CaseError(f"{file} cannot be written ({error.strerror}).") from None


def _tell(matches: Matches, stack: str, out: Path | None, *, has_secret: bool) -> None:
    _say.print(f"Found {len(matches.import_ids)} objects.", soft_wrap=True)
    if matches.reasons:
        _say.print(f"Not found, so the next `pulumi up` creates them: {len(matches.reasons)}.")
        for name, reason in sorted(matches.reasons.items()):
            _say.print(f"  [bold]{escape(name)}[/]: {escape(reason)}", soft_wrap=True)
    if "messenger-client" in matches.import_ids and not has_secret:
        _say.print(
            "Okta does not tell a client's secret again. Copy it from the application in Okta's "
            "admin console: pulumi config set --secret messenger-sso:clientSecret",
            soft_wrap=True,
        )
    file = shlex.quote(str(out or "FILE"))
    _say.print(
        f"Next: `pulumi import --stack {shlex.quote(stack)} --file {file} --protect=false "
        "--generate-code=false`, then `pulumi preview --diff`.",
        markup=False,
        soft_wrap=True,
    )
