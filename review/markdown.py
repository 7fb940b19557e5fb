"""The report as a comment on a pull request: Markdown that no value of the plan can break.

GitHub, "About writing and formatting on GitHub" and the GitHub Flavored Markdown specification.
Values are code, where neither mentions nor links nor HTML act. A value with a character that means
something inside a code span or a table cell is written as a code element with numeric entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from review.report import Change, Report, Section
from review.rows import Row
from review.rules import Severity
from review.sentences import Name, Piece, Sentence, Value, shortened, visible

LONGEST_COMMENT = 65_536
"""The longest comment, in bytes of UTF-8.

Assumption: GitHub refuses a longer one ("Body is too long", with 65536 as the number of
characters); bytes are the stricter way to count.
"""
SHORTEST_COMMENT = 4_000

_SIGNS = {
    Severity.DANGER: "🔴 danger",
    Severity.WARNING: "🟠 warning",
    Severity.NOTICE: "🔵 notice",
    Severity.INFO: "⚪ info",
}
# Words with spaces between them: nothing that links, mentions or formats.
_TAME = re.compile(r"[^\W_]+(?:(?:, | & | |')[^\W_]+)*")
_PLAIN_CODE = re.compile(r"[^`|\\<>&\s](?:[^`|\\<>&\n\r\t]*[^`|\\<>&\s])?")
_TABLE = "| severity | change | what follows |\n|---|---|---|\n"
_CHANGES = "| action | resource | properties |\n|---|---|---|\n"
_ROOM_FOR_NOTE = 600
_MOST_NAMES = 5
_LONGEST_RUN = 9
_LONG_RUN = re.compile(f"`{{{_LONGEST_RUN},}}")


def marker(stack: str) -> str:
    """Return the comment by which a job finds its own comment again, to edit it in place."""
    safe = re.sub(r"[^A-Za-z0-9_.]", lambda found: f"~{ord(found[0]):x}~", stack)
    return f"<!-- messenger-sso:preview:{safe} -->"


def to_markdown(report: Report, limit: int = LONGEST_COMMENT) -> str:
    """Return the report as Markdown of at most `limit` bytes.

    What does not fit is left out, the least severe first, and the end says what that was.
    """
    text = _head(report, limit)
    room = limit - _size(text) - _ROOM_FOR_NOTE
    rows = _fitting(report, room)
    parts = [text, *_sections(report, rows)]
    left_out = [_left_out_rows(report, rows)]
    details = _details(report.changes)
    if not left_out[0] and _size("".join(parts)) + _size(details) <= limit - _ROOM_FOR_NOTE:
        parts.append(details)
    elif report.changes:
        left_out.append(f"the list of {len(report.changes)} resources")
    note = " and ".join(part for part in left_out if part)
    if note:
        parts.append(
            f"\n**Cut to fit into a comment.** Left out: {note}. "
            "`python -m review preview` shows everything.\n"
        )
    return "".join(parts)


def inline(sentence: Sentence) -> str:
    """Return a sentence as inline Markdown, fit for a table cell."""
    return "".join(_piece(piece) for piece in sentence)


def _piece(piece: Piece) -> str:
    if isinstance(piece, str):
        return piece
    text = shortened(visible(piece.text)) or " "
    if isinstance(piece, Name) and _TAME.fullmatch(text):
        return f"*{text}*"
    return _code(text)


def _code(text: str) -> str:
    if _PLAIN_CODE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{''.join(map(_entity, text))}</code>"


def _entity(character: str) -> str:
    return character if character.isalnum() or character == " " else f"&#{ord(character)};"


def _head(report: Report, limit: int) -> str:
    title = f"{marker(report.stack)}\n## Preview of {inline((Value(report.stack or 'the stack'),))}"
    if report.failed:
        said = _block("\n\n".join(said.message for said in report.errors), limit // 3)
        rest = "What it had found until then:\n" if report.rows else ""
        return f"{title}\n\n**The preview failed**, nothing can be said for sure.\n\n{said}\n{rest}"
    text = f"{title}\n\n**{report.judged[:1].upper()}{report.judged[1:]}.** "
    text += f"{report.resources[:1].upper()}{report.resources[1:]}.\n"
    if report.remarks:
        said = _block("\n".join(said.message for said in report.remarks), limit // 6)
        text += f"\nThe engine remarks:\n\n{said}"
    points = list(_points(report))
    if points:
        text += "\n### What a reviewer must know\n\n"
        text += "".join(_while_it_fits(points, limit // 3))
    return text


def _points(report: Report) -> Iterator[str]:
    """Return one line for each rule that matters, with the sites that it is about."""
    grouped: dict[str, list[Row]] = {}
    for row in report.rows:
        if row.rule.severity >= Severity.WARNING:
            grouped.setdefault(row.rule.id, []).append(row)
    for rows in grouped.values():
        about = {row.site for row in rows}
        names = [
            inline((Name(site.title),)) for site in report.sites.values() if site.name in about
        ]
        more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
        where = f": {', '.join([*names[:_MOST_NAMES], *more])}" if names else ""
        rule = rows[0].rule
        times = f" ({len(rows)} times)" if len(rows) > 1 else ""
        yield f"- {_SIGNS[rule.severity]}: **{rule.title}**{times}{where}\n"


def _while_it_fits(lines: Iterable[str], room: int) -> Iterator[str]:
    lines = list(lines)
    for place, line in enumerate(lines):
        room -= _size(line)
        if room < 0:
            yield f"- and {len(lines) - place} more kinds of changes\n"
            return
        yield line


def _fitting(report: Report, room: int) -> set[Row]:
    """Return the rows that fit, the most severe first, with the headings they need."""
    found: set[Row] = set()
    headed: set[str | None] = set()
    headings = {
        section.site.name if section.site else None: _size(_heading(section))
        for section in report.sections
    }
    for row in sorted(report.rows, key=lambda one: one.key):
        room -= _size(_line(row)) + (headings[row.site] if row.site not in headed else 0)
        if room < 0:
            break
        headed.add(row.site)
        found.add(row)
    return found


def _sections(report: Report, rows: set[Row]) -> Iterator[str]:
    for section in report.sections:
        lines = [_line(row) for row in section.rows if row in rows]
        if lines:
            yield _heading(section) + "".join(lines)


def _heading(section: Section) -> str:
    if section.site is None:
        return f"\n### Shared by all sites\n\n{_TABLE}"
    title = inline((Name(section.site.title), " ", Value(section.site.url or section.site.name)))
    return f"\n### {title}\n\n{_TABLE}"


def _line(row: Row) -> str:
    of = f" ({', '.join(inline(part) for part in row.of)})" if row.of else ""
    return f"| {_SIGNS[row.rule.severity]} | {inline(row.what)}{of} | {inline(row.means)} |\n"


def _left_out_rows(report: Report, rows: set[Row]) -> str:
    counted = [
        f"{number} {severity.word}"
        for severity in sorted(Severity)
        if (number := sum(row.rule.severity is severity and row not in rows for row in report.rows))
    ]
    return f"rows of severity {', '.join(counted)}" if counted else ""


def _details(changes: tuple[Change, ...]) -> str:
    if not changes:
        return ""
    lines = "".join(map(_change, changes))
    summary = f"<summary>All {len(changes)} resources that change</summary>"
    return f"\n<details>{summary}\n\n{_CHANGES}{lines}\n</details>\n"


def _change(change: Change) -> str:
    kind = change.type.rpartition(":")[2]
    properties = ", ".join(inline((Value(path),)) for path in change.properties)
    return (
        f"| {change.action} | {inline((Value(kind), ' ', Value(change.name)))} | {properties} |\n"
    )


def _block(text: str, room: int) -> str:
    """Return what was said as a code block whose fence it cannot close."""
    lines = [visible(line).rstrip() for line in text.splitlines()]
    text = "\n".join(lines)
    if _size(text) > room:
        text = text.encode()[:room].decode(errors="ignore") + "\n… (cut)"
    text = _LONG_RUN.sub(f"{'`' * _LONGEST_RUN}…", text)
    fence = "`" * (_LONGEST_RUN + 1 if "```" in text else 3)
    return f"{fence}text\n{text}\n{fence}\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", errors="replace"))
