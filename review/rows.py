"""A row of the report: one change in words, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from review.rules import RULES, Rule
from review.sentences import Piece, Sentence, plain, say

_ORDER = {name: place for place, name in enumerate(RULES)}


@dataclass(frozen=True)
class Row:
    """One change; `of` names the resources it is about where the words do not."""

    rule: Rule
    site: str | None
    what: Sentence
    means: Sentence
    of: tuple[Sentence, ...] = ()
    urns: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, int, str, str]:
        """What rows are ordered by: severity, then the order of the rules, then the words."""
        return (
            -self.rule.severity,
            _ORDER[self.rule.id],
            plain(self.what),
            " ".join(plain(part) for part in self.of),
        )


def row(
    rule: str, what: str, *, site: str | None = None, of: Sentence = (), **values: Piece | Sentence
) -> Row:
    """Return a row whose `what`, and the rule's own words, have the values in their places."""
    known = RULES[rule]
    return Row(known, site, say(what, values), say(known.means, values), (of,) if of else ())


def merged(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in order; those that say the same of several resources become one."""
    found: dict[tuple[str, str | None, str, str], Row] = {}
    for one in rows:
        key = (one.rule.id, one.site, plain(one.what), plain(one.means))
        first = found.get(key)
        if first is None:
            found[key] = one
            continue
        found[key] = replace(
            first,
            of=tuple(sorted({*first.of, *one.of}, key=plain)),
            urns=tuple(sorted({*first.urns, *one.urns})),
        )
    return sorted(found.values(), key=lambda one: one.key)
