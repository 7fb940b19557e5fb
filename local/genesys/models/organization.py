"""The organisation itself, the products it has, and the flows that its Messenger can use."""

from __future__ import annotations

import re
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from local.emulator.store import Document, Store
from local.genesys.errors import find

# Ids of what every new organisation holds stay the same over a reset.
_ORGANIZATION_ID: Final = str(uuid5(NAMESPACE_URL, "local-genesys:organization"))
HOME_DIVISION: Final = {"id": str(uuid5(NAMESPACE_URL, "local-genesys:home")), "name": "Home"}
FLOW_ID: Final = str(uuid5(NAMESPACE_URL, "local-genesys:inbound-message-flow"))

_PRODUCTS: Final = ("GC1", "messaging", "webMessaging", "architect", "premiumMessaging")


class Organization:
    """One organisation with one published inbound message flow."""

    def __init__(self, store: Store) -> None:
        self._organization = store.collection("organization")
        self._flows = store.collection("flows")

    def seed(self) -> None:
        """Write what a new organisation holds."""
        self._organization[_ORGANIZATION_ID] = {
            "id": _ORGANIZATION_ID,
            "name": "Local Contact Centre",
            "defaultLanguage": "en-us",
            "defaultCountryCode": "US",
            "thirdPartyOrgName": "local-contact-centre",
            "domain": "local-contact-centre",
            "version": 1,
            "state": "active",
            "productPlatform": "PureCloud",
            "features": {"purecloud": True, "webMessaging": True},
            "selfUri": "/api/v2/organizations/me",
        }
        self._flows[FLOW_ID] = {
            "id": FLOW_ID,
            "name": "Local Messenger Flow",
            "type": "INBOUNDSHORTMESSAGE",
            "description": "Answers every message that Messenger brings.",
            "division": HOME_DIVISION,
            "active": True,
            "system": False,
            "deleted": False,
            "publishedVersion": {"id": "1.0", "name": "1.0"},
            "selfUri": f"/api/v2/flows/{FLOW_ID}",
        }

    def describe(self) -> Document:
        """Return the organisation; `defaultCountryCode` is always there, clients rely on it."""
        return self._organization[_ORGANIZATION_ID]

    def products(self) -> Document:
        """Return the products (SDK model `OrganizationProductEntityListing`)."""
        return {"total": len(_PRODUCTS), "entities": [{"id": name} for name in _PRODUCTS]}

    def flow(self, id: str) -> Document:
        """Return a flow."""
        return find(self._flows, id, "flow")

    def flows(self, name: str = "", kinds: tuple[str, ...] = ()) -> list[Document]:
        """Return the flows of that name (without regard to case, `*` for any text) and those types.

        An empty name or no types stand for all.
        """
        wanted = name.lower()
        return [
            flow
            for flow in self._flows.documents()
            if _matches(wanted, flow["name"].lower())
            and (not kinds or flow["type"].lower() in {kind.lower() for kind in kinds})
        ]


def _matches(wanted: str, name: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
    return not wanted or re.fullmatch(pattern, name, re.DOTALL) is not None
