"""`/api/v1/sessions/me`: the browser's own session (Okta, "Sessions API"; okta.md 4.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from starlette.responses import JSONResponse, Response

from local.emulator.clock import iso
from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.links import link
from local.okta.errors import OktaError, not_found
from local.okta.oidc.provider import Provider
from local.okta.oidc.web.cookies import clear_session, session_of
from local.okta.oidc.web.pages import unstored

_ME: Final = "/api/v1/sessions/me"


class SessionCalls:
    """Calls about the session of the browser that makes them."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._base_url = provider.organization.state.base_url

    def operations(self) -> list[Operation]:
        """Return all of them."""
        return [
            Operation("GET", _ME, self._get, public=True),
            Operation("DELETE", _ME, self._delete, public=True),
            Operation("POST", f"{_ME}/lifecycle/refresh", self._refresh, public=True),
        ]

    def _get(self, call: Call) -> Response:
        return JSONResponse(self._show(self._session(call)), headers=unstored())

    def _delete(self, call: Call) -> Response:
        self._session(call)
        self._provider.sessions.end(session_of(call))
        answer = Response(status_code=204, headers=unstored())
        clear_session(answer)
        return answer

    def _refresh(self, call: Call) -> Response:
        self._session(call)
        self._provider.sessions.extend(session_of(call))
        return self._get(call)

    def _session(self, call: Call) -> Document:
        """Return the session of the cookie. Assumption: for an API token it is E0000005."""
        found = self._provider.sessions.find(session_of(call))
        if found is not None:
            return found
        if call.headers.get("authorization"):
            raise OktaError("E0000005", reason="sessions/me takes the browser's cookie only")
        raise not_found("me", "Session")

    def _show(self, session: Document) -> Document:
        url, user = f"{self._base_url}{_ME}", session["user"]
        profile = user["profile"]
        person = f"{self._base_url}/api/v1/users/{user['id']}"
        return {
            "id": session["id"],
            "userId": user["id"],
            "login": profile["login"],
            "createdAt": _moment(session["created"]),
            "expiresAt": _moment(session["expires"]),
            "status": "ACTIVE",
            "lastPasswordVerification": _moment(session["signIn"]),
            "lastFactorVerification": None,
            "amr": ["pwd"],
            "idp": {"id": self._provider.organization.state.organization()["id"], "type": "OKTA"},
            "mfaActive": False,
            "_links": {
                "self": link(url, "GET", "DELETE"),
                "refresh": link(f"{url}/lifecycle/refresh", "POST"),
                "user": {
                    "name": f"{profile['firstName']} {profile['lastName']}",
                    **link(person, "GET"),
                },
            },
        }


def _moment(seconds: float) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))
