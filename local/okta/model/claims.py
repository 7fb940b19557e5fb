"""Claims of an authorization server (Okta, "Authorization Servers", claims)."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import Field

from local.emulator.store import Collection, Document
from local.okta.errors import Mistakes, read_only
from local.okta.model.bodies import Body
from local.okta.model.scopes import Scopes
from local.okta.model.state import ACTIVE, State, empty, new_id, require
from local.okta.model.system_log import SystemLog

_KIND: Final = "OAuth2Claim"
_LONGEST_NAME: Final = 255
# The subject is Okta's own too, but its value may be changed (okta.md 4.5).
_SUBJECT: Final = "(appuser != null) ? appuser.userName : app.clientId"
# Okta's own claims of a person: scope -> names.
SYSTEM: Final = {
    "profile": (
        "name",
        "preferred_username",
        "given_name",
        "middle_name",
        "family_name",
        "nickname",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number",),
}


class ClaimConditions(Body):
    """With which scopes a claim comes; none means with any."""

    scopes: list[str] = []


class ClaimBody(Body):
    """What a client sends about a claim."""

    name: str | None = None
    status: Literal["ACTIVE", "INACTIVE"] | None = None
    claimType: Literal["IDENTITY", "RESOURCE"] | None = None
    valueType: Literal["EXPRESSION", "GROUPS", "SYSTEM"] | None = None
    value: str | None = None
    alwaysIncludeInToken: bool | None = None
    conditions: ClaimConditions = Field(default_factory=ClaimConditions)
    group_filter_type: Literal["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"] | None = None


class Claims:
    """The claims of all servers; a name is unique within one kind of token."""

    def __init__(self, state: State, log: SystemLog, scopes: Scopes) -> None:
        self._state = state
        self._log = log
        self._scopes = scopes

    def all(self, server_id: str) -> list[Document]:
        """Return a server's claims, Okta's own first."""
        return self._documents(server_id).documents()

    def find(self, server_id: str, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents(server_id), id, _KIND)

    def begin(self, server_id: str) -> None:
        """Give a new server the claims that Okta gives it."""
        self._add_system(server_id, "sub", "RESOURCE", "EXPRESSION", _SUBJECT, [])
        for scope, names in SYSTEM.items():
            for name in names:
                self._add_system(server_id, name, "IDENTITY", "SYSTEM", name, [scope])

    def end(self, server_id: str) -> None:
        """Remove all claims of a server that goes."""
        empty(self._documents(server_id))

    def create(self, server_id: str, body: ClaimBody) -> Document:
        """Add one."""
        return self._write(server_id, new_id("ocl"), body, "created")

    def replace(self, server_id: str, id: str, body: ClaimBody) -> Document:
        """Change one.

        Of Okta's own a client may change whether they are always included, and the subject's value;
        not their names.
        """
        old = self.find(server_id, id)
        if not old["system"]:
            return self._write(server_id, id, body, "updated")
        if body.name != old["name"]:
            raise read_only("claim")
        if old["claimType"] == "IDENTITY":
            old["alwaysIncludeInToken"] = bool(body.alwaysIncludeInToken)
        elif body.value:
            old["value"] = body.value
        return self._keep(server_id, old, "updated")

    def delete(self, server_id: str, id: str) -> None:
        """Remove one that is not Okta's own."""
        document = self.find(server_id, id)
        if document["system"]:
            raise read_only("claim")
        del self._documents(server_id)[id]
        self._log.write("oauth2.claim.deleted", _target(document))

    def _write(self, server_id: str, id: str, body: ClaimBody, verb: str) -> Document:
        self._check(server_id, id, body)
        document: Document = {
            "id": id,
            "name": body.name,
            "status": body.status or ACTIVE,
            "claimType": body.claimType,
            "valueType": body.valueType,
            "value": body.value,
            # A claim of an access token is always in it.
            "alwaysIncludeInToken": body.claimType == "RESOURCE" or bool(body.alwaysIncludeInToken),
            "conditions": body.conditions.model_dump(),
            "system": False,
        }
        if body.valueType == "GROUPS":
            document["group_filter_type"] = body.group_filter_type
        return self._keep(server_id, document, verb)

    def _check(self, server_id: str, id: str, body: ClaimBody) -> None:
        taken = {(one["name"], one["claimType"]) for one in self.all(server_id) if one["id"] != id}
        mistakes = Mistakes()
        mistakes.text(body.name, "name", _LONGEST_NAME)
        mistakes.required(body.claimType, "claimType")
        mistakes.required(body.valueType, "valueType")
        mistakes.required(body.value, "value")
        mistakes.unique((body.name, body.claimType) not in taken, "name")
        filtered = body.valueType != "GROUPS" or body.group_filter_type is not None
        mistakes.check(filtered, "group_filter_type", "A claim of type GROUPS needs a filter type")
        pattern = (body.valueType, body.group_filter_type) == ("GROUPS", "REGEX")
        good = not pattern or _is_pattern(body.value or "")
        mistakes.check(good, "value", "The value is not a regular expression")
        good = body.valueType != "SYSTEM"
        mistakes.check(good, "valueType", "Only Okta makes claims of the type SYSTEM")
        unknown = set(body.conditions.scopes) - self._scopes.names(server_id)
        for scope in sorted(unknown):
            mistakes.add("conditions.scopes", f"The scope '{scope}' does not exist")
        mistakes.stop()

    def _add_system(
        self, server_id: str, name: str, kind: str, value_type: str, value: str, scopes: list[str]
    ) -> None:
        id = new_id("ocl")
        self._documents(server_id)[id] = {
            "id": id,
            "name": name,
            "status": ACTIVE,
            "claimType": kind,
            "valueType": value_type,
            "value": value,
            "alwaysIncludeInToken": kind == "RESOURCE",
            "conditions": {"scopes": scopes},
            "system": True,
        }

    def _keep(self, server_id: str, document: Document, verb: str) -> Document:
        self._documents(server_id)[document["id"]] = document
        self._log.write(f"oauth2.claim.{verb}", _target(document))
        return document

    def _documents(self, server_id: str) -> Collection:
        return self._state.collection("claims", server_id)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _target(document: Document) -> Document:
    return {"type": "OAuth2Claim", "id": document["id"], "displayName": document["name"]}
