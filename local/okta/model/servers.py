"""Custom authorization servers (Okta, "Authorization Servers"; okta.md 1.4)."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from local.emulator.store import Document
from local.okta.errors import Mistakes, OktaError, invalid, read_only
from local.okta.model.access_policies import AccessPolicies
from local.okta.model.bodies import Body
from local.okta.model.claims import Claims
from local.okta.model.scopes import Scopes
from local.okta.model.signing_keys import SigningKeys
from local.okta.model.state import ACTIVE, State, new_id, require
from local.okta.model.system_log import SystemLog

DEFAULT: Final = "default"
_KIND: Final = "AuthorizationServer"
_LONGEST_NAME: Final = 255


class Signing(Body):
    """`credentials.signing`."""

    rotationMode: Literal["AUTO", "MANUAL"] | None = None


class ServerCredentials(Body):
    """`credentials`."""

    signing: Signing = Field(default_factory=Signing)


class ServerBody(Body):
    """What a client sends about an authorization server."""

    name: str | None = None
    description: str | None = None
    audiences: list[str] | None = None
    issuerMode: Literal["ORG_URL", "CUSTOM_URL", "DYNAMIC"] | None = None
    credentials: ServerCredentials = Field(default_factory=ServerCredentials)


class Servers:
    """All custom authorization servers with what belongs to them.

    The server `default`, whose id is its name, is there from the start.
    """

    def __init__(
        self,
        state: State,
        log: SystemLog,
        scopes: Scopes,
        claims: Claims,
        policies: AccessPolicies,
        keys: SigningKeys,
    ) -> None:
        self._state = state
        self._log = log
        self._scopes = scopes
        self._claims = claims
        self._policies = policies
        self._keys = keys
        self._documents = state.collection("servers")
        self._names = state.index("server names")

    def all(self) -> list[Document]:
        """Return all servers, oldest first."""
        return [self._complete(document) for document in self._documents.documents()]

    def ids(self) -> list[str]:
        """Return the ids of all servers."""
        return list(self._documents)

    def find(self, id: str) -> Document:
        """Return one with issuer and credentials; raise Okta's refusal of an unknown id."""
        return self._complete(require(self._documents, id, _KIND))

    def require(self, id: str) -> None:
        """Raise Okta's refusal when there is no such server."""
        require(self._documents, id, _KIND)

    def create(self, body: ServerBody, id: str = "") -> Document:
        """Add one with the scopes and claims that Okta gives it, and without any policy.

        The rotation mode of a new server is AUTO, whatever the body says (okta.md 1.4).
        """
        document: Document = {"id": id or new_id("aus"), "status": ACTIVE}
        self._keys.begin(document["id"])
        self._write(document, body, "created")
        self._scopes.begin(document["id"])
        self._claims.begin(document["id"])
        return self._complete(document)

    def replace(self, id: str, body: ServerBody) -> Document:
        """Change one. The default server keeps its name.

        Assumption: at Okta it can be renamed, and its address with it, but never back
        (Okta support, "Renaming Authorization Servers Impact"); so it is refused here.
        """
        document = require(self._documents, id, _KIND)
        if id == DEFAULT and body.name != DEFAULT:
            raise invalid("name", "The default authorization server cannot be renamed")
        self._write(document, body, "updated")
        if body.credentials.signing.rotationMode:
            self._keys.set_mode(id, body.credentials.signing.rotationMode)
        return self._complete(document)

    def set_status(self, id: str, status: str) -> None:
        """Activate or deactivate one; harmless when it is already so."""
        document = require(self._documents, id, _KIND)
        document["status"] = status
        self._keep(document, "activated" if status == ACTIVE else "deactivated")

    def delete(self, id: str) -> None:
        """Remove an inactive one with all that belongs to it; never the default server.

        Assumption: an active server is refused with E0000107. The vendor's provider deactivates
        first (okta.md 3).
        """
        document = require(self._documents, id, _KIND)
        if id == DEFAULT:
            raise read_only("authorization server")
        if document["status"] == ACTIVE:
            raise OktaError("E0000107", reason="the server is active")
        self._scopes.end(id)
        self._claims.end(id)
        self._policies.end(id)
        self._keys.end(id)
        self._names.move(id, document["name"], None)
        del self._documents[id]
        self._log.write("oauth2.as.deleted", _target(document))

    def rotate_keys(self, id: str, use: str | None) -> None:
        """Rotate the keys now; the only `use` is `sig`."""
        document = require(self._documents, id, _KIND)
        if use != "sig":
            cause = {"errorSummary": "Invalid value specified for key 'use' parameter."}
            raise OktaError("E0000001", "Api validation failed: rotateKeys", (cause,))
        self._keys.rotate(id)
        self._log.write("app.oauth2.as.key.rollover", _target(document))

    def _write(self, document: Document, body: ServerBody, verb: str) -> None:
        audiences = body.audiences or []
        mistakes = Mistakes()
        mistakes.text(body.name, "name", _LONGEST_NAME)
        free = not body.name or self._names.is_free(body.name, document["id"])
        mistakes.unique(free, "name")
        text = "'audiences' must contain exactly one audience"
        mistakes.check(len(audiences) == 1 and all(audiences), "audiences", text)
        mistakes.stop()
        self._names.move(document["id"], document.get("name"), body.name)
        document |= {
            "name": body.name,
            "description": body.description,
            "audiences": audiences,
            "issuerMode": body.issuerMode or document.get("issuerMode", "ORG_URL"),
        }
        self._keep(document, verb)

    def _keep(self, document: Document, verb: str) -> None:
        self._state.stamp(document)
        self._documents[document["id"]] = document
        self._log.write(f"oauth2.as.{verb}", _target(document))

    def _complete(self, document: Document) -> Document:
        signing = self._keys.credentials(document["id"])
        issuer = f"{self._state.base_url}/oauth2/{document['id']}"
        return document | {"issuer": issuer, "credentials": {"signing": signing}}


def _target(document: Document) -> Document:
    return {"type": "AuthorizationServer", "id": document["id"], "displayName": document["name"]}
