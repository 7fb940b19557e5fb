"""Makes all checks of one stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from doctor.case import Case
from doctor.check import Area, Check, Needs, Status
from doctor.checks import ALL_CHECKS
from doctor.ledger import Ledger
from doctor.reading import Unread, Waits
from doctor.survey import Survey, open_survey

_THREADS = 12


@dataclass(frozen=True)
class Finding:
    """What a check found of one subject; the subject of the stack as a whole is nameless."""

    subject: str
    status: Status
    found: str
    waits_for: str = ""


@dataclass(frozen=True)
class Result:
    """What a check found: one finding for each subject, in the order of the outputs."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def status(self) -> Status:
        """The worst of its findings."""
        return worst(finding.status for finding in self.findings)


@dataclass(frozen=True)
class Examination:
    """One run: all results, what was not looked at and why, and how many calls it took."""

    name: str
    results: tuple[Result, ...]
    left_out: Mapping[str, str]
    calls: Mapping[str, int]

    @property
    def status(self) -> Status:
        """The worst of all results."""
        return worst(result.status for result in self.results)

    def count(self, status: Status) -> int:
        """Return how many checks ended so."""
        return sum(result.status is status for result in self.results)


def worst(statuses: Iterable[Status]) -> Status:
    """Return fail before could-not-tell before pass."""
    found = set(statuses)
    for status in (Status.FAIL, Status.UNKNOWN):
        if status in found:
            return status
    return Status.PASS


def examine(
    case: Case,
    *,
    say: Callable[[str], None] = lambda _: None,
    transport: httpx.BaseTransport | None = None,
    ledger: Ledger | None = None,
) -> Examination:
    """Make all checks that apply to a stack. Nothing is changed anywhere, nothing is raised."""
    left_out = {check.id: reason for check in ALL_CHECKS if (reason := _not_for(case, check))}
    checks = [check for check in ALL_CHECKS if check.id not in left_out]
    with open_survey(case, say=say, transport=transport, ledger=ledger) as survey:
        results = _make(survey, checks)
        return Examination(case.name, results, left_out, dict(survey.ledger.calls))


def _not_for(case: Case, check: Check) -> str:
    if check.area is Area.OKTA and not case.signs_in_with_okta:
        return "the stack signs in elsewhere than with Okta"
    if Needs.ENVIRONMENT in check.needs and not case.runs_the_engine:
        return "only the outputs are known, not where the engine runs"
    return ""


def _make(survey: Survey, checks: Sequence[Check]) -> tuple[Result, ...]:
    """Make checks side by side; each thing is read by whoever needs it first.

    Pages of sites take longest, so they begin; what the others' clocks say is known at the end.
    """
    done: dict[str, tuple[Finding, ...]] = {}

    def wave(some: Sequence[Check]) -> None:
        tasks = [
            (check, [pool.submit(_judge, survey, check, *one) for one in survey.subjects(check)])
            for check in some
        ]
        for check, running in tasks:
            done[check.id] = tuple(task.result() for task in running)

    last = [check for check in checks if Needs.DATES in check.needs]
    first = sorted(
        (check for check in checks if check not in last), key=lambda one: one.area is not Area.SITES
    )
    with ThreadPoolExecutor(_THREADS) as pool:
        wave(first)
        wave(last)
    return tuple(Result(check, done[check.id]) for check in checks)


def _judge(survey: Survey, check: Check, name: str, subject: object) -> Finding:
    try:
        verdict = check.judge(survey, subject)
    except Unread as error:
        return Finding(name, Status.UNKNOWN, str(error))
    except Waits as error:
        return Finding(name, Status.UNKNOWN, f"waits for {error}", waits_for=str(error))
    except Exception as error:
        # An answer that nobody has foreseen: one check less, not none at all. What it says may
        # hold anything, so only its kind is told.
        return Finding(
            name, Status.UNKNOWN, f"the check met something unforeseen ({type(error).__name__})"
        )
    return Finding(name, Status.PASS if verdict.is_good else Status.FAIL, verdict.found)
