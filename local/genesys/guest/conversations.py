"""What each frame of a visitor does: rules of sign-in, step-up, expiry, and the talk itself."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from local.emulator.clock import Clock, iso
from local.emulator.store import Document
from local.genesys.errors import GenesysError
from local.genesys.guest import agent, frames
from local.genesys.guest.connections import Connection, Connections
from local.genesys.guest.contacts import Contacts, identity
from local.genesys.guest.entrance import Entrance, Entrances
from local.genesys.guest.frames import FrameRefused
from local.genesys.guest.sessions import Sessions
from local.genesys.guest.sign_ins import SignIns

# Texts that begin so make a client ask the page to sign in again (Genesys Transport SDK).
_SIGN_IN_AGAIN: Final = "Session authentication failed"


class Conversations:
    """The talk of all visitors. Every method is one step: it awaits nothing."""

    def __init__(
        self,
        entrances: Entrances,
        sign_ins: SignIns,
        contacts: Contacts,
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        self._entrances = entrances
        self._sign_ins = sign_ins
        self._contacts = contacts
        self._sessions = sessions
        self._clock = clock
        self.connections = Connections()

    def open(self, deployment_id: str, origin: str | None) -> Connection:
        """Return a connection to a deployment; a GenesysError refuses the handshake."""
        entrance = self._entrances.admit(deployment_id, origin, origin_needed=True)
        return Connection(entrance, origin)

    def handle(self, connection: Connection, frame: Document) -> None:
        """Do what a frame asks for; what is sent in return is queued."""
        given = frames.parse(frame)
        match given["action"]:
            case "configureSession":
                self._configure(connection, given, self._guest_session(connection, given))
            case "configureAuthenticatedSession":
                self._configure(connection, given, self._own_session(connection, given))
            case "onMessage":
                self._hear(connection, given)
            case "echo":
                self._live(connection, given)
                said = self._message(None, {"type": "Text", "text": "ping"}, "Inbound")
                connection.send(frames.event("StructuredMessage", said, given.get("tracingId")))
            case "getJwt":
                jwt, ends = self._sign_ins.history_jwt(self._live(connection, given)["id"])
                body = {"jwt": jwt, "exp": ends}
                connection.send(frames.response("JwtResponse", body, given.get("tracingId")))
            case "closeSession":
                self._close(connection, given)

    def expire(self, connection: Connection) -> None:
        """Tell a session's connections when its time is over, and close them."""
        session = self._sessions.find(connection.session_id)
        if session is not None and self._sessions.is_expired(session):
            self.connections.end_all(session["id"], frames.event("SessionExpiredEvent"))

    def seconds_left(self, connection: Connection) -> float | None:
        """Return how long a connection's session still lasts, None without a session."""
        session = self._sessions.find(connection.session_id)
        return None if session is None else max(0.0, self._sessions.seconds_left(session))

    def log_out(self, sign_in: Document) -> None:
        """End a person's sign-ins at a deployment and tell all connections of that person.

        Assumption: whoever signs out does so on all devices; the talk goes on at the next sign-in.
        """
        deployment, contact = sign_in["deploymentId"], sign_in["contact"]
        self._sign_ins.end_all(deployment, contact)
        session = self._sessions.of_contact(deployment, contact)
        if session is not None:
            self.connections.end_all(session["id"], frames.event("LogoutEvent"))

    def history(self, jwt: str) -> list[Document]:
        """Return a session's messages, newest first, for a JWT of `getJwt` or of a sign-in."""
        try:
            session = self._sessions.find(self._sign_ins.session_of(jwt))
        except GenesysError:
            sign_in = self._sign_ins.check(jwt)
            session = self._sessions.of_contact(sign_in["deploymentId"], sign_in["contact"])
        return self._sessions.messages(session["id"])[::-1] if session else []

    def listing(self) -> list[Document]:
        """Return all sessions as a flow sees them: participant, attributes, messages."""
        return [
            {
                "id": session["id"],
                "deploymentId": session["deploymentId"],
                "contact": session["contact"],
                "participant": self._identity(session),
                "attributes": session["attributes"],
                "connections": len(self.connections.of(session["id"])),
                "messages": self._sessions.messages(session["id"]),
            }
            for session in self._sessions.listing()
        ]

    def _guest_session(
        self, connection: Connection, given: Document
    ) -> tuple[Document, Entrance, bool, bool]:
        entrance = self._entrance(connection, given)
        found = self._sessions.of_token(entrance.deployment_id, given["token"])
        if found is not None and found["contact"] is not None:
            raise FrameRefused(
                frames.NO_WAY_BACK, "An authenticated session cannot become a guest's."
            )
        # Rule R12, no ghost conversations. With step-up a guest may talk before signing in.
        if entrance.authenticated and not entrance.upgrade:
            raise FrameRefused(
                403, f"{_SIGN_IN_AGAIN}: visitors sign in first.", "anonymous start refused"
            )
        found = self._unless_over(connection, found, given)
        session = found or self._begin(entrance, given["token"], None)
        return session, entrance, found is None, False

    def _own_session(
        self, connection: Connection, given: Document
    ) -> tuple[Document, Entrance, bool, bool]:
        entrance = self._entrance(connection, given)
        contact = self._contact(entrance, given["data"]["code"])
        deployment, token = entrance.deployment_id, given["token"]
        guest = self._sessions.of_token(deployment, token)
        own = self._sessions.of_contact(deployment, contact)
        steps_up = (
            guest is not None and guest["contact"] is None and not self._sessions.is_expired(guest)
        )
        if guest is not None and steps_up:
            if not entrance.upgrade:
                raise FrameRefused(403, "The configuration does not allow session upgrades.")
            if own is not None:
                gone = frames.event("ConnectionClosedEvent", {"reason": "signedIn"})
                self._drop(own, gone, but=connection)
            self._step_up(connection, guest, contact, entrance)
            return guest, entrance, False, own is not None
        own = self._unless_over(connection, own, given)
        session = own or self._begin(entrance, token, contact)
        self._sessions.bind(session, token)
        return session, entrance, own is None, False

    def _begin(self, entrance: Entrance, token: str, contact: str | None) -> Document:
        for one in self._sessions.forgotten():
            self._drop(one, frames.event("SessionExpiredEvent"))
        return self._sessions.create(entrance, token, contact)

    def _entrance(self, connection: Connection, given: Document) -> Entrance:
        if given["deploymentId"] != connection.entrance.deployment_id:
            raise FrameRefused(400, "deploymentId is not the one of the connection.")
        try:
            return self._entrances.admit(
                given["deploymentId"], connection.origin, origin_needed=True
            )
        except GenesysError as error:
            raise FrameRefused(error.status, str(error), error.reason) from None

    def _contact(self, entrance: Entrance, jwt: str) -> str:
        try:
            sign_in = self._sign_ins.check(jwt)
            self._entrances.provider(entrance)
        except GenesysError as error:
            # 401 makes a client refresh and configure again, 403 with this text ask the page.
            text = str(error) if error.status == 401 else f"{_SIGN_IN_AGAIN}."
            raise FrameRefused(error.status, text, error.reason) from None
        if sign_in["deploymentId"] != entrance.deployment_id:
            raise FrameRefused(403, f"{_SIGN_IN_AGAIN}.", "the JWT is of another deployment")
        return str(sign_in["contact"])

    def _unless_over(
        self, connection: Connection, found: Document | None, given: Document
    ) -> Document | None:
        # Assumption: a client learns of an expired session once, and starts anew with startNew.
        if found is None:
            return None
        if given.get("startNew"):
            self._drop(found, frames.event("ConnectionClosedEvent"), but=connection)
            return None
        if self._sessions.is_expired(found):
            self._drop(found, frames.event("SessionExpiredEvent"), but=connection)
            raise FrameRefused(frames.SESSION_EXPIRED, "The session has expired.")
        return found

    def _step_up(
        self, connection: Connection, guest: Document, contact: str, entrance: Entrance
    ) -> None:
        self._sessions.give(guest, contact)
        gone = frames.event("ConnectionClosedEvent", {"reason": "signedIn"})
        self.connections.end_all(guest["id"], gone, but=connection)
        joined = {
            "type": "Event",
            "events": [{"eventType": "Presence", "presence": {"type": "SignIn"}}],
        }
        said = self._message(guest, joined, "Inbound")
        self._sessions.add(guest, [said], entrance.session_seconds)

    def _configure(
        self,
        connection: Connection,
        given: Document,
        found: tuple[Document, Entrance, bool, bool],
    ) -> None:
        session, entrance, new, cleared = found
        connection.entrance = entrance
        body = {
            "connected": True,
            "newSession": new,
            "readOnly": False,
            "maxCustomDataBytes": frames.MAX_ATTRIBUTE_BYTES,
            "allowedMedia": {"inbound": {"fileTypes": [], "maxFileSizeKB": 0}},
            "blockedExtensions": [],
            "clearedExistingSession": cleared,
            "durationSeconds": entrance.session_seconds,
            "expirationDate": int(session["expires"]),
        }
        connection.send(frames.response("SessionResponse", body, given.get("tracingId")))
        self.connections.attach(connection, session["id"], given["token"])

    def _live(self, connection: Connection, given: Document) -> Document:
        session = self._sessions.find(connection.session_id)
        if session is None or given["token"] != connection.token:
            raise FrameRefused(frames.SESSION_NOT_FOUND, "The session was not found.")
        if self._sessions.is_expired(session):
            self.connections.end_all(
                session["id"], frames.event("SessionExpiredEvent"), but=connection
            )
            connection.send(frames.event("SessionExpiredEvent"))
            self.connections.detach(connection)
            raise FrameRefused(frames.SESSION_EXPIRED, "The session has expired.")
        return session

    def _hear(self, connection: Connection, given: Document) -> None:
        session, message = self._live(connection, given), given["message"]
        attributes = frames.check_message(message)
        kinds = {
            one["presence"]["type"] if "presence" in one else "Typing"
            for one in message.get("events", [])
        }
        if "Clear" in kinds:
            self._clear(connection, session)
            return
        if kinds == {"Typing"}:
            return  # for the agent's eyes only
        session["attributes"] |= attributes
        said = self._message(session, message, "Inbound")
        words = agent.answer(
            message.get("text", ""), self._identity(session), session["attributes"]
        )
        reply = self._message(session, {"type": "Text", "text": words}, "Outbound")
        self._sessions.add(session, [said, reply], connection.entrance.session_seconds)
        connection.send(frames.event("StructuredMessage", said, given.get("tracingId")))
        others = frames.event("StructuredMessage", said)
        self.connections.tell(session["id"], others, but=connection)
        self.connections.tell(session["id"], frames.event("StructuredMessage", reply))

    def _clear(self, connection: Connection, session: Document) -> None:
        if not connection.entrance.clearing:
            raise FrameRefused(frames.UNAVAILABLE, "Conversations cannot be cleared here.")
        self._drop(session, frames.event("SessionClearedEvent"))

    def _close(self, connection: Connection, given: Document) -> None:
        session = self._live(connection, given)
        body = {"connected": False, "newSession": False, "readOnly": False}
        every = given.get("closeAllConnections", False)
        for one in self.connections.of(session["id"]) if every else [connection]:
            tracing = given.get("tracingId") if one is connection else None
            one.send(frames.response("SessionResponse", body, tracing))
            # The socket stays open: a client may configure it again.
            self.connections.detach(one)

    def _drop(self, session: Document, last: Document, but: Connection | None = None) -> None:
        self.connections.end_all(session["id"], last, but=but)
        self._sessions.drop(session)

    def _identity(self, session: Document) -> Document:
        contact = session["contact"]
        return identity(None if contact is None else self._contacts.describe(contact))

    def _message(self, session: Document | None, message: Document, direction: str) -> Document:
        id = str(uuid4())
        kept = ("type", "text", "content", "metadata", "events")
        body: dict[str, Any] = {key: message[key] for key in kept if key in message}
        channel: dict[str, Any] = {
            "time": iso(self._clock.now()),
            "messageId": id,
            "type": "Private",
        }
        if direction == "Outbound":
            body["originatingEntity"] = "Bot"
            channel["from"] = {"nickname": "Local agent"}
        elif session is not None:
            channel["from"] = {"nickname": self._identity(session)["name"]}
        return {"id": id, "direction": direction, "channel": channel} | body
