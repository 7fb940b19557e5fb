"""Authorization servers as issuers: custom ones, and the organization's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from local.okta.errors import not_found
from local.okta.model.organization import Organization
from local.okta.model.seed import ORGANIZATION_SERVER
from local.okta.model.state import ACTIVE

ORGANIZATION_SCOPES: Final = (
    "openid",
    "email",
    "profile",
    "address",
    "phone",
    "offline_access",
    "groups",
)


@dataclass(frozen=True)
class Issuer:
    """An authorization server: `key` names its keys, `endpoints` is the address before `/v1`."""

    key: str
    url: str
    endpoints: str
    audience: str
    custom: bool


class Issuers:
    """Finds issuers; their addresses come from configuration, never from a request."""

    def __init__(self, organization: Organization) -> None:
        self._servers = organization.servers
        self._scopes = organization.scopes
        self._base_url = organization.state.base_url

    def find(self, server_id: str | None) -> Issuer:
        """Return the custom server of an id, or the organization's own for None.

        Raises Okta's refusal of an unknown one; an inactive one is answered like that too.
        """
        if server_id is None:
            base = self._base_url
            return Issuer(ORGANIZATION_SERVER, base, f"{base}/oauth2", base, custom=False)
        server = self._servers.find(server_id)
        if server["status"] != ACTIVE:
            raise not_found(server_id, "AuthorizationServer")
        url = server["issuer"]
        return Issuer(server_id, url, url, server["audiences"][0], custom=True)

    def of_key(self, key: str) -> Issuer:
        """Return the issuer whose keys are under a name."""
        return self.find(None if key == ORGANIZATION_SERVER else key)

    def scopes(self, issuer: Issuer) -> set[str]:
        """Return the scopes that may be asked for."""
        return self._scopes.names(issuer.key) if issuer.custom else set(ORGANIZATION_SCOPES)

    def default_scopes(self, issuer: Issuer) -> tuple[str, ...]:
        """Return the scopes that a request without any gets."""
        found = self._scopes.all(issuer.key) if issuer.custom else []
        return tuple(scope["name"] for scope in found if scope["default"])
