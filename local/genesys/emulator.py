"""The local Genesys Cloud: which families it serves, on which state, behind which layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ExceptionHandler

from local.emulator.clock import Clock
from local.emulator.control import describe
from local.emulator.emulator import Emulator
from local.emulator.store import Store
from local.genesys.errors import GenesysError
from local.genesys.guest.contacts import Contacts
from local.genesys.guest.conversations import Conversations
from local.genesys.guest.entrance import Entrances
from local.genesys.guest.exchange import Exchange
from local.genesys.guest.provider import OpenIdProvider
from local.genesys.guest.sessions import Sessions
from local.genesys.guest.sign_ins import SignIns
from local.genesys.handlers import (
    configurations,
    credentials,
    deployments,
    guest_tokens,
    integration_types,
    integrations,
    messenger_script,
    oauth,
    organization,
    public,
    web_messaging,
)
from local.genesys.http import (
    CORRELATION_HEADER,
    Correlation,
    Guard,
    refusal,
    refuse,
    refuse_unrouted,
)
from local.genesys.models.configurations import Configurations
from local.genesys.models.credentials import Credentials
from local.genesys.models.deployments import Deployments
from local.genesys.models.integrations import Integrations
from local.genesys.models.organization import Organization
from local.genesys.models.tokens import Tokens
from local.genesys.rate_limit import RateLimit

_MESSAGES = {
    400: "The request could not be understood by the server.",
    401: "Invalid login credentials.",
    403: "Unable to perform the requested action.",
    404: "The requested resource was not found.",
    409: "The request conflicts with the present state.",
    429: "Rate limit exceeded the maximum.",
}


class Allowance(BaseModel):
    """What `POST /_local/rate-limit` sets: API calls per token and minute."""

    model_config = ConfigDict(extra="forbid")

    allowance: int = Field(ge=1, le=10_000_000)


class GenesysEmulator(Emulator):
    """One Genesys Cloud organisation on loopback.

    README.md in this folder lists its operations. Its OAuth client is `LOCAL_CLIENT_ID` of
    `models/tokens.py`. Beyond the common control routes it has `GET` and `POST
    /_local/rate-limit` (`{"allowance": 300}`; a reset returns to the default) and `GET
    /_local/conversations`: what a flow would see of each session, and what was said.
    """

    name: ClassVar[str] = "genesys"

    def __init__(self, *, base_url: str, store: Store, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        base_url = base_url.rstrip("/")
        self.rate_limit = RateLimit(clock)
        self.tokens = Tokens(store, clock)
        self.organization = Organization(store)
        self.credentials = Credentials(store, clock)
        self.integrations = Integrations(store, clock, self.credentials)
        self.configurations = Configurations(store, clock)
        self.deployments = Deployments(
            store, clock, base_url, self.organization, self.configurations
        )
        entrances = Entrances(self.deployments, self.integrations, self.credentials)
        self.provider = OpenIdProvider(clock)
        self.contacts = Contacts(store, clock)
        self.sign_ins = SignIns(store, clock, base_url)
        self.exchange = Exchange(entrances, self.provider, self.contacts, self.sign_ins, clock)
        self.conversations = Conversations(
            entrances, self.sign_ins, self.contacts, Sessions(store, clock), clock
        )
        super().__init__(base_url=base_url, store=store, clock=clock)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes of all families; fixed paths come before those with an id."""
        guard = Guard(self.tokens, self.rate_limit)
        return [
            *oauth.routes(guard, self.tokens, self.organization),
            *organization.routes(guard, self.organization),
            *integration_types.routes(guard),
            *credentials.routes(guard, self.credentials),
            *integrations.routes(guard, self.integrations),
            *configurations.routes(guard, self.configurations),
            *deployments.routes(guard, self.deployments),
            *guest_tokens.routes(self.exchange, self.sign_ins, self.conversations),
            *web_messaging.routes(self.conversations, self.journal, self.clock),
            *public.routes(self.deployments, self.base_url),
            *messenger_script.routes(),
        ]

    def seed(self) -> None:
        """Write what a new organisation holds."""
        self.organization.seed()

    def reset(self) -> None:
        """Return to a new organisation; tokens are no longer valid after it."""
        super().reset()
        self.rate_limit.reset()
        self.provider.reset()
        self.conversations.connections.reset()

    def error_response(self, status: int) -> Response:
        """Return Genesys Cloud's error body for a status."""
        return refusal(GenesysError(status, _MESSAGES.get(status, "An error occurred.")))

    def exception_handlers(self) -> dict[Any, ExceptionHandler]:
        """Return the handlers that give refusals their answer."""
        return {GenesysError: refuse, HTTPException: refuse_unrouted}

    def middleware(self) -> Sequence[Middleware]:
        """Return the layers around the routes: cross-origin answers and correlation ids."""
        return [
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["*"],
                expose_headers=[CORRELATION_HEADER, "Retry-After"],
            ),
            Middleware(Correlation),
        ]

    def extra_control_routes(self) -> Sequence[BaseRoute]:
        """Return the control routes of the rate limit and of the conversations."""
        return [
            Route("/conversations", self._read_conversations, methods=["GET"]),
            Route("/rate-limit", self._read_allowance, methods=["GET"]),
            Route("/rate-limit", self._set_allowance, methods=["POST"]),
        ]

    async def _read_conversations(self, _: Request) -> Response:
        return JSONResponse({"conversations": self.conversations.listing()})

    async def _read_allowance(self, _: Request) -> Response:
        return JSONResponse({"allowance": self.rate_limit.allowance})

    async def _set_allowance(self, request: Request) -> Response:
        try:
            wanted = Allowance.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": describe(error)}, status_code=400)
        self.rate_limit.allowance = wanted.allowance
        return await self._read_allowance(request)
