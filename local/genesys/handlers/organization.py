"""`/api/v2/organizations/me`, `/api/v2/authorization/products` and `/api/v2/flows`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import Guard, answer
from local.genesys.models.organization import Organization
from local.genesys.paging import page


def routes(guard: Guard, organization: Organization) -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def describe(_: Request) -> Response:
        return answer(organization.describe())

    async def products(_: Request) -> Response:
        return answer(organization.products())

    async def flows(request: Request) -> Response:
        query = request.query_params
        kinds = tuple(kind for text in query.getlist("type") for kind in text.split(",") if kind)
        return answer(page(request, organization.flows(query.get("name", ""), kinds)))

    async def flow(request: Request) -> Response:
        return answer(organization.flow(request.path_params["id"]))

    return [
        guard.route("GET", "/api/v2/organizations/me", describe),
        guard.route("GET", "/api/v2/authorization/products", products),
        guard.route("GET", "/api/v2/flows", flows),
        guard.route("GET", "/api/v2/flows/{id}", flow),
    ]
