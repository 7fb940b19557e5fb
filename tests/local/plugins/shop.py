"""A made-up provider for the tests of the framework: a shop that takes orders."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from local.plugins.package_schema import resource_spec
from local.plugins.properties import BOOLEAN, INTEGER, STRINGS, ListOf, ObjectOf, Property
from local.plugins.resource import (
    Found,
    Lookup,
    Mistake,
    PartialFailure,
    Provider,
    RemoteError,
    Resource,
)
from local.plugins.wire import UNKNOWN, Values

ORDER = "shop:index/order:Order"
FIND = "shop:index/findOrder:findOrder"
_PART = ObjectOf("shop:index/Part:Part", (Property("kind", choices=("big", "small")),))


@dataclass
class Till:
    """One configured client: remembers what was asked of it."""

    settings: Values
    orders: dict[str, Values] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    closed: bool = False
    held: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)


class Order(Resource[Till]):
    """`customer` decides what happens: `crash`, `refuse`, `half` or `lost` fail in these ways."""

    token = ORDER
    import_path = ("shelf",)
    properties = (
        Property("name"),
        Property("customer", required=True, replaces=True),
        Property("shelf", default="A"),
        Property("count", INTEGER),
        Property("gift", BOOLEAN),
        Property("tags", STRINGS),
        Property("parts", ListOf(_PART)),
        Property("pin", secret=True),
        Property("hint", write_only=True, secret=True),
        Property("number", output=True),
        Property("receipt", output=True, secret=True),
    )

    def check(self, inputs: Values) -> list[Mistake]:
        count = inputs.get("count")
        if count is not UNKNOWN and count is not None and count > 9:
            return [Mistake("count", f"count is {count}, expected at most 9.")]
        return []

    def create(self, client: Till, inputs: Values) -> Found:
        if client.held:
            client.entered.set()
            assert client.held.wait(10)
        _behave(inputs, "create")
        id = f"o{len(client.orders) + 1}"
        client.writes.append(f"create {id}")
        client.orders[id] = dict(inputs)
        return Found(id, {"number": id.upper(), "receipt": "paid", "pin": inputs.get("pin")})

    def read(self, client: Till, id: str, known: Values) -> Found | None:
        if id == "gone":
            return None
        if id not in client.orders:
            raise RemoteError(f"No order {id}.", missing=True)
        order = {key: value for key, value in client.orders[id].items() if key != "hint"}
        return Found(id, order | {"number": id.upper(), "gift": None})

    def update(self, client: Till, id: str, old: Values, inputs: Values) -> Values:
        _behave(inputs, "update")
        client.writes.append(f"update {id} {old.get('count')} to {inputs.get('count')}")
        client.orders[id] = dict(inputs)
        return {}

    def delete(self, client: Till, id: str, old: Values) -> None:
        client.writes.append(f"delete {id}")
        if client.orders.pop(id, None) is None:
            raise RemoteError(f"No order {id}.", missing=id != "stuck")


def _behave(inputs: Values, verb: str) -> None:
    customer = inputs["customer"]
    if customer == "crash":
        raise ValueError(f"the pin is {inputs.get('pin')}")
    if customer == "refuse":
        raise RemoteError("The shop is closed. Come back tomorrow.")
    if customer == "lost":
        raise RemoteError("The line broke.", uncertain=True)
    if customer == "half":
        raise PartialFailure("o7", {"number": "O7"}, f"The {verb} was half done.")


def _find(client: Till, arguments: Values) -> Values:
    count = len(client.orders)
    return {**arguments, "count": count, "receipt": "paid", "nothing": None}


@dataclass
class Shop:
    """The provider and every client it made."""

    tills: list[Till] = field(default_factory=list)

    @property
    def till(self) -> Till:
        """The client made last."""
        return self.tills[-1]

    def provider(self) -> Provider[Till]:
        """Return the provider."""

        def connect(settings: Values) -> Till:
            if settings.get("key") == "wrong":
                raise RemoteError("The key does not fit. Check shop:key.")
            self.tills.append(Till(settings))
            return self.till

        def close(till: Till) -> None:
            till.closed = True

        return Provider(
            name="shop",
            version="1.2.3",
            configuration=(
                Property("key", secret=True, choices=("right", "wrong")),
                Property("retries", INTEGER),
                Property("careful", BOOLEAN),
                Property("doors", STRINGS),
            ),
            resources={ORDER: Order()},
            lookups={
                FIND: Lookup(
                    FIND,
                    (Property("customer", required=True),),
                    (Property("count", INTEGER), Property("receipt", secret=True)),
                    _find,
                )
            },
            connect=connect,
            close=close,
            schema=lambda: {
                "name": "shop",
                "resources": {ORDER: resource_spec(Order.properties, {})},
            },
            plugin_version="4.5.6",
        )
