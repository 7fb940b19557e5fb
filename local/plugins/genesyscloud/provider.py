"""The package `genesyscloud`: its configuration, and everything it offers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import httpx

from local.plugins.genesyscloud.client import GenesysCloudClient
from local.plugins.genesyscloud.configuration import WebdeploymentsConfiguration
from local.plugins.genesyscloud.credential import IntegrationCredential
from local.plugins.genesyscloud.declarations import PACKAGE, package_schema
from local.plugins.genesyscloud.deployment import WebdeploymentsDeployment
from local.plugins.genesyscloud.integration import Integration
from local.plugins.genesyscloud.lookups import LOOKUPS
from local.plugins.genesyscloud.settings import read_settings
from local.plugins.package_schema import declare_provider
from local.plugins.properties import INTEGER
from local.plugins.resource import Provider, RemoteError, Resource
from local.plugins.wire import Values

_RESOURCES: Final[tuple[Resource[GenesysCloudClient], ...]] = (
    Integration(),
    IntegrationCredential(),
    WebdeploymentsConfiguration(),
    WebdeploymentsDeployment(),
)
# tokenPoolSize, tokenAcquireTimeout, tokenInitTimeout, maxConcurrentPages and the settings for logs
# are taken and have no effect: one token serves all calls, and the process has a log of its own.
_CONFIGURATION: Final = declare_provider(
    package_schema(),
    {
        "accessToken": {"secret": True},
        "tokenPoolSize": {"type": INTEGER},
        "sdkDebugFormat": {"choices": ("Text", "Json")},
    },
)


def genesyscloud_provider(
    environ: Mapping[str, str] | None = None, transport: httpx.BaseTransport | None = None
) -> Provider[GenesysCloudClient]:
    """Return the provider of the package `genesyscloud`, served in place of the bridge's plugin.

    `environ` stands in for the process's environment, `transport` for the network.
    """
    variables = os.environ if environ is None else environ
    schema = package_schema()

    def connect(configuration: Values) -> GenesysCloudClient:
        client = GenesysCloudClient(read_settings(configuration, variables), transport)
        try:
            client.hello()
        except RemoteError:
            client.close()
            raise
        return client

    return Provider(
        name=PACKAGE,
        version=str(schema["version"]),
        configuration=_CONFIGURATION,
        resources={one.token: one for one in _RESOURCES},
        lookups={one.token: one for one in LOOKUPS},
        connect=connect,
        close=GenesysCloudClient.close,
        schema=package_schema,
        plugin_version=str(schema["parameterization"]["baseProvider"]["version"]),
    )
