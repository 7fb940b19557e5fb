"""`/api/v1/apps`: applications, their logos and policies."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from starlette.responses import Response

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import filtered, prefixed
from local.okta.api.links import lifecycle, link
from local.okta.api.paging import Listing
from local.okta.errors import OktaError
from local.okta.model.application_body import ApplicationBody
from local.okta.model.applications import IdTokenBody
from local.okta.model.organization import Organization
from local.okta.model.state import ACTIVE, INACTIVE

_PATH = "/api/v1/apps"
_LOGOS = "/fs/bco/4"
_ID_TOKEN = "/api/v1/internal/apps/{id}/settings/oauth/idToken"  # noqa: S105 - a path
_FILTERS = ("id", "name", "status", "label", "created", "lastUpdated")
# What the document holds for the organization itself.
_INTERNAL = ("accessPolicyId", "logoId")


class ApplicationCalls:
    """Calls about applications."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._applications = organization.applications
        self._base_url = organization.state.base_url

    def operations(self) -> list[Operation]:
        """Return all of them."""
        one = f"{_PATH}/{{id}}"
        return [
            Operation("GET", _PATH, self._list),
            Operation("POST", _PATH, self._create),
            Operation("GET", one, self._get),
            Operation("PUT", one, self._replace),
            Operation("DELETE", one, self._delete),
            Operation("POST", f"{one}/lifecycle/activate", self._activate),
            Operation("POST", f"{one}/lifecycle/deactivate", self._deactivate),
            Operation("PUT", f"{one}/policies/{{policy_id}}", self._set_policy),
            Operation("POST", f"{one}/logo", self._upload_logo),
            Operation("GET", f"{_LOGOS}/{{id}}/{{logo_id}}", self._get_logo, public=True),
            Operation("GET", _ID_TOKEN, self._get_id_token),
            Operation("POST", _ID_TOKEN, self._set_id_token),
        ]

    def _list(self, call: Call) -> Listing:
        found = prefixed(self._applications.all(), call.query.get("q"), "label", "name")
        return Listing(filtered(found, call.query.get("filter"), _FILTERS), self.show)

    def _create(self, call: Call) -> Document:
        activate = call.flag("activate", default=True)
        document = self._applications.create(call.parse(ApplicationBody), activate=activate)
        return self._show(document, with_secret=True)

    def _get(self, call: Call) -> Document:
        return self.show(self._applications.find(call.path["id"]))

    def _replace(self, call: Call) -> Document:
        document = self._applications.replace(call.path["id"], call.parse(ApplicationBody))
        return self._show(document, with_secret=True)

    def _delete(self, call: Call) -> None:
        self._organization.delete_application(call.path["id"])

    def _activate(self, call: Call) -> Document:
        self._applications.set_status(call.path["id"], ACTIVE)
        return {}

    def _deactivate(self, call: Call) -> Document:
        self._applications.set_status(call.path["id"], INACTIVE)
        return {}

    def _set_policy(self, call: Call) -> None:
        self._applications.set_policy(call.path["id"], call.path["policy_id"])

    def _upload_logo(self, call: Call) -> Response:
        content = _uploaded_file(call.headers.get("content-type", ""), call.content)
        self._applications.set_logo(call.path["id"], content)
        return Response(status_code=201)

    def _get_logo(self, call: Call) -> Response:
        kind, content = self._applications.logo(call.path["id"], call.path["logo_id"])
        return Response(content, media_type=kind)

    def _get_id_token(self, call: Call) -> Document:
        return self._applications.id_token(call.path["id"])

    def _set_id_token(self, call: Call) -> Document:
        return self._applications.set_id_token(call.path["id"], call.parse(IdTokenBody))

    def show(self, document: Document) -> Document:
        """Return an application as it is read: without its secret."""
        return self._show(document, with_secret=False)

    def _show(self, document: Document, *, with_secret: bool) -> Document:
        shown = {name: value for name, value in document.items() if name not in _INTERNAL}
        if not with_secret:
            # Okta tells the secret in answers to POST and PUT alone (okta.md 3).
            shown["credentials"]["oauthClient"].pop("client_secret", None)
        url = f"{self._base_url}{_PATH}/{document['id']}"
        links: Document = {
            "self": link(url, "GET", "PUT"),
            **lifecycle(url, document["status"]),
            "users": link(f"{url}/users", "GET", "POST"),
            "groups": link(f"{url}/groups", "GET"),
            "appLinks": [],
        }
        if policy_id := document.get("accessPolicyId"):
            links["accessPolicy"] = link(f"{self._base_url}/api/v1/policies/{policy_id}", "GET")
        if logo_id := document.get("logoId"):
            href = f"{self._base_url}{_LOGOS}/{document['id']}/{logo_id}"
            links["logo"] = [{"name": "medium", "href": href, "type": "image/png"}]
        return shown | {"_links": links}


def _uploaded_file(content_type: str, content: bytes) -> bytes:
    """Return the part `file` of a multipart body."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message: Message = BytesParser(policy=HTTP).parsebytes(head + content)
    for part in message.walk():
        if part.get_param("name", header="content-disposition") == "file":
            return bytes(part.get_payload(decode=True) or b"")
    raise OktaError("E0000028", reason="the multipart body has no part named file")
