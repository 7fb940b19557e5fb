"""What a provider is made of: resource types, look-ups, and the errors they may raise."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from local.plugins.properties import ObjectOf, Property, secret_marks
from local.plugins.wire import Marks, Values

Client = TypeVar("Client")


class Mistake(NamedTuple):
    """One thing wrong with the inputs: the property path (may be empty) and a clear sentence."""

    path: str
    reason: str


class RemoteError(Exception):
    """The cloud refused or failed; the text says what, about which object, and what to do next.

    `missing` is True when the object does not exist (HTTP 404), `uncertain` when nobody knows
    whether the request took effect (a connection that broke after it was sent, say).
    """

    def __init__(self, text: str, *, missing: bool = False, uncertain: bool = False) -> None:
        super().__init__(text)
        self.missing = missing
        self.uncertain = uncertain


class PartialFailure(Exception):
    """An object exists but not in the state it should be in.

    The engine keeps `id` and `values` with the reason, and the next update tries again. As with
    every verb, `values` need not repeat the inputs.
    """

    def __init__(self, id: str, values: Values, reason: str) -> None:
        super().__init__(reason)
        self.id = id
        self.values = values


class Found(NamedTuple):
    """An object as it stands: its id and every property of it that is known."""

    id: str
    values: Values


class Resource(ABC, Generic[Client]):
    """One resource type: a table of properties and four verbs that speak to the cloud.

    Values that go in and out are plain (no secret wrappers, whole numbers as int), with the names
    used on the wire; inputs already carry their defaults. A property that a verb does not return
    keeps its former or given value; one that it returns as None is unset. Verbs raise RemoteError,
    or PartialFailure when something was made. None of them is called in a preview.
    """

    token: str
    properties: tuple[Property, ...]
    # A property that gets a name made from the logical one when the program gives none.
    named_by: str | None = "name"
    # An import id is these properties and then the object's own id, separated by slashes.
    import_path: tuple[str, ...] = ()

    @abstractmethod
    def create(self, client: Client, inputs: Values) -> Found:
        """Make the object and return it as it stands."""

    @abstractmethod
    def read(self, client: Client, id: str, known: Values) -> Found | None:
        """Return the object as it stands, or None when it is gone.

        `known` is the last known state; on import, what the import id said and nothing else.
        Take from it what the cloud never tells again.
        """

    @abstractmethod
    def update(self, client: Client, id: str, old: Values, inputs: Values) -> Values:
        """Change the object from the state `old` to the inputs and return it as it stands."""

    @abstractmethod
    def delete(self, client: Client, id: str, old: Values) -> None:
        """Delete the object; one that is gone already is fine (RemoteError `missing`)."""

    def check(self, inputs: Values) -> list[Mistake]:  # noqa: ARG002 - for resources to use
        """Return mistakes that the table of properties cannot express.

        Values may be UNKNOWN; so is what is secret, and what the table has found a mistake in.
        """
        return []

    def replaced_by(self, old: Values, inputs: Values) -> list[str]:  # noqa: ARG002 - as above
        """Return further properties whose present change needs another object."""
        return []

    def settles_anew(self, changed: set[str]) -> set[str]:  # noqa: ARG002 - as above
        """Return further outputs that an update with these changed properties makes unknown."""
        return set()

    @cached_property
    def shape(self) -> ObjectOf:
        """The properties as one object type."""
        return ObjectOf(self.token, self.properties)

    @cached_property
    def inputs(self) -> ObjectOf:
        """The properties that a program may give."""
        return ObjectOf(self.token, tuple(one for one in self.properties if not one.output))

    @cached_property
    def required(self) -> frozenset[str]:
        """Names of the properties that a program must give."""
        return frozenset(one.name for one in self.inputs.properties if one.required)

    @cached_property
    def secrets(self) -> Marks:
        """What the declaration calls secret."""
        return secret_marks(self.properties)


@dataclass(frozen=True)
class Lookup(Generic[Client]):
    """One look-up (`get…`): arguments, results, and the function that finds it."""

    token: str
    arguments: tuple[Property, ...]
    results: tuple[Property, ...]
    find: Callable[[Client, Values], Values]

    @cached_property
    def shape(self) -> ObjectOf:
        """The arguments as one object type."""
        return ObjectOf(self.token, self.arguments)

    @cached_property
    def secrets(self) -> Marks:
        """What the results call secret."""
        return secret_marks(self.results)


@dataclass(frozen=True)
class Provider(Generic[Client]):
    """One package: its configuration, resources and look-ups.

    `connect(configuration)` checks the configuration, says hello to the cloud and returns the
    client that every verb gets; it raises RemoteError. `close` ends such a client. `schema` is the
    package schema that the engine gets. `plugin_version` is the version of the plugin where that
    is not the package's: a parameterized package is asked for through its bridge's plugin.
    """

    name: str
    version: str
    configuration: tuple[Property, ...]
    resources: Mapping[str, Resource[Client]]
    lookups: Mapping[str, Lookup[Client]]
    connect: Callable[[Values], Client]
    close: Callable[[Client], None]
    schema: Callable[[], Mapping[str, Any]]
    plugin_version: str = ""

    @cached_property
    def shape(self) -> ObjectOf:
        """The configuration as one object type."""
        return ObjectOf(self.name, self.configuration)

    @cached_property
    def secrets(self) -> Marks:
        """What the configuration calls secret."""
        return secret_marks(self.configuration)
