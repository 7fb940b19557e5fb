"""`/api/v1/apps/{id}/groups` and `/users`: who may use an application."""

from __future__ import annotations

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import prefixed
from local.okta.api.links import link
from local.okta.api.paging import Listing
from local.okta.model.assignments import GroupAssignmentBody, UserAssignmentBody
from local.okta.model.organization import Organization

_APP = "/api/v1/apps/{id}"


class AssignmentCalls:
    """Calls about the groups and people of applications."""

    def __init__(self, organization: Organization) -> None:
        self._assignments = organization.assignments
        self._groups = organization.groups
        self._url = f"{organization.state.base_url}/api/v1"

    def operations(self) -> list[Operation]:
        """Return all of them."""
        group, user = f"{_APP}/groups/{{group_id}}", f"{_APP}/users/{{user_id}}"
        return [
            Operation("GET", f"{_APP}/groups", self._list_groups),
            Operation("GET", group, self._get_group),
            Operation("PUT", group, self._assign_group),
            Operation("DELETE", group, self._remove_group),
            Operation("GET", f"{_APP}/users", self._list_users),
            Operation("POST", f"{_APP}/users", self._assign_user),
            Operation("GET", user, self._get_user),
            Operation("POST", user, self._change_user),
            Operation("DELETE", user, self._remove_user),
        ]

    def _list_groups(self, call: Call) -> Listing:
        found = self._assignments.groups_of(call.path["id"])
        if wanted := call.query.get("q"):
            groups = [self._groups.find(assignment["id"]) for assignment in found]
            named = {group["id"] for group in prefixed(groups, wanted, "profile.name")}
            found = [assignment for assignment in found if assignment["id"] in named]
        return Listing(found, lambda one: self._show_group(call.path["id"], one), default=20)

    def _get_group(self, call: Call) -> Document:
        app_id = call.path["id"]
        return self._show_group(app_id, self._assignments.group(app_id, call.path["group_id"]))

    def _assign_group(self, call: Call) -> Document:
        app_id, group_id = call.path["id"], call.path["group_id"]
        body = call.parse(GroupAssignmentBody)
        return self._show_group(app_id, self._assignments.assign_group(app_id, group_id, body))

    def _remove_group(self, call: Call) -> None:
        self._assignments.remove_group(call.path["id"], call.path["group_id"])

    def _list_users(self, call: Call) -> Listing:
        found = self._assignments.users_of(call.path["id"])
        found = list(prefixed(found, call.query.get("q"), "credentials.userName"))
        return Listing(found, lambda one: self._show_user(call.path["id"], one), 50, 500)

    def _get_user(self, call: Call) -> Document:
        app_id = call.path["id"]
        return self._show_user(app_id, self._assignments.user(app_id, call.path["user_id"]))

    def _assign_user(self, call: Call) -> Document:
        app_id, body = call.path["id"], call.parse(UserAssignmentBody)
        return self._show_user(app_id, self._assignments.assign_user(app_id, body))

    def _change_user(self, call: Call) -> Document:
        app_id, body = call.path["id"], call.parse(UserAssignmentBody)
        # The assignment must be there; through a group is enough, and becomes the person's own.
        body.id = self._assignments.user(app_id, call.path["user_id"])["id"]
        return self._show_user(app_id, self._assignments.assign_user(app_id, body))

    def _remove_user(self, call: Call) -> None:
        self._assignments.remove_user(call.path["id"], call.path["user_id"])

    def _show_group(self, app_id: str, document: Document) -> Document:
        app, group = f"{self._url}/apps/{app_id}", document["id"]
        links = {
            "self": link(f"{app}/groups/{group}", "GET", "PUT", "DELETE"),
            "app": link(app),
            "group": link(f"{self._url}/groups/{group}"),
        }
        return document | {"_links": links}

    def _show_user(self, app_id: str, document: Document) -> Document:
        app, user_id = f"{self._url}/apps/{app_id}", document["id"]
        links = {"app": link(app), "user": link(f"{self._url}/users/{user_id}")}
        shown = {name: value for name, value in document.items() if name != "groupId"}
        if group_id := document.get("groupId"):
            links["group"] = link(f"{self._url}/groups/{group_id}")
        return shown | {"_links": links}
