"""`/api/v2/integrations/types` and `/api/v2/integrations/credentials/types`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.errors import not_found
from local.genesys.http import Guard, answer
from local.genesys.models.catalogue import (
    CREDENTIAL_TYPES,
    INTEGRATION_TYPES,
    SETTINGS_KINDS,
    IntegrationType,
)
from local.genesys.paging import page


def routes(guard: Guard) -> Sequence[BaseRoute]:
    """Return the routes of this family; must come before those with an id in the same place."""

    async def listing(request: Request) -> Response:
        return answer(page(request, [known.describe() for known in INTEGRATION_TYPES.values()]))

    async def describe(request: Request) -> Response:
        return answer(_find(request).describe())

    async def schema(request: Request) -> Response:
        known, wanted = _find(request), request.path_params["kind"]
        for kind in SETTINGS_KINDS:
            if kind == wanted:
                return answer(known.schema(kind))
        raise not_found("configuration schema", wanted)

    async def credential_types(_: Request) -> Response:
        return answer({"entities": [known.describe() for known in CREDENTIAL_TYPES.values()]})

    return [
        guard.route("GET", "/api/v2/integrations/types", listing),
        guard.route("GET", "/api/v2/integrations/types/{id}", describe),
        guard.route("GET", "/api/v2/integrations/types/{id}/configschemas/{kind}", schema),
        guard.route("GET", "/api/v2/integrations/credentials/types", credential_types),
    ]


def _find(request: Request) -> IntegrationType:
    id = request.path_params["id"]
    try:
        return INTEGRATION_TYPES[id]
    except KeyError:
        raise not_found("integration type", id) from None
