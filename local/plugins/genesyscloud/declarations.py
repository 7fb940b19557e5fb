"""The package schema, and what every resource type of this package shares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from local.layout import Layout
from local.plugins.genesyscloud.client import GenesysCloudClient
from local.plugins.package_schema import Overlay, declare_resource
from local.plugins.properties import INTEGER, Property
from local.plugins.resource import Mistake, Resource
from local.plugins.values import occurrences
from local.plugins.wire import Values

PACKAGE: Final = "genesyscloud"
STATUSES: Final = ("Pending", "Active", "Inactive", "Error", "Deleting")

_COLOUR: Final = re.compile(r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")


@cache
def package_schema() -> Mapping[str, Any]:
    """Return the schema that the package's SDK is generated from."""
    path = Layout.of_project().toolchain / "genesyscloud.schema.json"
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def token_of(name: str) -> str:
    """Return the type token of a resource or look-up: `integration`, `getFlow`."""
    kind = name if name.startswith("get") else name[0].upper() + name[1:]
    return f"{PACKAGE}:index/{name}:{kind}"


def declare(name: str, overlay: Overlay, integers: Iterable[str] = ()) -> tuple[Property, ...]:
    """Declare a resource from the package schema.

    The `…Id` property, which repeats the resource's id, is no input here: the vendor's provider
    takes one and then ignores it. `integers` are numbers that must be whole.
    """
    amended: dict[str, Mapping[str, Any]] = {**overlay, f"{name}Id": {"output": True}}
    for path in integers:
        amended[path] = {**amended.get(path, {}), "type": INTEGER}
    return declare_resource(package_schema(), token_of(name), amended)


def settled(old: Any, new: Any) -> bool:  # noqa: ARG001 - every new status is fine
    """Tell that a status which was pending when it was last seen may have become another."""
    return bool(old == "Pending")


class GenesysCloudResource(Resource[GenesysCloudClient]):
    """A resource type whose `…Id` property repeats its id. None of them is ever replaced."""

    id_property: str
    # What a person calls such an object.
    noun: str

    def title(self, values: Values) -> str:
        """Return what a person calls the object."""
        return f"the {self.noun} {values.get('name') or ''}".rstrip()

    def with_id(self, id: str, values: Values) -> Values:
        """Return values that tell the id as well."""
        return values | {self.id_property: id}


def check_range(values: Values, path: str, low: int, high: int | None = None) -> list[Mistake]:
    """Return a mistake for every number at a path that is out of bounds."""
    bounds = f"at least {low}" if high is None else f"{low} to {high}"
    return [
        Mistake(where, f"{where} is {value}, expected {bounds}.")
        for where, value in occurrences(values, path)
        if value < low or (high is not None and value > high)
    ]


def check_colour(values: Values, path: str) -> list[Mistake]:
    """Return a mistake for every text at a path that is no hexadecimal colour."""
    return [
        Mistake(where, f"{where} is {value!r}, expected a colour such as #1f6feb.")
        for where, value in occurrences(values, path)
        if not _COLOUR.fullmatch(value)
    ]


def check_https(values: Values, path: str) -> list[Mistake]:
    """Return a mistake for every text at a path that is no https address."""
    return [
        Mistake(where, f"{where} is {value!r}, expected an https address.")
        for where, value in occurrences(values, path)
        if not re.fullmatch(r"https://[^/\s]+\S*", value)
    ]


def check_length(values: Values, path: str, high: int) -> list[Mistake]:
    """Return a mistake for a list of more than so many items (a path may lead through objects)."""
    *outer, name = path.split(".")
    return [
        Mistake(
            f"{where}.{name}", f"{where}.{name} has {len(items)} items, expected at most {high}."
        )
        for where, value in occurrences(values, ".".join(outer))
        if isinstance(items := value.get(name), list) and len(items) > high
    ]
