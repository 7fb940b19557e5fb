"""Inputs that agree with a state, after a refresh or an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.plugins.checking import DEFAULTS_KEY
from local.plugins.planning import differs, is_empty
from local.plugins.properties import ListOf, ObjectOf, Property, Type
from local.plugins.resource import Resource
from local.plugins.wire import Values


def with_defaults(resource: Resource[Any], state: Values) -> Values:
    """Return an imported state in which what the service does not tell has its default.

    The vendor's provider leaves these unset, and so plans an update right after an import.
    """
    filled = {one.name: one.default for one in resource.properties if one.default is not None}
    return filled | state


def follow(resource: Resource[Any], old_inputs: Mapping[str, Any], state: Values) -> Values:
    """Return inputs that agree with a state: what the program gave before, as it stands now.

    Without former inputs (an import) these are all properties that have a value; those that only
    repeat their default are listed as defaults.
    """
    if not old_inputs:
        inputs = _prune(resource.inputs, state)
        defaults = [
            name
            for name in inputs
            if (default := resource.shape.by_name[name].default) is not None
            and inputs[name] == default
        ]
        return inputs | ({DEFAULTS_KEY: sorted(defaults)} if defaults else {})
    followed = _follow_object(resource.inputs, old_inputs, state)
    if DEFAULTS_KEY in old_inputs:
        followed[DEFAULTS_KEY] = [name for name in old_inputs[DEFAULTS_KEY] if name in followed]
    return followed


def _prune(shape: ObjectOf, state: Mapping[str, Any]) -> Values:
    pruned: Values = {}
    for one in shape.properties:
        value = state.get(one.name)
        if one.output or one.write_only:
            continue
        if isinstance(one.type, ObjectOf) and isinstance(value, dict):
            value = _prune(one.type, value)
        elif isinstance(one.type, ListOf) and isinstance(one.type.item, ObjectOf) and value:
            value = [_prune(one.type.item, item) for item in value]
        if one.required or value is False or not is_empty(value):
            pruned[one.name] = value
    return {name: value for name, value in pruned.items() if value is not None}


def _follow_object(
    shape: ObjectOf, old_inputs: Mapping[str, Any], state: Mapping[str, Any]
) -> Values:
    followed: Values = {}
    for name, given in old_inputs.items():
        one = shape.by_name.get(name)
        if one is None:
            continue
        value = given if one.write_only else _follow(one, one.type, given, state.get(name))
        if value is not None:
            followed[name] = value
    return followed


def _follow(one: Property, kind: Type, given: Any, stands: Any) -> Any:
    if stands is None:
        return given if is_empty(given) else None
    if one.same is not None and one.same(given, stands):
        return given
    if isinstance(kind, ObjectOf) and isinstance(given, dict) and isinstance(stands, dict):
        return _follow_object(kind, given, stands)
    # A set in another order is the same set: what the program wrote stays.
    same_list = isinstance(kind, ListOf) and not differs(one, kind, stands, given)
    return given if same_list else stands
