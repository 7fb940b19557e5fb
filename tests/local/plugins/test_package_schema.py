"""Declarations come from a package schema, and make one."""

from __future__ import annotations

from typing import Any

import pytest

from local.plugins.package_schema import (
    SchemaError,
    declare_function,
    declare_provider,
    declare_resource,
    object_spec,
    resource_spec,
)
from local.plugins.properties import (
    ANY,
    BOOLEAN,
    STRING,
    ListOf,
    MapOf,
    ObjectOf,
    Property,
    secret_marks,
)

_ORDER = "shop:index/order:Order"
_PART = "shop:index/Part:Part"
_SCHEMA: dict[str, Any] = {
    "resources": {
        _ORDER: {
            "inputProperties": {
                "customer": {"type": "string", "willReplaceOnChanges": True},
                "parts": {"type": "array", "items": {"$ref": f"#/types/{_PART}"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "secrets": {"type": "object", "additionalProperties": {"type": "string"}},
                "extra": {"$ref": "pulumi.json#/Any"},
                "gift": {"type": "boolean", "default": False, "description": "Wrapped."},
            },
            "requiredInputs": ["customer"],
            "properties": {"customer": {"type": "string"}, "number": {"type": "string"}},
        }
    },
    "functions": {
        "shop:index/getOrder:getOrder": {
            "inputs": {"properties": {"number": {"type": "string"}}, "required": ["number"]},
            "outputs": {"properties": {"customer": {"type": "string"}}, "required": ["customer"]},
        }
    },
    "provider": {
        "inputProperties": {"key": {"type": "string", "secret": True}},
        "properties": {"key": {"type": "string"}},
    },
    "types": {
        _PART: {
            "properties": {"kind": {"type": "string"}, "pin": {"type": "string"}},
            "required": ["kind"],
        }
    },
}


def _order(overlay: dict[str, dict[str, Any]] | None = None) -> dict[str, Property]:
    return {one.name: one for one in declare_resource(_SCHEMA, _ORDER, overlay or {})}


def test_a_resource_is_declared_as_its_schema_says() -> None:
    found = _order()
    assert found["customer"] == Property("customer", required=True, replaces=True)
    assert found["gift"] == Property("gift", BOOLEAN, default=False, description="Wrapped.")
    assert found["labels"].type == MapOf(STRING)
    assert found["extra"].type == ANY
    assert found["number"].output
    assert not found["customer"].output
    part = ObjectOf(_PART, (Property("kind", required=True), Property("pin")))
    assert found["parts"].type == ListOf(part)


def test_an_overlay_amends_properties_at_any_depth() -> None:
    found = _order(
        {
            "parts.kind": {"choices": ("big", "small")},
            "parts.pin": {"secret": True},
            "labels": {"computed": True},
        }
    )
    kind = found["parts"].type
    assert isinstance(kind, ListOf)
    assert isinstance(kind.item, ObjectOf)
    assert kind.item.by_name["kind"] == Property("kind", required=True, choices=("big", "small"))
    assert found["labels"].computed
    marks = secret_marks(tuple(found.values()))
    assert marks == {"parts": True}


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ({"custmer": {}}, "no property custmer"),
        ({"parts.colour": {}}, "no property colour"),
        ({"customer.name": {}}, "name is not inside an object"),
    ],
)
def test_an_overlay_that_misses_is_refused(overlay: dict[str, dict[str, Any]], words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        _order(overlay)


def test_what_the_schema_lacks_is_refused() -> None:
    with pytest.raises(SchemaError, match="no resource shop:index/x:X"):
        declare_resource(_SCHEMA, "shop:index/x:X", {})
    with pytest.raises(SchemaError, match="no function shop:index/getX:getX"):
        declare_function(_SCHEMA, "shop:index/getX:getX")
    broken = _SCHEMA | {"types": {}}
    with pytest.raises(SchemaError, match=f"no type {_PART}"):
        declare_resource(broken, _ORDER, {})


def test_functions_and_configuration_are_declared_too() -> None:
    arguments, results = declare_function(_SCHEMA, "shop:index/getOrder:getOrder")
    assert arguments == (Property("number", required=True),)
    assert results == (Property("customer", required=True),)
    assert declare_provider(_SCHEMA, {}) == (Property("key", secret=True),)


def test_a_declaration_survives_the_way_through_a_schema() -> None:
    declared = declare_resource(_SCHEMA, _ORDER, {"parts.pin": {"secret": True}})
    types: dict[str, Any] = {}
    spec = resource_spec(declared, types)
    described = {"resources": {_ORDER: spec}, "types": types}
    again = declare_resource(described, _ORDER, {"gift": {"default": False}})
    assert again == declared
    assert spec["required"] == ["customer", "gift", "number"]


def test_look_ups_are_described_as_objects() -> None:
    types: dict[str, Any] = {}
    spec = object_spec((Property("parts", ListOf(MapOf(ANY)), required=True),), types)
    assert spec["required"] == ["parts"]
    items = spec["properties"]["parts"]["items"]
    assert items == {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
