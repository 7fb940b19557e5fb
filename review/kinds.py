"""How kinds of resources are described: words and judges by property, words for the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from review.differences import Difference, at
from review.masking import Secret, Unknown
from review.plan import Action, Step
from review.rows import Row, row
from review.scene import Scene, SiteScene
from review.sentences import Piece, Sentence, Value, listed, plain, shown


@dataclass(frozen=True)
class Seen:
    """One difference, where it is, and what is around it."""

    step: Step
    difference: Difference
    scene: Scene
    site: str | None
    of: Sentence

    @property
    def old(self) -> object:
        """The value before."""
        return self.difference.old

    @property
    def new(self) -> object:
        """The value afterwards."""
        return self.difference.new

    def row(
        self, rule: str, what: str, about: SiteScene | None = None, **values: Piece | Sentence
    ) -> Row:
        """Return a row about this resource, or about what a site is to it."""
        site = about.name if about else self.site
        of = () if self.site or "thing" in values else self.of
        return row(rule, what, site=site, of=of, **values)

    def whole(self, rule: str, verb: str, about: SiteScene | None = None) -> Row:
        """Return a row about the resource as a whole."""
        return self.row(rule, f"{{thing}} {verb}", about, thing=self.of)

    def change(self, rule: str, label: str) -> Row:
        """Return the row that names a property and says old and new."""
        return self.row(rule, "{label}: {change}", label=label, change=change(self.difference))


Judge = Callable[[Seen], Iterator[Row]]
Noun = Callable[[Step], Sentence]


def whole(rule: str, verb: str) -> Judge:
    """Return the judge that says what becomes of the resource as a whole."""

    def judge(seen: Seen) -> Iterator[Row]:
        yield seen.whole(rule, verb)

    return judge


_IS_NEW = whole("created", "is new")
_GOES = whole("deleted", "goes")
_IS_MADE_ANEW = whole("replaced", "is made anew")


@dataclass(frozen=True)
class Kind:
    """One type of resource.

    `judges` are asked by property; a key ends in a dot to stand for everything below it. `guards`
    are the properties whose judges look at new resources, too.
    """

    noun: Noun
    judges: Mapping[str, Judge]
    guards: tuple[str, ...] = ()
    created: Judge = _IS_NEW
    deleted: Judge = _GOES
    replaced: Judge = _IS_MADE_ANEW
    updated: Judge | None = None
    computed: Mapping[str, Judge] = field(default_factory=dict)


def named(noun: str, key: str = "name") -> Noun:
    """Return the noun of resources that have a name of their own."""

    def words_for(step: Step) -> Sentence:
        name = step.inputs.get(key)
        return (f"{noun} ", Value(name if isinstance(name, str) and name else step.name))

    return words_for


def called(noun: str) -> Noun:
    """Return the noun of a resource that there is once."""
    return lambda _: (noun,)


def words(rule: str, label: str) -> Judge:
    """Return the judge that only says what the property was and is."""

    def judge(seen: Seen) -> Iterator[Row]:
        yield seen.change(rule, label)

    return judge


def switch(label: str, *, on: str, off: str) -> Judge:
    """Return the judge of a switch, which names the rule of each direction."""

    def judge(seen: Seen) -> Iterator[Row]:
        if seen.new is True:
            yield seen.row(on, f"{label} switched on")
        elif seen.new in (False, None):
            if seen.old is True:
                yield seen.row(off, f"{label} switched off")
        else:
            yield seen.change("setting-changed", label)

    return judge


def secret(label: str) -> Judge:
    """Return the judge of a property that is never shown."""

    def judge(seen: Seen) -> Iterator[Row]:
        if seen.new is None:
            yield seen.row("secret-rotated", f"{label} removed")
        elif seen.old is None:
            yield seen.row("secret-rotated", f"{label} set")
        else:
            yield seen.row("secret-rotated", f"{label} changes")

    return judge


def status(rule: str, label: str) -> Judge:
    """Return the judge of an `ACTIVE` or `INACTIVE`."""

    def judge(seen: Seen) -> Iterator[Row]:
        if seen.new == "INACTIVE":
            yield seen.row(rule, f"{label} switched off")
        elif seen.new == "ACTIVE" and seen.old is not None:
            yield seen.row("rights-added", f"{label} switched on again")

    return judge


def members(label: str, *, added: str, removed: str) -> Judge:
    """Return the judge of a list whose items count one by one."""

    def judge(seen: Seen) -> Iterator[Row]:
        if not all(isinstance(side, list) or side is None for side in (seen.old, seen.new)):
            yield seen.change("setting-changed", label)
            return
        for item in seen.difference.removed:
            yield seen.row(removed, f"{label} {{item}} removed", item=shown(item))
        for item in seen.difference.added:
            yield seen.row(added, f"{label} {{item}} added", item=shown(item))
        if not seen.difference.removed and not seen.difference.added:
            yield seen.row("order-changed", f"Order of {label[:1].lower()}{label[1:]} changes")

    return judge


def change(difference: Difference) -> Sentence:
    """Return old and new in words; of a list, what is added and removed."""
    old, new = difference.old, difference.new
    if isinstance(old, Secret) or isinstance(new, Secret):
        return ("a secret value changes",)
    if isinstance(new, Unknown):
        return ("was ", shown(old), ", ", str(new)) if old is not None else (str(new),)
    if _are_flat_lists(old, new):
        parts: list[Piece] = []
        for verb, items in (("adds ", difference.added), ("drops ", difference.removed)):
            if items:
                parts += [", " if parts else "", verb, *listed([shown(item) for item in items])]
        return tuple(part for part in parts if part) or ("another order",)
    sides = [shown(old), shown(new)]
    if plain((sides[0],)) == plain((sides[1],)):
        return ("changes where ", sides[0], " is cut, or in a way that is not shown")
    return (sides[0], " → ", sides[1])


def describe(kind: Kind, step: Step, scene: Scene) -> Iterator[Row]:
    """Return the rows about a step of this kind, which creates, changes or deletes something."""
    site = scene.site_of(step)
    of = kind.noun(step)

    def look(difference: Difference, judge: Judge) -> Iterator[Row]:
        yield from judge(Seen(step, difference, scene, site.name if site else None, of))

    itself = Difference("", None, None)
    if step.action in (Action.CREATE, Action.DELETE, Action.REPLACE):
        become = {Action.CREATE: kind.created, Action.DELETE: kind.deleted}
        judge = kind.replaced if step.is_back else become.get(step.action, kind.replaced)
        yield from look(itself, judge)
    if step.action is Action.DELETE:
        return
    if step.old is None:
        for path in kind.guards:
            value = at(step.inputs, path)
            yield from look(Difference(path, None, value), kind.judges[path])
        return
    for difference in step.differences:
        yield from look(difference, judge_of(kind, difference.path))
    for path in step.unexplained:
        judge = kind.computed.get(path, _unexplained)
        yield from look(Difference(path, at(step.old.outputs, path), Unknown()), judge)
    if kind.updated:
        yield from look(itself, kind.updated)
    if not (step.differences or step.unexplained or step.action is Action.REPLACE):
        yield from look(itself, _silent)


def judge_of(kind: Kind, path: str) -> Judge:
    """Return who knows about a property: its own judge, the one of what it is part of, or none."""
    if path in kind.judges:
        return kind.judges[path]
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        if judge := kind.judges.get(".".join(parts[:length]) + "."):
            return judge
    return _unknown_property


def _unknown_property(seen: Seen) -> Iterator[Row]:
    path = seen.difference.path
    if isinstance(seen.old, Secret) or isinstance(seen.new, Secret):
        yield seen.row("secret-rotated", "{path} changes", path=Value(path))
    else:
        yield seen.row(
            "setting-changed",
            "{path}: {change}",
            path=Value(path),
            change=change(seen.difference),
        )


def _unexplained(seen: Seen) -> Iterator[Row]:
    yield seen.row(
        "unexplained",
        "{path} changes, the program's own value does not",
        path=Value(seen.difference.path),
    )


def _silent(seen: Seen) -> Iterator[Row]:
    yield seen.row("unexplained", "Updated, without a difference of the program's own values")


def _are_flat_lists(old: object, new: object) -> bool:
    sides = [side for side in (old, new) if side is not None]
    return bool(sides) and all(
        isinstance(side, list) and not any(isinstance(item, (dict, list)) for item in side)
        for side in sides
    )
