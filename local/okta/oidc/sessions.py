"""Okta sessions: who is signed in, in which browser (Okta, "Sessions API"; okta.md 4.4)."""

from __future__ import annotations

from typing import Final

from local.emulator.store import Document
from local.okta.model.passwords import hash_password, matches
from local.okta.model.state import ACTIVE, State, new_id
from local.okta.model.users import Users
from local.okta.oidc.vault import Vault

# Okta's default policy ends a session after two hours without a request.
LIFETIME_SECONDS: Final = 7200
# What an unknown person's password is compared with, so that both answers take as long.
_NOBODY: Final = hash_password("nobody")


class Sessions:
    """Sessions by the value of the browser's cookie."""

    def __init__(self, state: State, users: Users) -> None:
        self._state = state
        self._clock = state.clock
        self._users = users
        self._vault = Vault(state, "sessions")

    def person(self, login: str, password: str) -> Document | None:
        """Return the person who may sign in with a login and a password, or None."""
        known = self._users.by_login(login)
        kept = known.get("passwordHash") if known else None
        if not matches(password, kept or _NOBODY) or known is None or kept is None:
            return None
        return known if known["status"] == ACTIVE else None

    def begin(self, user_id: str) -> str:
        """Sign a person in; return the value of the cookie."""
        now = self._clock.timestamp()
        document: Document = {"id": new_id("102"), "userId": user_id, "created": now, "signIn": now}
        return self._vault.issue(document, LIFETIME_SECONDS)

    def find(self, cookie: str) -> Document | None:
        """Return a session with its `user`; None when it is over or the person may not sign in."""
        session = self._vault.live(cookie)
        if session is None or not self._users.exists(session["userId"]):
            return None
        user = self._users.find(session["userId"])
        return session | {"user": user} if user["status"] == ACTIVE else None

    def extend(self, cookie: str) -> None:
        """Let a live session last for another whole lifetime."""
        session = self._vault.live(cookie)
        if session is not None:
            session["expires"] = self._clock.timestamp() + LIFETIME_SECONDS
            self._vault.keep(cookie, session)

    def end(self, cookie: str) -> None:
        """Sign out; harmless when there is no session."""
        self._vault.forget(cookie)
