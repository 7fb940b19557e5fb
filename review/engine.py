"""Asks the engine for a preview."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from review.masking import masked_text
from review.plan import Plan, PlanError, read_plan
from review.report import Report, failed_report, write_report

PROJECT = Path(__file__).resolve().parent.parent

# One document at the end is what is read here, and nobody is asked anything.
_LEFT_OUT = ("PULUMI_ENABLE_STREAMING_JSON_PREVIEW",)


class EngineMissing(RuntimeError):
    """There is no engine; the message says how to get one."""


@dataclass(frozen=True)
class Preview:
    """How to ask: which stack, and with which of the engine's options."""

    stack: str | None = None
    refresh: bool = False
    save_plan: Path | None = None

    @property
    def arguments(self) -> list[str]:
        """The engine's arguments."""
        found = ["preview", "--json", "--non-interactive"]
        found += ["--stack", self.stack] if self.stack else []
        found += ["--refresh"] if self.refresh else []
        return found + (["--save-plan", str(self.save_plan)] if self.save_plan else [])


def report_of(preview: Preview) -> Report:
    """Run a preview and return its report; a preview that fails has one as well.

    Raises EngineMissing when there is no `pulumi` on PATH.
    """
    engine = shutil.which("pulumi")
    if engine is None:
        raise EngineMissing(
            '`pulumi` is not on PATH: run `eval "$(python -m local env)"` for the local stack\'s '
            "engine, or install Pulumi (https://www.pulumi.com/docs/install/)."
        )
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    done = subprocess.run(  # noqa: S603 (found on the caller's own PATH)
        [engine, *preview.arguments],
        cwd=PROJECT,
        env={**kept, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return judge(preview.stack or "", done.returncode, done.stdout, done.stderr)


def judge(stack: str, exit_code: int, said: str, complained: str) -> Report:
    """Return the report of what a preview printed and how it ended."""
    try:
        plan: Plan | None = read_plan(said)
    except PlanError:
        plan = None
    if plan and (exit_code == 0 or plan.errors):
        return write_report(plan, stack)
    reason = masked_text(complained.strip() or said.strip()) or "It did not say why."
    return failed_report(stack, f"{reason}\n(`pulumi preview` ended with exit code {exit_code}.)")
