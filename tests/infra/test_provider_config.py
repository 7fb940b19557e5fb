"""Where the providers' configuration points to, and what is missing in it."""

from __future__ import annotations

import json
import re
from typing import Any

import pulumi_genesyscloud as genesys
import pulumi_okta as okta
import pytest
from pulumi._types import input_type_py_to_pulumi_names

from infra.provider_config import GenesysAccess, okta_mistakes, read_genesys
from infra.provider_keys import PROVIDER_KEYS, unknown_keys
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
    """Whatever characters they are made of."""
    proxy = {"host": "proxy", "port": "3128", "auth": {"username": "u", "password": "p@w/-clear"}}
    found = access({"genesyscloud:awsRegion": "us-east-1", "genesyscloud:proxy": proxy})
    assert found.proxy == "http://u:p%40w%2F-clear@proxy:3128"
    assert "clear" not in repr(found)


def test_proxy_variables_count_only_where_a_block_is() -> None:
    variables = {
        "GENESYSCLOUD_PROXY_HOST": "proxy",
        "GENESYSCLOUD_PROXY_PROTOCOL": "https",
        "GENESYSCLOUD_PROXY_AUTH_USERNAME": "u",
    }
    values = {"genesyscloud:awsRegion": "us-east-1"}
    assert access(values, variables).proxy is None
    assert access(values | {"genesyscloud:proxy": {}}, variables).proxy == "https://u:@proxy:80"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "genesyscloud:awsRegion: missing, expected the organisation's AWS region; known are"),
        (
            {"genesyscloud:awsRegion": "eu-centrall-1"},
            'genesyscloud:awsRegion: found "eu-centrall-1", expected the organisation\'s AWS '
            "region; did you mean eu-central-1?",
        ),
        (
            {"genesyscloud:awsRegion": "mars"},
            'found "mars", expected the organisation\'s AWS region; known are ap-northeast-1,',
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
            {"genesyscloud:gateways": [LOCAL | {"host": "http://127.0.0.1"}]},
            'genesyscloud:gateways[0].host: found "http://127.0.0.1", expected a host name alone',
        ),
        (
            {"genesyscloud:gateways": [LOCAL, LOCAL]},
            "genesyscloud:gateways: found a list of 2, expected a list with one object",
        ),
        (
            {"genesyscloud:gateways": {"auth": {"password": "pw-in-clear"}}},
            "genesyscloud:gateways: found an object, expected a list",
        ),
        (
            {"genesyscloud:gateways": [LOCAL | {"pathParams": {"api": "x"}}]},
            'genesyscloud:gateways[0].pathParams: found {"api": "x"}, expected a list of objects',
        ),
        *(
            ({"genesyscloud:awsRegion": "us-east-1", "genesyscloud:proxy": block}, said)
            for block, said in (
                ("proxy:3128", 'genesyscloud:proxy: found "proxy:3128", expected an object with'),
                ([{"auth": {"password": "pw-in-clear"}}], "proxy: found a list of 1, expected an"),
                ({"host": "proxy", "port": "x"}, 'proxy.port: found "x", expected a port from 1'),
                ({"host": "a/b"}, 'proxy.host: found "a/b", expected a host name alone'),
                (
                    {"host": "proxy", "protocol": "socks"},
                    'genesyscloud:proxy.protocol: found "socks", expected http or https.',
                ),
            )
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
        (OKTA | {"okta:baseUrl": "https://okta.com"}, {}, ['okta:baseUrl: found "https://okta.c']),
        (OKTA | {"okta:baseUrl": "example.okta.com"}, {}, ['okta:baseUrl: found "example.okta.']),
        (OKTA | {"okta:orgName": "okta"}, {}, []),
        (OKTA | {"okta:apiToken": ""}, {}, ["okta:apiToken: missing"]),
        (OKTA | {"okta:apiToken": ""}, {"OKTA_API_TOKEN": "t"}, []),
        (OKTA | {"okta:apiToken": ""}, {"OKTA_ACCESS_TOKEN": "t"}, []),
        (OKTA | {"okta:apiToken": "", "okta:privateKey": "k"}, {}, ["okta:clientId: missing"]),
        (OKTA | {"okta:apiToken": "", "okta:privateKey": "k", "okta:clientId": "c"}, {}, []),
        ({"okta:httpProxy": "http://127.0.0.1:8081", "okta:apiToken": "t"}, {}, []),
        ({"okta:httpProxy": "127.0.0.1:8081", "okta:apiToken": "t"}, {}, ["okta:httpProxy: found"]),
        ({}, {}, ["okta:orgName", "okta:baseUrl", "okta:apiToken"]),
    ],
)
def test_okta_needs_an_organisation_and_credentials(
    values: dict[str, str], variables: dict[str, str], said: list[str]
) -> None:
    mistakes = okta_mistakes(config(values, variables))
    assert len(mistakes) == len(said)
    assert all(mistake.startswith(start) for mistake, start in zip(mistakes, said, strict=True))


@pytest.mark.parametrize(
    ("provider", "arguments"), [("okta", okta.ProviderArgs), ("genesyscloud", genesys.ProviderArgs)]
)
def test_the_settings_of_a_provider_are_those_of_its_sdk(provider: str, arguments: type) -> None:
    assert sorted(PROVIDER_KEYS[provider]) == sorted(
        input_type_py_to_pulumi_names(arguments).values()
    )


def test_a_misspelt_key_of_a_provider_or_namespace_is_named_with_the_one_meant() -> None:
    """Passed over, a gateway that was meant is one that is not there."""
    keys = ["genesyscloud:gateway", "okta:orgname", "messenger_sso:pkce", "oktta:orgName", "okta:x"]
    others = ["aws:region", "messenger-sso:x", "okta:version", *OKTA, *CLIENT]
    found = unknown_keys([*keys, *others], "messenger-sso")
    assert [line.partition(", known")[0] for line in found] == [
        "genesyscloud:gateway: unknown key, did you mean gateways?",
        "messenger_sso:pkce: unknown namespace, did you mean messenger-sso:pkce?",
        "okta:orgname: unknown key, did you mean orgName?",
        "okta:x: unknown key",
        "oktta:orgName: unknown namespace, did you mean okta:orgName?",
    ]
