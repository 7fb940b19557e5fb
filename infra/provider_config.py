"""What the providers' own configuration says: `okta:*` and `genesyscloud:*`.

The plugins read it themselves. The program looks at it to find the organisation it deploys to, and
to say at once what would otherwise fail late and less clearly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

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
# A password in clear inside these is one in clear as well.
_HOLD_PASSWORDS = ("genesyscloud:gateways", "genesyscloud:proxy")
_UNSAID_PORTS = ("", "80", "443")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)

# What a gateway and a proxy have in common: how each part must look, and how that is put.
_PARTS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "host": (_HOST.fullmatch, "a host name alone, without protocol, port and path"),
    "port": (lambda text: text.isdigit() and 0 < int(text) < 65536, "a port from 1 to 65535"),
    "protocol": (lambda text: text in ("http", "https"), "http or https"),
}


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
    if proxy := config.text("okta:httpProxy", "OKTA_HTTP_PROXY"):
        if urlsplit(proxy).scheme not in ("http", "https") or not urlsplit(proxy).hostname:
            mistakes.append(
                f"okta:httpProxy: found {shown(proxy)}, expected the URL that takes the "
                "organisation's place, for example http://127.0.0.1:8081."
            )
    else:
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
        rest = config.text("okta:baseUrl", "OKTA_BASE_URL")
        beyond = rest.removeprefix(f"{organisation}.")
        if not _DOMAIN.fullmatch(rest) or (beyond != rest and _DOMAIN.fullmatch(beyond)):
            mistakes.append(
                f"okta:baseUrl: {f'found {shown(rest)}' if rest else 'missing'}, expected the rest "
                "of the organisation's host name: okta.com, okta-emea.com or oktapreview.com."
            )
    if not any(config.text(key, variable) for key, variable in _OKTA_CREDENTIALS.items()):
        mistakes.append(
            "okta:apiToken: missing, expected an API token "
            "(`pulumi config set --secret okta:apiToken`), OKTA_API_TOKEN in the environment, or "
            "the private key of a service application (okta:privateKey)."
        )
    if config.text("okta:privateKey", "OKTA_API_PRIVATE_KEY") and not config.text(
        "okta:clientId", "OKTA_API_CLIENT_ID"
    ):
        mistakes.append(
            "okta:clientId: missing, expected the id of the service application that "
            "okta:privateKey belongs to."
        )
    return mistakes


def plain_secrets(config: StackConfig) -> list[str]:
    """Return the providers' secrets that the configuration holds in clear."""
    return [
        f"{key}: found in clear, expected an encrypted value: `pulumi config set --secret {key}`, "
        "and a new one in its place at the vendor if the file was ever shared."
        for key in _SECRETS
        if config.values.get(key) and key not in config.secret_keys
    ] + [
        f"{key}: found a password in clear, expected an encrypted value: `pulumi config set "
        f"--secret --path` with the path of the password inside {key}."
        for key in _HOLD_PASSWORDS
        if '"password"' in config.values.get(key, "") and key not in config.secret_keys
    ]


def _read_region(config: StackConfig, gateway: _Gateway | None) -> tuple[Region | None, list[str]]:
    if gateway and is_loopback(gateway.host):
        return local_region(gateway.address), []
    name = config.text("genesyscloud:awsRegion", "GENESYSCLOUD_REGION")
    if region := REGIONS.get(name.lower()):
        return region, []
    return None, [
        f"genesyscloud:awsRegion: {f'found {shown(name)}' if name else 'missing'}, expected the "
        f"organisation's AWS region; {nearest(name.lower(), REGIONS)}"
    ]


def _read_gateway(config: StackConfig) -> tuple[_Gateway | None, list[str]]:
    blocks = config.namespace("genesyscloud").get("gateways")
    if blocks in (None, []):
        return None, []
    if not isinstance(blocks, list) or len(blocks) != 1 or not isinstance(blocks[0], dict):
        return None, [
            f"genesyscloud:gateways: found {_outline(blocks)}, expected a list with one object of "
            "host, port and protocol."
        ]
    parts, mistakes = _read_parts(config, "gateways[0]", "GATEWAY", blocks[0])
    paths = blocks[0].get("pathParams") or []
    if not isinstance(paths, list) or not all(isinstance(path, dict) for path in paths):
        mistakes.append(
            f"genesyscloud:gateways[0].pathParams: found {shown(paths)}, expected a list of "
            "objects with pathName and pathValue."
        )
    if mistakes or not parts["host"]:
        return None, mistakes
    protocol = parts["protocol"] or "https"
    return _Gateway(parts["host"], parts["port"], protocol, _paths(config, paths)), []


def _read_proxy(config: StackConfig) -> tuple[str | None, list[str]]:
    block = config.namespace("genesyscloud").get("proxy")
    if block is None:
        return None, []
    if not isinstance(block, dict):
        return None, [
            f"genesyscloud:proxy: found {_outline(block)}, expected an object with host, port and "
            "protocol."
        ]
    parts, mistakes = _read_parts(config, "proxy", "PROXY", block)
    if mistakes or not parts["host"]:
        return None, mistakes
    auth = block.get("auth")
    given = auth if isinstance(auth, dict) else {}
    names = [
        given.get(key) or config.variables.get(f"GENESYSCLOUD_PROXY_AUTH_{key.upper()}") or ""
        for key in ("username", "password")
    ]
    user = f"{':'.join(quote(str(name), safe='') for name in names)}@" if any(names) else ""
    return f"{parts['protocol'] or 'http'}://{user}{parts['host']}:{parts['port'] or 80}", []


def _read_parts(
    config: StackConfig, path: str, variable: str, block: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """Return host, port and protocol of a gateway or proxy, and what is wrong with them."""
    # The variables count only where a block exists (genesys-cloud.md 3.2).
    given = {
        name: block.get(name) or config.variables.get(f"GENESYSCLOUD_{variable}_{name.upper()}", "")
        for name in _PARTS
    }
    return {name: str(value) for name, value in given.items()}, [
        f"genesyscloud:{path}.{name}: found {shown(given[name])}, expected {expected}."
        for name, (fits, expected) in _PARTS.items()
        if given[name] and not fits(str(given[name]))
    ]


def _outline(value: Any) -> str:
    """Return what a value is; a password may be in it."""
    if isinstance(value, (list, dict)):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    return shown(value)


def _paths(config: StackConfig, given: list[dict[str, Any]]) -> dict[str, str]:
    paths = {str(item.get("pathName")): str(item.get("pathValue", "")) for item in given}
    if not paths and (name := config.variables.get("GENESYSCLOUD_GATEWAY_PATH_NAME")):
        paths[name] = config.variables.get("GENESYSCLOUD_GATEWAY_PATH_VALUE", "")
    return {name: f"/{path.strip('/')}" if path.strip("/") else "" for name, path in paths.items()}
