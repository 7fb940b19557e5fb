"""What browsers fetch: a deployment's two files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from local.emulator.store import Document
from local.genesys.errors import GenesysError
from local.genesys.http import open_route
from local.genesys.models.deployments import Deployments
from local.genesys.models.public_files import config_file, domains_file

_PATH: Final = "/webdeployments/v1/deployments/{id}"
# Every change must be seen at once; the vendor's content network caches for some minutes.
_FRESH: Final = {"Cache-Control": "no-cache"}


def routes(deployments: Deployments, base_url: str) -> Sequence[BaseRoute]:
    """Return the routes of this family; any page may read them (CORS is the emulator's)."""

    async def config(request: Request) -> Response:
        id = request.path_params["id"]
        return _file(request, lambda: config_file(deployments, id, base_url))

    async def domains(request: Request) -> Response:
        id = request.path_params["id"]
        return _file(request, lambda: domains_file(deployments, id))

    return [
        open_route("GET", f"{_PATH}/config.json", config),
        open_route("GET", f"{_PATH}/domains.json", domains),
    ]


def _file(request: Request, make: Callable[[], Document]) -> Response:
    try:
        return JSONResponse(make(), headers=_FRESH)
    except GenesysError as error:
        # The content network does not tell what is missing from what is forbidden.
        request.state.reason = str(error)
        return Response(
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
            status_code=403,
            media_type="application/xml",
        )
