"""What an examination looks like: in a terminal, as JSON, as Markdown."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from doctor.check import Status
from doctor.examine import Examination, Result

SCHEMA_VERSION = 1

Notes = Mapping[str, int]

_NARROW = 80
_MOST_SUBJECTS = 5
_MOST_LINES = 5
_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.UNKNOWN: "yellow"}
# Not only colour tells them apart (NO_COLOR, and who does not see red and green).
_MARKS = {Status.PASS: "✓", Status.FAIL: "✗", Status.UNKNOWN: "?"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def show_terminal(examination: Examination, console: Console) -> None:
    """Print a table of all checks, what to do about those that did not pass, and the sum."""
    console.print(Text(f"Doctor: {examination.name}", "bold"))
    notes = _notes(examination)
    arrange = _list if console.width < _NARROW else _table
    for area, results in _by_area(examination):
        console.print()
        console.print(Text(area, "bold cyan"))
        console.print(arrange(results, notes))
    if notes:
        console.print()
        console.print(Text("Notes", "bold cyan"))
        for reason, number in notes.items():
            console.print(Text(f"{number}. {reason}"))
    troubles = [result for result in examination.results if result.status is not Status.PASS]
    if troubles:
        console.print()
        console.print(Text("What to do", "bold cyan"))
        for text in _to_do(troubles):
            console.print(text)
    console.print()
    console.print(Text.assemble(*_sum(examination)))
    console.print(Text(_calls(examination), "dim"))
    if examination.left_out:
        console.print(Text(_left_out(examination), "dim"))


def to_json(examination: Examination) -> str:
    """Return all there is, for programs."""
    document: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "examined": examination.name,
        "status": examination.status.value,
        "counts": {status.value: examination.count(status) for status in Status},
        "calls": dict(sorted(examination.calls.items())),
        "leftOut": dict(examination.left_out),
        "checks": [
            {
                "id": result.check.id,
                "title": result.check.title,
                "area": result.check.area.value,
                "status": result.status.value,
                "findings": [
                    {
                        "subject": finding.subject or None,
                        "status": finding.status.value,
                        "found": finding.found,
                        "waitsFor": finding.waits_for or None,
                    }
                    for finding in result.findings
                ],
                **(
                    {}
                    if result.status is Status.PASS
                    else {"cause": result.check.cause, "whatToDo": result.check.cure}
                ),
            }
            for result in examination.results
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def to_markdown(examination: Examination) -> str:
    """Return the table for a comment, an issue or a run book."""
    notes = _notes(examination)
    lines = [
        f"## Doctor: {_escape(examination.name)}",
        "",
        f"**{_words(examination)}**",
        "",
        "| | check | found | what to do |",
        "|---|---|---|---|",
    ]
    for result in examination.results:
        passed = result.status is Status.PASS
        lines.append(
            f"| {_MARKS[result.status]} {result.status} | {_escape(result.check.title)} "
            f"| {'<br>'.join(_escape(line) for line in _found(result, notes))} "
            f"| {'' if passed else _advice_text(result)} |"
        )
    lines += ["", *(f"{number}. {_escape(text)}" for text, number in notes.items())]
    lines += [""] if notes else []
    lines += [_calls(examination)]
    if examination.left_out:
        lines += ["", _left_out(examination)]
    return "\n".join(lines) + "\n"


def _notes(examination: Examination) -> Notes:
    """Return the reasons that kept several checks from being made, numbered from 1."""
    seen: Counter[str] = Counter()
    for result in examination.results:
        seen.update(
            {
                finding.found
                for finding in result.findings
                if finding.status is Status.UNKNOWN and not finding.waits_for
            }
        )
    several = [reason for reason, checks in seen.items() if checks > 1]
    return {reason: number for number, reason in enumerate(several, 1)}


def _by_area(examination: Examination) -> list[tuple[str, list[Result]]]:
    areas: dict[str, list[Result]] = {}
    for result in examination.results:
        areas.setdefault(result.check.area.value, []).append(result)
    return list(areas.items())


def _table(results: Sequence[Result], notes: Notes) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=16, no_wrap=True)
    table.add_column(ratio=5)
    table.add_column(ratio=6, overflow="fold")
    for result in results:
        table.add_row(
            _mark(result.status), Text(result.check.title), Text("\n".join(_found(result, notes)))
        )
    return table


def _list(results: Sequence[Result], notes: Notes) -> RenderableType:
    parts: list[RenderableType] = []
    for result in results:
        parts.append(_mark(result.status))
        parts.append(Padding(Text(result.check.title), (0, 0, 0, 2)))
        parts.append(Padding(Text("\n".join(_found(result, notes)), "dim"), (0, 0, 0, 2)))
    return Group(*parts)


def _mark(status: Status) -> Text:
    return Text(f"{_MARKS[status]} {status}", _STYLES[status])


def _found(result: Result, notes: Notes) -> list[str]:
    """Return what was found, one line for each thing; subjects that are well are told in one."""
    troubled: dict[str, list[str]] = {}
    well = []
    for finding in result.findings:
        if finding.status is Status.PASS:
            well.append(finding)
        else:
            found = f"not read, see note {notes[finding.found]}" if finding.found in notes else ""
            troubled.setdefault(found or finding.found, []).append(finding.subject)
    lines = [_line(subjects, found) for found, subjects in troubled.items()]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES:] = [f"and {len(lines) - _MOST_LINES} more, all in --format json"]
    if well and lines:
        return [*lines, f"{len(well)} of {len(result.findings)} well"]
    if len(well) == 1:
        return [well[0].found]
    if well:
        same = {finding.found for finding in well}
        return [f"all {len(well)}: {same.pop()}" if len(same) == 1 else f"all {len(well)}"]
    return lines


def _line(subjects: Sequence[str], found: str) -> str:
    if not any(subjects):
        return found
    more = len(subjects) - _MOST_SUBJECTS
    named = ", ".join(subjects[:_MOST_SUBJECTS]) + (f" and {more} more" if more > 0 else "")
    return f"{named}: {found}"


def _to_do(troubles: Sequence[Result]) -> list[Text]:
    """Return what to do, once for all checks that want the same."""
    wanted: dict[str, list[Result]] = {}
    for result in troubles:
        wanted.setdefault(_advice_text(result), []).append(result)
    return [
        Text.assemble(
            (f"{_MARKS[results[0].status]} ", _STYLES[results[0].status]),
            (", ".join(result.check.id for result in results), "bold"),
            f"\n  {advice}",
        )
        for advice, results in wanted.items()
    ]


def _advice_text(result: Result) -> str:
    check = result.check
    if result.status is Status.FAIL:
        return f"Likely {check.cause}. {check.cure}"
    waits = sorted({finding.waits_for for finding in result.findings if finding.waits_for})
    if waits and all(
        finding.waits_for for finding in result.findings if finding.status is not Status.PASS
    ):
        return f"Heal {', '.join(waits)} first."
    return "Heal what kept it from being read; then run the doctor again."


def _sum(examination: Examination) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    for status in Status:
        count = examination.count(status)
        style = _STYLES[status] if count else "dim"
        parts += [(", ", "dim")] if parts else []
        parts.append((f"{count} {status}", style))
    return parts


def _words(examination: Examination) -> str:
    return ", ".join(f"{examination.count(status)} {status}" for status in Status)


def _calls(examination: Examination) -> str:
    calls = ", ".join(f"{service} {count}" for service, count in sorted(examination.calls.items()))
    return f"Calls: {calls or 'none'}."


def _left_out(examination: Examination) -> str:
    reasons: dict[str, list[str]] = {}
    for check, reason in examination.left_out.items():
        reasons.setdefault(reason, []).append(check)
    said = "; ".join(f"{', '.join(checks)} ({reason})" for reason, checks in reasons.items())
    return f"Left out: {said}."


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
