"""The package `okta`: its configuration, and everything it offers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

import httpx

from local.plugins.okta.access_policy import ServerPolicy, ServerPolicyRule
from local.plugins.okta.application import OAuth
from local.plugins.okta.assignment import GroupAssignment
from local.plugins.okta.authorization_server import Server, ServerClaim, ServerScope
from local.plugins.okta.client import OktaClient, Patience
from local.plugins.okta.lookups import LOOKUPS
from local.plugins.okta.trusted_origin import Origin
from local.plugins.package_schema import object_spec, resource_spec
from local.plugins.properties import BOOLEAN, INTEGER, STRING_SET, Property
from local.plugins.resource import Provider, RemoteError, Resource
from local.plugins.wire import Values

_VERSION: Final = "7.0.1"
_RESOURCES: Final[tuple[Resource[OktaClient], ...]] = (
    OAuth(),
    GroupAssignment(),
    Origin(),
    Server(),
    ServerScope(),
    ServerClaim(),
    ServerPolicy(),
    ServerPolicyRule(),
)
# backoff, logLevel, maxApiCapacity, minWaitSeconds and parallelism are taken and have no effect:
# calls are few here, and the vendor's provider ignores most of them behind httpProxy (okta.md 2).
_CONFIGURATION: Final = (
    Property("accessToken", secret=True),
    Property("apiToken", secret=True),
    Property("backoff", BOOLEAN),
    Property("baseUrl"),
    Property("clientId"),
    Property("httpProxy"),
    Property("logLevel", INTEGER),
    Property("maxApiCapacity", INTEGER),
    Property("maxRetries", INTEGER),
    Property("maxWaitSeconds", INTEGER),
    Property("minWaitSeconds", INTEGER),
    Property("orgName"),
    Property("parallelism", INTEGER),
    Property("privateKey", secret=True),
    Property("privateKeyId"),
    Property("requestTimeout", INTEGER),
    Property("scopes", STRING_SET),
)
_VARIABLES: Final = {
    "accessToken": "OKTA_ACCESS_TOKEN",
    "apiToken": "OKTA_API_TOKEN",
    "baseUrl": "OKTA_BASE_URL",
    "clientId": "OKTA_API_CLIENT_ID",
    "httpProxy": "OKTA_HTTP_PROXY",
    "orgName": "OKTA_ORG_NAME",
    "privateKey": "OKTA_API_PRIVATE_KEY",
}
_DEFAULT_SECONDS: Final = 120.0


def okta_provider(
    environ: Mapping[str, str] | None = None, transport: httpx.BaseTransport | None = None
) -> Provider[OktaClient]:
    """Return the provider of the package `okta`.

    `environ` stands in for the process's environment, `transport` for the network.
    """
    variables = os.environ if environ is None else environ

    def connect(configuration: Values) -> OktaClient:
        client = _client(_with_variables(configuration, variables), transport)
        try:
            if client.api_token:
                client.call("accept the API token", "GET", "/api/v1/users/me")
        except RemoteError:
            client.close()
            raise
        return client

    return Provider(
        name="okta",
        version=_VERSION,
        configuration=_CONFIGURATION,
        resources={one.token: one for one in _RESOURCES},
        lookups={one.token: one for one in LOOKUPS},
        connect=connect,
        close=OktaClient.close,
        schema=_schema,
    )


def _with_variables(configuration: Values, variables: Mapping[str, str]) -> Values:
    found = {name: variables.get(variable) for name, variable in _VARIABLES.items()}
    return {name: value for name, value in found.items() if value} | configuration


def _client(settings: Values, transport: httpx.BaseTransport | None) -> OktaClient:
    access_token, api_token = settings.get("accessToken"), settings.get("apiToken")
    if not access_token and not api_token:
        raise RemoteError(_no_credentials(bool(settings.get("privateKey"))))
    authorization = f"Bearer {access_token}" if access_token else f"SSWS {api_token}"
    return OktaClient(
        _base_url(settings),
        authorization,
        api_token=not access_token,
        patience=Patience(
            retries=settings.get("maxRetries", Patience.retries),
            longest_seconds=settings.get("maxWaitSeconds", Patience.longest_seconds),
        ),
        seconds=settings.get("requestTimeout") or _DEFAULT_SECONDS,
        transport=transport,
    )


def _no_credentials(private_key: bool) -> str:
    if private_key:
        return (
            "The local okta provider cannot sign in with a private key. Set okta:apiToken or "
            "okta:accessToken, or use the vendor's plugin."
        )
    return (
        "The okta provider has no credentials. Set okta:apiToken or okta:accessToken with "
        "`pulumi config set --secret`, or the variable OKTA_API_TOKEN or OKTA_ACCESS_TOKEN."
    )


def _base_url(settings: Values) -> str:
    if proxy := settings.get("httpProxy"):
        # Not a proxy in spite of its name: it takes the organization's place (okta.md 2).
        url = str(proxy).rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise RemoteError(
                f"okta:httpProxy is {url!r}, expected a URL such as http://host:port."
            )
        return url
    organization, domain = settings.get("orgName"), settings.get("baseUrl")
    missing = [f"okta:{name}" for name in ("orgName", "baseUrl") if not settings.get(name)]
    if missing:
        raise RemoteError(
            f"The okta provider does not know its organization: {' and '.join(missing)} missing. "
            "Set okta:orgName and okta:baseUrl (okta.com, say), or okta:httpProxy to a URL."
        )
    return f"https://{organization}.{domain}"


def _schema() -> Mapping[str, Any]:
    types: dict[str, Any] = {}
    resources = {one.token: resource_spec(one.properties, types) for one in _RESOURCES}
    functions = {
        one.token: {
            "inputs": object_spec(one.arguments, types),
            "outputs": object_spec(one.results, types),
        }
        for one in LOOKUPS
    }
    provider = object_spec(_CONFIGURATION, types)
    return {
        "name": "okta",
        "version": _VERSION,
        # A module is what stands before the slash: app/oAuth -> app, as in the published SDK.
        "meta": {"moduleFormat": "(.*)(?:/[^/]*)"},
        "language": {"python": {"packageName": "pulumi_okta"}},
        "config": {"variables": provider["properties"]},
        "provider": {"inputProperties": provider["properties"]},
        "resources": resources,
        "functions": functions,
        "types": types,
    }
