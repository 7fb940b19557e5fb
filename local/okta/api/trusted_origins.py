"""`/api/v1/trustedOrigins`."""

from __future__ import annotations

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import filtered, prefixed
from local.okta.api.links import WRITABLE, lifecycle, link
from local.okta.api.paging import Listing
from local.okta.model.organization import Organization
from local.okta.model.state import ACTIVE, INACTIVE
from local.okta.model.trusted_origins import OriginBody

_PATH = "/api/v1/trustedOrigins"
_FILTERS = ("id", "name", "origin", "status", "created", "lastUpdated")


class TrustedOriginCalls:
    """Calls about trusted origins."""

    def __init__(self, organization: Organization) -> None:
        self._origins = organization.origins
        self._url = f"{organization.state.base_url}{_PATH}"

    def operations(self) -> list[Operation]:
        """Return all of them."""
        one = f"{_PATH}/{{id}}"
        return [
            Operation("GET", _PATH, self._list),
            Operation("POST", _PATH, self._create),
            Operation("GET", one, self._get),
            Operation("PUT", one, self._replace),
            Operation("DELETE", one, self._delete),
            Operation("POST", f"{one}/lifecycle/activate", self._activate),
            Operation("POST", f"{one}/lifecycle/deactivate", self._deactivate),
        ]

    def _list(self, call: Call) -> Listing:
        found = prefixed(self._origins.all(), call.query.get("q"), "name", "origin")
        return Listing(filtered(found, call.query.get("filter"), _FILTERS), self._show)

    def _create(self, call: Call) -> Document:
        return self._show(self._origins.create(call.parse(OriginBody)))

    def _get(self, call: Call) -> Document:
        return self._show(self._origins.find(call.path["id"]))

    def _replace(self, call: Call) -> Document:
        return self._show(self._origins.replace(call.path["id"], call.parse(OriginBody)))

    def _delete(self, call: Call) -> None:
        self._origins.delete(call.path["id"])

    def _activate(self, call: Call) -> Document:
        return self._show(self._origins.set_status(call.path["id"], ACTIVE))

    def _deactivate(self, call: Call) -> Document:
        return self._show(self._origins.set_status(call.path["id"], INACTIVE))

    def _show(self, document: Document) -> Document:
        url = f"{self._url}/{document['id']}"
        return document | {
            "_links": {"self": link(url, *WRITABLE), **lifecycle(url, document["status"])}
        }
