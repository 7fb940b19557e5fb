"""Open sockets: who hears what, and who has to go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from local.emulator.store import Document
from local.genesys.guest import frames
from local.genesys.guest.entrance import Entrance

# Genesys, "Messenger" (release notes): a session has at most three connections.
MAX_CONNECTIONS: Final = 3
NORMAL_CLOSURE: Final = 1000


@dataclass(eq=False)
class Connection:
    """One open socket. What is sent goes through `outgoing`, so that a slow reader delays nobody.

    In `outgoing` a number is a close code and the end. `session_id` is empty until configured.
    """

    entrance: Entrance
    origin: str | None
    outgoing: asyncio.Queue[Document | int] = field(default_factory=asyncio.Queue)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    session_id: str = ""
    token: str = ""

    def send(self, frame: Document) -> None:
        """Queue a frame."""
        self.outgoing.put_nowait(frame)

    def end(self, last: Document | None = None) -> None:
        """Close the socket after everything queued, and after `last`."""
        if last is not None:
            self.send(last)
        self.outgoing.put_nowait(NORMAL_CLOSURE)


class Connections:
    """Which sockets belong to which session, oldest first."""

    def __init__(self) -> None:
        self._open: dict[str, list[Connection]] = {}

    def of(self, session_id: str) -> list[Connection]:
        """Return the connections of a session."""
        return list(self._open.get(session_id, ()))

    def attach(self, connection: Connection, session_id: str, token: str) -> None:
        """Make a connection one of a session; when it is one too many the oldest has to go."""
        self.detach(connection)
        connection.session_id, connection.token = session_id, token
        members = self._open.setdefault(session_id, [])
        members.append(connection)
        if len(members) > MAX_CONNECTIONS:
            self.end(members[0], frames.event("ConnectionClosedEvent"))

    def detach(self, connection: Connection) -> None:
        """Take a connection out of its session, if it is in one."""
        members = self._open.get(connection.session_id, [])
        if connection in members:
            members.remove(connection)
        if not members:
            self._open.pop(connection.session_id, None)
        connection.session_id = connection.token = ""

    def tell(self, session_id: str, frame: Document, but: Connection | None = None) -> None:
        """Send a frame to the connections of a session."""
        for connection in self.of(session_id):
            if connection is not but:
                connection.send(frame)

    def end(self, connection: Connection, last: Document) -> None:
        """Say a last thing to a connection and close it."""
        self.detach(connection)
        connection.end(last)

    def end_all(self, session_id: str, last: Document, but: Connection | None = None) -> None:
        """Say a last thing to the connections of a session and close them."""
        for connection in self.of(session_id):
            if connection is not but:
                self.end(connection, last)

    def reset(self) -> None:
        """Close the connections of all sessions; may be called from any thread."""
        for members in list(self._open.values()):
            for connection in list(members):
                connection.loop.call_soon_threadsafe(connection.end)
        self._open.clear()
