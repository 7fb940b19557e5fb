"""`python -m sample_site`: builds the site from a stack's outputs, serves and publishes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sample_site import serve as server
from sample_site.approaches import Choice
from sample_site.build import TEMPLATES, build_site
from sample_site.errors import SiteError
from sample_site.manifest import Manifest, read_manifest
from sample_site.minify import find_minifier
from sample_site.okta_sdk import find_sdk
from sample_site.publish import cli as publishing
from sample_site.source import PROJECT, read_outputs

app = typer.Typer(
    help="Builds the site from a stack's outputs, serves and publishes what was built.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_say = Console(stderr=True, highlight=False, soft_wrap=True)
_print = Console(highlight=False, soft_wrap=True)

_DEFAULT_NAME = ".local/site"
_DEFAULT_FOLDER = PROJECT / _DEFAULT_NAME


@app.command()
def build(
    stack: Annotated[
        str | None, typer.Option(help="Stack whose outputs the engine is asked for.")
    ] = None,
    outputs: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Outputs as JSON in a file; - reads standard input."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            help="Folder to build into; a former build there is replaced.",
            show_default=_DEFAULT_NAME,
        ),
    ] = _DEFAULT_FOLDER,
    site: Annotated[
        str | None, typer.Option(metavar="NAME", help="Build only this site of the stack.")
    ] = None,
    approach: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=APPROACH",
            help="How the site NAME signs visitors in: okta-auth-js, endpoint or separate; "
            "APPROACH alone for every site. May be repeated.",
        ),
    ] = None,
    okta_auth_js: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the npm package @okta/okta-auth-js. [default: the one installed]",
        ),
    ] = None,
    minify: Annotated[
        bool, typer.Option(help="Minify the browser modules, or leave them as they are written.")
    ] = True,
) -> None:
    """Build the site from the outputs of a stack: whole, or not at all."""
    choice = Choice.parse(approach or [])
    before = _build_id(out)
    sdk = find_sdk(okta_auth_js)
    minifier = find_minifier() if minify else None
    manifest = build_site(
        read_outputs(stack=stack, file=outputs),
        out,
        site,
        choice=choice,
        sdk=sdk,
        minifier=minifier,
    )
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for built in manifest.sites:
        size = sum(file.size for file in built.files) / 1024
        table.add_row(
            Text(built.name, "bold"), Text(built.url), f"{len(built.files)} files, {size:.0f} kB"
        )
    news = ", the same as before" if before == manifest.build_id else ""
    _print.print(Text(f"Built for {manifest.environment} into {_shown(out)}{news}:"))
    _print.print(table)
    if sdk is None:
        _print.print(
            "Without the approach okta-auth-js: the SDK is not installed (`make up` installs it; "
            "--okta-auth-js FOLDER names it)."
        )
    if minify and minifier is None:
        _print.print(
            "Modules are not minified, so visitors load about twice as much: that needs Node.js "
            "and terser (`make up` installs terser)."
        )


@app.command()
def serve(
    folder: Annotated[
        Path,
        typer.Option(
            "--dir", help="Folder that the site was built into.", show_default=_DEFAULT_NAME
        ),
    ] = _DEFAULT_FOLDER,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8080,
) -> None:
    """Serve a built site on this machine until stopped; a new build is noticed by itself."""

    def ready(manifest: Manifest) -> None:
        _print.print(Text(f"Serving {_shown(folder)} on {server.LOOPBACK}:{port}:"))
        for built in manifest.sites:
            _print.print(Text(f"  {built.url}"))

    server.run(folder, TEMPLATES, port, ready)


app.command()(publishing.publish)
app.command()(publishing.response_headers)


def main() -> None:
    """Run a command; say in plain words what it could not do."""
    try:
        app(prog_name="python -m sample_site")
    except SiteError as error:
        _say.print(Text.assemble(("error: ", "bold red"), str(error)))
        raise SystemExit(error.exit_code) from None


def _build_id(folder: Path) -> str | None:
    try:
        return read_manifest(folder).build_id
    except SiteError:
        return None


def _shown(folder: Path) -> str:
    path = folder.resolve()
    return str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)


if __name__ == "__main__":
    main()
