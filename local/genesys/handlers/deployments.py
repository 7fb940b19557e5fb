"""`/api/v2/webdeployments/deployments`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import Guard, answer, no_content, read_object
from local.genesys.models.deployments import Deployments
from local.genesys.paging import cursor_page

_PATH = "/api/v2/webdeployments/deployments"


def routes(guard: Guard, deployments: Deployments) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def listing(request: Request) -> Response:
        found = deployments.listing()
        return answer(cursor_page(request, found) | {"total": len(found)})

    async def create(request: Request) -> Response:
        return answer(deployments.create(await read_object(request)))

    async def describe(request: Request) -> Response:
        return answer(deployments.describe(request.path_params["id"]))

    async def replace(request: Request) -> Response:
        return answer(deployments.replace(request.path_params["id"], await read_object(request)))

    async def delete(request: Request) -> Response:
        deployments.delete(request.path_params["id"])
        return no_content()

    async def active(request: Request) -> Response:
        id = request.path_params["id"]
        version = deployments.configuration_version(id)
        return answer({"configurationVersion": version, "deployment": deployments.describe(id)})

    async def identity_resolution(request: Request) -> Response:
        return answer(deployments.identity_resolution(request.path_params["id"]))

    async def set_identity_resolution(request: Request) -> Response:
        body = await read_object(request)
        return answer(deployments.set_identity_resolution(request.path_params["id"], body))

    one = f"{_PATH}/{{id}}"
    return [
        guard.route("GET", _PATH, listing),
        guard.route("POST", _PATH, create),
        guard.route("GET", one, describe),
        guard.route("PUT", one, replace),
        guard.route("DELETE", one, delete),
        guard.route("GET", f"{one}/configurations", active),
        guard.route("GET", f"{one}/identityresolution", identity_resolution),
        guard.route("PUT", f"{one}/identityresolution", set_identity_resolution),
    ]
