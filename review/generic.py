"""What can be said of any resource: protection, provider, changes elsewhere; and unknown types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.differences import differences
from review.kinds import Kind, Noun, describe, whole
from review.masking import Secret, Unknown
from review.plan import Action, Step
from review.rows import Row, row
from review.scene import Scene
from review.sentences import Sentence, Value, listed

# Reference of a provider that the engine made itself (pulumi.md 2.1).
_DEFAULT = re.compile(r"::pulumi:providers:([\w-]+)::default_(\d+)_(\d+)_(\w+)")
_PROVIDER = re.compile(r"::pulumi:providers:([\w-]+)::(.+?)(?:::(.*))?$")
_MOST_PATHS = 5


def _unknown_noun(step: Step) -> Sentence:
    return (Value(step.type.rpartition(":")[2] or step.type), " ", Value(step.name))


UNKNOWN = Kind(
    noun=_unknown_noun,
    judges={},
    created=whole("unknown-created", "is new"),
    deleted=whole("unknown-deleted", "deleted"),
    replaced=whole("unknown-replaced", "replaced"),
)


def describe_provider(step: Step) -> Iterator[Row]:
    """Return the rows about a provider that the program declares itself."""
    thing: Sentence = ("Provider ", Value(step.name))
    if step.action is Action.CREATE:
        yield row("created", "{thing} is new", thing=thing)
    elif step.action is Action.DELETE:
        yield row("deleted", "{thing} goes", thing=thing)
    else:
        old = step.old.inputs if step.old else {}
        new = step.new.inputs if step.new else {}
        for difference in differences(old, new):
            rule = "provider-version" if difference.path == "version" else "provider-settings"
            yield row(
                rule,
                "{path}: {old} → {new}",
                of=thing,
                path=Value(difference.path),
                old=_provider_value(difference.old),
                new=_provider_value(difference.new),
            )


def _provider_value(value: object) -> str | Value:
    return str(value) if isinstance(value, (Secret, Unknown)) else Value(str(value))


def describe_any(step: Step, scene: Scene, noun: Noun) -> Iterator[Row]:
    """Return the rows that every type of resource shares."""
    site = scene.site_of(step)
    name = site.name if site else None
    thing = noun(step)
    was = bool(step.old and step.old.protect)
    will_be = bool(step.new and step.new.protect)
    if was and step.action in (Action.DELETE, Action.REPLACE):
        yield row("protected-touched", "{thing} is protected", site=name, thing=thing)
    elif was and not will_be:
        yield row("protection-off", "{thing} is protected no longer", site=name, thing=thing)
    elif was and step.action is Action.UPDATE:
        yield row("protected-updated", "{thing} is protected and updated", site=name, thing=thing)
    elif will_be and step.old and not was:
        yield row("protection-on", "{thing} is protected from now on", site=name, thing=thing)
    if step.recorded and step.old:
        paths = [
            Value(difference.path)
            for difference in differences(step.recorded.inputs, step.old.inputs)
        ]
        yield row(
            "changed-elsewhere",
            "{thing} was changed: {paths}",
            site=name,
            thing=thing,
            paths=(*listed([*paths[:_MOST_PATHS]]), " and more" * (len(paths) > _MOST_PATHS)),
        )
    if step.is_back:
        yield row("vanished", "{thing} is not there any more", site=name, thing=thing)
    yield from _provider_changes(step, thing)


def _provider_changes(step: Step, thing: Sentence) -> Iterator[Row]:
    old = step.old.provider if step.old else ""
    new = step.new.provider if step.new else ""
    if old == new or not old or not new:
        return
    before, after = _DEFAULT.search(old), _DEFAULT.search(new)
    if before and after and before[1] == after[1]:
        versions = [".".join(match.groups()[1:]) for match in (before, after)]
        if versions[0] != versions[1]:
            yield row(
                "provider-version",
                "Plugin {name}: {old} → {new}",
                name=Value(before[1]),
                old=Value(versions[0]),
                new=Value(versions[1]),
            )
            return
    found = _PROVIDER.search(new)
    yield row(
        "provider-settings",
        "Another provider {name}",
        of=thing,
        name=Value(found[2] if found else new),
    )


def describe_moved(step: Step, scene: Scene, noun: Noun) -> Iterator[Row]:
    """Return the rows of what only enters or leaves the state."""
    site = scene.site_of(step)
    rule, verb = (
        ("imported", "is taken over")
        if step.action is Action.IMPORT
        else ("dropped-from-state", "is forgotten")
    )
    yield row(rule, f"{{thing}} {verb}", site=site.name if site else None, thing=noun(step))


def describe_step(step: Step, scene: Scene, kind: Kind | None) -> Iterator[Row]:
    """Return every row about one step; `kind` is None for a type that nobody described."""
    known = kind or UNKNOWN
    yield from describe_any(step, scene, known.noun)
    if step.action in (Action.IMPORT, Action.DISCARD):
        yield from describe_moved(step, scene, known.noun)
    elif step.action.changes:
        yield from describe(known, step, scene)
