"""`python -m review`: the command line."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from infra.engine import EngineError
from review.engine import Preview, report_of
from review.markdown import LONGEST_COMMENT, SHORTEST_COMMENT, to_markdown
from review.plan import PlanError, read_plan
from review.reference import severity_table
from review.report import Report, write_report
from review.rules import Severity
from review.terminal import show_report

FAILED_CHECK = 1
WRONG_USE = 2
FAILED_PREVIEW = 3


class FailAt(StrEnum):
    """From which severity on the check fails."""

    NOTICE = "notice"
    WARNING = "warning"
    DANGER = "danger"
    NEVER = "never"


class WrongUse(Exception):
    """The command cannot do what it was asked; the message says what to do instead."""


app = typer.Typer(
    help="Says in words what a preview would change, for people who review it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_say = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def preview(
    stack: Annotated[str | None, typer.Option(help="Stack to preview; the selected one.")] = None,
    file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Read what `pulumi preview --json` printed; - reads standard input.",
        ),
    ] = None,
    fail_at: Annotated[
        FailAt, typer.Option(help="Exit with 1 if a change is of this severity or above.")
    ] = FailAt.DANGER,
    markdown: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the comment to a file; - prints it alone."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    limit: Annotated[
        int,
        typer.Option(min=SHORTEST_COMMENT, help="Longest comment in bytes; the least severe goes."),
    ] = LONGEST_COMMENT,
    refresh: Annotated[
        bool, typer.Option(help="Ask the vendors first: shows what was changed elsewhere.")
    ] = False,
    save_plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save the engine's plan for `pulumi up --plan`."),
    ] = None,
) -> None:
    """Report what the next `pulumi up` would change, and judge it."""
    if as_json and markdown == "-":
        raise WrongUse("Give either --json or --markdown -, both would print to the same place.")
    report = _report(stack, file, refresh, save_plan)
    if markdown and markdown != "-":
        _write(Path(markdown), to_markdown(report, limit))
    if markdown == "-":
        sys.stdout.write(to_markdown(report, limit))
    elif as_json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2) + "\n")
    else:
        show_report(report, Console(highlight=False))
    raise typer.Exit(exit_code(report, fail_at))


@app.command()
def comment(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `preview --markdown` wrote.")],
    repository: Annotated[str, typer.Option(envvar="GITHUB_REPOSITORY", help="OWNER/NAME.")],
    pull_request: Annotated[int, typer.Option(envvar="PULL_REQUEST", help="Its number.")],
    token: Annotated[str, typer.Option(envvar="GITHUB_TOKEN", help="Best as a variable.")],
    api: Annotated[
        str, typer.Option(envvar="GITHUB_API_URL", help="GitHub's own, or your server's.")
    ] = "https://api.github.com",
) -> None:
    """Write the report as a comment of a pull request, in place of the stack's last one."""
    # Not for every command: it loads an HTTP client.
    from review.comment import CommentError, PullRequest, place_comment

    text = _read(file, "`python -m review preview --markdown FILE` writes it")
    try:
        url = place_comment(PullRequest(repository, pull_request, token, api), text)
    except CommentError as error:
        raise WrongUse(str(error)) from None
    _say.print(f"The report is at {url}.")


@app.command()
def rules() -> None:
    """Print the table of rules as Markdown: severity, rule, what follows."""
    sys.stdout.write(severity_table())


def exit_code(report: Report, fail_at: FailAt) -> int:
    """Return how the command ends: 3 for a failed preview, 1 for a change that is too severe."""
    if report.failed:
        return FAILED_PREVIEW
    if fail_at is FailAt.NEVER or report.worst is None:
        return 0
    return FAILED_CHECK if report.worst >= Severity[fail_at.name] else 0


def main() -> None:
    """Run a command; say in plain words what it could not do."""
    try:
        app(prog_name="python -m review")
    except (EngineError, PlanError, WrongUse) as error:
        _say.print(Text.assemble(("error: ", "bold red"), str(error)))
        raise SystemExit(WRONG_USE) from None


def _report(stack: str | None, file: str | None, refresh: bool, save_plan: Path | None) -> Report:
    if file is None:
        with _say.status("Asking the engine for a preview"):
            return report_of(Preview(stack, refresh, save_plan))
    if refresh or save_plan:
        raise WrongUse("--refresh and --save-plan ask the engine; with --file nobody is asked.")
    text = _read(file, "`pulumi preview --json > FILE` writes it")
    try:
        return write_report(read_plan(text), stack or "")
    except PlanError as error:
        origin = "standard input" if file == "-" else file
        raise PlanError(f"{origin}: {error}.") from None


def _read(file: str, origin: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise WrongUse(f"{file} cannot be read ({reason}); {origin}.") from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{file} cannot be written ({error.strerror}).") from None
