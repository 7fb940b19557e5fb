"""`/api/v2/webdeployments/token`: what Messenger calls before a conversation starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from local.genesys.guest.conversations import Conversations
from local.genesys.guest.exchange import Exchange
from local.genesys.guest.sign_ins import SignIns
from local.genesys.http import bearer_token, no_content, open_route, read_object

_PATH: Final = "/api/v2/webdeployments/token"
_SECRET: Final = {"Cache-Control": "no-store"}


def routes(
    exchange: Exchange, sign_ins: SignIns, conversations: Conversations
) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def sign_in(request: Request) -> Response:
        body = await read_object(request)
        tokens = await exchange.sign_in(body, request.headers.get("origin"))
        return JSONResponse(tokens, headers=_SECRET)

    async def refresh(request: Request) -> Response:
        body = await read_object(request)
        tokens = await exchange.refresh(body, request.headers.get("origin"))
        return JSONResponse(tokens, headers=_SECRET)

    async def revoke(request: Request) -> Response:
        conversations.log_out(sign_ins.check(bearer_token(request)))
        return no_content()

    return [
        open_route("POST", f"{_PATH}/oauthcodegrantjwtexchange", sign_in),
        open_route("POST", f"{_PATH}/refresh", refresh),
        open_route("DELETE", f"{_PATH}/revoke", revoke),
    ]
