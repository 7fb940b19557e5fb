"""The report in a terminal: colour where it is wanted, and readable in a narrow window."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from review.report import Report, Section, counted
from review.rows import Row
from review.rules import Severity
from review.sentences import Name, Sentence, shortened, visible

STYLES = {
    Severity.DANGER: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTICE: "cyan",
    Severity.INFO: "dim",
}
_NARROW = 70


def show_report(report: Report, console: Console) -> None:
    """Print the report; nothing in it is taken for markup or control characters."""
    console.print(Text.assemble(("Preview of ", "bold"), (visible(report.stack), "bold")))
    if report.failed:
        console.print(Text("The preview failed; nothing can be said for sure.", "bold red"))
        for said in report.errors:
            console.print(Padding(_said(said.message), (0, 0, 0, 2)))
        if report.rows:
            console.print(Text("What it had found until then:"))
    else:
        console.print(_summary(report))
        for said in report.remarks:
            console.print(Padding(_said(said.message), (0, 0, 0, 2)))
    for section in report.sections:
        console.print()
        console.print(_title(section))
        for item in _rows(section, is_narrow=console.width < _NARROW):
            console.print(item)


def _summary(report: Report) -> Text:
    text = Text()
    for severity, number in report.severities.items():
        text.append(", " if text else "").append(counted(number, severity), STYLES[severity])
    text.append(". " if text else "Nothing changes. ")
    return text.append(f"{report.resources[:1].upper()}{report.resources[1:]}.")


def _title(section: Section) -> Text:
    if section.site is None:
        return Text("Shared by all sites", "bold")
    title = shortened(visible(section.site.title))
    return Text.assemble((title, "bold"), "  ", shortened(visible(section.site.url)))


def _rows(section: Section, *, is_narrow: bool) -> Iterator[RenderableType]:
    if is_narrow:
        for row in section.rows:
            yield Text.assemble(
                (row.rule.severity.word, STYLES[row.rule.severity]), " ", _what(row)
            )
            if row.means:
                yield Padding(_text(row.means, "dim"), (0, 0, 0, 2))
        return
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=3, overflow="fold")
    table.add_column(ratio=2, overflow="fold")
    for row in section.rows:
        severity = Text(row.rule.severity.word, STYLES[row.rule.severity])
        table.add_row(severity, _what(row), _text(row.means, "dim"))
    yield table


def _what(row: Row) -> Text:
    text = _text(row.what)
    for place, part in enumerate(row.of):
        text.append(" (" if place == 0 else ", ").append_text(_text(part))
    return text.append(")") if row.of else text


def _text(sentence: Sentence, style: str = "") -> Text:
    text = Text(style=style)
    for piece in sentence:
        if isinstance(piece, str):
            text.append(piece)
        else:
            value = shortened(visible(piece.text))
            text.append(value, "italic" if isinstance(piece, Name) else "bold")
    return text


def _said(message: str) -> Text:
    return Text("\n".join(visible(line).rstrip() for line in message.splitlines()))
