"""Scopes of an authorization server (Okta, "Authorization Servers", scopes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from local.emulator.store import Collection, Document
from local.okta.errors import Mistakes, read_only
from local.okta.model.bodies import Body
from local.okta.model.state import State, empty, new_id, require
from local.okta.model.system_log import SystemLog

ANY: Final = "*"
_KIND: Final = "OAuth2Scope"
_LONGEST: Final = 255
# Printable ASCII without space, quotation mark and backslash, and not Okta's own names
# (okta/okta-developer-docs #715).
_NAME: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_SYSTEM: Final[Mapping[str, str]] = {
    "openid": "Signals that a request is an OpenID request.",
    "profile": "Allows this application to access your profile information.",
    "email": "Allows this application to access your email address.",
    "address": "Allows this application to access your address.",
    "phone": "Allows this application to access your phone number.",
    "offline_access": "Allows this application to keep you signed in.",
    "device_sso": "Allows this application to share your sign-in with others on this device.",
}


class ScopeBody(Body):
    """What a client sends about a scope."""

    name: str | None = None
    description: str | None = None
    displayName: str | None = None
    consent: Literal["IMPLICIT", "REQUIRED", "FLEXIBLE"] | None = None
    default: bool | None = None
    metadataPublish: Literal["ALL_CLIENTS", "NO_CLIENTS"] | None = None
    optional: bool | None = None


class Scopes:
    """The scopes of all servers; names are unique within one."""

    def __init__(self, state: State, log: SystemLog) -> None:
        self._state = state
        self._log = log

    def all(self, server_id: str) -> list[Document]:
        """Return a server's scopes, Okta's own first."""
        return self._documents(server_id).documents()

    def names(self, server_id: str) -> set[str]:
        """Return the names of a server's scopes."""
        return {scope["name"] for scope in self.all(server_id)}

    def find(self, server_id: str, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents(server_id), id, _KIND)

    def begin(self, server_id: str) -> None:
        """Give a new server the scopes that Okta gives it."""
        for name, description in _SYSTEM.items():
            document: Document = {"id": new_id("scp"), "name": name, "description": description}
            document |= {"displayName": name, "consent": "IMPLICIT", "default": False}
            document |= {"metadataPublish": "ALL_CLIENTS", "optional": False, "system": True}
            self._documents(server_id)[document["id"]] = document

    def end(self, server_id: str) -> None:
        """Remove all scopes of a server that goes."""
        empty(self._documents(server_id))

    def create(self, server_id: str, body: ScopeBody) -> Document:
        """Add one."""
        document: Document = {"id": new_id("scp"), "system": False}
        return self._write(server_id, document, body, "created")

    def replace(self, server_id: str, id: str, body: ScopeBody) -> Document:
        """Change one; Okta's own keep their names."""
        document = self.find(server_id, id)
        if document["system"] and body.name != document["name"]:
            raise read_only("scope")
        return self._write(server_id, document, body, "updated")

    def delete(self, server_id: str, id: str) -> None:
        """Remove one that is not Okta's own."""
        document = self.find(server_id, id)
        if document["system"]:
            raise read_only("scope")
        del self._documents(server_id)[id]
        self._log.write("oauth2.scope.deleted", _target(document))

    def _write(self, server_id: str, document: Document, body: ScopeBody, verb: str) -> Document:
        others = {one["name"] for one in self.all(server_id) if one["id"] != document["id"]}
        mistakes = Mistakes()
        mistakes.text(body.name, "name", _LONGEST)
        if body.name:
            text = 'The scope name may only contain printable ASCII without space, " and \\'
            mistakes.check(bool(_NAME.fullmatch(body.name)), "name", text)
            taken = body.name == ANY or re.match(r"okta(\.|$)", body.name, re.IGNORECASE)
            mistakes.check(not taken, "name", "The scope name is reserved")
            mistakes.unique(body.name not in others, "name")
        mistakes.at_most(body.displayName, "displayName", _LONGEST)
        mistakes.stop()
        document |= {
            "name": body.name,
            "description": body.description or "",
            "displayName": body.name if body.displayName is None else body.displayName,
            "consent": body.consent or "IMPLICIT",
            "default": bool(body.default),
            "metadataPublish": body.metadataPublish or "NO_CLIENTS",
            "optional": bool(body.optional),
        }
        self._documents(server_id)[document["id"]] = document
        self._log.write(f"oauth2.scope.{verb}", _target(document))
        return document

    def _documents(self, server_id: str) -> Collection:
        return self._state.collection("scopes", server_id)


def _target(document: Document) -> Document:
    return {"type": "OAuth2Scope", "id": document["id"], "displayName": document["name"]}
