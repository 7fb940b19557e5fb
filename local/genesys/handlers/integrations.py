"""`/api/v2/integrations`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import Guard, answer, read_object
from local.genesys.models.integrations import Integrations
from local.genesys.paging import page

_PATH = "/api/v2/integrations"


def routes(guard: Guard, integrations: Integrations) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def listing(request: Request) -> Response:
        query = request.query_params
        ids = [id for text in query.getlist("ids") for id in text.split(",") if id]
        found = integrations.listing(
            ids=ids,
            type_id=query.get("integrationType", ""),
            reported=query.get("reportedState", ""),
            credential_id=query.get("credentialId", ""),
        )
        return answer(page(request, found))

    async def create(request: Request) -> Response:
        return answer(integrations.create(await read_object(request)))

    async def describe(request: Request) -> Response:
        whole = "config.current" in request.query_params.get("expand", "")
        return answer(integrations.describe(request.path_params["id"], with_config=whole))

    async def change(request: Request) -> Response:
        return answer(integrations.change(request.path_params["id"], await read_object(request)))

    async def delete(request: Request) -> Response:
        return answer(integrations.delete(request.path_params["id"]))

    async def config(request: Request) -> Response:
        return answer(integrations.config(request.path_params["id"]))

    async def replace_config(request: Request) -> Response:
        body = await read_object(request)
        return answer(integrations.replace_config(request.path_params["id"], body))

    return [
        guard.route("GET", _PATH, listing),
        guard.route("POST", _PATH, create),
        guard.route("GET", f"{_PATH}/{{id}}", describe),
        guard.route("PATCH", f"{_PATH}/{{id}}", change),
        guard.route("DELETE", f"{_PATH}/{{id}}", delete),
        guard.route("GET", f"{_PATH}/{{id}}/config/current", config),
        guard.route("PUT", f"{_PATH}/{{id}}/config/current", replace_config),
    ]
