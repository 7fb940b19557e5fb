"""Custom authorization servers with their scopes and claims (okta.md 1.4)."""

from __future__ import annotations

from local.plugins.okta.client import Json, OktaClient, as_list, compact, dig, quoted
from local.plugins.okta.objects import STATUS, OktaResource
from local.plugins.properties import BOOLEAN, STRING_SET, Property
from local.plugins.resource import RemoteError
from local.plugins.wire import Values

SERVERS = "/api/v1/authorizationServers"


def server_path(values: Values) -> str:
    """Return the path of the authorization server that an object belongs to."""
    return f"{SERVERS}/{quoted(values['authServerId'])}"


def server_state(found: Json) -> Values:
    """Return the properties of an authorization server."""
    signing = dig(found, "credentials", "signing") or {}
    return compact(
        {
            "audiences": as_list(found.get("audiences")),
            "credentialsLastRotated": signing.get("lastRotated"),
            "credentialsNextRotation": signing.get("nextRotation"),
            "credentialsRotationMode": signing.get("rotationMode"),
            "issuer": found.get("issuer"),
            "issuerMode": found.get("issuerMode"),
            "kid": signing.get("kid"),
            "name": found.get("name"),
            "status": found.get("status"),
        }
    ) | {"description": found.get("description")}


class Server(OktaResource):
    """`okta:auth/server:Server`."""

    token = "okta:auth/server:Server"  # noqa: S105 - a type token
    noun = "authorization server"
    properties = (
        Property("audiences", STRING_SET, required=True),
        Property("credentialsRotationMode", default="AUTO", choices=("AUTO", "MANUAL")),
        Property("description"),
        Property("issuerMode", default="ORG_URL", choices=("ORG_URL", "CUSTOM_URL", "DYNAMIC")),
        Property("name"),
        STATUS,
        Property("credentialsLastRotated", output=True),
        Property("credentialsNextRotation", output=True),
        Property("issuer", output=True),
        Property("kid", output=True),
    )

    def collection(self, values: Values) -> str:  # noqa: ARG002 - there is one for all
        """Return the collection of authorization servers."""
        return SERVERS

    def body(self, inputs: Values) -> Json:
        """Return everything but the status, which has calls of its own."""
        mode = inputs["credentialsRotationMode"]
        return compact(
            {
                "name": inputs["name"],
                "description": inputs.get("description"),
                "audiences": inputs["audiences"],
                "issuerMode": inputs["issuerMode"],
                "credentials": {"signing": {"rotationMode": mode}},
            }
        )

    def state(self, found: Json) -> Values:
        """Return the server."""
        return server_state(found)

    def finish(self, client: OktaClient, id: str, inputs: Values) -> None:
        """Say MANUAL once more: Okta takes that rotation mode only for a server that exists."""
        if inputs["credentialsRotationMode"] == "MANUAL":
            doing = f"set the rotation mode of {self.title(inputs)}"
            client.call(doing, "PUT", self.path(id, inputs), body=self.body(inputs))

    def update(self, client: OktaClient, id: str, old: Values, inputs: Values) -> Values:
        """Change the status before the rest, as the vendor's provider does; then PUT and read."""
        self.switch(client, id, old, inputs)
        return super().update(client, id, old, inputs)

    def delete(self, client: OktaClient, id: str, old: Values) -> None:
        """Deactivate, which Okta demands, and delete."""
        path = f"{self.path(id, old)}/lifecycle/deactivate"
        try:
            client.call(f"deactivate {self.title(old)}", "POST", path)
        except RemoteError as error:
            if not error.missing:
                raise
        super().delete(client, id, old)


class ServerScope(OktaResource):
    """`okta:auth/serverScope:ServerScope`."""

    token = "okta:auth/serverScope:ServerScope"  # noqa: S105 - a type token
    noun = "scope"
    import_path = ("authServerId",)
    properties = (
        Property("authServerId", required=True),
        Property("consent", default="IMPLICIT", choices=("IMPLICIT", "REQUIRED", "FLEXIBLE")),
        Property("default", BOOLEAN, default=False),
        Property("description"),
        Property("displayName"),
        Property("metadataPublish", default="ALL_CLIENTS", choices=("ALL_CLIENTS", "NO_CLIENTS")),
        Property("name"),
        Property("optional", BOOLEAN),
        Property("system", BOOLEAN, output=True),
    )

    def collection(self, values: Values) -> str:
        """Return the scopes of the server."""
        return f"{server_path(values)}/scopes"

    def body(self, inputs: Values) -> Json:
        """Return the scope whole; unset texts go as empty ones."""
        return {
            "name": inputs["name"],
            "description": inputs.get("description", ""),
            "displayName": inputs.get("displayName", ""),
            "consent": inputs["consent"],
            "default": inputs["default"],
            "metadataPublish": inputs["metadataPublish"],
            "optional": inputs.get("optional", False),
        }

    def state(self, found: Json) -> Values:
        """Return the scope."""
        texts = ("name", "description", "displayName", "metadataPublish")
        switches = ("default", "optional", "system")
        return (
            {name: found.get(name) or None for name in texts}
            | {name: bool(found.get(name)) for name in switches}
            | compact({"consent": found.get("consent")})
        )


class ServerClaim(OktaResource):
    """`okta:auth/serverClaim:ServerClaim`."""

    token = "okta:auth/serverClaim:ServerClaim"  # noqa: S105 - a type token
    noun = "claim"
    import_path = ("authServerId",)
    properties = (
        Property("alwaysIncludeInToken", BOOLEAN, default=True),
        Property("authServerId", required=True),
        Property("claimType", required=True, choices=("IDENTITY", "RESOURCE")),
        Property("groupFilterType", choices=("STARTS_WITH", "EQUALS", "CONTAINS", "REGEX")),
        Property("name"),
        Property("scopes", STRING_SET),
        STATUS,
        Property("value", required=True),
        Property("valueType", default="EXPRESSION", choices=("EXPRESSION", "GROUPS", "SYSTEM")),
    )

    def collection(self, values: Values) -> str:
        """Return the claims of the server."""
        return f"{server_path(values)}/claims"

    def body(self, inputs: Values) -> Json:
        """Return the claim; the group filter is the one key that is not in camel case."""
        copied = ("name", "status", "claimType", "valueType", "value", "alwaysIncludeInToken")
        return (
            {key: inputs[key] for key in copied}
            | {"conditions": compact({"scopes": inputs.get("scopes")})}
            | compact({"group_filter_type": inputs.get("groupFilterType")})
        )

    def state(self, found: Json) -> Values:
        """Return the claim; scopes that were emptied elsewhere go unnoticed (okta.md 1.4)."""
        copied = ("name", "status", "value", "valueType", "claimType", "alwaysIncludeInToken")
        scopes = as_list(dig(found, "conditions", "scopes"))
        values: Values = {key: found.get(key) for key in copied}
        values["groupFilterType"] = found.get("group_filter_type")
        return values | compact({"scopes": scopes})

    def delete(self, client: OktaClient, id: str, old: Values) -> None:
        """DELETE, but for a system claim that is always included, which cannot be deleted."""
        if old.get("valueType") != "SYSTEM" or not old.get("alwaysIncludeInToken"):
            super().delete(client, id, old)
