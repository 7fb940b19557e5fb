"""Sessions of web messaging: whose they are, how long they last, what was said in them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import uuid4

from local.emulator.clock import Clock
from local.emulator.store import Collection, Document, Store
from local.genesys.guest.entrance import Entrance

# An expired session is kept for a while, so that its client can be told of the end.
_REMEMBERED_SECONDS: Final = 3600
_SWEPT_EVERY: Final = 600


class Sessions:
    """All sessions, by the token that a client made up and by the contact that signed in.

    A guest's session belongs to a token, a signed-in person's to the contact, so that all devices
    of a person share it. Tokens are kept as hashes.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._sessions = store.collection("guest-sessions")
        self._tokens = store.collection("guest-session-tokens")
        self._of_contacts = store.collection("guest-contact-sessions")
        self._clock = clock
        self._swept = clock.timestamp()

    def create(self, entrance: Entrance, token: str, contact_id: str | None) -> Document:
        """Begin a session."""
        id = str(uuid4())
        session: Document = {
            "id": id,
            "deploymentId": entrance.deployment_id,
            "contact": None,
            "attributes": {},
            "names": [],
            "expires": self._clock.timestamp() + entrance.session_seconds,
        }
        with self._store.transaction():
            self.bind(session, token)
            if contact_id is not None:
                self.give(session, contact_id)
        return session

    def bind(self, session: Document, token: str) -> None:
        """Let a client's token lead to a session."""
        name = _name(session["deploymentId"], token)
        if name not in session["names"]:
            session["names"].append(name)
        with self._store.transaction():
            self._sessions[session["id"]] = session
            self._tokens[name] = {"session": session["id"]}

    def give(self, session: Document, contact_id: str) -> None:
        """Make a session that of a contact."""
        session["contact"] = contact_id
        with self._store.transaction():
            self._sessions[session["id"]] = session
            self._of_contacts[f"{session['deploymentId']}/{contact_id}"] = {
                "session": session["id"]
            }

    def find(self, id: str) -> Document | None:
        """Return a session, None for one that was dropped."""
        return self._sessions.get(id)

    def of_token(self, deployment_id: str, token: str) -> Document | None:
        """Return the session that a client's token leads to."""
        known = self._tokens.get(_name(deployment_id, token))
        return known and self.find(known["session"])

    def of_contact(self, deployment_id: str, contact_id: str) -> Document | None:
        """Return the session of a contact."""
        known = self._of_contacts.get(f"{deployment_id}/{contact_id}")
        return known and self.find(known["session"])

    def is_expired(self, session: Document) -> bool:
        """Tell whether a session's time is over."""
        return bool(session["expires"] <= self._clock.timestamp())

    def seconds_left(self, session: Document) -> float:
        """Return how long a session still lasts."""
        return float(session["expires"]) - self._clock.timestamp()

    def add(self, session: Document, messages: Sequence[Document], seconds: int) -> None:
        """Keep messages, and the session as it is now; it lasts so many seconds from now on."""
        session["expires"] = self._clock.timestamp() + seconds
        with self._store.transaction():
            self._sessions[session["id"]] = session
            for message in messages:
                self._messages(session["id"])[message["id"]] = message

    def messages(self, id: str) -> list[Document]:
        """Return what was said in a session, oldest first."""
        return self._messages(id).documents()

    def drop(self, session: Document) -> None:
        """Forget a session and what was said in it."""
        id = session["id"]
        with self._store.transaction():
            for name in session["names"]:
                # A token may lead elsewhere by now: to the session of who signed in later.
                if self._tokens.get(name) == {"session": id}:
                    del self._tokens[name]
            self._of_contacts.pop(f"{session['deploymentId']}/{session['contact']}", None)
            messages = self._messages(id)
            for message in messages:
                del messages[message]
            self._sessions.pop(id, None)

    def forgotten(self) -> list[Document]:
        """Return the sessions that are to be dropped by now: every ten minutes, else none."""
        now = self._clock.timestamp()
        # A clock that was moved back counts as well.
        if abs(now - self._swept) < _SWEPT_EVERY:
            return []
        self._swept = now
        limit = now - _REMEMBERED_SECONDS
        return [one for one in self._sessions.documents() if one["expires"] < limit]

    def listing(self) -> list[Document]:
        """Return all sessions, oldest first."""
        return self._sessions.documents()

    def _messages(self, id: str) -> Collection:
        return self._store.collection(f"guest-messages/{id}")


def _name(deployment_id: str, token: str) -> str:
    return f"{deployment_id}/{sha256(token.encode()).hexdigest()}"
