"""Where the provider finds Genesys Cloud, by configuration and environment."""

from __future__ import annotations

import pytest

from local.plugins.genesyscloud.settings import read_settings
from local.plugins.resource import RemoteError
from tests.local.plugins.engine_client import Values

TOKEN = {"accessToken": "token"}
GATEWAY = {
    "GENESYSCLOUD_GATEWAY_HOST": "gateway.test",
    "GENESYSCLOUD_GATEWAY_PORT": "8099",
    "GENESYSCLOUD_GATEWAY_PROTOCOL": "http",
}


@pytest.mark.parametrize(
    ("configuration", "environ", "api", "login"),
    [
        (
            {"awsRegion": "eu-central-1"},
            {},
            "https://api.mypurecloud.de",
            "https://login.mypurecloud.de",
        ),
        (
            {},
            {"GENESYSCLOUD_REGION": "US-East-1"},
            "https://api.mypurecloud.com",
            "https://login.mypurecloud.com",
        ),
        (
            {"awsRegion": "ap-south-1"},
            GATEWAY,
            "https://api.aps1.pure.cloud",
            "https://login.aps1.pure.cloud",
        ),
        ({"gateways": [{}]}, GATEWAY, "http://gateway.test:8099", "http://gateway.test:8099"),
        ({"gateways": [{"host": "own.test"}]}, {}, "https://own.test", "https://own.test"),
        (
            {"gateways": [{"host": "own.test", "port": "443", "protocol": "https"}]},
            GATEWAY,
            "https://own.test",
            "https://own.test",
        ),
        (
            {
                "gateways": [
                    {
                        "host": "own.test",
                        "pathParams": [
                            {"pathName": "api", "pathValue": "/apix/"},
                            {"pathName": "login", "pathValue": "loginx"},
                        ],
                    }
                ]
            },
            {},
            "https://own.test/apix",
            "https://own.test/loginx",
        ),
    ],
)
def test_region_and_gateway_decide_where_calls_go(
    configuration: Values, environ: dict[str, str], api: str, login: str
) -> None:
    found = read_settings(TOKEN | configuration, environ)
    assert (found.api_url, found.login_url) == (api, login)


@pytest.mark.parametrize(
    ("proxy", "environ", "url"),
    [
        (None, {"GENESYSCLOUD_PROXY_HOST": "proxy.test"}, ""),
        ({}, {"GENESYSCLOUD_PROXY_HOST": "proxy.test"}, "https://proxy.test"),
        (
            {"host": "p.test", "port": "3128", "protocol": "http", "auth": {"username": "u"}},
            {"GENESYSCLOUD_PROXY_AUTH_PASSWORD": "p@ss"},
            "http://u:p%40ss@p.test:3128",
        ),
    ],
)
def test_a_proxy_counts_only_where_the_configuration_has_one(
    proxy: Values | None, environ: dict[str, str], url: str
) -> None:
    given = TOKEN | {"awsRegion": "us-east-1"} | ({} if proxy is None else {"proxy": proxy})
    assert read_settings(given, environ).proxy_url == url


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 0), ("0s", 0), ("30s", 30), ("1m30s", 90), ("1.5h", 5400)]
)
def test_durations_are_those_of_the_vendors_provider(text: str, seconds: float) -> None:
    given = TOKEN | {"awsRegion": "us-east-1", "customRetryTimeout": text}
    assert read_settings(given, {}).missing_seconds == seconds


def test_every_mistake_is_told_at_once_and_no_secret() -> None:
    given = {
        "gateways": [{"port": "x", "protocol": "ftp"}],
        "customRetryTimeout": "soon",
        "oauthclientSecret": "hidden",
    }
    with pytest.raises(RemoteError) as caught:
        read_settings(given, {})
    said = str(caught.value)
    for part in ("has no host", "port 'x'", "protocol 'ftp'", "'soon'", "oauthclientId is missing"):
        assert part in said
    assert "hidden" not in said
