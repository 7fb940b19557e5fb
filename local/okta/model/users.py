"""People (Okta, "Users API")."""

from __future__ import annotations

import re
from typing import Any, Final

from local.emulator.store import Document
from local.okta.errors import Mistakes, OktaError, invalid, not_found
from local.okta.model.bodies import Body
from local.okta.model.passwords import hash_password
from local.okta.model.state import ACTIVE, State, new_id
from local.okta.model.system_log import SystemLog

STAGED: Final = "STAGED"
PROVISIONED: Final = "PROVISIONED"
SUSPENDED: Final = "SUSPENDED"
DEPROVISIONED: Final = "DEPROVISIONED"

_KIND: Final = "User"
_REQUIRED: Final = ("login", "email", "firstName", "lastName")
_LONGEST: Final = {"login": 100, "email": 100, "firstName": 50, "lastName": 50}
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHORTEST_PASSWORD: Final = 8
# Okta, "User lifecycle": action -> statuses it may start from, and the event it writes.
_STARTS: Final = {
    "activate": ((STAGED, PROVISIONED, DEPROVISIONED), "activate"),
    "reactivate": ((PROVISIONED,), "activate"),
    "deactivate": ((STAGED, PROVISIONED, ACTIVE, SUSPENDED), "deactivate"),
    "suspend": ((ACTIVE,), "suspend"),
    "unsuspend": ((SUSPENDED,), "unsuspend"),
}


class Password(Body):
    """A password in clear."""

    value: str


class Credentials(Body):
    """What a client sends to let a person sign in."""

    password: Password | None = None


class UserBody(Body):
    """What a client sends about a person."""

    profile: dict[str, Any] = {}
    credentials: Credentials | None = None
    groupIds: list[str] = []


class Users:
    """All people, found by id or by login."""

    def __init__(self, state: State, log: SystemLog) -> None:
        self._state = state
        self._log = log
        self._documents = state.collection("users")
        self._logins = state.index("logins")

    def all(self) -> list[Document]:
        """Return all people but the deprovisioned, oldest first."""
        return [user for user in self._documents.documents() if user["status"] != DEPROVISIONED]

    def exists(self, id: str) -> bool:
        """Tell whether an id is a person's."""
        return id in self._documents

    def find(self, id: str) -> Document:
        """Return the person with an id or login, or the token's owner for `me`."""
        if id == "me":
            id = self._state.organization()["adminId"]
        found = self._documents.get(id)
        owner = self._logins.owner(id.lower())
        if found is None and owner is not None:
            found = self._documents[owner]
        if found is None:
            raise not_found(id, _KIND)
        return found

    def by_login(self, login: str) -> Document | None:
        """Return the person with a login, or None; upper and lower case are the same."""
        id = self._logins.owner(login.lower())
        return None if id is None else self._documents[id]

    def create(self, body: UserBody, activate: bool) -> Document:
        """Add a person: staged, or active when there is a password, else provisioned."""
        document: Document = {"id": new_id("00u"), "activated": None, "lastLogin": None}
        document |= {"passwordChanged": None, "profile": {}}
        self._write(document, body, dict(body.profile))
        status = STAGED
        if activate:
            status = ACTIVE if "passwordHash" in document else PROVISIONED
        self._set_status(document, status)
        self._log.write("user.lifecycle.create", target(document))
        if activate:
            self._log.write("user.lifecycle.activate", target(document))
        return document

    def update(self, id: str, body: UserBody, *, partly: bool) -> Document:
        """Change a person's profile, wholly or only what the body has, and the password."""
        document = self.find(id)
        if document["status"] == DEPROVISIONED:
            raise OktaError("E0000107")
        profile = (document["profile"] if partly else {}) | body.profile
        self._write(document, body, profile)
        self._keep(document)
        self._log.write("user.account.update_profile", target(document))
        return document

    def act(self, id: str, action: str) -> Document:
        """Carry out a step of the lifecycle; raise Okta's refusal in the wrong status."""
        document = self.find(id)
        starts, event = _STARTS[action]
        if document["status"] not in starts:
            if action == "activate":
                raise OktaError("E0000016")
            raise invalid(action, f"Cannot {action} a user whose status is {document['status']}")
        reached = {"deactivate": DEPROVISIONED, "suspend": SUSPENDED}.get(action, ACTIVE)
        if reached == ACTIVE and "passwordHash" not in document:
            reached = PROVISIONED
        self._set_status(document, reached)
        self._log.write(f"user.lifecycle.{event}", target(document))
        return document

    def delete(self, id: str) -> bool:
        """Deprovision a person, or remove one who already is; tell whether it was a removal."""
        document = self.find(id)
        if document["id"] == self._state.organization()["adminId"]:
            raise OktaError("E0000006")
        if document["status"] != DEPROVISIONED:
            self.act(document["id"], "deactivate")
            return False
        self._logins.move(document["id"], document["profile"]["login"].lower(), None)
        self._log.write("user.lifecycle.delete.completed", target(document))
        del self._documents[document["id"]]
        return True

    def _write(self, document: Document, body: UserBody, profile: dict[str, Any]) -> None:
        password = (
            body.credentials.password.value
            if body.credentials and (body.credentials.password)
            else None
        )
        self._check(document["id"], profile, password)
        old = document["profile"].get("login")
        self._logins.move(document["id"], old and old.lower(), profile["login"].lower())
        document["profile"] = profile
        if password is not None:
            document["passwordHash"] = hash_password(password)
            document["passwordChanged"] = self._state.now()

    def _check(self, id: str, profile: dict[str, Any], password: str | None) -> None:
        mistakes = Mistakes()
        for name in _REQUIRED:
            value = profile.get(name)
            if value is not None and not isinstance(value, str):
                mistakes.add(name, "The value is not a string")
            else:
                mistakes.text(value, name, _LONGEST[name])
        mistakes.stop()
        for name in ("login", "email"):
            good = bool(_EMAIL.fullmatch(profile[name]))
            mistakes.check(good, name, "Does not match required pattern")
        mistakes.unique(self._logins.is_free(profile["login"].lower(), id), "login")
        if password is not None and len(password) < _SHORTEST_PASSWORD:
            text = f"Password requirements were not met: at least {_SHORTEST_PASSWORD} characters"
            mistakes.add("password", text)
        mistakes.stop()

    def _set_status(self, document: Document, status: str) -> None:
        document["status"] = status
        document["statusChanged"] = self._state.now()
        if status == ACTIVE and document["activated"] is None:
            document["activated"] = document["statusChanged"]
        self._keep(document)

    def _keep(self, document: Document) -> None:
        self._state.stamp(document)
        self._documents[document["id"]] = document


def target(document: Document) -> Document:
    """Return a person as events of the system log name one."""
    profile = document["profile"]
    return {
        "type": "User",
        "id": document["id"],
        "alternateId": profile["login"],
        "displayName": f"{profile['firstName']} {profile['lastName']}",
    }
