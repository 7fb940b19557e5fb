"""The frame of an emulator: state, routes, and what happens around every request."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from local.emulator.clock import Clock, iso
from local.emulator.control import PREFIX, control_routes
from local.emulator.faults import ORDERED, Fault, Faults
from local.emulator.journal import Journal
from local.emulator.masking import mask_body, mask_query
from local.emulator.sockets import ObservedSocket
from local.emulator.store import Rows, Store

_BODY_KEPT = 65536


class Emulator(ABC):
    """One vendor's service on loopback.

    A subclass gives routes, first contents and the vendor's error body. Handlers are `async def`
    and await nothing but the request's body, so each request changes the state as one step; one
    that has to wait for somebody else looks at the state again afterwards.
    `base_url` is what every issuer and link is built from: never the Host header, which the
    vendors' Terraform providers send without a port.
    """

    name: ClassVar[str]

    def __init__(self, *, base_url: str, store: Store, clock: Clock | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.store = store
        self.clock = clock or Clock()
        self.journal = Journal(self.name)
        self.faults = Faults()
        self._checkpoints: dict[str, Rows] = {}
        if store.is_empty():
            self._seed()
        self.app: ASGIApp = self._build()

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """Return the vendor's routes."""

    @abstractmethod
    def seed(self) -> None:
        """Write what a new organisation holds."""

    @abstractmethod
    def error_response(self, status: int) -> Response:
        """Return the vendor's own error body for a status that has no better reason."""

    def exception_handlers(self) -> dict[Any, ExceptionHandler]:
        """Return handlers that turn the room's own exceptions into the vendor's answers."""
        return {}

    def middleware(self) -> Sequence[Middleware]:
        """Return the vendor's own layers around its routes: CORS, rate limits, headers."""
        return []

    def ordered(self, fault: Fault) -> Response:
        """Return the answer that an order with a status asks for."""
        status = fault.status or 500
        response = (
            self.error_response(status)
            if fault.body is None
            else JSONResponse(fault.body, status_code=status)
        )
        response.headers.update(fault.headers)
        return response

    def extra_control_routes(self) -> Sequence[BaseRoute]:
        """Return further routes below `/_local/`."""
        return []

    def reset(self) -> None:
        """Return to a new organisation, with an empty journal and no ordered faults."""
        self.faults.clear()
        self.clock.reset()
        with self.store.transaction():
            self.store.clear()
            self.seed()
        self.journal.clear()

    def keep(self, name: str) -> None:
        """Keep what the service holds now under a name, until this process ends."""
        self._checkpoints[name] = self.store.rows()

    def kept(self) -> list[str]:
        """Return the names of what was kept, oldest first."""
        return list(self._checkpoints)

    def return_to(self, name: str) -> None:
        """Reset, but to what was kept under a name; raise KeyError when nothing was."""
        rows = self._checkpoints[name]
        with self.store.transaction():
            self.reset()
            self.store.replace(rows)

    def _seed(self) -> None:
        with self.store.transaction():
            self.seed()

    def _build(self) -> ASGIApp:
        app = Starlette(
            routes=[control_routes(self), *self.routes()],
            middleware=[
                # A page that resolves its own name to 127.0.0.1 must not reach the emulator.
                Middleware(
                    TrustedHostMiddleware,
                    allowed_hosts=["127.0.0.1", "localhost", "*.localhost"],
                    www_redirect=False,
                ),
                Middleware(_Around, emulator=self),
                *self.middleware(),
            ],
            exception_handlers=self.exception_handlers(),
        )
        # Starlette's redirect of a trailing slash is built from the Host header.
        app.router.redirect_slashes = False
        return app


class _Around:
    """Keeps the journal, carries out faults, and refuses pages at the control routes."""

    def __init__(self, app: ASGIApp, emulator: Emulator) -> None:
        self._app = app
        self._emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await ObservedSocket(self._emulator, self._app, scope, receive, send).serve()
            return
        if scope["path"].startswith(PREFIX):
            headers = dict(scope["headers"])
            if b"origin" in headers or headers.get(b"sec-fetch-site", b"none") != b"none":
                refusal = PlainTextResponse(
                    "The control routes do not answer web pages.", status_code=403
                )
                await refusal(scope, receive, send)
            else:
                await self._app(scope, receive, send)
            return
        await self._observe(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        moment = iso(self._emulator.clock.now())
        status = 0
        body = bytearray()

        async def receive_and_keep() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(body) < _BODY_KEPT:
                body.extend(message.get("body", b""))
            return message

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            fault = self._emulator.faults.take(scope["method"], scope["path"])
            handled = fault is not None and await self._carry_out(
                fault, scope, receive, send_and_note
            )
            if not handled:
                await self._app(scope, receive_and_keep, send_and_note)
        except Exception:
            scope.setdefault("state", {})["reason"] = "defect of the emulator, see its log"
            logging.getLogger(f"local.{self._emulator.name}").exception("A handler failed")
            if status:
                raise
            await self._emulator.error_response(500)(scope, receive, send_and_note)
        finally:
            entry = {
                "time": moment,
                "method": scope["method"],
                "path": scope["path"],
                "query": mask_query(scope["query_string"].decode("latin-1")),
                "status": status,
                "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                "body": mask_body(bytes(body), _header(scope, b"content-type")),
            }
            reason = scope.get("state", {}).get("reason")
            self._emulator.journal.add(entry | ({"reason": reason} if reason else {}))

    async def _carry_out(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> bool:
        scope.setdefault("state", {})["reason"] = ORDERED
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            # Promising more than is sent makes the server cut the connection.
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-length", b"1000000")],
                }
            )
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            return True
        if fault.status is None:
            return False
        response = self._emulator.ordered(fault)
        if origin := _header(scope, b"origin"):
            # A page is told of the error, as by a service that fails behind its front door.
            response.headers.setdefault("Access-Control-Allow-Origin", origin)
        await response(scope, receive, send)
        return True


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""
