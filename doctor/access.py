"""Whom to ask and as whom: the providers' own configuration, as their plugins read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from infra.provider_config import GenesysAccess, okta_mistakes, read_genesys
from infra.stack_config import StackConfig, decode


@dataclass(frozen=True)
class OktaAccess:
    """The Okta organisation and one way to sign in to its management API.

    `credentials` are options of the vendor's SDK (`token`; or `clientId`, `privateKey`, `scopes`).
    """

    url: str
    mode: str
    credentials: dict[str, Any] = field(repr=False)


def read_okta(config: StackConfig) -> tuple[OktaAccess | None, str]:
    """Return the organisation that `okta:*` points to, or why there is none.

    As with the provider, a proxy takes the place of the organisation's address, and an access
    token comes before an API token and that before a private key (okta.md 2).
    """
    if mistakes := okta_mistakes(config):
        return None, " ".join(mistakes)
    host = f"{config.text('okta:orgName', 'OKTA_ORG_NAME')}.{_base(config)}"
    url = config.text("okta:httpProxy", "OKTA_HTTP_PROXY").rstrip("/") or f"https://{host}"
    if token := config.text("okta:accessToken", "OKTA_ACCESS_TOKEN"):
        return OktaAccess(url, "Bearer", {"token": token}), ""
    if token := config.text("okta:apiToken", "OKTA_API_TOKEN"):
        return OktaAccess(url, "SSWS", {"token": token}), ""
    credentials = {
        "clientId": config.text("okta:clientId", "OKTA_API_CLIENT_ID"),
        "privateKey": config.text("okta:privateKey", "OKTA_API_PRIVATE_KEY"),
        "scopes": _scopes(config),
        "kid": config.text("okta:privateKeyId", "OKTA_API_PRIVATE_KEY_ID"),
    }
    return OktaAccess(url, "PrivateKey", {k: v for k, v in credentials.items() if v}), ""


def read_genesys_access(config: StackConfig) -> tuple[GenesysAccess | None, str]:
    """Return the organisation that `genesyscloud:*` points to, or why there is none."""
    access, mistakes = read_genesys(config)
    return access, " ".join(mistakes)


def _base(config: StackConfig) -> str:
    return config.text("okta:baseUrl", "OKTA_BASE_URL")


def _scopes(config: StackConfig) -> list[str]:
    given = decode(config.values.get("okta:scopes", ""))
    if not isinstance(given, list):
        given = config.variables.get("OKTA_API_SCOPES", "").split(",")
    return [scope for one in given if (scope := str(one).strip())]
