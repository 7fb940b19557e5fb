"""Sign-on policies of the organization: what applications are put under (okta.md 3)."""

from __future__ import annotations

from typing import Final

from local.emulator.store import Document
from local.okta.errors import OktaError, invalid
from local.okta.model.state import ACTIVE, State, new_id, require

ACCESS_POLICY: Final = "ACCESS_POLICY"
# Okta, "Policies API": the types a list may ask for. The organization has policies of one.
_TYPES: Final = (
    ACCESS_POLICY,
    "OKTA_SIGN_ON",
    "PASSWORD",
    "MFA_ENROLL",
    "IDP_DISCOVERY",
    "PROFILE_ENROLLMENT",
)


class SignOnPolicies:
    """Access policies of applications. They are there from the start, exactly one is `system`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._documents = state.collection("sign-on policies")

    def of_type(self, kind: str | None) -> list[Document]:
        """Return the policies of one type; Okta lists no others at once."""
        if not kind:
            raise OktaError("E0000028")
        if kind not in _TYPES:
            raise invalid("type", f"Invalid policy type specified: {kind}")
        return [policy for policy in self._documents.documents() if policy["type"] == kind]

    def find(self, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents, id, "Policy")

    def add(self, name: str, description: str, *, system: bool) -> Document:
        """Write one of the policies that an organization starts with."""
        document: Document = {
            "id": new_id("rst"),
            "type": ACCESS_POLICY,
            "status": ACTIVE,
            "name": name,
            "description": description,
            "priority": 1,
            "system": system,
            "conditions": None,
        }
        self._state.stamp(document)
        self._documents[document["id"]] = document
        return document
