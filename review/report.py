"""The report of a plan: rows by site, what is shared, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from infra.settings import NAMESPACE
from review import genesys, okta_clients, okta_server
from review.differences import root_of
from review.generic import describe_provider, describe_step
from review.kinds import Kind
from review.plan import Diagnostic, Plan, Step
from review.rebuild import rebuild_rows
from review.rows import Row, merged, row
from review.rules import Severity
from review.scene import Scene, SiteScene, set_scene
from review.sentences import Value, plain

SCHEMA_VERSION = 1

KINDS: Mapping[str, Kind] = {
    **okta_clients.KINDS,
    **okta_server.KINDS,
    **genesys.KINDS,
}

_OURS = ("pulumi:pulumi:Stack", "messenger-sso:")
_PROVIDERS = "pulumi:providers:"
_COUNTED = (
    ("create", "to create"),
    ("update", "to update"),
    ("replace", "to replace"),
    ("delete", "to delete"),
    ("import", "to import"),
    ("same", "unchanged"),
)


@dataclass(frozen=True)
class Section:
    """The rows about one site, or about what the sites share."""

    site: SiteScene | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Change:
    """One resource and its properties, for those who want to see them all."""

    action: str
    type: str
    name: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What a reviewer is told; the same for the same plan, whatever its order."""

    stack: str
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    sites: Mapping[str, SiteScene]
    changes: tuple[Change, ...]
    errors: tuple[Diagnostic, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the preview itself failed, and the rows may not be all."""
        return bool(self.errors)

    @property
    def worst(self) -> Severity | None:
        """The highest severity of the rows; None without rows."""
        return max((one.rule.severity for one in self.rows), default=None)

    @property
    def severities(self) -> Mapping[Severity, int]:
        """How many rows there are of each severity, the highest first."""
        found = Counter(one.rule.severity for one in self.rows)
        return {severity: found[severity] for severity in sorted(found, reverse=True)}

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sites with rows, in the order of their names, and then what they share."""
        by_site: dict[str | None, list[Row]] = {}
        for one in self.rows:
            by_site.setdefault(one.site, []).append(one)
        return tuple(
            Section(site, tuple(by_site[site.name if site else None]))
            for site in (*self.sites.values(), None)
            if (site.name if site else None) in by_site
        )

    @property
    def resources(self) -> str:
        """How many resources are created, updated and so on, in words."""
        parts = [f"{self.counts[key]} {words}" for key, words in _COUNTED if self.counts.get(key)]
        return ", ".join(parts) or "no resources"

    @property
    def judged(self) -> str:
        """How many rows there are of each severity, in words."""
        parts = [counted(number, severity) for severity, number in self.severities.items()]
        return ", ".join(parts) or "nothing changes"

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document."""
        return {
            "schemaVersion": SCHEMA_VERSION,
            "stack": self.stack,
            "failed": self.failed,
            "worst": self.worst.word if self.worst is not None else None,
            "counts": dict(self.counts),
            "rows": [_row_as_json(one) for one in self.rows],
            "errors": [said.message for said in self.errors],
            "remarks": [said.message for said in self.remarks],
        }


def write_report(plan: Plan, stack: str = "") -> Report:
    """Return the report of a plan; `stack` names the stack where the plan does not."""
    scene = set_scene(plan)
    rows = [*_rows(plan, scene)] if not plan.errors or plan.steps else []
    remarks = tuple(said for said in plan.diagnostics if said.severity != "error")
    return Report(
        stack=plan.stack or stack,
        counts=plan.counts,
        rows=tuple(merged(rows)),
        sites={site.name: site for site in sorted(scene.sites.values(), key=_by_title)},
        changes=tuple(_changes(plan)),
        errors=plan.errors,
        remarks=remarks,
    )


def failed_report(stack: str, message: str) -> Report:
    """Return the report of a preview that ended without a plan."""
    return Report(stack, {}, (), {}, (), (Diagnostic("error", message),))


def counted(number: int, severity: Severity) -> str:
    """Return a number of rows of one severity in words."""
    is_plural = number > 1 and severity is not Severity.INFO
    return f"{number} {severity.word}{'s' if is_plural else ''}"


def _rows(plan: Plan, scene: Scene) -> Iterator[Row]:
    for step in plan.steps:
        if step.type.startswith(_OURS):
            continue
        if step.type.startswith(_PROVIDERS):
            rows = describe_provider(step) if step.action.changes else iter(())
        else:
            rows = describe_step(step, scene, KINDS.get(step.type))
        for one in rows:
            yield replace(one, urns=(step.urn,))
    if not plan.errors:
        yield from rebuild_rows(plan, scene)
        yield from _guard_rails(plan)
    warnings = [said for said in plan.diagnostics if said.severity == "warning"]
    if warnings:
        yield row("said", "{count} warning(s)", count=Value(str(len(warnings))))


def _guard_rails(plan: Plan) -> Iterator[Row]:
    """Say that dangers would not be stopped, where there is something to stop at all."""
    if not any(step.action.changes for step in plan.steps):
        return
    if plan.config.get(f"{NAMESPACE}:guardRails") == "false":
        yield row("guard-rails-lowered", "The guard rails are off")
    accepted = plan.config.get(f"{NAMESPACE}:acceptedDangers")
    if isinstance(accepted, str) and accepted != "[]":
        yield row("guard-rails-lowered", "Accepted dangers: {names}", names=Value(accepted))


def _changes(plan: Plan) -> Iterator[Change]:
    for step in plan.steps:
        if step.action.changes:
            yield Change(step.action.value, step.type, step.name, _properties(step))


def _properties(step: Step) -> tuple[str, ...]:
    if not step.old or not step.new:
        return ()
    inputs = {difference.path for difference in step.differences}
    roots = {root_of(path) for path in inputs}
    return tuple(sorted(inputs | {path for path in step.unexplained if path not in roots}))


def _by_title(site: SiteScene) -> tuple[str, str]:
    return site.title.casefold(), site.name


def _row_as_json(one: Row) -> dict[str, Any]:
    return {
        "severity": one.rule.severity.word,
        "rule": one.rule.id,
        "site": one.site,
        "of": [plain(part) for part in one.of],
        "what": plain(one.what),
        "means": plain(one.means),
        "resources": list(one.urns),
    }
