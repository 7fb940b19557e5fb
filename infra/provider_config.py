"""What the providers' own configuration says: `okta:*` and `genesyscloud:*`.

The plugins read it themselves. The program looks at it to find the organisation it deploys to, and
to say at once what would otherwise fail late and less clearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.mistakes import nearest, shown
from infra.regions import REGIONS, Region, local_region
from infra.stack_config import StackConfig
from infra.web_address import is_loopback

# Plain in the configuration they would be plain in the state as well: the Genesys provider does
# not even mark its access token (genesys-cloud.md 3.1).
_SECRETS = (
    "okta:apiToken",
    "okta:accessToken",
    "okta:privateKey",
    "genesyscloud:accessToken",
    "genesyscloud:oauthclientSecret",
)
_OKTA_CREDENTIALS = {
    "okta:apiToken": "OKTA_API_TOKEN",
    "okta:accessToken": "OKTA_ACCESS_TOKEN",
    "okta:privateKey": "OKTA_API_PRIVATE_KEY",
}
_UNSAID_PORTS = ("", "80", "443")


@dataclass(frozen=True)
class GenesysAccess:
    """The Genesys Cloud organisation that the provider deploys to, and how to call it."""

    region: Region
    api_url: str
    login_url: str
    access_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    proxy: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Gateway:
    host: str
    port: str
    protocol: str
    paths: Mapping[str, str]

    @property
    def address(self) -> str:
        return self.host if self.port in _UNSAID_PORTS else f"{self.host}:{self.port}"

    def url(self, service: str) -> str:
        return f"{self.protocol}://{self.address}{self.paths.get(service, '')}"


def read_genesys(config: StackConfig) -> tuple[GenesysAccess | None, list[str]]:
    """Return the organisation that `genesyscloud:*` points to, or every reason why there is none.

    A gateway replaces the vendor's hosts as in the provider (Go SDK, configuration of the API
    client): `protocol://host:port`, with the path parameters `api` and `login` in front. Behind a
    gateway on this machine is a local Genesys Cloud, with a region of its own.
    """
    gateway, mistakes = _read_gateway(config)
    proxy, unusable = _read_proxy(config)
    region, unknown = (None, []) if mistakes else _read_region(config, gateway)
    mistakes += unusable + unknown
    token = config.text("genesyscloud:accessToken", "GENESYSCLOUD_ACCESS_TOKEN")
    client_id = config.text("genesyscloud:oauthclientId", "GENESYSCLOUD_OAUTHCLIENT_ID")
    secret = config.text("genesyscloud:oauthclientSecret", "GENESYSCLOUD_OAUTHCLIENT_SECRET")
    if not token and not (client_id and secret):
        missing = "genesyscloud:oauthclientSecret" if client_id else "genesyscloud:oauthclientId"
        mistakes.append(
            f"{missing}: missing, expected the id and the secret of an OAuth client with grant "
            "type Client Credentials (`pulumi config set genesyscloud:oauthclientId …`, "
            "`pulumi config set --secret genesyscloud:oauthclientSecret`), or "
            "GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET in the environment."
        )
    if region is None or mistakes:
        return None, mistakes
    return (
        GenesysAccess(
            region=region,
            api_url=gateway.url("api") if gateway else f"https://api.{region.domain}",
            login_url=gateway.url("login") if gateway else f"https://login.{region.domain}",
            access_token=token,
            client_id=client_id,
            client_secret=secret,
            proxy=proxy,
        ),
        [],
    )


def okta_mistakes(config: StackConfig) -> list[str]:
    """Return what the Okta provider would stumble over: no organisation, no credentials."""
    mistakes = []
    if not config.text("okta:httpProxy", "OKTA_HTTP_PROXY"):
        organisation = config.text("okta:orgName", "OKTA_ORG_NAME")
        if not organisation:
            mistakes.append(
                "okta:orgName: missing, expected the first part of the organisation's host name: "
                "`example` for example.okta.com."
            )
        elif not organisation.replace("-", "").isalnum():
            mistakes.append(
                f"okta:orgName: found {shown(organisation)}, expected the first part of the host "
                "name alone: `example` for example.okta.com."
            )
        if not config.text("okta:baseUrl", "OKTA_BASE_URL"):
            mistakes.append(
                "okta:baseUrl: missing, expected the rest of the organisation's host name: "
                "okta.com, okta-emea.com or oktapreview.com."
            )
    if not any(config.text(key, variable) for key, variable in _OKTA_CREDENTIALS.items()):
        mistakes.append(
            "okta:apiToken: missing, expected an API token "
            "(`pulumi config set --secret okta:apiToken`), OKTA_API_TOKEN in the environment, or "
            "the private key of a service application (okta:privateKey)."
        )
    return mistakes


def plain_secrets(config: StackConfig) -> list[str]:
    """Return the providers' secrets that the configuration holds in clear."""
    return [
        f"{key}: found in clear, expected an encrypted value: `pulumi config set --secret {key}`, "
        "and a new one in its place at the vendor if the file was ever shared."
        for key in _SECRETS
        if config.values.get(key) and key not in config.secret_keys
    ]


def _read_region(config: StackConfig, gateway: _Gateway | None) -> tuple[Region | None, list[str]]:
    if gateway and is_loopback(gateway.host):
        return local_region(gateway.address), []
    name = config.text("genesyscloud:awsRegion", "GENESYSCLOUD_REGION")
    if region := REGIONS.get(name.lower()):
        return region, []
    found = (
        f"found {shown(name)}, {nearest(name.lower(), REGIONS)}"
        if name
        else (f"missing, expected the organisation's AWS region; {nearest('', REGIONS)}")
    )
    return None, [f"genesyscloud:awsRegion: {found}"]


def _read_gateway(config: StackConfig) -> tuple[_Gateway | None, list[str]]:
    blocks = config.namespace("genesyscloud").get("gateways")
    if blocks in (None, []):
        return None, []
    if not isinstance(blocks, list) or not isinstance(blocks[0], dict):
        return None, [
            f"genesyscloud:gateways: found {shown(blocks)}, expected a list with one object of "
            "host, port and protocol."
        ]
    block = blocks[0]
    host = _value(config, block, "host")
    if not host:
        return None, []
    protocol = _value(config, block, "protocol") or "https"
    if protocol not in ("http", "https"):
        return None, [
            f"genesyscloud:gateways[0].protocol: found {shown(protocol)}, expected http or https."
        ]
    port = _value(config, block, "port")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        return None, [
            f"genesyscloud:gateways[0].port: found {shown(port)}, expected a port from 1 to 65535."
        ]
    return _Gateway(host, port, protocol, _paths(config, block)), []


def _value(config: StackConfig, block: Mapping[str, Any], key: str) -> str:
    # The variables count only where a gateway block exists (genesys-cloud.md 3.2).
    given = block.get(key)
    return str(given or config.variables.get(f"GENESYSCLOUD_GATEWAY_{key.upper()}", ""))


def _paths(config: StackConfig, block: Mapping[str, Any]) -> dict[str, str]:
    given = block.get("pathParams")
    named = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    paths = {str(item.get("pathName")): str(item.get("pathValue", "")) for item in named}
    if not paths and (name := config.variables.get("GENESYSCLOUD_GATEWAY_PATH_NAME")):
        paths[name] = config.variables.get("GENESYSCLOUD_GATEWAY_PATH_VALUE", "")
    return {name: f"/{path.strip('/')}" if path.strip("/") else "" for name, path in paths.items()}


def _read_proxy(config: StackConfig) -> tuple[str | None, list[str]]:
    block = config.namespace("genesyscloud").get("proxy")
    if not isinstance(block, dict) or not block.get("host"):
        return None, []
    protocol = block.get("protocol") or "http"
    if protocol not in ("http", "https"):
        return None, [
            f"genesyscloud:proxy.protocol: found {shown(protocol)}, expected http or https."
        ]
    auth = block.get("auth")
    user = f"{auth.get('username')}:{auth.get('password')}@" if isinstance(auth, dict) else ""
    return f"{protocol}://{user}{block['host']}:{block.get('port') or 80}", []
