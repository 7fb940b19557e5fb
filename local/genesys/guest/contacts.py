"""External Contacts: who the visitors are, one for each subject of a provider."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from local.emulator.clock import Clock, iso
from local.emulator.store import Document, Store

_KEPT_CLAIMS: Final = ("email", "given_name", "family_name", "name")


class Contacts:
    """The organisation's External Contacts.

    A subject is unique at its issuer only, so both together name a contact. Assumption: what is
    known of a contact is what the newest ID token says; user info is not asked for.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._contacts = store.collection("external-contacts")
        self._subjects = store.collection("external-contact-subjects")
        self._store = store
        self._clock = clock

    def recognize(self, claims: Document) -> Document:
        """Return the contact of an ID token's subject, brought up to date, new if need be."""
        subject = f"{claims['iss']}|{claims['sub']}"
        now = iso(self._clock.now())
        known = self._subjects.get(subject)
        id = known["contact"] if known else str(uuid4())
        created = self._contacts[id]["dateCreated"] if known else now
        texts = {name: claims[name] for name in _KEPT_CLAIMS if isinstance(claims.get(name), str)}
        contact = {"id": id, "subject": claims["sub"], "issuer": claims["iss"], "claims": texts}
        with self._store.transaction():
            self._subjects[subject] = {"contact": id}
            self._contacts[id] = contact | {"dateCreated": created, "dateModified": now}
        return self._contacts[id]

    def describe(self, id: str) -> Document:
        """Return a contact that exists."""
        return self._contacts[id]

    def listing(self) -> list[Document]:
        """Return all contacts, oldest first."""
        return self._contacts.documents()


def identity(contact: Document | None) -> Document:
    """Return what a flow sees of a visitor; None stands for a guest.

    Genesys, "Authenticated web messaging": `Message.IsAuthenticated`, and the sender's address
    (`sub`), email (`email`) and name (`given_name` and `family_name`).
    """
    if contact is None:
        return {"isAuthenticated": False, "address": "", "email": "", "name": ""}
    claims = contact["claims"]
    names = [claims[key] for key in ("given_name", "family_name") if claims.get(key)]
    return {
        "isAuthenticated": True,
        "address": contact["subject"],
        "email": claims.get("email", ""),
        "name": " ".join(names) or claims.get("name", ""),
    }
