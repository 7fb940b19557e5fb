"""Groups and who is in them (Okta, "Groups API")."""

from __future__ import annotations

from typing import Final

from local.emulator.store import Collection, Document
from local.okta.errors import Mistakes, read_only
from local.okta.model.bodies import Body
from local.okta.model.state import State, empty, new_id, require
from local.okta.model.system_log import SystemLog
from local.okta.model.users import Users
from local.okta.model.users import target as user_target

EVERYONE: Final = "Everyone"
_KIND: Final = "UserGroup"
_LONGEST_NAME: Final = 255
_LONGEST_DESCRIPTION: Final = 1024


class GroupProfile(Body):
    """Name and description."""

    name: str | None = None
    description: str | None = None


class GroupBody(Body):
    """What a client sends about a group."""

    profile: GroupProfile | None = None


class Groups:
    """All groups. The built-in group Everyone holds every person and cannot be touched."""

    def __init__(self, state: State, log: SystemLog, users: Users) -> None:
        self._state = state
        self._log = log
        self._users = users
        self._documents = state.collection("groups")
        self._names = state.index("group names")

    def all(self) -> list[Document]:
        """Return all groups, oldest first."""
        return self._documents.documents()

    def exists(self, id: str) -> bool:
        """Tell whether an id is a group's."""
        return id in self._documents

    def find(self, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents, id, _KIND)

    def create(self, body: GroupBody, *, built_in: bool = False) -> Document:
        """Add one, empty."""
        document: Document = {
            "id": new_id("00g"),
            "objectClass": ["okta:user_group"],
            "type": "BUILT_IN" if built_in else "OKTA_GROUP",
        }
        self._write(document, body)
        document["lastMembershipUpdated"] = document["created"]
        self._documents[document["id"]] = document
        self._log.write("group.lifecycle.create", target(document))
        return document

    def replace(self, id: str, body: GroupBody) -> Document:
        """Rename or redescribe one."""
        document = self._own(id)
        self._write(document, body)
        self._documents[id] = document
        self._log.write("group.profile.update", target(document))
        return document

    def delete(self, id: str) -> None:
        """Remove one with its memberships."""
        document = self._own(id)
        for user_id in self._members(id):
            del self._groups_of(user_id)[id]
        empty(self._members(id))
        self._names.move(id, document["profile"]["name"], None)
        del self._documents[id]
        self._log.write("group.lifecycle.delete", target(document))

    def members(self, id: str) -> list[Document]:
        """Return the people in a group."""
        if self.find(id)["type"] == "BUILT_IN":
            return self._users.all()
        return [self._users.find(user_id) for user_id in self._members(id)]

    def groups_of(self, user_id: str) -> list[Document]:
        """Return the groups that a person is in, Everyone first."""
        everyone = self._state.organization()["everyoneId"]
        return [self._documents[id] for id in (everyone, *self._groups_of(user_id))]

    def add_member(self, id: str, user_id: str) -> None:
        """Put a person into a group; harmless when already in."""
        group, user = self._own(id), self._users.find(user_id)
        if user["id"] not in self._members(id):
            self._members(id)[user["id"]] = {}
            self._groups_of(user["id"])[id] = {}
            self._note_members(group)
            self._log.write("group.user_membership.add", user_target(user), target(group))

    def remove_member(self, id: str, user_id: str) -> None:
        """Take a person out of a group; harmless when not in."""
        group, user = self._own(id), self._users.find(user_id)
        if self._members(id).pop(user["id"], None) is not None:
            del self._groups_of(user["id"])[id]
            self._note_members(group)
            self._log.write("group.user_membership.remove", user_target(user), target(group))

    def forget_user(self, user_id: str) -> None:
        """Take a person who is gone out of all groups."""
        for id in self._groups_of(user_id):
            del self._members(id)[user_id]
        empty(self._groups_of(user_id))

    def _own(self, id: str) -> Document:
        document = self.find(id)
        if document["type"] == "BUILT_IN":
            raise read_only("group")
        return document

    def _members(self, id: str) -> Collection:
        return self._state.collection("group users", id)

    def _groups_of(self, user_id: str) -> Collection:
        return self._state.collection("user groups", user_id)

    def _note_members(self, group: Document) -> None:
        group["lastMembershipUpdated"] = self._state.now()
        self._documents[group["id"]] = group

    def _write(self, document: Document, body: GroupBody) -> None:
        profile = body.profile or GroupProfile()
        mistakes = Mistakes()
        mistakes.text(profile.name, "name", _LONGEST_NAME)
        mistakes.at_most(profile.description, "description", _LONGEST_DESCRIPTION)
        free = not profile.name or self._names.is_free(profile.name, document["id"])
        mistakes.unique(free, "name")
        mistakes.stop()
        old = document.get("profile", {}).get("name")
        self._names.move(document["id"], old, profile.name)
        document["profile"] = {"name": profile.name, "description": profile.description}
        self._state.stamp(document)


def target(document: Document) -> Document:
    """Return a group as events of the system log name one."""
    name = document["profile"]["name"]
    return {"type": "UserGroup", "id": document["id"], "displayName": name}
