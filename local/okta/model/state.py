"""Documents of the organization: where they lie, how they are found, when they changed."""

from __future__ import annotations

import secrets
import string
from typing import Final

from local.emulator.clock import Clock, iso
from local.emulator.store import Collection, Document, Store
from local.okta.errors import not_found

ACTIVE: Final = "ACTIVE"
INACTIVE: Final = "INACTIVE"
_LETTERS: Final = string.ascii_letters + string.digits
_ID_LENGTH: Final = 20


def new_id(prefix: str) -> str:
    """Return a fresh id: 20 characters, of which the first say what it is an id of.

    `0oa` app, `aus` authorization server, `tos` trusted origin, `00g` group, `00u` user, `00o` org,
    `rst` sign-on policy, `fs0` file (okta.md 3); `scp` scope, `ocl` claim, `00p` access policy,
    `0pr` rule (Okta, "Authorization Servers", examples); `102` session.
    """
    length = _ID_LENGTH - len(prefix)
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


class State:
    """The store, the clock and the address that everything in the organization shares."""

    def __init__(self, store: Store, clock: Clock, base_url: str) -> None:
        self.store = store
        self.clock = clock
        self.base_url = base_url

    def collection(self, *name: str) -> Collection:
        """Return the documents under a name, such as `("scopes", server_id)`."""
        return self.store.collection(":".join(name))

    def index(self, *name: str) -> Index:
        """Return the index under a name."""
        return Index(self.collection("index", *name))

    def now(self) -> str:
        """Return the present as Okta writes it."""
        return iso(self.clock.now())

    def organization(self) -> Document:
        """Return the organization: `id`, `created`, `adminId`, `everyoneId`, `defaultPolicyId`."""
        return self.collection("organization")["self"]

    def stamp(self, document: Document) -> None:
        """Set `lastUpdated`, and `created` where it is still missing."""
        document["lastUpdated"] = self.now()
        document.setdefault("created", document["lastUpdated"])


class Index:
    """Who has which value: keeps names, logins, origins and client ids unique."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def owner(self, value: str) -> str | None:
        """Return the id of the document that has the value."""
        found = self._collection.get(value)
        return str(found["id"]) if found else None

    def is_free(self, value: str, id: str = "") -> bool:
        """Tell whether nothing, or the document `id` itself, has the value."""
        return self.owner(value) in (None, id)

    def move(self, id: str, old: str | None, new: str | None) -> None:
        """Give up one value for another; None on either side stands for no value."""
        if old == new:
            return
        if old is not None:
            self._collection.pop(old, None)
        if new is not None:
            self._collection[new] = {"id": id}


def empty(collection: Collection) -> None:
    """Remove all documents of a collection."""
    for key in collection:
        del collection[key]


def require(collection: Collection, id: str, kind: str) -> Document:
    """Return a document; raise Okta's refusal of an unknown id when there is none."""
    found = collection.get(id)
    if found is None:
        raise not_found(id, kind)
    return found
