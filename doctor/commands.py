"""The commands of `python -m doctor`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from doctor.case import (
    Case,
    CaseError,
    case_of_file,
    case_of_stack,
    config_of_stack,
    config_of_variables,
)
from doctor.exit_codes import EXIT_CODES, INTERRUPTED, WRONG_USE

app = typer.Typer(
    help="Looks at a deployed stack from outside and tells what does not match. Changes nothing.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_say = Console(stderr=True, highlight=False)
_print = Console(highlight=False)


class Format(StrEnum):
    """How the result is written."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"


Stack = Annotated[
    str | None, typer.Option(metavar="NAME", help="Stack that the engine on PATH knows.")
]


@app.callback()
def check(
    context: typer.Context,
    stack: Stack = None,
    outputs: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Outputs as JSON in a file, - for standard input; credentials then come from "
            "the environment variables of the vendors' providers.",
        ),
    ] = None,
    style: Annotated[
        Format, typer.Option("--format", help="How the result is written.")
    ] = Format.TERMINAL,
) -> None:
    """Check a stack; exit code 0 all pass, 1 something fails, 2 something could not be told."""
    if context.invoked_subcommand is not None:
        if stack is not None or outputs is not None:
            raise CaseError(f"Options of `{context.invoked_subcommand}` come after its name.")
        return
    if (stack is None) == (outputs is None):
        raise CaseError("Give either --stack NAME or --outputs FILE, one of the two.")
    with _progress("Reading the stack") as say:
        case = _case(stack, outputs)
        # Not for every command: it loads much.
        from doctor.examine import examine
        from doctor.show import show_terminal, to_json, to_markdown

        say("Checking")
        examination = examine(case, say=say)
    if style is Format.TERMINAL:
        show_terminal(examination, _print)
    else:
        write = to_json if style is Format.JSON else to_markdown
        sys.stdout.write(write(examination))
    raise typer.Exit(EXIT_CODES[examination.status])


@app.command()
def discover(
    stack: Stack = None,
    style: Annotated[
        Format, typer.Option("--format", help="How the result is written.")
    ] = Format.TERMINAL,
) -> None:
    """Find the OpenID Connect Messenger integration's parts, and print the configuration to paste.

    Without --stack the credentials come from the GENESYSCLOUD_* environment variables.
    """
    from doctor.access import read_genesys_access
    from doctor.discover import discover as find
    from doctor.discover import to_commands, to_json, to_yaml

    with _progress("Looking the integration type up in Genesys Cloud"):
        config = (
            config_of_stack(stack, os.environ)
            if stack is not None
            else config_of_variables("", os.environ)
        )
        access, missing = read_genesys_access(config)
        if access is None:
            raise CaseError(missing)
        found = find(access)
    if style is Format.JSON:
        sys.stdout.write(to_json(found))
        return
    commands = to_commands(found, stack)
    properties = [f"{key} ({title})" if title else key for key, title in found.properties.items()]
    if style is Format.MARKDOWN:
        sys.stdout.write(
            f"```yaml\n{to_yaml(found)}```\n\n```sh\n" + "\n".join(commands) + "\n```\n"
        )
        return
    _say.print(f"Found in Genesys Cloud ({escape(found.region)}).")
    if properties:
        _say.print(f"Properties of the type: {escape(', '.join(properties))}.")
    _say.print(f"[bold]Paste below `config:` of Pulumi.{escape(stack or 'NAME')}.yaml:[/]")
    # Not through the console: what is wrapped cannot be pasted.
    sys.stdout.write(to_yaml(found, indent=2))
    sys.stdout.flush()
    _say.print("[bold]Or run:[/]")
    sys.stdout.write("\n".join(commands) + "\n")


def run() -> None:
    """Run a command; turn what it could not do into one readable text and an exit code."""
    try:
        code = app(prog_name="python -m doctor", standalone_mode=False)
    except CaseError as error:
        _say.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(WRONG_USE)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except Exception as error:
        # What the command line itself refuses ends with 2 by itself, which has a meaning here.
        if not (explain := getattr(error, "format_message", None)):
            raise
        _say.print(f"[bold red]error:[/] {escape(explain())}", soft_wrap=True)
        _say.print("`python -m doctor --help` lists what there is.")
        sys.exit(WRONG_USE)
    sys.exit(code or 0)


def _case(stack: str | None, outputs: str | None) -> Case:
    if stack is not None:
        return case_of_stack(stack, os.environ)
    assert outputs is not None
    return case_of_file(outputs, os.environ)


@contextmanager
def _progress(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is going on, on standard error; a line each where nobody watches a terminal."""
    if _say.is_terminal:
        with _say.status(escape(first)) as status:
            yield lambda text: status.update(escape(text))
        return
    said = set[str]()

    def say(text: str) -> None:
        if text not in said:
            said.add(text)
            _say.print(escape(text), soft_wrap=True)

    yield say
