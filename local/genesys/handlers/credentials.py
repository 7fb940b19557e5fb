"""`/api/v2/integrations/credentials`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import Guard, answer, no_content, read_object
from local.genesys.models.credentials import Credentials
from local.genesys.paging import cursor_page, page

_PATH = "/api/v2/integrations/credentials"


def routes(guard: Guard, credentials: Credentials) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def listing(request: Request) -> Response:
        return answer(page(request, credentials.listing()))

    async def cursor_listing(request: Request) -> Response:
        return answer(cursor_page(request, credentials.listing()))

    async def create(request: Request) -> Response:
        return answer(credentials.create(await read_object(request)))

    async def describe(request: Request) -> Response:
        return answer(credentials.describe(request.path_params["id"]))

    async def replace(request: Request) -> Response:
        return answer(credentials.replace(request.path_params["id"], await read_object(request)))

    async def delete(request: Request) -> Response:
        credentials.delete(request.path_params["id"])
        return no_content()

    return [
        guard.route("GET", _PATH, listing),
        guard.route("POST", _PATH, create),
        guard.route("GET", f"{_PATH}/listing", cursor_listing),
        guard.route("GET", f"{_PATH}/{{id}}", describe),
        guard.route("PUT", f"{_PATH}/{{id}}", replace),
        guard.route("DELETE", f"{_PATH}/{{id}}", delete),
    ]
