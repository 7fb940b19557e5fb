"""What is read of Genesys Cloud's platform API, with the vendor's own SDK."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from doctor.genesys_client import GenesysClient
from doctor.reading import Notebook

_PAGE = "100"


@dataclass(frozen=True)
class Slot:
    """A place for a credential in an integration of some type."""

    is_required: bool
    types: tuple[str, ...]


@dataclass(frozen=True)
class Integration:
    """An integration with its present configuration."""

    name: str
    type_id: str
    intended: str
    reported: str
    detail: str
    properties: Mapping[str, Any]
    credentials: Mapping[str, str]


@dataclass(frozen=True)
class IntegrationKind:
    """An integration type: its name and its credential slots."""

    name: str
    slots: Mapping[str, Slot]


@dataclass(frozen=True)
class Version:
    """A published version of a Messenger configuration."""

    number: str
    authentication: bool
    integration_id: str


@dataclass(frozen=True)
class Deployment:
    """A Messenger deployment."""

    id: str
    status: str
    all_domains: bool
    domains: tuple[str, ...]
    configuration_id: str
    configuration_version: str
    snippet: str


class GenesysReads:
    """Reads of one organisation. Each thing is read once, lists where the vendor has them."""

    def __init__(self, client: GenesysClient) -> None:
        self._client = client
        self._notes = Notebook()

    def integration(self, id: str) -> Integration | None:
        """Return an integration, or None when there is none of that id."""
        return self._notes.once(f"integration {id}", lambda: self._integration(id))

    def kind(self, type_id: str) -> IntegrationKind | None:
        """Return an integration type, or None when there is none of that id."""

        def read() -> IntegrationKind | None:
            found = self._client.call("IntegrationsApi", "get_integrations_type", type_id)
            if found is None:
                return None
            slots = {
                key: Slot(bool(slot.required), tuple(slot.credential_types or ()))
                for key, slot in (found.credentials or {}).items()
            }
            return IntegrationKind(str(found.name), slots)

        return self._notes.once(f"kind {type_id}", read)

    def properties_schema(self, type_id: str) -> Mapping[str, Any]:
        """Return the properties of an integration type by key, each as JSON Schema."""
        api, method = "IntegrationsApi", "get_integrations_type_configschema"
        found = self._client.call(api, method, type_id, "properties")
        properties = getattr(found, "properties", None)
        return properties if isinstance(properties, dict) else {}

    def credential_type(self, id: str) -> str | None:
        """Return the name of a credential's type, or None when there is no such credential."""

        def read() -> str | None:
            found = self._client.call("IntegrationsApi", "get_integrations_credential", id)
            return str(found.type.name) if found is not None and found.type else None

        return self._notes.once(f"credential {id}", read)

    def newest_versions(self, wanted: Collection[str]) -> Mapping[str, Version]:
        """Return the newest published version of each wanted configuration that has one.

        Assumption: with `showOnlyPublished` the list has the newest published version of each
        configuration, as its members are versions.
        """

        def read() -> Mapping[str, Version]:
            method = "get_webdeployments_configurations"
            found: dict[str, Version] = {}
            for one in self._pages(method, frozenset(wanted), show_only_published=True):
                version = _read_version(one)
                known = found.get(one.id)
                if known is None or _number(version) > _number(known):
                    found[one.id] = version
            return found

        return self._notes.once("newest versions", read)

    def version(self, configuration_id: str, number: str) -> Version | None:
        """Return one version of a configuration, or None when there is none of that number.

        Read alone, as lists hold the newest only; the newest itself is not read again.
        """

        def read() -> Version | None:
            api, method = "WebDeploymentsApi", "get_webdeployments_configuration_version"
            found = self._client.call(api, method, configuration_id, number)
            return None if found is None else _read_version(found)

        return self._notes.once(f"version {configuration_id} {number}", read)

    def deployments(self, wanted: Collection[str]) -> Mapping[str, Deployment]:
        """Return those of the wanted deployments that are there.

        Assumption: the members of the list are complete, as they have the same model; one without
        its snippet or its configuration is read alone.
        """

        def read() -> Mapping[str, Deployment]:
            found = {}
            for one in self._pages("get_webdeployments_deployments", frozenset(wanted)):
                if one.id in wanted:
                    if not one.snippet or one.configuration is None:
                        api, method = "WebDeploymentsApi", "get_webdeployments_deployment"
                        one = self._client.call(api, method, one.id) or one
                    found[one.id] = _read_deployment(one)
            return found

        return self._notes.once("deployments", read)

    def _integration(self, id: str) -> Integration | None:
        found = self._client.call("IntegrationsApi", "get_integration", id)
        if found is None:
            return None
        config = self._client.call("IntegrationsApi", "get_integration_config_current", id)
        state = found.reported_state
        detail = getattr(getattr(state, "detail", None), "message", None)
        credentials = getattr(config, "credentials", None) or {}
        return Integration(
            name=str(found.name),
            type_id=str(found.integration_type.id),
            intended=str(found.intended_state or ""),
            reported=str(getattr(state, "code", None) or ""),
            detail=str(detail or getattr(state, "effective", None) or ""),
            properties=getattr(config, "properties", None) or {},
            credentials={slot: str(kept.id) for slot, kept in credentials.items() if kept},
        )

    def _pages(self, method: str, wanted: frozenset[str], **options: Any) -> list[Any]:
        """Return the members of a list, page by page, until all that are wanted have been seen."""
        found: list[Any] = []
        missing, after = set(wanted), None
        while True:
            cursor: dict[str, Any] = {"after": after} if after else {}
            page = self._client.call(
                "WebDeploymentsApi", method, page_size=_PAGE, **cursor, **options
            )
            entities = getattr(page, "entities", None) or []
            found += entities
            missing -= {one.id for one in entities}
            following = parse_qs(urlsplit(getattr(page, "next_uri", None) or "").query)
            after = following.get("after", [None])[0]
            if not missing or not after or not entities:
                return found


def _read_version(found: Any) -> Version:
    authentication = found.authentication_settings
    return Version(
        number=str(found.version),
        authentication=bool(authentication and authentication.enabled),
        integration_id=str((authentication and authentication.integration_id) or ""),
    )


def _read_deployment(found: Any) -> Deployment:
    configuration = found.configuration
    return Deployment(
        id=str(found.id),
        status=str(found.status or ""),
        all_domains=bool(found.allow_all_domains),
        domains=tuple(found.allowed_domains or ()),
        configuration_id=str(getattr(configuration, "id", None) or ""),
        configuration_version=str(getattr(configuration, "version", None) or ""),
        snippet=str(found.snippet or ""),
    )


def _number(version: Version) -> int:
    return int(version.number) if version.number.isdigit() else -1
