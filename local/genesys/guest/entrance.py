"""What a deployment demands of its visitors, and which provider signs them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from local.genesys.errors import GenesysError
from local.genesys.models.catalogue import MESSENGER_SLOT, MESSENGER_TYPE, MessengerSettings
from local.genesys.models.credentials import Credentials
from local.genesys.models.deployments import Deployments
from local.genesys.models.integrations import Integrations

# Genesys, "Configure Messenger": a session ends 72 hours after its last message by default.
_SESSION_SECONDS: Final = 72 * 3600


@dataclass(frozen=True)
class Entrance:
    """A deployment as its visitors meet it; `session_seconds` run from the last message on."""

    deployment_id: str
    authenticated: bool
    upgrade: bool
    integration_id: str
    session_seconds: int
    clearing: bool


@dataclass(frozen=True)
class ProviderClient:
    """The OpenID provider of an integration and the client that Genesys is there."""

    discovery_uri: str
    client_id: str
    client_secret: str = field(repr=False)
    implicit: bool
    refresh_seconds: int


class Entrances:
    """Decides from the organisation's present state who may come in where.

    Assumption: what an administrator would have to change is refused with status 403, as clients
    take 403 for a matter of configuration (Genesys Transport SDK, `ErrorCode`).
    """

    def __init__(
        self, deployments: Deployments, integrations: Integrations, credentials: Credentials
    ) -> None:
        self._deployments = deployments
        self._integrations = integrations
        self._credentials = credentials

    def admit(self, id: str, origin: str | None, *, origin_needed: bool = False) -> Entrance:
        """Return the entrance of a deployment; refuse an unknown or inactive one or the origin.

        `origin` is the request's header. Programs other than browsers send none, which is refused
        only where `origin_needed` and the deployment is not for all domains.
        """
        found = self._deployments.describe(id)
        if found["status"] != "Active":
            raise _forbidden(f"deployment {id} is {found['status'].lower()}")
        if not found["allowAllDomains"] and (origin is not None or origin_needed):
            _check_domain(origin, found["allowedDomains"])
        version = self._deployments.configuration_version(id)
        settings = version.get("authenticationSettings", {})
        talks = version.get("messenger", {}).get("apps", {}).get("conversations", {})
        return Entrance(
            deployment_id=id,
            authenticated=settings.get("enabled", False),
            upgrade=settings.get("allowSessionUpgrade", False),
            integration_id=settings.get("integrationId", ""),
            session_seconds=talks.get("sessionDurationSeconds", _SESSION_SECONDS),
            clearing=talks.get("conversationClear", {}).get("enabled", False),
        )

    def provider(self, entrance: Entrance) -> ProviderClient:
        """Return the provider that signs visitors in; refuse where none is in force."""
        id = entrance.integration_id
        if not entrance.authenticated:
            raise _forbidden("authentication is off in the deployment's configuration")
        try:
            found = self._integrations.describe(id)
        except GenesysError:
            raise _forbidden(f"the configuration names no integration that exists: {id}") from None
        if found["integrationType"]["id"] != MESSENGER_TYPE:
            raise _forbidden(f"integration {id} is a {found['integrationType']['name']}")
        state = found["reportedState"]
        if state["code"] != "ACTIVE":
            raise _forbidden(f"integration {id}: {state['detail']['message']}")
        config = self._integrations.config(id)
        settings = MessengerSettings.model_validate(config["properties"])
        secrets = self._credentials.secrets(config["credentials"][MESSENGER_SLOT]["id"])
        return ProviderClient(
            discovery_uri=settings.discovery_uri,
            client_id=secrets["clientId"],
            client_secret=secrets["clientSecret"],
            implicit=settings.implicit_flow_support == "True",
            refresh_seconds=settings.max_refresh_token_lifetime,
        )


def _check_domain(origin: str | None, allowed: list[str]) -> None:
    # The same rule as in the browser: host names only, equal or below, without regard to case.
    try:
        host = urlsplit(origin or "").hostname or ""
    except ValueError:
        host = ""
    for entry in allowed:
        if host == entry.lower() or host.endswith(f".{entry.lower()}"):
            return
    raise _forbidden(f"the domain {host or 'of an unknown origin'} is not allowed")


def _forbidden(reason: str) -> GenesysError:
    return GenesysError(403, "This deployment does not serve the request.", reason=reason)
