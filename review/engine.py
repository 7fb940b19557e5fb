"""Asks the engine for a preview."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.engine import ask_engine
from review.masking import masked_text
from review.plan import Plan, PlanError, read_plan
from review.report import Report, failed_report, write_report


@dataclass(frozen=True)
class Preview:
    """How to ask: which stack, and with which of the engine's options."""

    stack: str | None = None
    refresh: bool = False
    save_plan: Path | None = None

    @property
    def arguments(self) -> list[str]:
        """The engine's arguments."""
        found = ["preview", "--json"]
        found += ["--stack", self.stack] if self.stack else []
        found += ["--refresh"] if self.refresh else []
        return found + (["--save-plan", str(self.save_plan)] if self.save_plan else [])


def report_of(preview: Preview) -> Report:
    """Run a preview and return its report; a preview that fails has one as well.

    Raises EngineError when there is no `pulumi` on PATH.
    """
    done = ask_engine(*preview.arguments)
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
