"""`/api/v1/authorizationServers`: servers and their keys."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import prefixed
from local.okta.api.links import lifecycle, link
from local.okta.api.paging import Listing
from local.okta.model.bodies import Body
from local.okta.model.organization import Organization
from local.okta.model.servers import ServerBody
from local.okta.model.state import ACTIVE, INACTIVE

SERVERS = "/api/v1/authorizationServers"
SERVER = f"{SERVERS}/{{server_id}}"


class RotateBody(Body):
    """What a client sends to rotate keys."""

    use: str | None = None


class ServerCalls:
    """Calls about authorization servers and their keys."""

    def __init__(self, organization: Organization) -> None:
        self._servers = organization.servers
        self._keys = organization.keys
        self._base_url = organization.state.base_url

    def operations(self) -> list[Operation]:
        """Return all of them."""
        keys = f"{SERVER}/credentials/keys"
        return [
            Operation("GET", SERVERS, self._list),
            Operation("POST", SERVERS, self._create, status=201),
            Operation("GET", SERVER, self._get),
            Operation("PUT", SERVER, self._replace),
            Operation("DELETE", SERVER, self._delete),
            Operation("POST", f"{SERVER}/lifecycle/activate", self._activate),
            Operation("POST", f"{SERVER}/lifecycle/deactivate", self._deactivate),
            Operation("GET", keys, self._list_keys),
            Operation("GET", f"{keys}/{{kid}}", self._get_key),
            Operation("POST", f"{SERVER}/credentials/lifecycle/keyRotate", self._rotate_keys),
        ]

    def _list(self, call: Call) -> Listing:
        found = prefixed(self._servers.all(), call.query.get("q"), "name", "audiences")
        return Listing(found, self._show)

    def _create(self, call: Call) -> Document:
        return self._show(self._servers.create(call.parse(ServerBody)))

    def _get(self, call: Call) -> Document:
        return self._show(self._servers.find(call.path["server_id"]))

    def _replace(self, call: Call) -> Document:
        return self._show(self._servers.replace(call.path["server_id"], call.parse(ServerBody)))

    def _delete(self, call: Call) -> None:
        self._servers.delete(call.path["server_id"])

    def _activate(self, call: Call) -> None:
        self._servers.set_status(call.path["server_id"], ACTIVE)

    def _deactivate(self, call: Call) -> None:
        self._servers.set_status(call.path["server_id"], INACTIVE)

    def _list_keys(self, call: Call) -> Response:
        server_id = call.path["server_id"]
        self._servers.require(server_id)
        return JSONResponse(
            [self._show_key(server_id, key) for key in self._keys.public(server_id)]
        )

    def _get_key(self, call: Call) -> Document:
        server_id = call.path["server_id"]
        self._servers.require(server_id)
        return self._show_key(server_id, self._keys.find(server_id, call.path["kid"]))

    def _rotate_keys(self, call: Call) -> Response:
        self._servers.rotate_keys(call.path["server_id"], call.parse(RotateBody).use)
        return self._list_keys(call)

    def _show_key(self, server_id: str, key: Document) -> Document:
        url = f"{self._base_url}{SERVERS}/{server_id}/credentials/keys/{key['kid']}"
        return key | {"_links": {"self": link(url, "GET")}}

    def _show(self, document: Document) -> Document:
        url = f"{self._base_url}{SERVERS}/{document['id']}"
        metadata = [
            {"name": name} | link(f"{document['issuer']}/.well-known/{name}", "GET")
            for name in ("oauth-authorization-server", "openid-configuration")
        ]
        links = {
            "self": link(url, "GET", "DELETE", "PUT"),
            "scopes": link(f"{url}/scopes", "GET", "POST"),
            "claims": link(f"{url}/claims", "GET", "POST"),
            "policies": link(f"{url}/policies", "GET", "POST"),
            "keys": link(f"{url}/credentials/keys", "GET"),
            "rotateKey": link(f"{url}/credentials/lifecycle/keyRotate", "POST"),
            "metadata": metadata,
            **lifecycle(url, document["status"]),
        }
        return document | {"_links": links}
