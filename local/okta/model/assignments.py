"""Who may use which application: groups and people (Okta, "Application Groups" and "Users")."""

from __future__ import annotations

from typing import Any, Final

from local.emulator.store import Collection, Document
from local.okta.errors import OktaError, not_found
from local.okta.model import priorities
from local.okta.model.applications import Applications
from local.okta.model.applications import target as application_target
from local.okta.model.bodies import Body
from local.okta.model.groups import Groups
from local.okta.model.groups import target as group_target
from local.okta.model.state import ACTIVE, State, empty
from local.okta.model.system_log import SystemLog
from local.okta.model.users import DEPROVISIONED, STAGED, SUSPENDED, Users
from local.okta.model.users import target as user_target


class GroupAssignmentBody(Body):
    """What a client sends about a group's assignment."""

    priority: int | None = None
    profile: dict[str, Any] = {}


class UserCredentials(Body):
    """Under which name a person uses the application."""

    userName: str | None = None


class UserAssignmentBody(Body):
    """What a client sends about a person's assignment."""

    id: str | None = None
    credentials: UserCredentials | None = None
    profile: dict[str, Any] | None = None


_FIRST_PRIORITY: Final = 0


class Assignments:
    """Groups and people of applications, kept from both sides so that either can be forgotten."""

    def __init__(
        self,
        state: State,
        log: SystemLog,
        applications: Applications,
        groups: Groups,
        users: Users,
    ) -> None:
        self._state = state
        self._log = log
        self._applications = applications
        self._groups = groups
        self._users = users

    def groups_of(self, app_id: str) -> list[Document]:
        """Return the assignments of an application's groups, by priority."""
        self._applications.find(app_id)
        return priorities.ordered(self._app_groups(app_id))

    def group(self, app_id: str, group_id: str) -> Document:
        """Return one assignment; raise Okta's refusal when the group has none."""
        self._applications.find(app_id)
        found = self._app_groups(app_id).get(group_id)
        if found is None:
            raise not_found(group_id, "ApplicationGroupAssignment")
        return found

    def assign_group(self, app_id: str, group_id: str, body: GroupAssignmentBody) -> Document:
        """Assign a group, or change its priority and profile.

        Okta, "Application Groups": without a priority it comes last. Assumption: priorities count
        from 0 and have no gaps.
        """
        app, group = self._applications.find(app_id), self._groups.find(group_id)
        known = self._app_groups(app_id).get(group_id)
        document: Document = known or {"id": group_id}
        document |= {"profile": body.profile, "lastUpdated": self._state.now()}
        priorities.insert(self._app_groups(app_id), document, body.priority, _FIRST_PRIORITY)
        self._group_apps(group_id)[app_id] = {}
        event = f"group.application_assignment.{'update' if known else 'add'}"
        self._log.write(event, group_target(group), application_target(app))
        return document

    def remove_group(self, app_id: str, group_id: str) -> None:
        """Take the assignment away."""
        app = self._applications.find(app_id)
        self.group(app_id, group_id)
        priorities.remove(self._app_groups(app_id), group_id, _FIRST_PRIORITY)
        del self._group_apps(group_id)[app_id]
        group = self._groups.find(group_id)
        self._log.write(
            "group.application_assignment.remove", group_target(group), application_target(app)
        )

    def apps_of_group(self, group_id: str) -> list[Document]:
        """Return the applications a group is assigned to."""
        self._groups.find(group_id)
        return [self._applications.find(id) for id in self._group_apps(group_id)]

    def users_of(self, app_id: str) -> list[Document]:
        """Return everyone who may use an application: assigned themselves, or through a group."""
        app = self._applications.find(app_id)
        found = {one["id"]: one for one in self._app_users(app_id).documents()}
        for assignment in self.groups_of(app_id):
            for user in self._groups.members(assignment["id"]):
                if user["id"] not in found:
                    found[user["id"]] = self._through_group(app, user, assignment)
        return list(found.values())

    def user(self, app_id: str, user_id: str) -> Document:
        """Return how a person may use an application; raise Okta's refusal when they may not."""
        app, user = self._applications.find(app_id), self._users.find(user_id)
        found = self._app_users(app_id).get(user["id"])
        if found is not None:
            return found
        theirs = {group["id"] for group in self._groups.groups_of(user["id"])}
        for assignment in self.groups_of(app_id):
            if assignment["id"] in theirs:
                return self._through_group(app, user, assignment)
        raise not_found(user_id, "AppUser")

    def assign_user(self, app_id: str, body: UserAssignmentBody) -> Document:
        """Assign a person, or change the assignment of one who has it."""
        if not body.id:
            raise OktaError("E0000028")
        app, user = self._applications.find(app_id), self._users.find(body.id)
        if user["status"] in (STAGED, SUSPENDED, DEPROVISIONED):
            raise OktaError("E0000117")
        known = self._app_users(app_id).get(user["id"])
        document = known or self._new_app_user(app, user, "USER")
        if body.credentials and body.credentials.userName:
            document["credentials"] = {"userName": body.credentials.userName}
        if body.profile is not None:
            document["profile"] = body.profile
        document["lastUpdated"] = self._state.now()
        self._app_users(app_id)[user["id"]] = document
        self._user_apps(user["id"])[app_id] = {}
        event = f"application.user_membership.{'update' if known else 'add'}"
        self._log.write(event, user_target(user), application_target(app))
        return document

    def remove_user(self, app_id: str, user_id: str) -> None:
        """Take a person's own assignment away; one through a group cannot be."""
        app, user = self._applications.find(app_id), self._users.find(user_id)
        if self._app_users(app_id).pop(user["id"], None) is None:
            raise not_found(user_id, "AppUser")
        del self._user_apps(user["id"])[app_id]
        self._log.write(
            "application.user_membership.remove", user_target(user), application_target(app)
        )

    def forget_app(self, app_id: str) -> None:
        """Drop all assignments of an application that goes."""
        for group_id in self._app_groups(app_id):
            del self._group_apps(group_id)[app_id]
        for user_id in self._app_users(app_id):
            del self._user_apps(user_id)[app_id]
        empty(self._app_groups(app_id))
        empty(self._app_users(app_id))

    def forget_group(self, group_id: str) -> None:
        """Drop all assignments of a group that goes."""
        for app_id in self._group_apps(group_id):
            priorities.remove(self._app_groups(app_id), group_id, _FIRST_PRIORITY)
        empty(self._group_apps(group_id))

    def forget_user(self, user_id: str) -> None:
        """Drop all assignments of a person who goes."""
        for app_id in self._user_apps(user_id):
            del self._app_users(app_id)[user_id]
        empty(self._user_apps(user_id))

    def _through_group(self, app: Document, user: Document, assignment: Document) -> Document:
        document = self._new_app_user(app, user, "GROUP")
        document["profile"] |= assignment["profile"]
        document["created"] = document["lastUpdated"] = assignment["lastUpdated"]
        document["groupId"] = assignment["id"]
        return document

    def _new_app_user(self, app: Document, user: Document, scope: str) -> Document:
        profile = user["profile"]
        template = app["credentials"]["userNameTemplate"]["template"]
        name = profile["email"] if template.endswith(".email}") else profile["login"]
        return {
            "id": user["id"],
            "externalId": None,
            "created": self._state.now(),
            "lastUpdated": self._state.now(),
            "scope": scope,
            "status": ACTIVE,
            "statusChanged": self._state.now(),
            "passwordChanged": None,
            "syncState": "DISABLED",
            "credentials": {"userName": name},
            "profile": {},
        }

    def _app_groups(self, app_id: str) -> Collection:
        return self._state.collection("application groups", app_id)

    def _group_apps(self, group_id: str) -> Collection:
        return self._state.collection("group applications", group_id)

    def _app_users(self, app_id: str) -> Collection:
        return self._state.collection("application users", app_id)

    def _user_apps(self, user_id: str) -> Collection:
        return self._state.collection("user applications", user_id)
