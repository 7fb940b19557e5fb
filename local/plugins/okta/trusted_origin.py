"""Trusted origins, in the shape of the provider's version 7 (okta.md 1.3)."""

from __future__ import annotations

from typing import Any

from local.plugins.okta.client import Json, OktaClient, as_list, compact
from local.plugins.okta.objects import ACTIVE, INACTIVE, OktaResource
from local.plugins.properties import STRINGS, ListOf, ObjectOf, Property
from local.plugins.resource import Found, Mistake, RemoteError
from local.plugins.wire import Values

_SCOPE = ObjectOf(
    "okta:trustedorigin/OriginScope:OriginScope",
    (
        Property("allowedOktaApps", STRINGS),
        Property("type", choices=("CORS", "REDIRECT", "IFRAME_EMBED")),
    ),
)


class Origin(OktaResource):
    """`okta:trustedorigin/origin:Origin`.

    Creation never sends the status, and every update sends it. Assumption: an origin that is
    wanted INACTIVE from the start is refused before any call; the vendor's provider (read, not run)
    makes it and then fails with an inconsistent result.
    """

    token = "okta:trustedorigin/origin:Origin"  # noqa: S105 - a type token
    noun = "trusted origin"
    properties = (
        Property("name"),
        Property("origin", required=True),
        Property("scopes", ListOf(_SCOPE)),
        Property("status", choices=(ACTIVE, INACTIVE), computed=True),
        Property("created", output=True),
        Property("createdBy", output=True),
        Property("lastUpdated", output=True, settles_anew=True),
        Property("lastUpdatedBy", output=True, settles_anew=True),
    )

    def check(self, inputs: Values) -> list[Mistake]:
        """Demand at least one scope, as the vendor's provider does."""
        if inputs.get("scopes"):
            return []
        return [Mistake("scopes", "scopes is empty: give at least one, such as {type: CORS}.")]

    def collection(self, values: Values) -> str:  # noqa: ARG002 - there is one for all
        """Return the collection of trusted origins."""
        return "/api/v1/trustedOrigins"

    def body(self, inputs: Values) -> Json:
        """Return name, origin and scopes."""
        return {
            "name": inputs["name"],
            "origin": inputs["origin"],
            "scopes": [compact(scope) for scope in inputs["scopes"]],
        }

    def state(self, found: Json) -> Values:
        """Return the origin; a scope without apps has no list of them."""
        copied = ("name", "origin", "status", "created", "createdBy", "lastUpdated")
        values: Values = {key: found.get(key) for key in (*copied, "lastUpdatedBy")}
        values["scopes"] = [_scope(scope) for scope in as_list(found.get("scopes"))]
        return values

    def create(self, client: OktaClient, inputs: Values) -> Found:
        """POST."""
        if inputs.get("status", ACTIVE) != ACTIVE:
            raise RemoteError(
                f"{self.title(inputs).capitalize()} cannot be created {inputs['status']}: "
                "create it ACTIVE and change the status afterwards."
            )
        doing = f"create {self.title(inputs)}"
        made = client.call(doing, "POST", self.collection(inputs), body=self.body(inputs))
        return Found(str(made["id"]), self.state(made))

    def update(self, client: OktaClient, id: str, old: Values, inputs: Values) -> Values:
        """PUT, which carries the status too."""
        status = inputs.get("status") or old.get("status") or ACTIVE
        body = self.body(inputs) | {"status": status}
        doing = f"update {self.title(inputs)}"
        return self.state(client.call(doing, "PUT", self.path(id, inputs), body=body))


def _scope(scope: dict[str, Any]) -> Values:
    return compact({"type": scope.get("type"), "allowedOktaApps": scope.get("allowedOktaApps")})
