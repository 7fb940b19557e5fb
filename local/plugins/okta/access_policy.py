"""Access policies of an authorization server, and their rules (okta.md 1.4)."""

from __future__ import annotations

from local.plugins.okta.authorization_server import server_path
from local.plugins.okta.client import Json, OktaClient, as_list, compact, dig, quoted
from local.plugins.okta.objects import INACTIVE, STATUS, OktaResource
from local.plugins.properties import BOOLEAN, INTEGER, STRING_SET, Property
from local.plugins.resource import Found, Mistake, RemoteError
from local.plugins.wire import UNKNOWN, Values


class ServerPolicy(OktaResource):
    """`okta:auth/serverPolicy:ServerPolicy`."""

    token = "okta:auth/serverPolicy:ServerPolicy"  # noqa: S105 - a type token
    noun = "access policy"
    has_lifecycle = True
    import_path = ("authServerId",)
    properties = (
        Property("authServerId", required=True),
        Property("clientWhitelists", STRING_SET, required=True),
        Property("description", required=True),
        Property("name"),
        Property("priority", INTEGER, required=True),
        STATUS,
    )

    def collection(self, values: Values) -> str:
        """Return the policies of the server."""
        return f"{server_path(values)}/policies"

    def body(self, inputs: Values) -> Json:
        """Return the policy."""
        copied = ("name", "description", "priority", "status")
        return {
            "type": "OAUTH_AUTHORIZATION_POLICY",
            **{key: inputs[key] for key in copied},
            "conditions": {"clients": {"include": inputs["clientWhitelists"]}},
        }

    def state(self, found: Json) -> Values:
        """Return the policy."""
        values: Values = {key: found.get(key) for key in ("name", "description", "status")}
        values["clientWhitelists"] = as_list(dig(found, "conditions", "clients", "include"))
        return values | compact({"priority": found.get("priority")})

    def create(self, client: OktaClient, inputs: Values) -> Found:
        """POST and read; an inactive policy is refused before any call."""
        if inputs["status"] == INACTIVE:
            raise RemoteError(
                f"{self.title(inputs).capitalize()} cannot be created INACTIVE: create it ACTIVE "
                "and change the status afterwards."
            )
        return super().create(client, inputs)


class ServerPolicyRule(OktaResource):
    """`okta:auth/serverPolicyRule:ServerPolicyRule`. Writes to rules happen one at a time."""

    token = "okta:auth/serverPolicyRule:ServerPolicyRule"  # noqa: S105 - a type token
    noun = "access policy rule"
    has_lifecycle = True
    import_path = ("authServerId", "policyId")
    properties = (
        Property("accessTokenLifetimeMinutes", INTEGER, default=60),
        Property("authServerId", required=True),
        Property("grantTypeWhitelists", STRING_SET, required=True),
        Property("groupBlacklists", STRING_SET),
        Property("groupWhitelists", STRING_SET),
        Property("inlineHookId"),
        Property("name"),
        Property("policyId", required=True),
        Property("priority", INTEGER, required=True),
        Property("refreshTokenLifetimeMinutes", INTEGER),
        Property("refreshTokenWindowMinutes", INTEGER, default=10080),
        Property("scopeWhitelists", STRING_SET),
        STATUS,
        Property("type", default="RESOURCE_ACCESS"),
        Property("userBlacklists", STRING_SET),
        Property("userWhitelists", STRING_SET),
        Property("system", BOOLEAN, output=True),
    )

    def check(self, inputs: Values) -> list[Mistake]:
        """Check the lifetimes against each other, and who may use the implicit grant.

        The vendor's provider says the same, but only when it applies.
        """
        mistakes = []
        people = (inputs.get("userWhitelists"), inputs.get("groupWhitelists"))
        grants = inputs["grantTypeWhitelists"]
        if grants is not UNKNOWN and "implicit" in grants and not any(people):
            reason = "The implicit grant needs userWhitelists or groupWhitelists."
            mistakes.append(Mistake("grantTypeWhitelists", reason))
        access = inputs["accessTokenLifetimeMinutes"]
        refresh = inputs.get("refreshTokenLifetimeMinutes", 0)
        window = inputs["refreshTokenWindowMinutes"]
        if UNKNOWN in (access, refresh, window) or refresh <= 0:
            return mistakes
        if refresh < access:
            reason = f"refreshTokenLifetimeMinutes is {refresh}, expected at least {access}, "
            reason += "the value of accessTokenLifetimeMinutes."
            mistakes.append(Mistake("refreshTokenLifetimeMinutes", reason))
        elif not access <= window <= refresh:
            reason = f"refreshTokenWindowMinutes is {window}, expected {access} to {refresh}, "
            reason += "the lifetimes of the access and the refresh token."
            mistakes.append(Mistake("refreshTokenWindowMinutes", reason))
        return mistakes

    def collection(self, values: Values) -> str:
        """Return the rules of the policy."""
        return f"{server_path(values)}/policies/{quoted(values['policyId'])}/rules"

    def body(self, inputs: Values) -> Json:
        """Return the rule; a refresh token lifetime that is unset goes as 0, unlimited."""
        hook = inputs.get("inlineHookId")
        return {
            "type": inputs["type"],
            "name": inputs["name"],
            "priority": inputs["priority"],
            "status": inputs["status"],
            "conditions": {
                "grantTypes": {"include": inputs["grantTypeWhitelists"]},
                "scopes": compact({"include": inputs.get("scopeWhitelists")}),
                "people": {
                    "groups": _in_and_out(inputs, "groupWhitelists", "groupBlacklists"),
                    "users": _in_and_out(inputs, "userWhitelists", "userBlacklists"),
                },
            },
            "actions": {
                "token": {
                    "accessTokenLifetimeMinutes": inputs["accessTokenLifetimeMinutes"],
                    "refreshTokenLifetimeMinutes": inputs.get("refreshTokenLifetimeMinutes", 0),
                    "refreshTokenWindowMinutes": inputs["refreshTokenWindowMinutes"],
                    **({"inlineHook": {"id": hook}} if hook else {}),
                }
            },
        }

    def state(self, found: Json) -> Values:
        """Return the rule; an inline hook that was removed elsewhere goes unnoticed."""
        token = dig(found, "actions", "token") or {}
        conditions = found.get("conditions") or {}
        lifetimes = (
            "accessTokenLifetimeMinutes",
            "refreshTokenLifetimeMinutes",
            "refreshTokenWindowMinutes",
        )
        values: Values = {key: found.get(key) for key in ("name", "status", "type")}
        values["system"] = bool(found.get("system"))
        for name, path in (
            ("grantTypeWhitelists", ("grantTypes", "include")),
            ("scopeWhitelists", ("scopes", "include")),
            ("groupWhitelists", ("people", "groups", "include")),
            ("groupBlacklists", ("people", "groups", "exclude")),
            ("userWhitelists", ("people", "users", "include")),
            ("userBlacklists", ("people", "users", "exclude")),
        ):
            values[name] = as_list(dig(conditions, *path))
        return values | {
            key: value
            for key, value in (
                ("priority", found.get("priority")),
                ("inlineHookId", dig(token, "inlineHook", "id")),
                *((name, token.get(name)) for name in lifetimes),
            )
            if value is not None
        }

    def create(self, client: OktaClient, inputs: Values) -> Found:
        """POST and read."""
        with client.rule_lock:
            return super().create(client, inputs)

    def update(self, client: OktaClient, id: str, old: Values, inputs: Values) -> Values:
        """PUT, a lifecycle call where the status changed, then read."""
        with client.rule_lock:
            return super().update(client, id, old, inputs)

    def delete(self, client: OktaClient, id: str, old: Values) -> None:
        """DELETE."""
        with client.rule_lock:
            super().delete(client, id, old)


def _in_and_out(inputs: Values, included: str, excluded: str) -> Json:
    return compact({"include": inputs.get(included), "exclude": inputs.get(excluded)})
