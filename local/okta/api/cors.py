"""Which pages may read which answers (okta.md 4.6)."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.okta.model.trusted_origins import TrustedOrigins

# Okta grants CORS operation by operation. Of those here, to any page: discovery documents, keys,
# and userinfo, which takes a bearer token.
_OPEN: Final = re.compile(
    r"(/oauth2/[^/]+)?/\.well-known/(openid-configuration|oauth-authorization-server)"
    r"|/\.well-known/oauth-authorization-server/oauth2/[^/]+"
    r"|/oauth2(/[^/]+)?/v1/(keys|userinfo)"
)
# Only to pages at trusted origins. Assumption: so are those that take a client's credentials.
_TRUSTED: Final = re.compile(
    r"/oauth2(/[^/]+)?/v1/(token|introspect|revoke)|/api/v1/sessions/me(/lifecycle/refresh)?"
)
_PREFLIGHT_SECONDS: Final = 3600


class CorsLayer:
    """Lets pages read what is open to them.

    Any page reads what is public, without cookies (`*`); one at a trusted origin with the scope
    CORS reads with cookies too: it is named, with `Access-Control-Allow-Credentials`.
    """

    def __init__(self, app: ASGIApp, origins: TrustedOrigins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        public = scope["type"] == "http" and bool(_OPEN.fullmatch(scope["path"]))
        if not public and (scope["type"] != "http" or not _TRUSTED.fullmatch(scope["path"])):
            await self._app(scope, receive, send)
            return
        request = Headers(scope=scope)
        granted = self._granted(request.get("origin", ""), public)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(granted)
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in request:
            answer = Response(status_code=204)
            answer.headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
            answer.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
            if wanted := request.get("access-control-request-headers"):
                answer.headers["Access-Control-Allow-Headers"] = wanted
            await answer(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _granted(self, origin: str, public: bool) -> dict[str, str]:
        if not origin or not self._origins.allows(origin, "CORS"):
            everyone = {"Access-Control-Allow-Origin": "*"} if public else {}
            return {**everyone, "Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }
