"""Trusted origins (Okta, "Trusted Origins API"; okta.md 4.6)."""

from __future__ import annotations

import re
from typing import Final, Literal

from local.emulator.store import Document
from local.okta.errors import Mistakes
from local.okta.model.bodies import Body
from local.okta.model.state import ACTIVE, State, new_id, require
from local.okta.model.system_log import SystemLog

_KIND: Final = "TrustedOrigin"
_LONGEST: Final = 255
_MOST_SCOPES: Final = 3
# Scheme, host and perhaps port, in the letters in which browsers send an `Origin`.
_ORIGIN: Final = re.compile(
    r"(https?|ftp|ionic|capacitor)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
)
_HIGHEST_PORT: Final = 65535


class OriginScope(Body):
    """What an origin may do."""

    type: Literal["CORS", "REDIRECT", "IFRAME_EMBED"]
    allowedOktaApps: list[Literal["OKTA_ENDUSER"]] | None = None


class OriginBody(Body):
    """What a client sends about a trusted origin."""

    name: str | None = None
    origin: str | None = None
    scopes: list[OriginScope] | None = None
    status: Literal["ACTIVE", "INACTIVE"] | None = None


class TrustedOrigins:
    """All trusted origins; names and origins are unique."""

    def __init__(self, state: State, log: SystemLog) -> None:
        self._state = state
        self._log = log
        self._documents = state.collection("origins")
        self._names = state.index("origin names")
        self._origins = state.index("origins")

    def all(self) -> list[Document]:
        """Return all trusted origins, oldest first."""
        return self._documents.documents()

    def find(self, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents, id, _KIND)

    def allows(self, origin: str, scope: str) -> bool:
        """Tell whether an origin is trusted, active, and has a scope."""
        id = self._origins.owner(origin)
        return id is not None and _may(self._documents[id], scope)

    def with_scope(self, scope: str) -> list[str]:
        """Return the origins that are active and have a scope."""
        return [one["origin"] for one in self.all() if _may(one, scope)]

    def create(self, body: OriginBody) -> Document:
        """Add one. Assumption: it is active, whatever the body says."""
        document: Document = {"id": new_id("tos"), "status": ACTIVE}
        document["createdBy"] = self._state.organization()["adminId"]
        return self._write(document, body, "create")

    def replace(self, id: str, body: OriginBody) -> Document:
        """Change one; the status too, where the body has it."""
        document = self.find(id)
        document["status"] = body.status or document["status"]
        return self._write(document, body, "update")

    def set_status(self, id: str, status: str) -> Document:
        """Activate or deactivate one; harmless when it is already so."""
        document = self.find(id)
        document["status"] = status
        return self._keep(document, "activate" if status == ACTIVE else "deactivate")

    def delete(self, id: str) -> None:
        """Remove one, active or not."""
        document = self.find(id)
        del self._documents[id]
        self._names.move(id, document["name"], None)
        self._origins.move(id, document["origin"], None)
        self._log.write("security.trusted_origin.delete", _target(document))

    def _write(self, document: Document, body: OriginBody, verb: str) -> Document:
        self._check(document["id"], body)
        self._names.move(document["id"], document.get("name"), body.name)
        self._origins.move(document["id"], document.get("origin"), body.origin)
        document |= {
            "name": body.name,
            "origin": body.origin,
            "scopes": [_scope(scope) for scope in body.scopes or []],
        }
        return self._keep(document, verb)

    def _keep(self, document: Document, verb: str) -> Document:
        document["lastUpdatedBy"] = self._state.organization()["adminId"]
        self._state.stamp(document)
        self._documents[document["id"]] = document
        self._log.write(f"security.trusted_origin.{verb}", _target(document))
        return document

    def _check(self, id: str, body: OriginBody) -> None:
        mistakes = Mistakes()
        mistakes.text(body.name, "name", _LONGEST)
        mistakes.unique(not body.name or self._names.is_free(body.name, id), "name")
        mistakes.required(body.origin, "origin")
        if body.origin:
            mistakes.check(_is_origin(body.origin), "origin", "Origin value is not valid")
            mistakes.unique(self._origins.is_free(body.origin, id), "origin")
        types = [scope.type for scope in body.scopes or []]
        mistakes.required(types, "scopes")
        text = f"At most {_MOST_SCOPES} scopes, each once, are allowed"
        mistakes.check(len(types) == len(set(types)) <= _MOST_SCOPES, "scopes", text)
        for scope in body.scopes or []:
            good = scope.type == "IFRAME_EMBED" or not scope.allowedOktaApps
            mistakes.check(good, "scopes", "allowedOktaApps goes with IFRAME_EMBED only")
        mistakes.stop()


def _is_origin(value: str) -> bool:
    """Tell whether a text is scheme, host and perhaps port, and nothing more."""
    found = _ORIGIN.fullmatch(value) if len(value) <= _LONGEST else None
    return found is not None and 0 < int(found["port"] or _HIGHEST_PORT) <= _HIGHEST_PORT


def _may(document: Document, scope: str) -> bool:
    return document["status"] == ACTIVE and any(one["type"] == scope for one in document["scopes"])


def _scope(scope: OriginScope) -> Document:
    # An empty list of apps comes back as no list at all (okta.md 1.3).
    apps = {"allowedOktaApps": scope.allowedOktaApps} if scope.allowedOktaApps else {}
    return {"type": scope.type, **apps}


def _target(document: Document) -> Document:
    return {"type": "TrustedOrigin", "id": document["id"], "displayName": document["name"]}
