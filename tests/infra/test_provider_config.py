"""Where the providers' configuration points to, and what is missing in it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.provider_config import GenesysAccess, okta_mistakes, read_genesys
from infra.regions import REGIONS
from infra.stack_config import StackConfig

CLIENT = {"genesyscloud:oauthclientId": "id", "genesyscloud:oauthclientSecret": "in-clear"}
LOCAL = {"host": "127.0.0.1", "port": "8082", "protocol": "http"}


def config(values: dict[str, Any], variables: dict[str, str] | None = None) -> StackConfig:
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()
    }
    return StackConfig("messenger-sso", "dev", texts, variables=variables or {})


def access(values: dict[str, Any], variables: dict[str, str] | None = None) -> GenesysAccess:
    found, mistakes = read_genesys(config(CLIENT | values, variables))
    assert found is not None, mistakes
    return found


def test_every_region_has_a_domain_and_an_environment_of_its_own() -> None:
    assert len(REGIONS) == 18
    for attribute in ("domain", "environment"):
        assert len({getattr(region, attribute) for region in REGIONS.values()}) == len(REGIONS)
    assert all(re.fullmatch(r"[a-z0-9-]+", region.environment) for region in REGIONS.values())


@pytest.mark.parametrize(
    ("name", "domain", "environment"),
    [
        ("us-east-1", "mypurecloud.com", "prod"),
        ("eu-central-1", "mypurecloud.de", "prod-euc1"),
        ("EU-WEST-1", "mypurecloud.ie", "prod-euw1"),
        ("us-east-2", "use2.us-gov-pure.cloud", "fedramp-use2-core"),
        ("ap-southeast-2", "mypurecloud.com.au", "prod-apse2"),
    ],
)
def test_a_region_is_an_aws_region_in_any_case(name: str, domain: str, environment: str) -> None:
    found = access({"genesyscloud:awsRegion": name})
    assert (found.region.domain, found.region.environment) == (domain, environment)
    assert found.api_url == f"https://api.{domain}"
    assert found.login_url == f"https://login.{domain}"


def test_the_environment_stands_in_for_configuration_as_it_does_for_the_provider() -> None:
    variables = {
        "GENESYSCLOUD_REGION": "us-west-2",
        "GENESYSCLOUD_OAUTHCLIENT_ID": "from-env",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": "s",
    }
    found, _ = read_genesys(config({}, variables))
    assert found is not None
    assert (found.region.name, found.client_id) == ("us-west-2", "from-env")
    assert access({"genesyscloud:awsRegion": "us-east-1"}, variables).region.name == "us-east-1"


def test_a_gateway_on_this_machine_is_a_local_genesys_cloud() -> None:
    found = access({"genesyscloud:gateways": [LOCAL], "genesyscloud:awsRegion": "eu-west-1"})
    assert found.api_url == found.login_url == "http://127.0.0.1:8082"
    region = found.region
    assert (region.name, region.domain, region.environment) == ("local", "127.0.0.1:8082", "local")


def test_a_gateway_elsewhere_changes_the_hosts_and_not_the_region() -> None:
    """As the provider's SDK does: path parameters in front, ports 80 and 443 left out."""
    gateway = {
        "host": "gateway.example.com",
        "port": "443",
        "protocol": "https",
        "pathParams": [
            {"pathName": "login", "pathValue": "signin/"},
            {"pathName": "api", "pathValue": "/platform"},
        ],
    }
    found = access({"genesyscloud:gateways": [gateway], "genesyscloud:awsRegion": "eu-west-1"})
    assert found.api_url == "https://gateway.example.com/platform"
    assert found.login_url == "https://gateway.example.com/signin"
    assert found.region.domain == "mypurecloud.ie"


@pytest.mark.parametrize("block", [[{}], [], None])
def test_gateway_variables_count_only_where_a_block_is(block: Any) -> None:
    variables = {
        "GENESYSCLOUD_GATEWAY_HOST": "localhost",
        "GENESYSCLOUD_GATEWAY_PORT": "9",
        "GENESYSCLOUD_GATEWAY_PROTOCOL": "http",
        "GENESYSCLOUD_GATEWAY_PATH_NAME": "api",
        "GENESYSCLOUD_GATEWAY_PATH_VALUE": "x",
    }
    values = {"genesyscloud:awsRegion": "us-east-1", "genesyscloud:gateways": block}
    given = {key: value for key, value in values.items() if value is not None}
    expected = "http://localhost:9/x" if block else "https://api.mypurecloud.com"
    assert access(given, variables).api_url == expected


def test_a_proxy_is_used_with_its_credentials_and_not_shown() -> None:
    proxy = {"host": "proxy", "port": "3128", "auth": {"username": "u", "password": "pw-clear"}}
    found = access({"genesyscloud:awsRegion": "us-east-1", "genesyscloud:proxy": proxy})
    assert found.proxy == "http://u:pw-clear@proxy:3128"
    assert "pw-clear" not in repr(found)
    assert "in-clear" not in repr(found)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "genesyscloud:awsRegion: missing, expected the organisation's AWS region; known are"),
        (
            {"genesyscloud:awsRegion": "eu-centrall-1"},
            'genesyscloud:awsRegion: found "eu-centrall-1", did you mean eu-central-1?',
        ),
        (
            {"genesyscloud:awsRegion": "mars"},
            'genesyscloud:awsRegion: found "mars", known are ap-northeast-1,',
        ),
        (
            {"genesyscloud:gateways": "127.0.0.1:8082"},
            'genesyscloud:gateways: found "127.0.0.1:8082", expected a list with one object',
        ),
        (
            {"genesyscloud:gateways": [LOCAL | {"protocol": "ws"}]},
            'genesyscloud:gateways[0].protocol: found "ws", expected http or https.',
        ),
        (
            {"genesyscloud:gateways": [LOCAL | {"port": "80a"}]},
            'genesyscloud:gateways[0].port: found "80a", expected a port from 1 to 65535.',
        ),
        (
            {
                "genesyscloud:awsRegion": "us-east-1",
                "genesyscloud:proxy": {"host": "proxy", "protocol": "socks"},
            },
            'genesyscloud:proxy.protocol: found "socks", expected http or https.',
        ),
        (
            {"genesyscloud:awsRegion": "us-east-1", "genesyscloud:oauthclientSecret": ""},
            "genesyscloud:oauthclientSecret: missing, expected the id and the secret",
        ),
        (
            {"genesyscloud:awsRegion": "us-east-1", "genesyscloud:oauthclientId": ""},
            "genesyscloud:oauthclientId: missing, expected the id and the secret",
        ),
    ],
)
def test_what_leads_nowhere_is_said_by_its_key(values: dict[str, Any], said: str) -> None:
    found, mistakes = read_genesys(config(CLIENT | values))
    assert found is None
    assert len(mistakes) == 1
    assert said in mistakes[0]
    assert "in-clear" not in mistakes[0]


def test_an_access_token_is_credential_enough() -> None:
    values = {"genesyscloud:awsRegion": "us-east-1", "genesyscloud:accessToken": "t"}
    found, mistakes = read_genesys(config(values))
    assert (found and found.access_token, mistakes) == ("t", [])


OKTA = {"okta:orgName": "example", "okta:baseUrl": "okta.com", "okta:apiToken": "t"}


@pytest.mark.parametrize(
    ("values", "variables", "said"),
    [
        (OKTA, {}, []),
        (OKTA | {"okta:orgName": ""}, {}, ["okta:orgName: missing"]),
        (OKTA | {"okta:orgName": ""}, {"OKTA_ORG_NAME": "example"}, []),
        (OKTA | {"okta:orgName": "example.okta.com"}, {}, ['okta:orgName: found "example.okta']),
        (OKTA | {"okta:orgName": "https://example"}, {}, ["okta:orgName: found"]),
        (OKTA | {"okta:baseUrl": ""}, {}, ["okta:baseUrl: missing"]),
        (OKTA | {"okta:apiToken": ""}, {}, ["okta:apiToken: missing"]),
        (OKTA | {"okta:apiToken": ""}, {"OKTA_API_TOKEN": "t"}, []),
        (OKTA | {"okta:apiToken": ""}, {"OKTA_ACCESS_TOKEN": "t"}, []),
        (OKTA | {"okta:apiToken": "", "okta:privateKey": "k"}, {}, []),
        ({"okta:httpProxy": "http://127.0.0.1:8081", "okta:apiToken": "t"}, {}, []),
        ({}, {}, ["okta:orgName", "okta:baseUrl", "okta:apiToken"]),
    ],
)
def test_okta_needs_an_organisation_and_credentials(
    values: dict[str, str], variables: dict[str, str], said: list[str]
) -> None:
    mistakes = okta_mistakes(config(values, variables))
    assert len(mistakes) == len(said)
    assert all(mistake.startswith(start) for mistake, start in zip(mistakes, said, strict=True))
