"""What is particular to the machine that the stack is managed from."""

from __future__ import annotations

from pathlib import Path

from doctor.check import Area, Checks, Needs, Per, Verdict, bad, good
from doctor.reading import Unread
from doctor.survey import Survey

CHECKS = Checks(Area.MACHINE)

_MOST_SECONDS = 60
# What the engine calls the plugin, whose package is parameterized (pulumi.md 2.3).
_PLUGIN = "terraform-provider"
# What the Genesys provider looks for in the path of the program that started it
# (genesys-cloud.md 3.3).
_MARKS = ("debug", "dlv", "test2json")


@CHECKS.check(
    "The clocks agree",
    per=Per.SERVICE,
    needs=Needs.DATES,
    cause="this machine's clock is off; or the service's, which shifts the life of every token",
    cure="Set this machine's clock (NTP). If it is right, ask the vendor.",
)
def clocks(survey: Survey, service: str) -> Verdict:
    skew = survey.ledger.skew(service)
    if skew is None:
        raise Unread(f"{service} has told no time.")
    seconds = abs(round(skew))
    if seconds <= _MOST_SECONDS:
        return good("less than a minute apart")
    return bad(f"{seconds} s {'ahead of' if skew > 0 else 'behind'} this machine's")


@CHECKS.check(
    "Genesys Cloud's plugin starts at once",
    needs=Needs.ENVIRONMENT,
    cause="the vendor's plugin waits 30 s in every command while it tries to find out what started "
    "it; it does not when that program's path contains `debug`",
    cure="`export PULUMI_HOME=$HOME/.pulumi-debug`, in the shell and in CI. The plugins are "
    "installed there once more.",
)
def plugin_speed(survey: Survey, _: None) -> Verdict:
    variables = survey.case.variables
    attached = variables.get("PULUMI_DEBUG_PROVIDERS", "").split(",")
    if any(one.strip().startswith(f"{_PLUGIN}:") for one in attached):
        return good("attached to a running one")
    home = variables.get("PULUMI_HOME") or str(Path.home() / ".pulumi")
    if any(mark in home for mark in _MARKS):
        return good(home)
    return bad(f"PULUMI_HOME is {home}, expected a path that contains debug")
