"""The table of rules as documentation."""

from __future__ import annotations

import string

from review.rules import RULES

_EXAMPLES = {"page": "its address"}


def severity_table() -> str:
    """Return every rule as Markdown, the most severe first."""
    rows = [
        f"| {rule.severity.word} | `{rule.id}` | {rule.title} | {_filled(rule.means)} |\n"
        for rule in RULES.values()
    ]
    return "| severity | rule | change | what follows |\n|---|---|---|---|\n" + "".join(rows)


def _filled(template: str) -> str:
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return template.format(**{name: _EXAMPLES[name] for name in names})
