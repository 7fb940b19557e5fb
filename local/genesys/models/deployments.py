"""Messenger deployments: which configuration version is offered on which domains."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import uuid4

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from local.emulator.clock import Clock, iso
from local.emulator.store import Document, Store
from local.genesys.errors import GenesysError, find, invalid
from local.genesys.models import settling
from local.genesys.models.addresses import check_host_name
from local.genesys.models.configurations import Configurations
from local.genesys.models.organization import HOME_DIVISION, Organization
from local.genesys.models.shapes import Shape, read
from local.genesys.models.snippet import snippet

_INACTIVE: Final = "Inactive"


class _Reference(Shape):
    id: str


class _ConfigurationReference(Shape):
    id: str
    version: str


class _PushIntegration(Shape):
    id: str
    provider: Literal["APNS", "FCM"]


class _Deployment(Shape):
    name: Annotated[str, Field(min_length=1)]
    description: str = ""
    allow_all_domains: bool = False
    allowed_domains: list[Annotated[str, AfterValidator(check_host_name)]] = []
    supported_content: _Reference | None = None
    flow: _Reference | None = None
    # Assumption: only Active and Inactive can be asked for; what passes by itself means Active.
    status: Literal["Active", "Inactive", "Pending"] = "Active"
    push_integrations: list[_PushIntegration] = []
    configuration: _ConfigurationReference

    @field_validator("allowed_domains")
    @classmethod
    def _agree(cls, domains: list[str], info: ValidationInfo) -> list[str]:
        # An empty list without allow-all is accepted: such a deployment is blocked everywhere.
        if domains and info.data.get("allow_all_domains"):
            raise ValueError("must be empty when allowAllDomains is true")
        return domains


class _ExternalSource(Shape):
    id: str


class _Automerge(Shape):
    authenticated_web_messaging: bool = False
    web_tracking: bool = False


class _IdentityResolution(Shape):
    division: _Reference | None = None
    resolve_identities: bool = False
    external_source: _ExternalSource | None = None
    automerge: _Automerge | None = None


class Deployments:
    """The organisation's Messenger deployments."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        base_url: str,
        organization: Organization,
        configurations: Configurations,
    ) -> None:
        self._store = store
        self._deployments = store.collection("deployments")
        self._resolution = store.collection("identity-resolution")
        self._clock = clock
        self._base_url = base_url
        self._organization = organization
        self._configurations = configurations

    def create(self, body: Document) -> Document:
        """Keep a new deployment of a published configuration version and return it, pending."""
        id = str(uuid4())
        now = iso(self._clock.now())
        self._write({"id": id, "dateCreated": now} | self._read(body), before=set())
        return self._show(self._find(id))

    def replace(self, id: str, body: Document) -> Document:
        """Replace a deployment whole and return it, pending."""
        before = self._find(id)
        created = {"id": id, "dateCreated": before["dateCreated"]}
        self._write(created | self._read(body), before={before["configuration"]["id"]})
        return self._show(self._find(id))

    def delete(self, id: str) -> None:
        """Delete a deployment; its public files are gone at once."""
        found = self._find(id)
        with self._store.transaction():
            self._configurations.uses.replace(id, {found["configuration"]["id"]}, set())
            self._resolution.pop(id, None)
            del self._deployments[id]

    def describe(self, id: str) -> Document:
        """Return a deployment as the API shows it (SDK model `WebDeployment`)."""
        return self._show(self._look(id))

    def listing(self) -> list[Document]:
        """Return all deployments, oldest first."""
        return [self.describe(id) for id in self._deployments]

    def configuration_version(self, id: str) -> Document:
        """Return the configuration version that a deployment offers."""
        used = self._look(id)["configuration"]
        return self._configurations.version(used["id"], used["version"])

    def identity_resolution(self, id: str) -> Document:
        """Return how a deployment joins visitors with contacts; off until it is set."""
        self._find(id)
        kept = self._resolution.get(id, {"division": HOME_DIVISION, "resolveIdentities": False})
        uri = f"/api/v2/webdeployments/deployments/{id}/identityresolution"
        return kept | {"selfUri": uri}

    def set_identity_resolution(self, id: str, body: Document) -> Document:
        """Set how a deployment joins visitors with contacts."""
        self._find(id)
        given = read(_IdentityResolution, body)
        self._resolution[id] = {"division": HOME_DIVISION, "resolveIdentities": False} | given
        return self.identity_resolution(id)

    def _read(self, body: Document) -> Document:
        given = read(_Deployment, body)
        used = given["configuration"]
        try:
            version = self._configurations.version(used["id"], used["version"])
        except GenesysError as error:
            # Assumption: a reference to nothing is a bad request, not a missing resource.
            raise invalid("configuration", str(error)) from None
        if "datePublished" not in version:
            raise invalid("configuration.version", "only a published version can be deployed")
        if "flow" in given:
            self._check_flow(given["flow"]["id"])
        return given | {"dateModified": iso(self._clock.now())}

    def _check_flow(self, id: str) -> None:
        # Assumption: the flow is looked up when the deployment is saved.
        try:
            kind = self._organization.flow(id)["type"]
        except GenesysError as error:
            raise invalid("flow.id", str(error)) from None
        if kind != "INBOUNDSHORTMESSAGE":
            raise invalid("flow.id", f"an inbound message flow is expected, not {kind}")

    def _write(self, document: Document, before: set[str]) -> None:
        wanted = _INACTIVE if document.get("status") == _INACTIVE else settling.ACTIVE
        document |= {"wanted": wanted} | settling.begin(self._clock)
        after = {document["configuration"]["id"]}
        with self._store.transaction():
            self._deployments[document["id"]] = document
            self._configurations.uses.replace(document["id"], before, after)

    def _look(self, id: str) -> Document:
        found = self._find(id)
        if settling.look(found, found["wanted"]):
            self._deployments[id] = found
        return found

    def _find(self, id: str) -> Document:
        return find(self._deployments, id, "deployment")

    def _show(self, found: Document) -> Document:
        id, used = found["id"], found["configuration"]
        path = f"/api/v2/webdeployments/configurations/{used['id']}/versions/{used['version']}"
        name = self._configurations.version(used["id"], used["version"])["name"]
        hidden = ("wanted", "pendingUntil")
        return {key: value for key, value in found.items() if key not in hidden} | {
            "allowAllDomains": found.get("allowAllDomains", False),
            "allowedDomains": found.get("allowedDomains", []),
            "configuration": used | {"name": name, "selfUri": path},
            "snippet": snippet(self._base_url, id),
            "selfUri": f"/api/v2/webdeployments/deployments/{id}",
        }
