"""The system log: what happened in the organization, newest 10,000 events."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from local.emulator.clock import iso
from local.emulator.store import Document
from local.okta.model.state import State

_KEPT: Final = 10_000
_TRIMMED_EVERY: Final = 500

# Okta, "Event Types": type -> message. Messages of one verb follow one pattern.
_MESSAGES: Final[Mapping[str, str]] = {
    "application.lifecycle.create": "Create application",
    "application.lifecycle.update": "Update application",
    "application.lifecycle.activate": "Activate application",
    "application.lifecycle.deactivate": "Deactivate application",
    "application.lifecycle.delete": "Delete application",
    "application.user_membership.add": "Add user to application membership",
    "application.user_membership.update": "Update user to application membership",
    "application.user_membership.remove": "Remove user's application membership",
    "group.application_assignment.add": "Add assigned application to group",
    "group.application_assignment.update": "Update assigned application to group",
    "group.application_assignment.remove": "Remove assigned application from group",
    "group.lifecycle.create": "Create Okta group",
    "group.lifecycle.delete": "Delete Okta group",
    "group.profile.update": "Update Okta group",
    "group.user_membership.add": "Add user to group membership",
    "group.user_membership.remove": "Remove user from group membership",
    "oauth2.as.created": "OAuth2 authorization server is created",
    "oauth2.as.updated": "OAuth2 authorization server is updated",
    "oauth2.as.activated": "OAuth2 authorization server is activated",
    "oauth2.as.deactivated": "OAuth2 authorization server is deactivated",
    "oauth2.as.deleted": "OAuth2 authorization server is deleted",
    "app.oauth2.as.key.rollover": "OAuth2 authorization server key is rolled over",
    "oauth2.scope.created": "OAuth2 scope is created",
    "oauth2.scope.updated": "OAuth2 scope is updated",
    "oauth2.scope.deleted": "OAuth2 scope is deleted",
    "oauth2.claim.created": "OAuth2 claim is created",
    "oauth2.claim.updated": "OAuth2 claim is updated",
    "oauth2.claim.deleted": "OAuth2 claim is deleted",
    "policy.lifecycle.create": "Create policy",
    "policy.lifecycle.update": "Update policy",
    "policy.lifecycle.activate": "Activate policy",
    "policy.lifecycle.deactivate": "Deactivate policy",
    "policy.lifecycle.delete": "Delete policy",
    "policy.rule.add": "Add policy rule",
    "policy.rule.update": "Update policy rule",
    "policy.rule.activate": "Activate policy rule",
    "policy.rule.deactivate": "Deactivate policy rule",
    "policy.rule.delete": "Delete policy rule",
    "security.trusted_origin.create": "Create trusted origin",
    "security.trusted_origin.update": "Update trusted origin",
    "security.trusted_origin.activate": "Activate trusted origin",
    "security.trusted_origin.deactivate": "Deactivate trusted origin",
    "security.trusted_origin.delete": "Delete trusted origin",
    "user.lifecycle.create": "Create Okta user",
    "user.lifecycle.activate": "Activate Okta user",
    "user.lifecycle.deactivate": "Deactivate Okta user",
    "user.lifecycle.suspend": "Suspend Okta user",
    "user.lifecycle.unsuspend": "Unsuspend Okta user",
    "user.lifecycle.delete.completed": "Delete Okta user completed",
    "user.account.update_profile": "Update user profile for Okta",
}


class SystemLog:
    """Events in the order in which they happened, each under its position.

    Assumption: which event type stands for which change, where Okta's catalog has several, and the
    wording of the messages.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._events = state.collection("log")

    def write(self, event_type: str, *targets: Mapping[str, Any]) -> None:
        """Write down that the token's owner did something to the targets.

        A target has `type`, `id` and `displayName`.
        """
        position = self._next_position()
        self._events[f"{position:012d}"] = {
            "uuid": str(uuid.uuid4()),
            "published": self._state.now(),
            "eventType": event_type,
            "version": "0",
            "severity": "INFO",
            "displayMessage": _MESSAGES[event_type],
            "actor": self._actor(),
            "outcome": {"result": "SUCCESS", "reason": None},
            "target": [{"alternateId": "unknown", "detailEntry": None} | dict(t) for t in targets],
            "transaction": {"type": "WEB", "id": uuid.uuid4().hex, "detail": {}},
            "debugContext": {"debugData": {}},
            "authenticationContext": {"authenticationStep": 0, "externalSessionId": "unknown"},
        }
        if position % _TRIMMED_EVERY == 0:
            for key in list(self._events)[:-_KEPT]:
                del self._events[key]

    def between(self, since: datetime, until: datetime | None) -> list[Document]:
        """Return the events from `since` on and before `until`, oldest first."""
        first, last = iso(since), iso(until) if until else "~"
        return [event for event in self._events.documents() if first <= event["published"] < last]

    def _actor(self) -> Document:
        admin_id = self._state.organization().get("adminId")
        if admin_id is None:
            return {"id": "unknown", "type": "SystemPrincipal", "displayName": "Okta System"}
        admin = self._state.collection("users")[admin_id]
        profile = admin["profile"]
        return {
            "id": admin["id"],
            "type": "User",
            "alternateId": profile["login"],
            "displayName": f"{profile['firstName']} {profile['lastName']}",
            "detailEntry": None,
        }

    def _next_position(self) -> int:
        # The position outlives a restart; the counter is kept beside the events it counts.
        counters = self._state.collection("counters")
        position = int(counters.get("log", {"value": 0})["value"]) + 1
        counters["log"] = {"value": position}
        return position
