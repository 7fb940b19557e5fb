"""A made-up resource type with a property of every kind."""

from __future__ import annotations

from local.plugins.properties import (
    BOOLEAN,
    INTEGER,
    STRING,
    STRING_SET,
    STRINGS,
    ListOf,
    MapOf,
    ObjectOf,
    Property,
)
from local.plugins.resource import Found, Resource
from local.plugins.wire import Values

_PART = ObjectOf(
    "shop:index/Part:Part",
    (Property("kind"), Property("count", INTEGER), Property("serial", computed=True)),
)


class _Order(Resource[None]):
    token = "shop:index/order:Order"
    properties = (
        Property("name"),
        Property("customer", replaces=True),
        Property("gift", BOOLEAN, default=False),
        Property("tags", STRINGS),
        Property("options", STRING_SET),
        Property("parts", ListOf(_PART)),
        Property("main", _PART),
        Property("labels", MapOf(STRING)),
        Property("note", same=lambda old, new: old.strip() == new.strip()),
        Property("price", INTEGER, computed=True),
        Property("coupon", write_only=True),
        Property("number", output=True),
        Property("changed", output=True, settles_anew=True),
        Property("version", output=True),
    )

    def create(self, client: None, inputs: Values) -> Found:
        raise NotImplementedError

    def read(self, client: None, id: str, known: Values) -> Found | None:
        raise NotImplementedError

    def update(self, client: None, id: str, old: Values, inputs: Values) -> Values:
        raise NotImplementedError

    def delete(self, client: None, id: str, old: Values) -> None:
        raise NotImplementedError

    def replaced_by(self, old: Values, inputs: Values) -> list[str]:
        return ["gift"] if old.get("gift") and not inputs.get("gift") else []

    def settles_anew(self, changed: set[str]) -> set[str]:
        return {"version"} if "parts" in changed else set()


ORDER = _Order()
