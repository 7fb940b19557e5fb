"""Credentials: secrets that integrations use and that no answer ever shows."""

from __future__ import annotations

from uuid import uuid4

from local.emulator.clock import Clock, iso
from local.emulator.store import Document, Store
from local.genesys.errors import conflict, find, invalid_fields
from local.genesys.models.catalogue import CREDENTIAL_TYPES, CredentialType
from local.genesys.models.shapes import Shape, read
from local.genesys.models.uses import Uses


class _TypeReference(Shape):
    id: str | None = None
    name: str | None = None


class _Credential(Shape):
    name: str | None = None
    type: _TypeReference
    credential_fields: dict[str, str] = {}


class Credentials:
    """The organisation's credentials."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._credentials = store.collection("credentials")
        self._clock = clock
        self.uses = Uses(store, "credential")

    def create(self, body: Document) -> Document:
        """Keep a new credential and return what may be shown of it."""
        id = str(uuid4())
        now = iso(self._clock.now())
        self._credentials[id] = {"id": id, "createdDate": now, "modifiedDate": now} | _read(body)
        return self.describe(id)

    def replace(self, id: str, body: Document) -> Document:
        """Replace name, type and all fields."""
        created = self._find(id)["createdDate"]
        dates = {"createdDate": created, "modifiedDate": iso(self._clock.now())}
        self._credentials[id] = {"id": id} | dates | _read(body)
        return self.describe(id)

    def delete(self, id: str) -> None:
        """Delete a credential. Assumption: one that an integration uses is refused."""
        self._find(id)
        users = self.uses.of(id)
        if users:
            raise conflict(
                "The credential {id} is used by integration {user}.", id=id, user=users[0]
            )
        del self._credentials[id]

    def describe(self, id: str) -> Document:
        """Return a credential without its fields (SDK model `CredentialInfo`)."""
        return _show(self._find(id))

    def secrets(self, id: str) -> dict[str, str]:
        """Return a credential's fields, for the service's own use."""
        fields: dict[str, str] = self._find(id)["credentialFields"]
        return fields

    def listing(self) -> list[Document]:
        """Return all credentials, oldest first, without their fields."""
        return [_show(credential) for credential in self._credentials.documents()]

    def _find(self, id: str) -> Document:
        return find(self._credentials, id, "credential")


def _show(credential: Document) -> Document:
    shown = {key: value for key, value in credential.items() if key != "credentialFields"}
    return shown | {"selfUri": f"/api/v2/integrations/credentials/{credential['id']}"}


def _read(body: Document) -> Document:
    given = read(_Credential, body)
    name = given["type"].get("name", given["type"].get("id", ""))
    known = CREDENTIAL_TYPES.get(name)
    if known is None:
        raise invalid_fields([("type.name", f"there is no credential type {name!r}")])
    fields = given.get("credentialFields", {})
    mistakes = _mistakes(known, fields)
    if mistakes:
        raise invalid_fields(mistakes)
    return {
        "name": given.get("name", ""),
        "type": {"id": known.name, "name": known.name},
        "credentialFields": fields,
    }


def _mistakes(known: CredentialType, fields: dict[str, str]) -> list[tuple[str, str]]:
    # Assumption: fields are checked against the type when a credential is saved.
    missing = [(key, "is required") for key in known.required if not fields.get(key)]
    unknown = [
        (key, f"is no field of {known.name}")
        for key in fields
        if key not in known.fields and not known.free
    ]
    return [(f"credentialFields.{key}", reason) for key, reason in missing + unknown]
