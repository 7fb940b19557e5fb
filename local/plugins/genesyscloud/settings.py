"""Where Genesys Cloud is and who asks: the provider's configuration and its variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from local.plugins.resource import RemoteError
from local.plugins.wire import Values

# Region names and domains of the vendor's provider, v1.84.1.
DOMAINS: Final = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
    "dca": "inindca.com",
    "tca": "inintca.com",
}

_VARIABLES: Final = {
    "accessToken": "GENESYSCLOUD_ACCESS_TOKEN",
    "awsRegion": "GENESYSCLOUD_REGION",
    "customRetryTimeout": "GENESYSCLOUD_CUSTOM_RETRY_TIMEOUT",
    "oauthclientId": "GENESYSCLOUD_OAUTHCLIENT_ID",
    "oauthclientSecret": "GENESYSCLOUD_OAUTHCLIENT_SECRET",
}
_DURATION_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNIT_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DEFAULT_PORTS: Final = ("80", "443")


@dataclass(frozen=True)
class Connection:
    """Everything a client needs; with `access_token` no token is asked for."""

    api_url: str
    login_url: str
    access_token: str
    client_id: str
    client_secret: str
    proxy_url: str
    missing_seconds: float


def read_settings(configuration: Values, environ: Mapping[str, str]) -> Connection:
    """Return the connection that a configuration and the environment describe.

    A gateway's variables count only where the configuration has a gateway, be it an empty one; the
    same goes for the proxy. Raises one RemoteError with all mistakes.
    """
    found = {name: environ.get(variable, "") for name, variable in _VARIABLES.items()}
    found |= {name: value for name, value in configuration.items() if value not in (None, "")}
    mistakes: list[str] = []
    gateways = configuration.get("gateways") or []
    if gateways:
        api_url, login_url = _gateway_urls(gateways[0] or {}, environ, mistakes)
    else:
        api_url, login_url = _region_urls(str(found["awsRegion"]), mistakes)
    if not found["accessToken"]:
        for name in ("oauthclientId", "oauthclientSecret"):
            if not found[name]:
                mistakes.append(
                    f"genesyscloud:{name} is missing: set it, or {_VARIABLES[name]}, or give "
                    "genesyscloud:accessToken instead."
                )
    seconds = _duration(str(found["customRetryTimeout"]), mistakes)
    proxy_url = _proxy_url(configuration.get("proxy"), environ, mistakes)
    if mistakes:
        raise RemoteError("\n".join(mistakes))
    return Connection(
        api_url=api_url,
        login_url=login_url,
        access_token=str(found["accessToken"]),
        client_id=str(found["oauthclientId"]),
        client_secret=str(found["oauthclientSecret"]),
        proxy_url=proxy_url,
        missing_seconds=seconds,
    )


def _region_urls(region: str, mistakes: list[str]) -> tuple[str, str]:
    domain = DOMAINS.get(region.lower(), "")
    if not region:
        mistakes.append(
            "genesyscloud:awsRegion is missing: set it, or GENESYSCLOUD_REGION, to the region of "
            "your organisation, or point genesyscloud:gateways to a server."
        )
    elif not domain:
        mistakes.append(
            f"genesyscloud:awsRegion is {region!r}, expected one of: {', '.join(DOMAINS)}."
        )
    return f"https://api.{domain}", f"https://login.{domain}"


def _gateway_urls(
    gateway: Mapping[str, Any], environ: Mapping[str, str], mistakes: list[str]
) -> tuple[str, str]:
    origin = _origin("gateways[0]", gateway, "GENESYSCLOUD_GATEWAY", environ, mistakes)
    prefixes = {
        str(one.get("pathName", "")).lower(): str(one.get("pathValue", "")).strip("/")
        for one in gateway.get("pathParams") or []
    }
    api, login = (prefixes.get(name, "") for name in ("api", "login"))
    return f"{origin}/{api}".rstrip("/"), f"{origin}/{login}".rstrip("/")


def _proxy_url(
    proxy: Mapping[str, Any] | None, environ: Mapping[str, str], mistakes: list[str]
) -> str:
    if proxy is None:
        return ""
    origin = _origin("proxy", proxy, "GENESYSCLOUD_PROXY", environ, mistakes)
    auth = proxy.get("auth") or {}
    user = auth.get("username") or environ.get("GENESYSCLOUD_PROXY_AUTH_USERNAME")
    password = auth.get("password") or environ.get("GENESYSCLOUD_PROXY_AUTH_PASSWORD")
    if not user or not password:
        return origin
    return origin.replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@", 1)


def _origin(
    where: str,
    block: Mapping[str, Any],
    prefix: str,
    environ: Mapping[str, str],
    mistakes: list[str],
) -> str:
    host, port, protocol = (
        str(block.get(name) or environ.get(f"{prefix}_{name.upper()}", ""))
        for name in ("host", "port", "protocol")
    )
    if not host:
        mistakes.append(f"genesyscloud:{where} has no host: set it, or {prefix}_HOST.")
    if port and not port.isdigit():
        mistakes.append(f"genesyscloud:{where} has port {port!r}, expected a number.")
    if protocol not in ("", "http", "https"):
        mistakes.append(f"genesyscloud:{where} has protocol {protocol!r}, expected http or https.")
    address = host if not port or port in _DEFAULT_PORTS else f"{host}:{port}"
    return f"{protocol or 'https'}://{address}"


def _duration(text: str, mistakes: list[str]) -> float:
    # The vendor's default is five minutes of asking again for what is not there. What this provider
    # speaks to is consistent, so it asks once unless it is told to be patient.
    parts = _DURATION_PART.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        mistakes.append(
            f"genesyscloud:customRetryTimeout is {text!r}, expected a duration such as 30s or 5m."
        )
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)
