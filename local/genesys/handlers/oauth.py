"""`/oauth/token` and what a token may ask about itself."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from local.genesys.http import Guard, answer, bearer_token, no_content, open_route
from local.genesys.models.organization import Organization
from local.genesys.models.tokens import Tokens


def routes(guard: Guard, tokens: Tokens, organization: Organization) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def issue(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        grant = form.get("grant_type", "")
        if not grant:
            return _mistake(request, 400, "invalid_request", "grant_type is missing")
        if grant != "client_credentials":
            return _mistake(request, 400, "unsupported_grant_type", f"{grant} is not supported")
        client = _basic(request.headers.get("authorization", ""))
        if client is None:
            return _mistake(request, 400, "invalid_request", "client credentials are missing")
        try:
            return JSONResponse(tokens.issue(*client), headers={"Cache-Control": "no-store"})
        except PermissionError:
            return _mistake(request, 401, "invalid_client", "authentication failed")

    async def describe(request: Request) -> Response:
        client = tokens.check(bearer_token(request))["clientId"]
        home = organization.describe()
        named = {"id": home["id"], "name": home["name"]}
        return answer(
            {
                "organization": named,
                "homeOrganization": named,
                "authorizedScope": [],
                "OAuthClient": {"id": client, "name": client, "organization": named},
            }
        )

    async def revoke(request: Request) -> Response:
        tokens.revoke(bearer_token(request))
        return no_content()

    return [
        open_route("POST", "/oauth/token", issue),
        guard.route("GET", "/api/v2/tokens/me", describe),
        guard.route("DELETE", "/api/v2/tokens/me", revoke),
    ]


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    id, colon, secret = text.partition(":")
    return (id, secret) if colon else None


def _mistake(request: Request, status: int, error: str, description: str) -> Response:
    # The token endpoint has an error body of its own.
    request.state.reason = f"{error}: {description}"
    body = {"error": error, "description": description, "error_description": description}
    return JSONResponse(body, status_code=status, headers={"Cache-Control": "no-store"})
