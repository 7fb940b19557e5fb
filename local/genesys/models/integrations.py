"""Integrations: what is installed in the organisation, how it is set up, and whether it works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import uuid4

from local.emulator.clock import Clock, iso
from local.emulator.store import Document, Store
from local.genesys.errors import GenesysError, conflict, find, invalid, invalid_fields
from local.genesys.models.catalogue import INTEGRATION_TYPES, SETTINGS_KINDS, IntegrationType
from local.genesys.models.credentials import Credentials
from local.genesys.models.shapes import Shape, read


class _TypeReference(Shape):
    id: str


class _Creation(Shape):
    name: str | None = None
    integration_type: _TypeReference


class _Change(Shape):
    name: str | None = None
    notes: str | None = None
    # Assumption: DELETED and RESTORED, which the model knows, cannot be asked for.
    intended_state: Literal["ENABLED", "DISABLED"] | None = None


class _CredentialReference(Shape):
    id: str


class _Configuration(Shape):
    name: str | None = None
    version: int
    notes: str = ""
    properties: dict[str, Any] = {}
    advanced: dict[str, Any] = {}
    credentials: dict[str, _CredentialReference] = {}


class Integrations:
    """The organisation's integrations, each with one current configuration."""

    def __init__(self, store: Store, clock: Clock, credentials: Credentials) -> None:
        self._store = store
        self._integrations = store.collection("integrations")
        self._clock = clock
        self._credentials = credentials

    def create(self, body: Document) -> Document:
        """Install an integration of a known type: disabled and not set up."""
        given = read(_Creation, body)
        type_id = given["integrationType"]["id"]
        known = INTEGRATION_TYPES.get(type_id)
        if known is None:
            raise invalid("integrationType.id", f"there is no integration type {type_id!r}")
        id = str(uuid4())
        self._integrations[id] = {
            "id": id,
            "type": type_id,
            "intendedState": "DISABLED",
            "lastUpdated": iso(self._clock.now()),
            "config": {
                # Assumption: without a name the integration is called as its type.
                "name": given.get("name") or known.name,
                "version": 1,
                "notes": "",
                "properties": {},
                "advanced": {},
                "credentials": {},
            },
        }
        return self.describe(id)

    def change(self, id: str, body: Document) -> Document:
        """Change name, notes or intended state."""
        found = self._find(id)
        given = read(_Change, body)
        state = given.pop("intendedState", found["intendedState"])
        config = found["config"] | given
        self._write(found | {"intendedState": state, "config": config})
        return self.describe(id)

    def delete(self, id: str) -> Document:
        """Remove an integration and return how it was; configurations may still name it."""
        shown = self.describe(id)
        used = _credential_ids(self._find(id)["config"])
        with self._store.transaction():
            self._credentials.uses.replace(id, used, set())
            del self._integrations[id]
        return shown

    def describe(self, id: str, *, with_config: bool = False) -> Document:
        """Return an integration as the API shows it (SDK model `Integration`)."""
        return self._show(self._find(id), with_config)

    def listing(
        self,
        *,
        ids: Sequence[str] = (),
        type_id: str = "",
        reported: str = "",
        credential_id: str = "",
    ) -> list[Document]:
        """Return the integrations that meet all given conditions, oldest first."""
        found = [
            one
            for one in self._integrations.documents()
            if (not ids or one["id"] in ids)
            and (not type_id or one["type"] == type_id)
            and (not credential_id or credential_id in _credential_ids(one["config"]))
        ]
        shown = [self._show(one, with_config=False) for one in found]
        return [one for one in shown if not reported or one["reportedState"]["code"] == reported]

    def config(self, id: str) -> Document:
        """Return the current configuration; every member is there, clients rely on it."""
        return self._show_config(self._find(id))

    def replace_config(self, id: str, body: Document) -> Document:
        """Replace the current configuration; `version` must be the present one."""
        found = self._find(id)
        given = read(_Configuration, body)
        present = found["config"]
        if given["version"] != present["version"]:
            raise conflict(
                "The version {given} does not match the current version {present}.",
                given=str(given["version"]),
                present=str(present["version"]),
            )
        slots = {slot: one["id"] for slot, one in given.get("credentials", {}).items()}
        self._check(INTEGRATION_TYPES[found["type"]], given, slots)
        after = {
            "name": given.get("name") or present["name"],
            "version": present["version"] + 1,
            "notes": given.get("notes", ""),
            "properties": given.get("properties", {}),
            "advanced": given.get("advanced", {}),
            "credentials": slots,
        }
        with self._store.transaction():
            self._credentials.uses.replace(id, _credential_ids(present), _credential_ids(after))
            self._write(found | {"config": after})
        return self.config(id)

    def _check(self, known: IntegrationType, given: Document, slots: dict[str, str]) -> None:
        # Assumption: settings and slots are checked when they are saved, except that what is
        # merely missing shows in the reported state once the integration is to be enabled.
        mistakes = [
            (field, reason)
            for kind in SETTINGS_KINDS
            for field, reason, missing in known.mistakes(kind, given.get(kind, {}))
            if not missing
        ]
        for slot, id in slots.items():
            mistakes += self._slot_mistakes(known, slot, id)
        if mistakes:
            raise invalid_fields(mistakes)

    def _slot_mistakes(self, known: IntegrationType, slot: str, id: str) -> list[tuple[str, str]]:
        field = f"credentials.{slot}"
        if slot not in known.slots:
            return [(field, f"is no credential of {known.name}")]
        try:
            kind = self._credentials.describe(id)["type"]["name"]
        except GenesysError as error:
            return [(field, str(error))]
        accepted = known.slots[slot].credential_types
        if kind not in accepted:
            return [
                (field, f"a credential of type {' or '.join(accepted)} is expected, not {kind}")
            ]
        return []

    def _reported(self, found: Document) -> Document:
        known = INTEGRATION_TYPES[found["type"]]
        config = found["config"]
        missing = [
            f"{field}: {reason}"
            for kind in SETTINGS_KINDS
            for field, reason, _ in known.mistakes(kind, config[kind])
        ] + [
            f"credentials.{slot}: is required"
            for slot, one in known.slots.items()
            if one.required and slot not in config["credentials"]
        ]
        if found["intendedState"] != "ENABLED":
            code, message = "INACTIVE", "The integration is not enabled."
        elif missing:
            code, message = "ERROR", "; ".join(missing)
        else:
            code, message = "ACTIVE", "The integration is active."
        return {
            "code": code,
            "effective": code.capitalize(),
            "detail": {"message": message},
            "lastUpdated": found["lastUpdated"],
        }

    def _show(self, found: Document, with_config: bool) -> Document:
        known = INTEGRATION_TYPES[found["type"]]
        uri = f"/api/v2/integrations/{found['id']}"
        current = self._show_config(found)
        if not with_config:
            current = {key: current[key] for key in ("id", "version", "selfUri")}
        return {
            "id": found["id"],
            "name": found["config"]["name"],
            "integrationType": {
                "id": known.id,
                "name": known.name,
                "selfUri": f"/api/v2/integrations/types/{known.id}",
            },
            "notes": found["config"]["notes"],
            "intendedState": found["intendedState"],
            "reportedState": self._reported(found),
            "config": {"current": current},
            "attributes": {},
            "selfUri": uri,
        }

    def _show_config(self, found: Document) -> Document:
        config = found["config"]
        credentials = {
            slot: self._credentials.describe(id) for slot, id in config["credentials"].items()
        }
        uri = f"/api/v2/integrations/{found['id']}/config/current"
        return {"id": found["id"], **config, "credentials": credentials, "selfUri": uri}

    def _find(self, id: str) -> Document:
        return find(self._integrations, id, "integration")

    def _write(self, changed: Document) -> None:
        self._integrations[changed["id"]] = changed | {"lastUpdated": iso(self._clock.now())}


def _credential_ids(config: Document) -> set[str]:
    return set(config["credentials"].values())
