"""Look-ups: groups and authorization servers by name."""

from __future__ import annotations

from typing import Any, Final

from local.plugins.okta.authorization_server import SERVERS, server_state
from local.plugins.okta.client import Json, OktaClient, dig, quoted
from local.plugins.properties import BOOLEAN, STRING_SET, Property
from local.plugins.resource import Lookup, RemoteError
from local.plugins.wire import Values

_GROUPS: Final = "/api/v1/groups"
_EVERYONE: Final = "Everyone"
_INCLUDE_USERS: Final = Property("includeUsers", BOOLEAN)


def _find_group(client: OktaClient, arguments: Values) -> Values:
    name, id, kind = (arguments.get(key) for key in ("name", "id", "type"))
    if id and (name or kind):
        raise RemoteError("Give a group's id, or its name and type, not both.")
    if not id and not name:
        raise RemoteError("Give the name or the id of the group to look up.")
    if delay := arguments.get("delayReadSeconds"):
        _wait(client, delay)
    group = _group_by_id(client, id) if id else _group_by_name(client, str(name), kind)
    values = {
        **arguments,
        "id": group["id"],
        "name": dig(group, "profile", "name"),
        "description": dig(group, "profile", "description") or "",
        "type": group.get("type"),
        "users": [],
    }
    if arguments.get("includeUsers"):
        path = f"{_GROUPS}/{quoted(group['id'])}/users"
        values["users"] = [user["id"] for user in client.pages("list the group's users", path)]
    return values


def _find_everyone(client: OktaClient, arguments: Values) -> Values:
    group = _group_by_name(client, _EVERYONE, None)
    description = dig(group, "profile", "description") or ""
    return {**arguments, "id": group["id"], "description": description}


def _find_server(client: OktaClient, arguments: Values) -> Values:
    name = arguments["name"]
    listed = client.pages("list authorization servers", SERVERS, {"q": name})
    # The query matches beginnings; of several with this very name, the last counts.
    found = [server for server in listed if server.get("name") == name]
    if not found:
        raise RemoteError(
            f"Okta has no authorization server named {name!r}. Check the name (it is case "
            "sensitive), and that the organization has API Access Management."
        )
    state = server_state(found[-1])
    return {**state, "id": found[-1]["id"], "description": state.get("description") or ""}


def _group_by_id(client: OktaClient, id: str) -> Json:
    return client.call(f"look up the group {id}", "GET", f"{_GROUPS}/{quoted(id)}")


def _group_by_name(client: OktaClient, name: str, kind: str | None) -> Json:
    """Return the group with this name; a single group whose name only begins so counts too."""
    query: dict[str, Any] = {"q": name}
    if kind:
        query["filter"] = f'type eq "{kind}"'
    groups = list(client.pages(f"look up the group {name!r}", _GROUPS, query))
    exact = [group for group in groups if dig(group, "profile", "name") == name]
    if exact:
        return exact[0]
    if len(groups) == 1:
        return groups[0]
    asked = f"named {name!r}" + (f" of type {kind}" if kind else "")
    if groups:
        raise RemoteError(
            f"Okta has no group {asked}, but {len(groups)} whose names begin so: give one's "
            "whole name."
        )
    raise RemoteError(f"Okta has no group {asked}. Check the name (it is case sensitive).")


def _wait(client: OktaClient, delay: str) -> None:
    if not delay.isdigit():
        raise RemoteError(f"delayReadSeconds is {delay!r}, expected a whole number of seconds.")
    client.wait(float(delay))


LOOKUPS: Final = (
    Lookup[OktaClient](
        "okta:group/getEveryoneGroup:getEveryoneGroup",
        (_INCLUDE_USERS,),
        (_INCLUDE_USERS, Property("description", required=True), Property("id", required=True)),
        _find_everyone,
    ),
    Lookup[OktaClient](
        "okta:group/getGroup:getGroup",
        (
            Property("delayReadSeconds"),
            Property("id"),
            _INCLUDE_USERS,
            Property("name"),
            Property("type"),
        ),
        (
            Property("delayReadSeconds"),
            Property("description", required=True),
            Property("id", required=True),
            _INCLUDE_USERS,
            Property("name", required=True),
            Property("type"),
            Property("users", STRING_SET, required=True),
        ),
        _find_group,
    ),
    Lookup[OktaClient](
        "okta:auth/getServer:getServer",
        (Property("name", required=True),),
        (
            Property("audiences", STRING_SET, required=True),
            *(
                Property(name, required=True)
                for name in (
                    "credentialsLastRotated",
                    "credentialsNextRotation",
                    "credentialsRotationMode",
                    "description",
                    "id",
                    "issuer",
                    "issuerMode",
                    "kid",
                    "name",
                    "status",
                )
            ),
        ),
        _find_server,
    ),
)
