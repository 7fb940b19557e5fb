"""What happens around every WebSocket of an emulator: journal and ordered faults."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.emulator.clock import iso
from local.emulator.faults import ORDERED, Fault
from local.emulator.masking import mask_query

if TYPE_CHECKING:
    from local.emulator.emulator import Emulator

METHOD: Final = "SOCKET"
_INTERNAL_ERROR: Final = 1011
_NO_CLOSE_FRAME: Final = 1006
_RECEIVE: Final = "websocket.receive"
_CLOSE: Final = "websocket.close"


class ObservedSocket:
    """One socket, from the handshake to the end.

    The journal gets the handshake, with status 101 or that of its refusal, and whatever ends the
    socket by order; frames are for the handler to write down, who knows what they mean.
    """

    def __init__(
        self, emulator: Emulator, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._emulator = emulator
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._started = time.perf_counter()
        self._state = scope.setdefault("state", {})
        self._answered = False
        self._over = False
        # A frame that was hit, and until when it waits: the handler may look away meanwhile.
        self._held: tuple[Message, Fault, float] | None = None

    async def serve(self) -> None:
        """Let the handler have the socket, unless an order says otherwise."""
        try:
            fault = self._take()
            if fault is not None:
                await asyncio.sleep(fault.delay)
                if fault.drop:
                    await self._receive()
                    # Leaving without a word cuts the line.
                    await self._note_and_send({"type": "websocket.accept"})
                    return
                if fault.status is not None:
                    await self._deny(self._emulator.ordered(fault))
                    return
            await self._app(self._scope, self._next, self._note_and_send)
        except Exception:
            self._state["reason"] = "defect of the emulator, see its log"
            logging.getLogger(f"local.{self._emulator.name}").exception("A socket failed")
            if self._answered:
                await self._end(_INTERNAL_ERROR)
            else:
                await self._deny(self._emulator.error_response(500))

    async def _deny(self, answer: ASGIApp) -> None:
        await answer(self._scope, self._receive, self._note_and_send)

    async def _next(self) -> Message:
        """Return what comes next from the client, as far as no order is in its way."""
        if self._held is None:
            message = await self._receive()
            fault = self._take() if message["type"] == _RECEIVE else None
            if fault is None:
                return message
            self._held = (message, fault, time.monotonic() + fault.delay)
        message, fault, until = self._held
        await asyncio.sleep(until - time.monotonic())
        self._held = None
        if not fault.drop and fault.status is None:
            return message
        await self._end(_NO_CLOSE_FRAME if fault.drop else _INTERNAL_ERROR)
        return {"type": "websocket.disconnect", "code": _NO_CLOSE_FRAME}

    def _take(self) -> Fault | None:
        fault = self._emulator.faults.take(METHOD, self._scope["path"])
        if fault is not None:
            self._state["reason"] = ORDERED
        return fault

    async def _end(self, code: int) -> None:
        """End an open socket with a code, or without a word; the handler says nothing more."""
        self._note("end", code)
        if code != _NO_CLOSE_FRAME:
            await self._send({"type": _CLOSE, "code": code})
        self._over = True

    async def _note_and_send(self, message: Message) -> None:
        if self._over:
            return
        if not self._answered:
            status = {"websocket.accept": 101, _CLOSE: 403}.get(message["type"])
            self._answered = True
            self._note("connect", message["status"] if status is None else status)
        await self._send(message)

    def _note(self, action: str, status: int) -> None:
        entry = {
            "time": iso(self._emulator.clock.now()),
            "method": METHOD,
            "path": self._scope["path"],
            "query": mask_query(self._scope["query_string"].decode("latin-1")),
            "status": status,
            "milliseconds": round((time.perf_counter() - self._started) * 1000, 1),
            "body": {"action": action},
        }
        reason = self._state.pop("reason", "")
        self._emulator.journal.add(entry | ({"reason": reason} if reason else {}))
