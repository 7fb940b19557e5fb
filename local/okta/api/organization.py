"""The organization itself, its sign-on policies, and its system log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import filtered
from local.okta.api.links import lifecycle, link
from local.okta.api.paging import Listing
from local.okta.errors import OktaError, invalid
from local.okta.model.organization import Organization

_POLICIES: Final = "/api/v1/policies"
_EVENT_ATTRIBUTES: Final = (
    "eventType",
    "displayMessage",
    "severity",
    "published",
    "uuid",
    "actor.",
    "target.",
    "outcome.",
    "transaction.",
)
_LOG_DAYS: Final = timedelta(days=7)


class OrganizationCalls:
    """Calls about the organization as a whole."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._state = organization.state
        self._base_url = organization.state.base_url

    def operations(self) -> list[Operation]:
        """Return all of them."""
        return [
            Operation("GET", "/.well-known/okta-organization", self._metadata, public=True),
            Operation("GET", "/api/v1/org", self._settings),
            Operation("GET", _POLICIES, self._list_policies),
            Operation("GET", f"{_POLICIES}/{{id}}", self._get_policy),
            Operation("GET", "/api/v1/logs", self._list_events),
        ]

    def _metadata(self, _: Call) -> Document:
        # The vendor's provider asks whether this is the Identity Engine (okta.md 3).
        organization = {"organization": link(self._base_url), "alternate": link(self._base_url)}
        return {
            "id": self._state.organization()["id"],
            "pipeline": "idx",
            "_links": organization,
        }

    def _settings(self, _: Call) -> Document:
        organization = self._state.organization()
        return {
            "id": organization["id"],
            "companyName": "Local Okta",
            "subdomain": "local",
            "status": "ACTIVE",
            "created": organization["created"],
            "lastUpdated": organization["lastUpdated"],
            "_links": {},
        }

    def _list_policies(self, call: Call) -> Listing:
        found = self._organization.sign_on_policies.of_type(call.query.get("type"))
        return Listing(found, self._show_policy)

    def _get_policy(self, call: Call) -> Document:
        return self._show_policy(self._organization.sign_on_policies.find(call.path["id"]))

    def _show_policy(self, document: Document) -> Document:
        url = f"{self._base_url}{_POLICIES}/{document['id']}"
        links = {"self": link(url, "GET"), **lifecycle(url, document["status"])}
        return document | {"_links": links}

    def _list_events(self, call: Call) -> Listing:
        """List events between `since`, at first seven days ago, and `until`.

        Okta, "System Log API": without `until` every page links to a next one.
        """
        since = _moment(call, "since") or self._state.clock.now() - _LOG_DAYS
        until = _moment(call, "until")
        events = self._organization.log.between(since, until)
        order = call.query.get("sortOrder", "ASCENDING")
        if order not in ("ASCENDING", "DESCENDING"):
            raise invalid("sortOrder", "Valid values: [ASCENDING, DESCENDING]")
        if order == "DESCENDING":
            events.reverse()
        found = filtered(events, call.query.get("filter"), _EVENT_ATTRIBUTES)
        words = call.query.get("q", "").lower().split()
        found = [event for event in found if all(word in _text(event) for word in words)]
        polling = until is None and order == "ASCENDING"
        return Listing(found, lambda event: event, 100, 1000, key="uuid", endless=polling)


def _moment(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise OktaError("E0000030", reason=f"{name} is no date with a time zone")


def _text(value: object) -> str:
    """Return all texts inside a value, for searching."""
    if isinstance(value, dict):
        return " ".join(_text(item) for item in value.values())
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    return str(value).lower()
