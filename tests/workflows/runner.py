"""Runs a job's steps in their order, as GitHub would: a new checkout, the job's variables."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stack.reader import check_out
from tests.workflows.files import ACTIONS, EXPRESSION, WORKFLOWS, Job, Step

_SET = re.compile(r"vars\.(\w+) != ''")
# Machines are set up by these. Here everything is there already.
_SETS_UP = {
    "actions/checkout",
    "actions/setup-python",
    "pulumi/actions",
    "aws-actions/configure-aws-credentials",
}


@dataclass(frozen=True)
class Done:
    """A step's script that has been run."""

    script: str
    code: int
    said: str


@dataclass(frozen=True)
class Ran:
    """A job that has ended; `kept` are the files that its checkout had under .local/review."""

    kept: frozenset[str]
    summary: str
    done: tuple[Done, ...]

    @property
    def codes(self) -> dict[str, int]:
        """The scripts that were run, in order, and how each ended."""
        return {one.script: one.code for one in self.done}

    def said(self, script: str) -> str:
        """Return what a script printed."""
        return next(one.said for one in self.done if one.script == script)


@dataclass
class Runner:
    """GitHub's runners: `machine` is what their shells know, `contexts` what expressions mean.

    Each job gets a new checkout of `repository` as it is then. Artifacts are handed on from job to
    job.
    """

    repository: Path
    folder: Path
    machine: Mapping[str, str]
    contexts: Mapping[str, str]
    artifacts: dict[str, Path] = field(default_factory=dict)
    _jobs: int = 0

    def run(self, workflow: str, job: str, **contexts: str) -> Ran:
        """Run a job to its end; what fails keeps later steps from running, but not all of them."""
        found = WORKFLOWS[workflow].jobs[job]
        self._jobs += 1
        checkout = self._check_out()
        summary = self.folder / f"summary-{self._jobs}.md"
        summary.touch()
        known = {**self.contexts, **{key.replace("__", "."): one for key, one in contexts.items()}}
        variables = {**self.machine, "GITHUB_STEP_SUMMARY": str(summary)}
        variables |= _resolved(found.content.get("env", {}), known)
        done: list[Done] = []
        for step in _steps(found):
            if not _is_due(step, known, failed=any(one.code for one in done)):
                continue
            if step.run:
                environment = variables | _resolved(step.content.get("env", {}), known)
                done.append(_execute(step.run, checkout, environment))
            else:
                self._use(step.action, _resolved(step.given, known), checkout)
        kept = frozenset(path.name for path in checkout.glob(".local/review/*"))
        return Ran(kept, summary.read_text(encoding="utf-8"), tuple(done))

    def _check_out(self) -> Path:
        checkout = self.folder / "checkout"
        if checkout.exists():
            shutil.rmtree(checkout)
        return check_out(self.repository, checkout)

    def _use(self, action: str, given: Mapping[str, str], checkout: Path) -> None:
        if action == "actions/upload-artifact":
            source = checkout / given["path"]
            assert source.exists(), "there is nothing to upload"
            kept = self.folder / f"artifact-{self._jobs}" / source.name
            kept.parent.mkdir()
            shutil.copy(source, kept)
            self.artifacts[given["name"]] = kept
        elif action == "actions/download-artifact":
            kept = self.artifacts[given["name"]]
            (checkout / given["path"]).mkdir(parents=True, exist_ok=True)
            shutil.copy(kept, checkout / given["path"])
        else:
            assert action in _SETS_UP, f"nobody here knows what {action} does"


def _steps(job: Job) -> list[Step]:
    """Return the job's steps, in the place of this project's actions those of the action."""
    steps: list[Step] = []
    for step in job.steps:
        if step.action.startswith("./"):
            steps += ACTIONS[step.action.rpartition("/")[2]].steps()
        else:
            steps.append(step)
    return steps


def _is_due(step: Step, known: Mapping[str, str], *, failed: bool) -> bool:
    condition = str(step.content.get("if", ""))
    if condition == "${{ !cancelled() }}":
        return True
    if match := _SET.fullmatch(condition):
        return bool(known.get(f"vars.{match[1]}")) and not failed
    assert condition in ("", "inputs.aws-role != ''"), f"nobody here knows what {condition} means"
    return not failed


def _resolved(texts: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Return the texts with their expressions' values; what is not set is empty, as at GitHub."""
    return {
        name: EXPRESSION.sub(lambda match: known.get(match[1], ""), str(text))
        for name, text in texts.items()
    }


def _execute(script: str, folder: Path, environment: Mapping[str, str]) -> Done:
    """Run a script in the shell that GitHub takes."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    assert "Traceback" not in done.stdout, done.stdout
    return Done(script, done.returncode, done.stdout)
