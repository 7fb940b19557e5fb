"""What is under .github/: workflows, their jobs and steps, and the actions of this project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from local.layout import Layout

GITHUB = Layout.of_project().root / ".github"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class _Loader(yaml.SafeLoader):
    """Reads as GitHub does: `on` is a key, not a truth value."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@dataclass(frozen=True)
class Step:
    """One step, as it is written."""

    content: Mapping[str, Any]

    @property
    def run(self) -> str:
        """The script; empty where an action is used."""
        return str(self.content.get("run", ""))

    @property
    def action(self) -> str:
        """The action without its version; empty for a script."""
        return str(self.content.get("uses", "")).partition("@")[0]

    @property
    def given(self) -> Mapping[str, Any]:
        """What the action is told."""
        return dict(self.content.get("with", {}))


@dataclass(frozen=True)
class Job:
    """One job, as it is written."""

    workflow: str
    name: str
    content: Mapping[str, Any]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps in order; none where another workflow is called."""
        return tuple(Step(one) for one in self.content.get("steps", ()))

    @property
    def permissions(self) -> Mapping[str, str] | None:
        """What its token may do, None where it does not say."""
        found: Mapping[str, str] | None = self.content.get("permissions")
        return found


@dataclass(frozen=True)
class File:
    """A file with its text, since comments count as well."""

    path: Path

    @cached_property
    def text(self) -> str:
        """The text as it is."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The text as YAML."""
        found: Mapping[str, Any] = yaml.load(self.text, _Loader)  # noqa: S506 - a safe one
        return found

    @property
    def jobs(self) -> dict[str, Job]:
        """The jobs of a workflow by name."""
        jobs = self.content.get("jobs", {})
        return {name: Job(self.path.stem, name, job) for name, job in jobs.items()}

    def steps(self) -> Iterator[Step]:
        """Yield the steps of all jobs, or those of an action."""
        for job in self.jobs.values():
            yield from job.steps
        yield from (Step(one) for one in self.content.get("runs", {}).get("steps", ()))


WORKFLOWS = {path.stem: File(path) for path in sorted((GITHUB / "workflows").glob("*.y*ml"))}
ACTIONS = {path.parent.name: File(path) for path in sorted(GITHUB.glob("actions/*/action.y*ml"))}
FILES = [*WORKFLOWS.values(), *ACTIONS.values()]
