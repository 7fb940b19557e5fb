"""OAuth applications and their clients (Okta, "Applications API")."""

from __future__ import annotations

import base64
import secrets
from typing import Any, Final, Literal

from local.emulator.store import Document
from local.okta.errors import Mistakes, OktaError, invalid
from local.okta.model.application_body import ApplicationBody, as_document, fill_in
from local.okta.model.application_rules import SECRET_METHODS, check_application
from local.okta.model.bodies import Body
from local.okta.model.sign_on_policies import SignOnPolicies
from local.okta.model.state import ACTIVE, INACTIVE, State, new_id, require
from local.okta.model.system_log import SystemLog

_KIND: Final = "AppInstance"
_PREFIX: Final = "0oa"
_SECRET_BYTES: Final = 48  # 64 characters
_LARGEST_LOGO: Final = 1024 * 1024
_IMAGES: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


class IdTokenBody(Body):
    """The internal settings of an application's ID token: its groups claim."""

    issuerMode: Literal["ORG_URL", "CUSTOM_URL", "DYNAMIC"] | None = None
    name: str | None = None
    value: str | None = None
    valueType: str | None = None
    groupFilterType: str | None = None


class Applications:
    """All applications. Each becomes an OAuth client at once; client ids are unique."""

    def __init__(self, state: State, log: SystemLog, policies: SignOnPolicies) -> None:
        self._state = state
        self._log = log
        self._policies = policies
        self._documents = state.collection("applications")
        self._clients = state.index("client ids")
        self._logos = state.collection("application logos")
        self._id_tokens = state.collection("id token settings")

    def all(self) -> list[Document]:
        """Return all applications, oldest first."""
        return self._documents.documents()

    def find(self, id: str) -> Document:
        """Return one, with its secret; raise Okta's refusal of an unknown id."""
        return require(self._documents, id, _KIND)

    def has_client(self, client_id: str) -> bool:
        """Tell whether an application has this client id."""
        return self._clients.owner(client_id) is not None

    def of_client(self, client_id: str) -> Document | None:
        """Return the application with this client id, or None."""
        id = self._clients.owner(client_id)
        return None if id is None else self._documents[id]

    def create(self, body: ApplicationBody, *, activate: bool) -> Document:
        """Add one with a client id and, where its authentication needs one, a secret."""
        id = new_id(_PREFIX)
        document: Document = {"id": id, "status": ACTIVE if activate else INACTIVE}
        self._apply(document, body, body.credentials.oauthClient.client_id or id)
        if body.settings.oauthClient.application_type != "service":
            document["accessPolicyId"] = self._state.organization()["defaultPolicyId"]
        return self._keep(document, "create")

    def replace(self, id: str, body: ApplicationBody) -> Document:
        """Change one to what the body says; client id, status and policy stay.

        Assumption: what the body lacks returns to its default, but for the secret, which stays.
        """
        document = self.find(id)
        client = document["credentials"]["oauthClient"]
        if body.credentials.oauthClient.client_id not in (None, client["client_id"]):
            raise invalid("client_id", "'client_id' is immutable.")
        old_type = document["settings"]["oauthClient"]["application_type"]
        if body.settings.oauthClient.application_type not in (None, old_type):
            raise invalid("application_type", "'application_type' is immutable.")
        body.settings.oauthClient.application_type = old_type
        self._apply(document, body, client["client_id"])
        return self._keep(document, "update")

    def set_status(self, id: str, status: str) -> Document:
        """Activate or deactivate one; harmless when it is already so."""
        document = self.find(id)
        document["status"] = status
        return self._keep(document, "activate" if status == ACTIVE else "deactivate")

    def delete(self, id: str) -> None:
        """Remove an inactive one (Okta, "Applications API", Delete application)."""
        document = self.find(id)
        if document["status"] == ACTIVE:
            text = "The application must be deactivated before deletion."
            raise OktaError("E0000056", causes=({"errorSummary": text},))
        self._clients.move(id, document["credentials"]["oauthClient"]["client_id"], None)
        self._logos.pop(id, None)
        self._id_tokens.pop(id, None)
        del self._documents[id]
        self._log.write("application.lifecycle.delete", target(document))

    def set_policy(self, id: str, policy_id: str) -> None:
        """Put one under a sign-on policy; service applications have none."""
        document = self.find(id)
        self._policies.find(policy_id)
        if document["settings"]["oauthClient"]["application_type"] == "service":
            raise _no_policy_for(id, policy_id)
        document["accessPolicyId"] = policy_id
        self._keep(document, "update")

    def id_token(self, id: str) -> Document:
        """Return the internal settings of the ID token."""
        self.find(id)
        return self._id_tokens.get(id, {"issuerMode": "ORG_URL"})

    def set_id_token(self, id: str, body: IdTokenBody) -> Document:
        """Replace the internal settings of the ID token."""
        self.find(id)
        self._id_tokens[id] = {"issuerMode": "ORG_URL"} | body.model_dump(exclude_none=True)
        return self._id_tokens[id]

    def set_logo(self, id: str, content: bytes) -> None:
        """Keep an image below 1 MB: PNG, JPEG or GIF."""
        document = self.find(id)
        kind = next((kind for start, kind in _IMAGES.items() if content.startswith(start)), None)
        mistakes = Mistakes()
        mistakes.check(kind is not None, "file", "The image must be a PNG, JPG or GIF")
        mistakes.check(len(content) < _LARGEST_LOGO, "file", "The image must be less than 1 MB")
        mistakes.stop()
        data = base64.b64encode(content).decode()
        document["logoId"] = new_id("fs0")
        self._logos[id] = {"id": document["logoId"], "type": kind, "data": data}
        self._keep(document, "update")

    def logo(self, id: str, logo_id: str) -> tuple[str, bytes]:
        """Return the media type and the bytes of an application's logo."""
        found = self._logos.get(id)
        if found is None or found["id"] != logo_id:
            raise OktaError("E0000008")
        return found["type"], base64.b64decode(found["data"])

    def _apply(self, document: Document, body: ApplicationBody, client_id: str) -> None:
        fill_in(body)
        if body.signOnMode != "OPENID_CONNECT":
            raise OktaError("E0000060", reason="only signOnMode OPENID_CONNECT is emulated")
        given = body.credentials.oauthClient
        mistakes = Mistakes()
        check_application(body, mistakes)
        mistakes.unique(self._clients.is_free(client_id, document["id"]), "client_id")
        mistakes.stop()
        old = document.get("credentials", {}).get("oauthClient", {})
        secret = _next_secret(old, given.token_endpoint_auth_method or "", given.client_secret)
        self._clients.move(document["id"], old.get("client_id"), client_id)
        document |= as_document(body)
        client = document["credentials"]["oauthClient"]
        client["client_id"] = client_id
        if secret is not None:
            client["client_secret"] = secret

    def _keep(self, document: Document, verb: str) -> Document:
        self._state.stamp(document)
        self._documents[document["id"]] = document
        self._log.write(f"application.lifecycle.{verb}", target(document))
        return document


def target(document: Document) -> Document:
    """Return an application as events of the system log name one."""
    return {"type": "AppInstance", "id": document["id"], "displayName": document["label"]}


def _next_secret(old: dict[str, Any], method: str, given: str | None) -> str | None:
    """Return the secret a client has after a write.

    A body may repeat the secret or leave it out to keep it, or bring another. When the
    authentication method changes, the old one ends (okta/terraform-provider-okta #109).
    """
    if method not in SECRET_METHODS:
        return None
    known = old.get("client_secret")
    if given is not None and given != known:
        return given
    if known is not None and method == old["token_endpoint_auth_method"]:
        return str(known)
    return secrets.token_urlsafe(_SECRET_BYTES)


def _no_policy_for(id: str, policy_id: str) -> OktaError:
    # okta/terraform-provider-okta #2295 shows this answer, odd words included.
    text = (
        f'An invalid resource type ("{policy_id}") was supplied in the request body. '
        f"Valid types include {id}."
    )
    cause = {
        "errorSummary": text,
        "reason": "INVALID_VALUE",
        "locationType": "body",
        "location": "resourceType",
        "domain": "policy",
    }
    return OktaError("E0000001", f"Api validation failed: {text}", (cause,))
