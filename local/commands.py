"""The commands of `python -m local`."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from local.background import Background, BackgroundError
from local.cloud import CloudError, ask, cloud_process, is_healthy
from local.emulator.store import StoreError
from local.engine import STACK, Engine, EngineError, engine_environment, search_path
from local.layout import Layout, LayoutError, Ports
from local.locking import alone
from local.sdk import SdkError, compare_sdk, generate_sdk
from local.stack_config import lent_settings
from local.toolchain import EngineNotFound, ensure_engine, find_engine

app = typer.Typer(
    help="The local cloud: Okta and Genesys Cloud on this machine, for the `local` stack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_say = Console(stderr=True, highlight=False)
_print = Console(highlight=False)

_EXPLAINED = (
    BackgroundError,
    CloudError,
    EngineError,
    EngineNotFound,
    LayoutError,
    SdkError,
    StoreError,
)


@dataclass(frozen=True)
class Place:
    """One checkout's local cloud, as the command found it."""

    layout: Layout
    ports: Ports

    @classmethod
    def here(cls) -> Place:
        """Read layout and ports from the environment."""
        return cls(Layout.of_project(), Ports.from_environment(os.environ))

    @property
    def cloud(self) -> Background:
        """The emulators and plugins."""
        return cloud_process(self.layout)

    @property
    def site(self) -> Background:
        """The web server of the built site."""
        return Background(name="site", records=self.layout.processes, logs=self.layout.logs)

    def engine(self, stack: str) -> Engine:
        """Return the engine for one stack; raise CloudError when `make up` has not been run."""
        executable = find_engine(self.layout)
        if executable is None:
            raise CloudError("The engine is not there yet. Run `make up` once.")
        record = self.running_cloud()
        variables = engine_environment(self.layout, self.ports, record, stack)
        return Engine(executable, self.layout, variables)

    def one_at_a_time(self) -> AbstractContextManager[None]:
        """Keep two commands from starting or stopping things at the same time."""
        waiting = "Another command is at work on this local cloud; waiting for it."
        return alone(self.layout.home / "commands.lock", _say, waiting)

    def running_cloud(self) -> dict[str, Any]:
        """Return the running cloud's record; raise CloudError when it does not run."""
        record = self.cloud.details()
        if record is None:
            raise CloudError("The local cloud is not running. Start it with `make up`.")
        return record


@app.command()
def up() -> None:
    """Start the local cloud, apply the `local` stack, build the site and serve it."""
    begun = time.monotonic()
    place = Place.here()
    engine = ensure_engine(place.layout, _say)
    with place.one_at_a_time():
        record = _start_cloud(place)
        variables = engine_environment(place.layout, place.ports, record)
        pulumi = Engine(engine, place.layout, variables)
        pulumi.select()
        _step("Applying the stack with Pulumi")
        pulumi.up()
        outputs = pulumi.outputs()
        _build_site(place, outputs)
        _serve_site(place)
    _show_result(record, outputs, time.monotonic() - begun)


@app.command()
def down() -> None:
    """Stop the local cloud and the site; what they remember stays."""
    place = Place.here()
    with place.one_at_a_time():
        stopped = [process.name for process in (place.site, place.cloud) if process.stop()]
    _say.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what runs, where, and who can sign in; exit code 3 when the cloud does not run."""
    place = Place.here()
    cloud, site = place.cloud.details() or {}, place.site.details() or {}
    people = _people(cloud["okta"]) if cloud else []
    if as_json:
        found = {
            "running": bool(cloud),
            "pid": cloud.get("pid"),
            "okta": cloud.get("okta"),
            "genesys": cloud.get("genesys"),
            "site": site.get("url"),
            "sitePid": site.get("pid"),
            "users": people,
            "logs": str(place.layout.logs),
        }
        print(json.dumps(found, indent=2))  # noqa: T201 (for programs: no wrapping, no colour)
    else:
        pairs = {
            "Okta": cloud.get("okta", "not running"),
            "Genesys Cloud": cloud.get("genesys", "not running"),
            "Site": site.get("url", "not running"),
            "Logs": str(place.layout.logs),
        }
        if people:
            pairs["People"] = ", ".join(person["login"] for person in people)
        _show(pairs)
    raise typer.Exit(0 if cloud else 3)


@app.command()
def env(
    stack: Annotated[str, typer.Option(help="A stack that was lent the local cloud.")] = STACK,
) -> None:
    """Print the export lines with which the plain `pulumi` command works on the stack."""
    engine = Place.here().engine(stack)
    variables = {**engine.variables, "PATH": search_path(engine.executable)}
    if stack != STACK:
        print("unset PULUMI_OPTION_CONFIG_FILE")  # noqa: T201 (read by the shell)
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 (read by the shell)


@app.command()
def lend(stack: Annotated[str, typer.Argument(help="Its name, for example staging.")]) -> None:
    """Let another stack use the local cloud, to try it without Okta and Genesys organisations.

    Makes the stack if need be, in the local backend, and points the providers' settings in
    Pulumi.<stack>.yaml to the local Okta and the local Genesys Cloud.
    """
    if stack == STACK:
        raise CloudError(f"The stack {STACK} has the local cloud already.")
    place = Place.here()
    engine = place.engine(stack)
    engine.select()
    engine.configure(*lent_settings(place.ports))
    _say.print(f"Pulumi.{stack}.yaml points to the local clouds. To work on the stack:")
    _show({"Use pulumi": f'eval "$(python3 -m local env --stack {stack})"'})


@app.command()
def reset() -> None:
    """Stop everything and forget both clouds, the stack's state and the built site."""
    place = Place.here()
    layout = place.layout
    with place.one_at_a_time():
        for process in (place.site, place.cloud):
            process.stop()
        for folder in (layout.cloud_state, layout.backend, layout.pulumi_home, layout.site):
            shutil.rmtree(folder, ignore_errors=True)
    _say.print("The local cloud is as new. `make up` starts again from nothing.")


@app.command()
def engine() -> None:
    """Find the engine, or build it once, and print where it is."""
    print(ensure_engine(Layout.of_project(), _say))  # noqa: T201 (for programs)


@app.command()
def sdk(
    check: Annotated[bool, typer.Option("--check", help="Only compare.")] = False,
) -> None:
    """Generate the Genesys SDK anew from its schema, or compare it with what that would give."""
    layout = Layout.of_project()
    if not check:
        _say.print(f"Generated {generate_sdk(layout).relative_to(layout.root)}.")
        return
    differences = compare_sdk(layout)
    if differences:
        raise SdkError(
            "The generated SDK is not what its schema gives:\n"
            + "\n".join(f"  {line}" for line in differences)
            + "\nIt is never edited by hand: run `make sdk`."
        )
    _say.print("The generated SDK is what its schema gives.")


@app.command("serve", hidden=True)
def serve_cloud() -> None:
    """Serve the local cloud in the foreground, until stopped."""
    from local.serving import serve  # not for every command: it loads both emulators

    place = Place.here()
    try:
        serve(place.layout, place.ports)
    except _EXPLAINED as error:
        # The command that waits for this process repeats it, and calls it an error.
        sys.exit(str(error))


def run() -> None:
    """Run a command; turn what it could not do into one readable text and exit code 1."""
    try:
        app(prog_name="python -m local", standalone_mode=True)
    except _EXPLAINED as error:
        _say.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)


def _step(text: str) -> None:
    _say.print(f"[bold cyan]>[/] {text}")


def _start_cloud(place: Place) -> dict[str, Any]:
    wanted = {"okta": place.ports.okta, "genesys": place.ports.genesys}
    record = place.cloud.details()
    if record is not None and record["ports"] != wanted:
        _step("Stopping the local cloud, to start it on other ports")
        place.cloud.stop()
        record = None
    if record is not None and not is_healthy(place.layout, record["pid"]):
        _step("The local cloud does not answer any more: starting it anew")
        place.cloud.stop()
        record = None
    if record is None:
        _step("Starting the local Okta and the local Genesys Cloud")
        place.cloud.start(
            [sys.executable, "-m", "local", "serve"],
            environment=os.environ,
            folder=place.layout.root,
            ready=lambda pid: is_healthy(place.layout, pid),
        )
    return place.running_cloud()


def _build_site(place: Place, outputs: dict[str, Any]) -> None:
    _step("Building the site from the stack's outputs")
    file = place.layout.home / "outputs.json"
    file.write_text(json.dumps(outputs, indent=2) + "\n", encoding="utf-8")
    command = _site_command("build", "--outputs", str(file), "--out", str(place.layout.site))
    if subprocess.run(command, cwd=place.layout.root, check=False).returncode != 0:  # noqa: S603
        raise CloudError("The site was not built; the stack is applied. See above for the reason.")


def _serve_site(place: Place) -> None:
    url = f"http://localhost:{place.ports.site}/"
    record = place.site.details()
    if record is not None and record["url"] != url:
        place.site.stop()
        record = None
    if record is None:
        _step("Serving the site")
        _start_site(place, url)


def _start_site(place: Place, url: str) -> None:
    place.site.start(
        _site_command("serve", "--dir", str(place.layout.site), "--port", str(place.ports.site)),
        environment=os.environ,
        folder=place.layout.root,
        ready=lambda _: _answers(f"{url}_site/health"),
        details={"url": url},
    )


def _site_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sample_site", *arguments]


def _answers(url: str) -> bool:
    try:
        return ask(url).is_success
    except httpx.TransportError:
        return False


def _show_result(record: dict[str, Any], outputs: dict[str, Any], seconds: float) -> None:
    told = {
        name: " ".join(value) if isinstance(value, list) else json.dumps(value).strip('"')
        for name, value in outputs.items()
        if name != "sites"
    }
    for site in outputs["sites"]:
        told |= {
            f"sites.{site['name']}.{name}": site[name] for name in ("redirectUri", "deploymentId")
        }
    _step("The stack's outputs (in full: pulumi stack output --json)")
    _show(told)
    _say.print(f"[bold green]Ready[/] in {seconds:.0f} s. Open:")
    _show({site["displayName"]: site["url"] for site in outputs["sites"]})
    from local.okta.model.seed import PEOPLE  # not for every command: it loads the emulator

    someone = next(person for person in PEOPLE if person.groups and "admin" not in person.login)
    _show({"Sign in": f"{someone.login}, password {someone.password}"})
    _say.print("The clouds behind them, and what to do next:")
    _show(
        {
            "Okta": record["okta"],
            "Genesys Cloud": record["genesys"],
            "Use pulumi": 'eval "$(python3 -m local env)"',
            "Stop": "make down",
        }
    )


def _show(pairs: Mapping[str, str]) -> None:
    # Not a table: an address that is wrapped cannot be copied.
    width = max(len(name) for name in pairs)
    for name, value in pairs.items():
        _print.print(f"  [bold]{escape(name.ljust(width))}[/]  {escape(value)}", soft_wrap=True)


def _people(okta: str) -> list[dict[str, str]]:
    from local.okta.api.calls import API_TOKEN  # not for every command: it loads the emulator

    token = {"Authorization": f"SSWS {API_TOKEN}"}
    try:
        users = ask(f"{okta}/api/v1/users", headers=token).raise_for_status()
    except httpx.HTTPError as error:
        raise CloudError(
            f"The local Okta at {okta} does not answer as it should ({type(error).__name__}). "
            "Run `make up`: it starts anew what does not answer."
        ) from None
    return [{"login": user["profile"]["login"], "status": user["status"]} for user in users.json()]
