"""Whom to ask and as whom: what the providers' configuration says, read as they read it."""

from __future__ import annotations

import pytest

from doctor.access import OktaAccess, read_okta
from infra.stack_config import StackConfig

ORGANISATION = {"okta:orgName": "example", "okta:baseUrl": "okta.com"}
KEY = {"okta:clientId": "0oa1", "okta:privateKey": "pem"}
BOTH = ["okta.apps.read", "okta.groups.read"]


def access(values: dict[str, str], variables: dict[str, str] | None = None) -> OktaAccess:
    found, missing = read_okta(StackConfig("p", "dev", values, variables=variables or {}))
    assert found is not None, missing
    return found


def test_an_access_token_comes_before_an_api_token_and_that_before_a_key() -> None:
    given = {**ORGANISATION, **KEY}
    assert access(given).mode == "PrivateKey"
    given["okta:apiToken"] = "s"
    assert (access(given).mode, access(given).credentials) == ("SSWS", {"token": "s"})
    given["okta:accessToken"] = "b"
    assert (access(given).mode, access(given).credentials) == ("Bearer", {"token": "b"})


def test_a_proxy_takes_the_place_of_the_address() -> None:
    given = {**ORGANISATION, "okta:apiToken": "s"}
    assert access(given).url == "https://example.okta.com"
    assert access({**given, "okta:httpProxy": "http://127.0.0.1:8081/"}).url == (
        "http://127.0.0.1:8081"
    )


@pytest.mark.parametrize(
    ("values", "variables", "scopes"),
    [
        ({"okta:scopes": '["okta.apps.read", ""]'}, {}, ["okta.apps.read"]),
        ({}, {"OKTA_API_SCOPES": "okta.apps.read, okta.groups.read"}, BOTH),
        ({}, {}, []),
    ],
)
def test_scopes_of_a_service_application_are_those_written(
    values: dict[str, str], variables: dict[str, str], scopes: list[str]
) -> None:
    credentials = access({**ORGANISATION, **KEY, **values}, variables).credentials
    assert credentials.get("scopes", []) == scopes


def test_what_is_missing_is_named() -> None:
    found, missing = read_okta(StackConfig("p", "dev", ORGANISATION))
    assert found is None
    assert "okta:apiToken: missing" in missing
    assert "token-1" not in repr(access({**ORGANISATION, "okta:apiToken": "token-1"}))
