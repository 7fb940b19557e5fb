"""Look-ups by name: integrations, credentials, Messenger configurations and flows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from local.plugins.genesyscloud.client import GenesysCloudClient, Json
from local.plugins.genesyscloud.configuration import CONFIGURATIONS, newest_version
from local.plugins.genesyscloud.credential import CREDENTIALS
from local.plugins.genesyscloud.declarations import package_schema, token_of
from local.plugins.genesyscloud.integration import INTEGRATIONS
from local.plugins.package_schema import declare_function
from local.plugins.resource import Lookup, RemoteError
from local.plugins.wire import Values

_FLOWS: Final = "/api/v2/flows"
_CREDENTIAL_PAGE: Final = 200


def _find_integration(client: GenesysCloudClient, arguments: Values) -> Values:
    listed = client.pages("list the integrations", INTEGRATIONS)
    return arguments | {"id": _only(listed, "integration", arguments["name"])["id"]}


def _find_credential(client: GenesysCloudClient, arguments: Values) -> Values:
    path, query = f"{CREDENTIALS}/listing", {"pageSize": _CREDENTIAL_PAGE}
    listed = client.follow("list the credentials", path, query)
    return arguments | {"id": _only(listed, "credential", arguments["name"])["id"]}


def _find_configuration(client: GenesysCloudClient, arguments: Values) -> Values:
    listed = client.follow("list the Messenger configurations", CONFIGURATIONS, {})
    id = _only(listed, "Messenger configuration", arguments["name"])["id"]
    return arguments | {"id": id, "version": newest_version(client, id)}


def _find_flow(client: GenesysCloudClient, arguments: Values) -> Values:
    query = {"name": arguments["name"]}
    if kind := arguments.get("type"):
        query["type"] = kind
    listed = client.pages("look up the flow", _FLOWS, query)
    found = _only(listed, f"{kind} flow" if kind else "flow", arguments["name"])
    return arguments | {"id": found["id"]}


def _only(listed: Iterable[Json], noun: str, name: str) -> Json:
    """Return the first object of that very name."""
    for one in listed:
        if one.get("name") == name:
            return one
    raise RemoteError(
        f"Genesys Cloud has no {noun} named {name!r}. Check the name (it is case sensitive)."
    )


def _lookup(
    name: str, find: Callable[[GenesysCloudClient, Values], Values]
) -> Lookup[GenesysCloudClient]:
    arguments, results = declare_function(package_schema(), token_of(name))
    return Lookup(token_of(name), arguments, results, find)


LOOKUPS: Final = (
    _lookup("getIntegration", _find_integration),
    _lookup("getIntegrationCredential", _find_credential),
    _lookup("getWebdeploymentsConfiguration", _find_configuration),
    _lookup("getFlow", _find_flow),
)
