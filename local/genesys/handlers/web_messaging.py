"""The web messaging socket `/v1`, and `/api/v2/webmessaging/messages`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from local.emulator.clock import Clock, iso
from local.emulator.journal import Journal
from local.emulator.masking import mask_query
from local.emulator.sockets import METHOD
from local.emulator.store import Document
from local.genesys.errors import GenesysError
from local.genesys.guest import frames
from local.genesys.guest.connections import Connection
from local.genesys.guest.conversations import Conversations
from local.genesys.guest.frames import FrameRefused
from local.genesys.http import answer, bearer_token, open_route, refusal
from local.genesys.paging import page

_PATH: Final = "/v1"
# A moved clock is noticed after so long at the latest, on a socket where nothing happens.
_LOOK_SECONDS: Final = 30.0


def routes(conversations: Conversations, journal: Journal, clock: Clock) -> Sequence[BaseRoute]:
    """Return the routes of this family; `journal` also gets every frame, without its words."""

    async def history(request: Request) -> Response:
        return answer(page(request, conversations.history(bearer_token(request))))

    async def socket(websocket: WebSocket) -> None:
        await _Socket(websocket, conversations, journal, clock).serve()

    return [
        open_route("GET", "/api/v2/webmessaging/messages", history),
        WebSocketRoute(_PATH, socket),
    ]


class _Socket:
    """One socket from the handshake to the end."""

    def __init__(
        self, websocket: WebSocket, conversations: Conversations, journal: Journal, clock: Clock
    ) -> None:
        self._websocket = websocket
        self._conversations = conversations
        self._journal = journal
        self._clock = clock

    async def serve(self) -> None:
        deployment = self._websocket.query_params.get("deploymentId", "")
        try:
            if not deployment:
                raise GenesysError(400, "The parameter deploymentId is missing.")
            connection = self._conversations.open(deployment, self._websocket.headers.get("origin"))
        except GenesysError as error:
            self._websocket.state.reason = error.reason
            await self._websocket.send_denial_response(refusal(error))
            return
        await self._websocket.accept()
        writing = asyncio.create_task(self._write(connection))
        try:
            await self._read(connection)
        finally:
            self._conversations.connections.detach(connection)
            writing.cancel()

    async def _read(self, connection: Connection) -> None:
        while True:
            left = self._conversations.seconds_left(connection)
            try:
                async with asyncio.timeout(
                    _LOOK_SECONDS if left is None else min(left, _LOOK_SECONDS)
                ):
                    message = await self._websocket.receive()
            except TimeoutError:
                self._conversations.expire(connection)
                continue
            if message["type"] == "websocket.disconnect":
                return
            self._answer(connection, message.get("text"))

    def _answer(self, connection: Connection, text: str | None) -> None:
        started = time.perf_counter()
        frame: Document = {}
        code, reason = 200, ""
        try:
            frame = frames.decode(text)
            self._conversations.handle(connection, frame)
        except FrameRefused as refused:
            code, reason = refused.code, refused.reason
            connection.send(frames.error(refused, _tracing(frame)))
        except Exception:
            logging.getLogger("local.genesys").exception("A frame could not be handled")
            code, reason = 500, "defect of the emulator, see its log"
            failed = FrameRefused(500, "An error occurred.")
            connection.send(frames.error(failed, _tracing(frame)))
        action = frame.get("action")
        known = action if action in frames.ACTIONS else "unknown"
        self._note(str(known), code, started, reason)

    async def _write(self, connection: Connection) -> None:
        try:
            while True:
                item = await connection.outgoing.get()
                if isinstance(item, int):
                    await self._websocket.close(item)
                    return
                await self._websocket.send_json(item)
        except (WebSocketDisconnect, RuntimeError):
            return  # the client has gone; reading notices it as well

    def _note(self, action: str, code: int, started: float, reason: str = "") -> None:
        entry = {
            "time": iso(self._clock.now()),
            "method": METHOD,
            "path": _PATH,
            "query": mask_query(self._websocket.url.query),
            "status": code,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "body": {"action": action},
        }
        reason = reason or self._websocket.scope["state"].pop("reason", "")
        self._journal.add(entry | ({"reason": reason} if reason else {}))


def _tracing(frame: Document) -> str | None:
    found = frame.get("tracingId")
    return found if isinstance(found, str) and len(found) <= 256 else None
