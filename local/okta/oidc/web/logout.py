"""`/logout` (okta.md 4.4)."""

from __future__ import annotations

from starlette.responses import Response

from local.okta.api.calls import Call, Operation
from local.okta.errors import OktaError
from local.okta.oidc.provider import Provider
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.web.answers import redirect, with_query
from local.okta.oidc.web.authorize import SIGN_IN_PAGE
from local.okta.oidc.web.cookies import clear_session, session_of
from local.okta.oidc.web.pages import Pages, asked_with


class LogoutPages:
    """Ends the browser's session and sends it where the client wants it."""

    def __init__(self, provider: Provider, pages: Pages) -> None:
        self._provider = provider
        self._pages = pages

    def operations(self) -> list[Operation]:
        """Return all of them."""
        return [
            Operation(method, f"{prefix}/v1/logout", self._logout, public=True)
            for prefix in ("/oauth2/{server_id}", "/oauth2")
            for method in ("GET", "POST")
        ]

    def _logout(self, call: Call) -> Response:
        cookie = session_of(call)
        try:
            issuer = self._provider.issuers.find(call.path.get("server_id"))
            session = self._provider.sessions.find(cookie)
            wanted = self._provider.sign_outs.check(issuer, asked_with(call), session)
        except (OktaError, Refusal) as refusal:
            return self._pages.refuse(call, refusal)
        self._provider.sessions.end(cookie)
        fields = {"state": wanted.state} if wanted.state else {}
        answer = redirect(with_query(wanted.uri, fields) if wanted.uri else SIGN_IN_PAGE)
        clear_session(answer)
        return answer
