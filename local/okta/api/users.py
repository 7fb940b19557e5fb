"""`/api/v1/users`: people."""

from __future__ import annotations

from functools import partial

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import filtered, prefixed
from local.okta.api.links import link
from local.okta.api.paging import Listing
from local.okta.model.organization import Organization
from local.okta.model.users import UserBody

_PATH = "/api/v1/users"
_FILTERS = ("id", "status", "created", "activated", "lastUpdated", "statusChanged", "profile.")
_NAMES = ("profile.firstName", "profile.lastName", "profile.email")


class UserCalls:
    """Calls about people."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._users = organization.users
        self._url = f"{organization.state.base_url}{_PATH}"

    def operations(self) -> list[Operation]:
        """Return all of them; `{id}` is an id, a login, or `me`."""
        one = f"{_PATH}/{{id}}"
        return [
            Operation("GET", _PATH, self._list),
            Operation("POST", _PATH, self._create),
            Operation("GET", one, self._get),
            Operation("PUT", one, partial(self._update, partly=False)),
            Operation("POST", one, partial(self._update, partly=True)),
            Operation("DELETE", one, self._delete),
            Operation("POST", f"{one}/lifecycle/deactivate", self._deactivate),
            *(
                Operation("POST", f"{one}/lifecycle/{action}", partial(self._act, action))
                for action in ("activate", "reactivate", "suspend", "unsuspend")
            ),
        ]

    def _list(self, call: Call) -> Listing:
        found = prefixed(self._users.all(), call.query.get("q"), *_NAMES)
        for name in ("filter", "search"):
            found = filtered(found, call.query.get(name), _FILTERS)
        return Listing(found, self.show)

    def _create(self, call: Call) -> Document:
        body = call.parse(UserBody)
        user = self._users.create(body, activate=call.flag("activate", default=True))
        for group_id in body.groupIds:
            self._organization.groups.add_member(group_id, user["id"])
        return self.show(user)

    def _get(self, call: Call) -> Document:
        return self.show(self._users.find(call.path["id"]))

    def _update(self, call: Call, *, partly: bool) -> Document:
        body = call.parse(UserBody)
        return self.show(self._users.update(call.path["id"], body, partly=partly))

    def _delete(self, call: Call) -> None:
        self._organization.delete_user(call.path["id"])

    def _deactivate(self, call: Call) -> Document:
        self._organization.deactivate_user(call.path["id"])
        return {}

    def _act(self, action: str, call: Call) -> Document:
        self._users.act(call.path["id"], action)
        return {}

    def show(self, document: Document) -> Document:
        """Return a person as they are read: without the password."""
        shown = {name: value for name, value in document.items() if name != "passwordHash"}
        credentials: Document = {"provider": {"type": "OKTA", "name": "OKTA"}}
        if "passwordHash" in document:
            credentials["password"] = {}
        return shown | {
            "credentials": credentials,
            "_links": {"self": link(f"{self._url}/{document['id']}")},
        }
