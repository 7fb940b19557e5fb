"""What all handlers share: request bodies, answers, refusals, and the guard in front of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.emulator.store import Document
from local.genesys.errors import GenesysError
from local.genesys.models.shapes import read_json
from local.genesys.models.tokens import Tokens
from local.genesys.rate_limit import RateLimit

CORRELATION_HEADER = "ININ-Correlation-Id"

Handler = Callable[[Request], Awaitable[Response]]


def answer(document: Any) -> Response:
    """Return a JSON answer with status 200, the one that Genesys Cloud's API uses throughout."""
    return JSONResponse(document)


def no_content() -> Response:
    """Return the answer to a deletion."""
    return Response(status_code=204)


async def read_object(request: Request) -> Document:
    """Return the body, which must be a JSON object; refuse any other with status 400."""
    try:
        return read_json(await request.body())
    except ValueError:
        reason = "The request body is no valid JSON object."
        raise GenesysError(400, reason, code="invalid.json") from None


def refusal(error: GenesysError) -> Response:
    """Return the HTTP answer for a refusal; body and header carry the same id."""
    id = str(uuid4())
    headers = error.headers | {CORRELATION_HEADER: id}
    return JSONResponse(error.body(id), status_code=error.status, headers=headers)


async def refuse(request: Request, error: Exception) -> Response:
    """Turn a GenesysError that a handler raised into its answer, and tell the journal why."""
    if not isinstance(error, GenesysError):  # only registered for GenesysError
        raise error
    request.state.reason = error.reason
    return refusal(error)


async def refuse_unrouted(request: Request, error: Exception) -> Response:
    """Answer a path or method that no family serves."""
    if not isinstance(error, HTTPException):  # only registered for HTTPException
        raise error
    request.state.reason = "not emulated, see local/genesys/README.md"
    target = {"method": request.method, "path": request.url.path}
    found = GenesysError(
        error.status_code,
        "The local Genesys Cloud does not serve {method} {path}; "
        "local/genesys/README.md lists what it serves.",
        params=target,
    )
    response = refusal(found)
    response.headers.update(error.headers or {})
    return response


class Guard:
    """Puts the bearer check and the rate limit before a handler."""

    def __init__(self, tokens: Tokens, rate_limit: RateLimit) -> None:
        self._tokens = tokens
        self._rate_limit = rate_limit

    def route(self, method: str, path: str, handler: Handler) -> Route:
        """Return a route of the authenticated API."""

        async def guarded(request: Request) -> Response:
            token = bearer_token(request)
            self._tokens.check(token)
            standing = self._rate_limit.count(token)
            response = await handler(request)
            response.headers.update(standing)
            return response

        return open_route(method, path, guarded)


def open_route(method: str, path: str, handler: Handler) -> Route:
    """Return a route that needs no token."""
    return Route(path, handler, methods=[method])


def bearer_token(request: Request) -> str:
    """Return the token of the Authorization header; a refusal with status 401 without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise GenesysError(
            401,
            "No authentication bearer token specified in authorization header.",
            code="authentication.required",
        )
    return token.strip()


class Correlation:
    """Gives every answer a correlation id, as the vendor's API does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(CORRELATION_HEADER, str(uuid4()))
            await send(message)

        await self._app(scope, receive, send_with_id if scope["type"] == "http" else send)
