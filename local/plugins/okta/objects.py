"""What Okta's objects have in common: one collection, four calls, and a status of their own."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Final

from local.plugins.okta.client import Json, OktaClient, quoted
from local.plugins.properties import Property
from local.plugins.resource import Found, Resource
from local.plugins.values import keeping
from local.plugins.wire import Values

ACTIVE: Final = "ACTIVE"
INACTIVE: Final = "INACTIVE"
STATUS: Final = Property("status", default=ACTIVE, choices=(ACTIVE, INACTIVE))


def json_text(value: object) -> str | None:
    """Return an object as JSON text, None for an absent or empty one."""
    return json.dumps(value, sort_keys=True) if value else None


class OktaResource(Resource[OktaClient]):
    """A resource type whose objects live in one collection of the management API."""

    noun: str
    # Whether a status is changed by lifecycle calls rather than by PUT.
    has_lifecycle = False

    @abstractmethod
    def collection(self, values: Values) -> str:
        """Return the path of the collection that an object with these values belongs to."""

    @abstractmethod
    def body(self, inputs: Values) -> Json:
        """Return what is sent for the inputs."""

    @abstractmethod
    def state(self, found: Json) -> Values:
        """Return the properties of an object that Okta answered with."""

    def title(self, values: Values) -> str:
        """Return what a person calls the object."""
        return f"the {self.noun} {values.get('name') or ''}".rstrip()

    def path(self, id: str, values: Values) -> str:
        """Return the path of one object."""
        return f"{self.collection(values)}/{quoted(id)}"

    def create(self, client: OktaClient, inputs: Values) -> Found:
        """POST, then read what came of it."""
        doing = f"create {self.title(inputs)}"
        made = client.call(doing, "POST", self.collection(inputs), body=self.body(inputs))
        id = str(made["id"])
        with keeping(id, {}):
            self.finish(client, id, inputs)
            return Found(id, self.fetch(client, id, inputs))

    def finish(self, client: OktaClient, id: str, inputs: Values) -> None:
        """Do what cannot be said in the POST."""

    def read(self, client: OktaClient, id: str, known: Values) -> Found | None:
        """GET."""
        return Found(id, self.fetch(client, id, known))

    def fetch(self, client: OktaClient, id: str, values: Values) -> Values:
        """Return the properties of an object as it stands; `values` say where it is."""
        found = client.call(f"read {self.title(values)}", "GET", self.path(id, values))
        return self.state(found)

    def update(self, client: OktaClient, id: str, old: Values, inputs: Values) -> Values:
        """PUT, a lifecycle call where there is one and the status changed, then read."""
        path, body = self.path(id, inputs), self.body(inputs)
        client.call(f"update {self.title(inputs)}", "PUT", path, body=body)
        if self.has_lifecycle:
            self.switch(client, id, old, inputs)
        return self.fetch(client, id, inputs)

    def switch(self, client: OktaClient, id: str, old: Values, inputs: Values) -> None:
        """Activate or deactivate the object where the inputs want another status."""
        status = inputs["status"]
        if old.get("status") != status:
            verb = "activate" if status == ACTIVE else "deactivate"
            path = f"{self.path(id, inputs)}/lifecycle/{verb}"
            client.call(f"{verb} {self.title(inputs)}", "POST", path)

    def delete(self, client: OktaClient, id: str, old: Values) -> None:
        """DELETE."""
        client.call(f"delete {self.title(old)}", "DELETE", self.path(id, old))
