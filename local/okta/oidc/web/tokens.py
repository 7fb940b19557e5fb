"""`/token`, `/userinfo`, `/introspect` and `/revoke` (okta.md 4.3 and 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import JSONResponse, Response

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.model.state import ACTIVE
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.parameters import Parameters, parse_form
from local.okta.oidc.provider import Provider
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.tokens import OPENID
from local.okta.oidc.web.pages import unstored

_FORM: Final = "application/x-www-form-urlencoded"
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_ClientCall = Callable[[Issuer, Document, Parameters], Response]


class TokenCalls:
    """Calls about tokens, by clients and by bearers."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def operations(self) -> list[Operation]:
        """Return all of them."""
        found = []
        for prefix in ("/oauth2/{server_id}/v1", "/oauth2/v1"):
            found += [
                Operation("POST", f"{prefix}/token", self._token, public=True),
                Operation("POST", f"{prefix}/introspect", self._introspect, public=True),
                Operation("POST", f"{prefix}/revoke", self._revoke, public=True),
                Operation("GET", f"{prefix}/userinfo", self._userinfo, public=True),
                Operation("POST", f"{prefix}/userinfo", self._userinfo, public=True),
            ]
        return found

    def _token(self, call: Call) -> Response:
        def answer(issuer: Issuer, app: Document, form: Parameters) -> Response:
            document = self._provider.token_requests.answer(issuer, app, form)
            return JSONResponse(document, headers=unstored())

        return self._for_client(call, answer)

    def _introspect(self, call: Call) -> Response:
        def answer(issuer: Issuer, app: Document, form: Parameters) -> Response:
            found = self._describe(issuer, app, form.demand("token"))
            return JSONResponse(found or {"active": False}, headers=unstored())

        return self._for_client(call, answer)

    def _revoke(self, call: Call) -> Response:
        def answer(issuer: Issuer, app: Document, form: Parameters) -> Response:
            self._end(issuer, app, form.demand("token"))
            return Response(status_code=200, headers=unstored())

        return self._for_client(call, answer)

    def _for_client(self, call: Call, answer: _ClientCall) -> Response:
        """Authenticate the client and answer; a refusal keeps what was spent before it."""
        issuer = self._provider.issuers.find(call.path.get("server_id"))
        header = call.headers.get("authorization", "")
        try:
            if not call.headers.get("content-type", "").startswith(_FORM):
                raise Refusal("invalid_request", f"The Content-Type must be '{_FORM}'.")
            form = parse_form(call.content)
            form.once("client_id", "client_secret", "client_assertion")
            return answer(issuer, self._provider.clients.authenticate(header, form), form)
        except Refusal as refusal:
            call.note(refusal.explain())
            headers = unstored()
            if refusal.status == _UNAUTHORIZED and header:
                headers["WWW-Authenticate"] = f'Basic realm="{issuer.url}"'
            return JSONResponse(refusal.body(), refusal.status, headers)

    def _userinfo(self, call: Call) -> Response:
        """Answer with claims about a person; refusals are in `WWW-Authenticate`."""
        issuer = self._provider.issuers.find(call.path.get("server_id"))
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        claims = None
        if scheme.lower() == "bearer":
            claims = self._provider.tokens.access_token(issuer, token.strip())
        if claims is None:
            reason = "no bearer token" if not token else "not a good access token of this server"
            return _challenge(call, issuer, _UNAUTHORIZED, "invalid_token", reason)
        if OPENID not in claims["scp"]:
            return _challenge(call, issuer, _FORBIDDEN, "insufficient_scope", "openid is missing")
        try:
            found = self._person(issuer, claims)
        except Refusal as refusal:
            return _challenge(call, issuer, _UNAUTHORIZED, "invalid_token", refusal.explain())
        return JSONResponse(found, headers=unstored())

    def _person(self, issuer: Issuer, claims: Document) -> Document:
        found = self._provider.tokens.about(issuer, claims)
        if found is None or not self._is_active(claims["uid"]):
            raise Refusal("invalid_token", "", "the person or the client is gone")
        return found

    def _is_active(self, user_id: str) -> bool:
        users = self._provider.organization.users
        return users.exists(user_id) and users.find(user_id)["status"] == ACTIVE

    def _describe(self, issuer: Issuer, app: Document, token: str) -> Document | None:
        """Return what introspection says of a good token, else None.

        Assumption: a refresh token is described to its own client only, an access token to any.
        """
        claims = self._provider.tokens.access_token(issuer, token)
        if claims is not None and self._is_active(claims["uid"]):
            user = self._provider.organization.users.find(claims["uid"])
            return {
                "active": True,
                "token_type": "Bearer",
                "scope": " ".join(claims["scp"]),
                "client_id": claims["cid"],
                "username": user["profile"]["login"],
                **{
                    name: claims[name] for name in ("sub", "aud", "iss", "iat", "exp", "jti", "uid")
                },
            }
        known = self._own_refresh_token(issuer, app, token)
        if known is None or known["over"] or known["ended"] or known["replaced"] is not None:
            return None
        if not self._is_active(known["userId"]):
            return None
        user = self._provider.organization.users.find(known["userId"])
        return {
            "active": True,
            "scope": " ".join(known["scopes"]),
            "client_id": known["clientId"],
            "username": user["profile"]["login"],
            "iss": issuer.url,
            "iat": int(known["issued"]),
            "exp": int(known["expires"]),
            "sub": known["userId"],
            "uid": known["userId"],
        }

    def _end(self, issuer: Issuer, app: Document, token: str) -> None:
        """Revoke a client's own token; of others and of unknown ones nothing is said.

        Assumption: with a refresh token all tokens of its grant go.
        """
        client_id = app["credentials"]["oauthClient"]["client_id"]
        claims = self._provider.tokens.access_token(issuer, token)
        if claims is not None and claims["cid"] == client_id:
            self._provider.tokens.revoke_access(claims)
        known = self._own_refresh_token(issuer, app, token)
        if known is not None:
            self._provider.tokens.end(known["family"])

    def _own_refresh_token(self, issuer: Issuer, app: Document, token: str) -> Document | None:
        known = self._provider.tokens.refresh_token(token)
        client_id = app["credentials"]["oauthClient"]["client_id"]
        if known is None or (known["clientId"], known["issuer"]) != (client_id, issuer.key):
            return None
        return known


_DESCRIPTIONS: Final = {
    "invalid_token": "The access token is invalid.",
    "insufficient_scope": "The access token must provide access to the scope openid.",
}


def _challenge(call: Call, issuer: Issuer, status: int, error: str, reason: str) -> Response:
    call.note(f"{error}: {reason}")
    parts = {
        "authorization_uri": f"{issuer.endpoints}/v1/authorize",
        "realm": issuer.url,
        "scope": OPENID,
        "error": error,
        "error_description": _DESCRIPTIONS[error],
        "resource": f"{issuer.endpoints}/v1/userinfo",
    }
    challenge = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items())
    exposed = {"Access-Control-Expose-Headers": "WWW-Authenticate"}
    return Response(
        status_code=status, headers=unstored() | exposed | {"WWW-Authenticate": challenge}
    )
