"""The local Okta: an organization behind an HTTP server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ExceptionHandler

from local.emulator.clock import Clock
from local.emulator.control import describe
from local.emulator.emulator import Emulator
from local.emulator.store import Store
from local.okta.api.applications import ApplicationCalls
from local.okta.api.assignments import AssignmentCalls
from local.okta.api.calls import Operation, routes_of
from local.okta.api.cors import CorsLayer
from local.okta.api.groups import GroupCalls
from local.okta.api.metadata import MetadataCalls
from local.okta.api.organization import OrganizationCalls
from local.okta.api.rate_limits import Budget, RateLimitLayer, RateLimits, write_headers
from local.okta.api.server_parts import part_calls
from local.okta.api.servers import ServerCalls
from local.okta.api.trusted_origins import TrustedOriginCalls
from local.okta.api.users import UserCalls
from local.okta.errors import OktaError, render, response_for_status
from local.okta.model.organization import Organization
from local.okta.model.seed import ORGANIZATION_SERVER, seed
from local.okta.model.servers import DEFAULT
from local.okta.oidc.provider import Provider
from local.okta.oidc.web.authorize import AuthorizePages
from local.okta.oidc.web.logout import LogoutPages
from local.okta.oidc.web.pages import Pages
from local.okta.oidc.web.sessions import SessionCalls
from local.okta.oidc.web.tokens import TokenCalls

_TOO_MANY = 429


class RateLimit(BaseModel):
    """How many calls a minute `POST /_local/rate-limit` allows to each family."""

    model_config = ConfigDict(extra="forbid")

    per_minute: int = Field(alias="perMinute", ge=1, le=10_000_000)


class Rotation(BaseModel):
    """Whose keys `POST /_local/keys/rotate` rotates; with `overlap` the old ones stay valid."""

    model_config = ConfigDict(extra="forbid")

    server: str = DEFAULT
    overlap: bool = True


class OktaEmulator(Emulator):
    """An Okta organization on loopback (see README.md beside this file)."""

    name: ClassVar[str] = "okta"

    def __init__(self, *, base_url: str, store: Store, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        self.organization = Organization(store, clock, base_url.rstrip("/"))
        self.rate_limits = RateLimits(clock)
        super().__init__(base_url=base_url, store=store, clock=clock)

    def operations(self) -> list[Operation]:
        """Return every call the emulator answers."""
        organization = self.organization
        users = UserCalls(organization)
        applications = ApplicationCalls(organization)
        provider, pages = Provider(organization), Pages(organization.origins)
        return [
            *applications.operations(),
            *AssignmentCalls(organization).operations(),
            *GroupCalls(organization, users, applications).operations(),
            *users.operations(),
            *TrustedOriginCalls(organization).operations(),
            *ServerCalls(organization).operations(),
            *part_calls(organization),
            *OrganizationCalls(organization).operations(),
            *MetadataCalls(organization).operations(),
            *AuthorizePages(provider, pages).operations(),
            *TokenCalls(provider).operations(),
            *LogoutPages(provider, pages).operations(),
            *SessionCalls(provider).operations(),
        ]

    def routes(self) -> Sequence[BaseRoute]:
        """Return one route for each path of the operations."""
        return routes_of(self.operations(), self.store, self.base_url)

    def seed(self) -> None:
        """Write a new organization."""
        seed(self.organization)

    def reset(self) -> None:
        """Return to a new organization with the default rate limit."""
        super().reset()
        self.rate_limits.reset()

    def error_response(self, status: int) -> Response:
        """Return Okta's error body; a 429 says that there is more in a second."""
        response = response_for_status(status)
        if status == _TOO_MANY:
            write_headers(response.headers, Budget(self.rate_limits.per_minute, 0, 1.0, True))
        return response

    def exception_handlers(self) -> dict[Any, ExceptionHandler]:
        """Return handlers of the model's refusals and of unknown paths and methods."""
        return {OktaError: _refuse, HTTPException: _refuse_status}

    def middleware(self) -> Sequence[Middleware]:
        """Return the layers of rate limits and of what pages may read."""
        return [
            Middleware(RateLimitLayer, limits=self.rate_limits),
            Middleware(CorsLayer, origins=self.organization.origins),
        ]

    def extra_control_routes(self) -> Sequence[BaseRoute]:
        """Return `GET`, `POST` and `DELETE /_local/rate-limit`, and `POST /_local/keys/rotate`."""
        return [
            Route("/keys/rotate", self._rotate_keys, methods=["POST"]),
            Route("/rate-limit", self._read_limit, methods=["GET"]),
            Route("/rate-limit", self._set_limit, methods=["POST"]),
            Route("/rate-limit", self._reset_limit, methods=["DELETE"]),
        ]

    async def _rotate_keys(self, request: Request) -> Response:
        try:
            wanted = Rotation.model_validate_json(await request.body() or b"{}")
        except ValidationError as error:
            return JSONResponse({"error": describe(error)}, status_code=400)
        servers, keys = self.organization.servers.all(), self.organization.keys
        known = {name: one["id"] for one in servers for name in (one["name"], one["id"])}
        known[ORGANIZATION_SERVER] = ORGANIZATION_SERVER
        id = known.get(wanted.server)
        if id is None:
            text = f"server is {wanted.server!r}: one of {', '.join(sorted(known))} is expected."
            return JSONResponse({"error": text}, status_code=404)
        with self.store.transaction():
            if wanted.overlap:
                keys.rotate(id)
            else:
                keys.replace(id)
        return JSONResponse({"server": id, "kid": keys.active(id).kid})

    async def _read_limit(self, _: Request) -> Response:
        return JSONResponse({"perMinute": self.rate_limits.per_minute})

    async def _set_limit(self, request: Request) -> Response:
        try:
            wanted = RateLimit.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": describe(error)}, status_code=400)
        self.rate_limits.set(wanted.per_minute)
        return await self._read_limit(request)

    async def _reset_limit(self, request: Request) -> Response:
        self.rate_limits.reset()
        return await self._read_limit(request)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, OktaError)
    request.state.reason = error.explain()
    return render(error)


async def _refuse_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    request.state.reason = error.detail
    response = response_for_status(error.status_code)
    response.headers.update(error.headers or {})
    return response
