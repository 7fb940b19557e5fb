"""A plan: what `pulumi preview --json` says, typed, in one order, and without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from review.differences import Difference, differences, root_of
from review.masking import Secret, masked, masked_text

_STACK_TYPE = "pulumi:pulumi:Stack"
_OF_STATES = {"id", "type", "inputs", "outputs", "protect", "provider", "additionalSecretOutputs"}


class PlanError(ValueError):
    """What was handed over is no plan; the message says what was expected."""


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    IMPORT = "import"
    READ = "read"
    SAME = "same"
    REFRESH = "refresh"
    DISCARD = "discard"

    @property
    def changes(self) -> bool:
        """Whether anything at a vendor or in the state is another thing afterwards."""
        return self not in (Action.SAME, Action.REFRESH, Action.READ)


# The engine's words (Go, sdk/go/common/display/operation.go) for the parts of one change.
_SPELLINGS = {
    "create-replacement": Action.REPLACE,
    "delete-replaced": Action.REPLACE,
    "read-replacement": Action.READ,
    "discard-replaced": Action.DISCARD,
    "import-replacement": Action.REPLACE,
    "remove-pending-replace": Action.DISCARD,
}


@dataclass(frozen=True)
class State:
    """A resource as the state has it, or would have it."""

    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False
    provider: str = ""


@dataclass(frozen=True)
class Step:
    """One resource and what happens to it."""

    action: Action
    urn: str
    old: State | None = None
    new: State | None = None
    paths: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    replace_reasons: tuple[str, ...] = ()
    recorded: State | None = None
    """What the state had before it was refreshed, where that is another thing than `old`."""
    is_back: bool = False
    """Whether the resource was in the state, and gone when the vendor was asked for it."""

    @property
    def type(self) -> str:
        """The type token, without the components around it."""
        return self.urn.split("::")[2].rpartition("$")[2] if self.urn.count("::") >= 3 else ""

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.split("::", 3)[3] if self.urn.count("::") >= 3 else self.urn

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The inputs as they will be; of a deleted resource, as they were."""
        state = self.new or self.old
        return state.inputs if state else {}

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What differs between old and new inputs, secrets that the engine says differ included."""
        old = self.old.inputs if self.old else {}
        new = self.new.inputs if self.new else {}
        judged = {root_of(path) for path in self.paths}
        found = [
            difference
            for difference in differences(old, new)
            # Left out of the program and no change to the provider: it keeps its value, as after an
            # import, which records every property as an input.
            if difference.new is not None or not judged or root_of(difference.path) in judged
        ]
        seen = {root_of(difference.path) for difference in found}
        for path in (*self.paths, *self.reasons):
            root = root_of(path)
            is_secret = isinstance(old.get(root), Secret) or isinstance(new.get(root), Secret)
            if root in seen or not is_secret:
                continue
            inner = [other for other in self.paths if root_of(other) == root] or [root]
            found += [Difference(other, Secret(), Secret()) for other in inner]
            seen.add(root)
        return tuple(sorted(found, key=lambda difference: difference.path))

    @cached_property
    def unexplained(self) -> tuple[str, ...]:
        """The properties that the provider wants to change without a difference of inputs."""
        explained = {root_of(difference.path) for difference in self.differences}
        return tuple(
            sorted({root_of(path) for path in (*self.paths, *self.reasons)} - explained - {""})
        )


@dataclass(frozen=True)
class Diagnostic:
    """Something that the engine, the program or a provider said."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything a preview says, in an order that depends on nothing but what it says."""

    stack: str
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]
    config: Mapping[str, Any]
    outputs: Mapping[str, Any]
    """The stack's outputs before the update; empty before the first one."""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What made the preview fail."""
        return tuple(said for said in self.diagnostics if said.severity == "error")


def read_plan(text: str) -> Plan:
    """Return the plan in what `pulumi preview --json` printed, secrets taken out.

    Raises PlanError when there is none.
    """
    start = 0 if text.startswith("{") else text.find("\n{") + 1
    if not text[start:].startswith("{"):
        raise PlanError(f"found {_beginning(text)}, expected what `pulumi preview --json` prints")
    try:
        document, _ = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError) as error:
        raise PlanError(
            f"found JSON that is cut or broken ({error}), expected what `pulumi preview --json` "
            "prints"
        ) from None
    if not isinstance(document, dict) or not {"steps", "changeSummary", "diagnostics"} & set(
        document
    ):
        raise PlanError(
            "found JSON without steps, expected what `pulumi preview --json` prints "
            "(without PULUMI_ENABLE_STREAMING_JSON_PREVIEW)"
        )
    return _plan(masked(_needed(document)))


def _needed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without what is never read: a stack trace is longer than its state."""
    steps = [
        {
            key: {name: part for name, part in value.items() if name in _OF_STATES}
            if key in ("oldState", "newState") and isinstance(value, dict)
            else value
            for key, value in step.items()
        }
        for step in _list(document.get("steps"))
        if isinstance(step, dict)
    ]
    return {**document, "steps": steps}


def _plan(document: Mapping[str, Any]) -> Plan:
    raw = [step for step in _list(document.get("steps")) if isinstance(step, dict)]
    raw = [step for step in raw if isinstance(step.get("urn"), str)]
    root = next((step for step in raw if f"::{_STACK_TYPE}::" in step["urn"]), {})
    urns = sorted(str(step["urn"]) for step in raw)
    return Plan(
        stack=urns[0].split(":")[2] if urns and urns[0].count(":") > 2 else "",
        steps=tuple(_steps(raw)),
        counts={
            str(name): number
            for name, number in sorted(_mapping(document.get("changeSummary")).items())
            if isinstance(number, int)
        },
        diagnostics=_diagnostics(document),
        config=_mapping(document.get("config")),
        outputs=_mapping(_mapping(root.get("oldState")).get("outputs")),
    )


def _steps(raw: list[dict[str, Any]]) -> Iterator[Step]:
    """Return one step for each resource, in the order of their URNs."""
    by_urn: dict[str, list[Step]] = {}
    for step in raw:
        by_urn.setdefault(step["urn"], []).append(_step(step))
    for urn in sorted(by_urn):
        yield _merged(sorted(by_urn[urn], key=_rank))


def _rank(step: Step) -> tuple[int, bool, str]:
    order = [Action.REPLACE, *(action for action in Action if action is not Action.REPLACE)]
    return order.index(step.action), step.new is None, repr((step.old, step.new, step.paths))


def _merged(steps: list[Step]) -> Step:
    """Return what the steps of one resource say together; the one that changes most comes first."""
    first = steps[0]
    refreshed = next((step for step in steps if step.action is Action.REFRESH), None)
    old = first.old or next((step.old for step in steps if step.old), None)
    new = first.new or next((step.new for step in steps if step.new), None)
    recorded = refreshed.old if refreshed else None
    if first.action is Action.CREATE and recorded:
        return Step(first.action, first.urn, None, new, recorded=recorded, is_back=True)
    if first.action is Action.REFRESH and first.new is None and first.old:
        return Step(Action.DELETE, first.urn, first.old, None)
    return Step(
        first.action,
        first.urn,
        old,
        new if first.action is not Action.DELETE else None,
        tuple(sorted({path for step in steps for path in step.paths})),
        tuple(sorted({reason for step in steps for reason in step.reasons})),
        tuple(sorted({reason for step in steps for reason in step.replace_reasons})),
        recorded=recorded if recorded and old and recorded.inputs != old.inputs else None,
    )


def _step(raw: Mapping[str, Any]) -> Step:
    op = str(raw.get("op", ""))
    try:
        action = _SPELLINGS.get(op) or Action(op)
    except ValueError:
        action = Action.UPDATE  # an operation of a newer engine: shown rather than passed over
    return Step(
        action,
        str(raw["urn"]),
        _state(raw.get("oldState"), ""),
        _state(raw.get("newState"), str(raw.get("provider", ""))),
        tuple(sorted(_mapping(raw.get("detailedDiff")))),
        tuple(sorted(map(str, _list(raw.get("diffReasons"))))),
        tuple(sorted(map(str, _list(raw.get("replaceReasons"))))),
    )


def _state(raw: Any, provider: str) -> State | None:
    if not isinstance(raw, dict):
        return None
    return State(
        id=str(raw.get("id", "")),
        inputs=_mapping(raw.get("inputs")),
        outputs=_mapping(raw.get("outputs")),
        protect=raw.get("protect") is True,
        provider=str(raw.get("provider") or provider),
    )


def _diagnostics(document: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    found = [
        Diagnostic(
            str(said.get("severity", "info")),
            masked_text(str(said.get("message", "")).strip()),
            str(said.get("urn", "")),
        )
        for said in _list(document.get("diagnostics"))
        if isinstance(said, dict)
    ]
    if document.get("maybeCorrupt"):
        found.append(Diagnostic("warning", "The engine fears that the state is damaged."))
    return tuple(sorted(set(found), key=lambda said: (said.urn == "", said.message, said.severity)))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _beginning(text: str) -> str:
    first = masked_text(text.strip().partition("\n")[0])
    return repr(first[:80]) if first else "nothing"
