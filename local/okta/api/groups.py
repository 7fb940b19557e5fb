"""`/api/v1/groups`: groups, their members and their applications."""

from __future__ import annotations

from local.emulator.store import Document
from local.okta.api.applications import ApplicationCalls
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import filtered, prefixed
from local.okta.api.links import WRITABLE, link
from local.okta.api.paging import Listing
from local.okta.api.users import UserCalls
from local.okta.model.groups import GroupBody
from local.okta.model.organization import Organization

_PATH = "/api/v1/groups"
_FILTERS = ("id", "type", "lastUpdated", "lastMembershipUpdated", "created", "profile.")
_MOST = 10_000


class GroupCalls:
    """Calls about groups."""

    def __init__(
        self, organization: Organization, users: UserCalls, applications: ApplicationCalls
    ) -> None:
        self._organization = organization
        self._groups = organization.groups
        self._users = users
        self._applications = applications
        self._url = f"{organization.state.base_url}{_PATH}"

    def operations(self) -> list[Operation]:
        """Return all of them."""
        one = f"{_PATH}/{{id}}"
        member = f"{one}/users/{{user_id}}"
        return [
            Operation("GET", _PATH, self._list),
            Operation("POST", _PATH, self._create),
            Operation("GET", one, self._get),
            Operation("PUT", one, self._replace),
            Operation("DELETE", one, self._delete),
            Operation("GET", f"{one}/users", self._list_members),
            Operation("PUT", member, self._add_member),
            Operation("DELETE", member, self._remove_member),
            Operation("GET", f"{one}/apps", self._list_applications),
            Operation("GET", "/api/v1/users/{id}/groups", self._list_groups_of_user),
        ]

    def _list(self, call: Call) -> Listing:
        found = prefixed(self._groups.all(), call.query.get("q"), "profile.name")
        for name in ("filter", "search"):
            found = filtered(found, call.query.get(name), _FILTERS)
        return Listing(found, self._show, _MOST, _MOST)

    def _create(self, call: Call) -> Document:
        return self._show(self._groups.create(call.parse(GroupBody)))

    def _get(self, call: Call) -> Document:
        return self._show(self._groups.find(call.path["id"]))

    def _replace(self, call: Call) -> Document:
        return self._show(self._groups.replace(call.path["id"], call.parse(GroupBody)))

    def _delete(self, call: Call) -> None:
        self._organization.delete_group(call.path["id"])

    def _list_members(self, call: Call) -> Listing:
        return Listing(self._groups.members(call.path["id"]), self._users.show, 1000, 1000)

    def _add_member(self, call: Call) -> None:
        self._groups.add_member(call.path["id"], call.path["user_id"])

    def _remove_member(self, call: Call) -> None:
        self._groups.remove_member(call.path["id"], call.path["user_id"])

    def _list_applications(self, call: Call) -> Listing:
        found = self._organization.assignments.apps_of_group(call.path["id"])
        return Listing(found, self._applications.show)

    def _list_groups_of_user(self, call: Call) -> Listing:
        user = self._organization.users.find(call.path["id"])
        return Listing(self._groups.groups_of(user["id"]), self._show)

    def _show(self, document: Document) -> Document:
        url = f"{self._url}/{document['id']}"
        links = {
            "self": link(url, *WRITABLE),
            "users": link(f"{url}/users", "GET"),
            "apps": link(f"{url}/apps", "GET"),
        }
        return document | {"_links": links}
