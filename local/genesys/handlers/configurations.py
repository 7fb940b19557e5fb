"""`/api/v2/webdeployments/configurations`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import Guard, answer, no_content, read_object
from local.genesys.models.configurations import Configurations
from local.genesys.paging import cursor_page

_PATH = "/api/v2/webdeployments/configurations"


def routes(guard: Guard, configurations: Configurations) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def listing(request: Request) -> Response:
        published = request.query_params.get("showOnlyPublished", "").lower() == "true"
        return answer(cursor_page(request, configurations.listing(only_published=published)))

    async def create(request: Request) -> Response:
        return answer(configurations.create(await read_object(request)))

    async def delete(request: Request) -> Response:
        configurations.delete(request.path_params["id"])
        return no_content()

    async def versions(request: Request) -> Response:
        found = configurations.versions(request.path_params["id"])
        return answer(cursor_page(request, found, key="version") | {"total": len(found)})

    async def version(request: Request) -> Response:
        return answer(
            configurations.version(request.path_params["id"], request.path_params["version"])
        )

    async def replace_draft(request: Request) -> Response:
        body = await read_object(request)
        return answer(configurations.replace_draft(request.path_params["id"], body))

    async def publish(request: Request) -> Response:
        return answer(configurations.publish(request.path_params["id"]))

    one = f"{_PATH}/{{id}}"
    return [
        guard.route("GET", _PATH, listing),
        guard.route("POST", _PATH, create),
        guard.route("DELETE", one, delete),
        guard.route("GET", f"{one}/versions", versions),
        guard.route("GET", f"{one}/versions/{{version}}", version),
        guard.route("PUT", f"{one}/versions/draft", replace_draft),
        guard.route("POST", f"{one}/versions/draft/publish", publish),
    ]
