"""Declarations from a Pulumi package schema, and a package schema from declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from local.plugins.properties import (
    ANY,
    ListOf,
    MapOf,
    ObjectOf,
    Property,
    Scalar,
    Type,
)

_SCALARS = {name: Scalar(name) for name in ("string", "integer", "number", "boolean")}
_REF = "#/types/"

Overlay = Mapping[str, Mapping[str, Any]]


class SchemaError(ValueError):
    """A package schema or an overlay names something that does not exist."""


def declare_resource(
    schema: Mapping[str, Any], token: str, overlay: Overlay
) -> tuple[Property, ...]:
    """Build the declaration of a resource from its schema, amended by an overlay.

    `overlay` maps a dotted property path (`messenger.launcherButton.visibility`; list items add no
    step) to Property fields: `{"choices": ("On", "Off")}`. Properties that are no inputs become
    outputs by themselves. Raises SchemaError for a token or path that the schema does not have.
    """
    if token not in schema["resources"]:
        raise SchemaError(f"The package schema has no resource {token}.")
    found = schema["resources"][token]
    return _declare(schema, found, token, overlay)


def declare_function(
    schema: Mapping[str, Any], token: str
) -> tuple[tuple[Property, ...], tuple[Property, ...]]:
    """Build the declarations of a look-up's arguments and results."""
    if token not in schema["functions"]:
        raise SchemaError(f"The package schema has no function {token}.")
    found = schema["functions"][token]
    return tuple(
        _properties(schema, part.get("properties", {}), part.get("required", ()))
        for part in (found.get("inputs", {}), found["outputs"])
    )  # type: ignore[return-value]  # two parts, two declarations


def declare_provider(schema: Mapping[str, Any], overlay: Overlay) -> tuple[Property, ...]:
    """Build the declaration of the provider's own configuration."""
    return _declare(schema, schema["provider"], "provider", overlay)


def _declare(
    schema: Mapping[str, Any], found: Mapping[str, Any], token: str, overlay: Overlay
) -> tuple[Property, ...]:
    inputs = _properties(schema, found["inputProperties"], found.get("requiredInputs", ()))
    names = {one.name for one in inputs}
    outputs = _properties(
        schema,
        {name: spec for name, spec in found.get("properties", {}).items() if name not in names},
        (),
    )
    declared = inputs + tuple(replace(one, output=True) for one in outputs)
    for path, fields in overlay.items():
        declared = _amend(declared, path.split("."), fields, f"{token}, {path}")
    return declared


def _properties(
    schema: Mapping[str, Any], specs: Mapping[str, Any], required: Iterable[str]
) -> tuple[Property, ...]:
    needed = set(required)
    return tuple(
        Property(
            name,
            _type(schema, spec),
            required=name in needed,
            default=spec.get("default"),
            replaces=spec.get("willReplaceOnChanges", False),
            secret=spec.get("secret", False),
            description=spec.get("description", ""),
        )
        for name, spec in specs.items()
    )


def _type(schema: Mapping[str, Any], spec: Mapping[str, Any]) -> Type:
    reference: str = spec.get("$ref", "")
    if reference.startswith(_REF):
        token = reference.removeprefix(_REF)
        if token not in schema["types"]:
            raise SchemaError(f"The package schema has no type {token}.")
        found = schema["types"][token]
        return ObjectOf(
            token, _properties(schema, found.get("properties", {}), found.get("required", ()))
        )
    kind = spec.get("type")
    if kind == "array":
        return ListOf(_type(schema, spec["items"]))
    if kind == "object":
        return MapOf(_type(schema, spec.get("additionalProperties", {"type": "string"})))
    return _SCALARS.get(kind or "", ANY)


def _amend(
    declared: tuple[Property, ...], path: list[str], fields: Mapping[str, Any], where: str
) -> tuple[Property, ...]:
    head, rest = path[0], path[1:]
    if head not in {one.name for one in declared}:
        raise SchemaError(f"Overlay of {where}: the schema has no property {head}.")
    return tuple(
        one
        if one.name != head
        else replace(one, type=_amend_type(one.type, rest, fields, where))
        if rest
        else replace(one, **fields)
        for one in declared
    )


def _amend_type(kind: Type, path: list[str], fields: Mapping[str, Any], where: str) -> Type:
    if isinstance(kind, ListOf | MapOf):
        return replace(kind, item=_amend_type(kind.item, path, fields, where))
    if isinstance(kind, ObjectOf):
        return replace(kind, properties=_amend(kind.properties, path, fields, where))
    raise SchemaError(f"Overlay of {where}: {path[0]} is not inside an object.")


def resource_spec(properties: tuple[Property, ...], types: dict[str, Any]) -> dict[str, Any]:
    """Describe a resource in a package schema; nested object types are added to `types`."""
    inputs = [one for one in properties if not one.output]
    outputs = [one for one in properties if not one.write_only]
    return {
        "inputProperties": {one.name: _spec(one, types) for one in inputs},
        "requiredInputs": [one.name for one in inputs if one.required],
        "properties": {one.name: _spec(one, types) for one in outputs},
        "required": [
            one.name
            for one in outputs
            if one.required or one.output or one.computed or one.default is not None
        ],
    }


def object_spec(properties: tuple[Property, ...], types: dict[str, Any]) -> dict[str, Any]:
    """Describe an object type, or the arguments or results of a look-up, in a package schema."""
    return {
        "type": "object",
        "properties": {one.name: _spec(one, types) for one in properties},
        "required": [one.name for one in properties if one.required],
    }


def _spec(one: Property, types: dict[str, Any]) -> dict[str, Any]:
    spec = _type_spec(one.type, types)
    if one.description:
        spec["description"] = one.description
    if one.secret:
        spec["secret"] = True
    if one.replaces:
        spec["willReplaceOnChanges"] = True
    return spec


def _type_spec(kind: Type, types: dict[str, Any]) -> dict[str, Any]:
    if isinstance(kind, ListOf):
        return {"type": "array", "items": _type_spec(kind.item, types)}
    if isinstance(kind, MapOf):
        return {"type": "object", "additionalProperties": _type_spec(kind.item, types)}
    if isinstance(kind, ObjectOf):
        if kind.token not in types:
            types[kind.token] = {}  # claimed first: a type may contain itself
            types[kind.token] = object_spec(kind.properties, types)
        return {"$ref": _REF + kind.token}
    return {"$ref": "pulumi.json#/Any"} if kind is ANY else {"type": kind.name}
