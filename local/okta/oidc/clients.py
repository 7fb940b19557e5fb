"""Who speaks at the token endpoint (okta.md 4.3)."""

from __future__ import annotations

import base64
import hmac
from typing import Final
from urllib.parse import unquote_plus

from local.emulator.store import Document
from local.okta.model.applications import Applications
from local.okta.model.state import ACTIVE
from local.okta.oidc.parameters import Parameters
from local.okta.oidc.refusals import Refusal

BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"
NONE: Final = "none"
_UNAUTHORIZED: Final = 401


class Clients:
    """Authenticates clients by exactly the method that their application registers."""

    def __init__(self, applications: Applications) -> None:
        self._applications = applications

    def authenticate(self, header: str, form: Parameters) -> Document:
        """Return the application; raise `invalid_client`, or `invalid_request` for two methods."""
        method, client_id, secret = _credentials(header, form)
        app = self._applications.of_client(client_id)
        if app is None:
            text = "Invalid value for 'client_id' parameter."
            raise Refusal("invalid_client", text, "unknown client", _UNAUTHORIZED)
        if app["status"] != ACTIVE:
            raise _failed("the application is inactive")
        client = app["credentials"]["oauthClient"]
        if client["token_endpoint_auth_method"] != method:
            registered = client["token_endpoint_auth_method"]
            raise _failed(f"sent by {method}, the application registers {registered}")
        if method != NONE and not _equal(secret, client.get("client_secret", "")):
            text = "The client secret supplied for a confidential client is invalid."
            raise Refusal("invalid_client", text, "the client secret is wrong", _UNAUTHORIZED)
        return app


def _credentials(header: str, form: Parameters) -> tuple[str, str, str]:
    """Return method, client id and secret of a request."""
    scheme, _, value = header.partition(" ")
    in_header, in_body = scheme.lower() == "basic", bool(form.get("client_secret"))
    asserted = bool(form.get("client_assertion") or form.get("client_assertion_type"))
    if in_header + in_body + asserted > 1:
        text = (
            "Cannot supply multiple client credentials. Include credentials in either the header "
            "or the body of the request."
        )
        raise Refusal("invalid_request", text)
    if asserted:
        raise _failed("client_secret_jwt and private_key_jwt are not emulated")
    if not in_header:
        client_id = form.get("client_id")
        if not client_id:
            raise _failed("no client credentials")
        return (POST if in_body else NONE), client_id, form.get("client_secret")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except ValueError:
        raise _failed("the Authorization header is not Basic") from None
    client_id, _, secret = (unquote_plus(part) for part in text.partition(":"))
    if form.get("client_id") not in ("", client_id):
        raise Refusal("invalid_request", "The 'client_id' parameter differs from the header.")
    return BASIC, client_id, secret


def _equal(one: str, other: str) -> bool:
    return bool(other) and hmac.compare_digest(one.encode(), other.encode())


def _failed(reason: str) -> Refusal:
    text = "Client authentication failed. Either the client or the client credentials are invalid."
    return Refusal("invalid_client", text, reason, _UNAUTHORIZED)
