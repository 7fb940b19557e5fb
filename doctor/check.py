"""What a check is, and how one is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doctor.survey import Survey


class Status(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    UNKNOWN = "could-not-tell"


class Area(StrEnum):
    """Whose side of the stack a check looks at."""

    PROVIDER = "Sign-in provider"
    OKTA = "Okta"
    GENESYS = "Genesys Cloud"
    SITES = "Sites"
    MACHINE = "This machine"


class Per(StrEnum):
    """Of what a check is made once each."""

    STACK = "stack"
    CLIENT = "client"
    SITE = "site"
    SERVICE = "service"


class Needs(StrEnum):
    """What a check reads; each is read once, whoever needs it."""

    DISCOVERY = "discovery document"
    KEYS = "key set"
    APPLICATIONS = "applications"
    ASSIGNMENTS = "assignments"
    POLICIES = "access policies"
    ORIGINS = "trusted origins"
    INTEGRATION = "integration"
    CONFIGURATIONS = "configurations"
    DEPLOYMENTS = "deployments"
    PUBLIC_FILES = "public files"
    PAGES = "pages of the sites"
    DATES = "dates of the answers"
    ENVIRONMENT = "environment variables"


@dataclass(frozen=True)
class Verdict:
    """What was found, and whether it is as it should be."""

    is_good: bool
    found: str


def good(found: str) -> Verdict:
    """Return the verdict that all is as it should be."""
    return Verdict(True, found)


def bad(found: str) -> Verdict:
    """Return the verdict that something is wrong."""
    return Verdict(False, found)


def compare(found: str, wanted: str) -> Verdict:
    """Return the verdict on what should be one thing, and may be another one or none."""
    return good(found) if found == wanted else bad(f"{found or 'none'}, expected {wanted}")


Judge = Callable[["Survey", Any], Verdict]


@dataclass(frozen=True)
class Check:
    """One question to the deployed stack.

    `judge` answers it for one subject: it may raise Unread when it cannot read what it needs, and
    Waits with one of `waits_for` when what it looks at is not there, which that check reports.
    """

    id: str
    title: str
    area: Area
    per: Per
    needs: tuple[Needs, ...]
    waits_for: tuple[str, ...]
    cause: str
    cure: str
    judge: Judge


class Checks:
    """The checks of one area, in the order in which they were written."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self.all: list[Check] = []

    def check(
        self,
        title: str,
        *,
        needs: Needs | tuple[Needs, ...],
        cause: str,
        cure: str,
        per: Per = Per.STACK,
        waits_for: str | tuple[str, ...] = (),
    ) -> Callable[[Judge], Judge]:
        """Make a function a check; its name, with hyphens, is the check's id."""

        def add(judge: Judge) -> Judge:
            name = getattr(judge, "__name__", "")
            self.all.append(
                Check(
                    id=name.replace("_", "-"),
                    title=title,
                    area=self._area,
                    per=per,
                    needs=needs if isinstance(needs, tuple) else (needs,),
                    waits_for=waits_for if isinstance(waits_for, tuple) else (waits_for,),
                    cause=cause,
                    cure=cure,
                    judge=judge,
                )
            )
            return judge

        return add
