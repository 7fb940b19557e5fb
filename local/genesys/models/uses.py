"""Who uses whom, so that what is in use is not deleted."""

from __future__ import annotations

from local.emulator.store import Store


class Uses:
    """The users of each object of one kind, found without looking through all of them."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store = store
        self._kind = kind

    def replace(self, user: str, before: set[str], after: set[str]) -> None:
        """Note that a user has left some objects and taken up others."""
        for used in before - after:
            self._store.collection(f"{self._kind}-uses/{used}").pop(user, None)
        for used in after - before:
            self._store.collection(f"{self._kind}-uses/{used}")[user] = {}

    def of(self, used: str) -> list[str]:
        """Return the ids of an object's users."""
        return list(self._store.collection(f"{self._kind}-uses/{used}"))
