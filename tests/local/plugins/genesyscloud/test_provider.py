"""Configuring the provider, its look-ups, previews, and trouble on the line."""

from __future__ import annotations

import json

import pytest

from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.plugins.genesyscloud import genesyscloud_provider
from tests.local.genesys.conftest import Cloud, new_token
from tests.local.plugins.engine_client import UNKNOWN, CallError, EngineClient, Values, serving
from tests.local.plugins.genesyscloud.conftest import (
    CONFIGURATION,
    CREDENTIAL,
    DEPLOYMENT,
    INTEGRATION,
    calls,
    configuration,
    credential,
    deployment,
    integration,
    settings,
)


def test_it_starts_as_the_vendors_does_but_with_one_token(
    cloud: Cloud, engine: EngineClient
) -> None:
    assert engine is not None
    assert calls(cloud)[-3:] == [
        "POST /oauth/token",
        "GET organizations/me",
        "GET authorization/products",
    ]


def test_settings_may_come_from_the_environment(cloud: Cloud) -> None:
    """The gateway's variables need a gateway in the configuration, be it an empty one."""
    environ = {
        "GENESYSCLOUD_OAUTHCLIENT_ID": LOCAL_CLIENT_ID,
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": LOCAL_CLIENT_SECRET,
        "GENESYSCLOUD_GATEWAY_HOST": "127.0.0.1",
        "GENESYSCLOUD_GATEWAY_PORT": cloud.url.rpartition(":")[2],
        "GENESYSCLOUD_GATEWAY_PROTOCOL": "http",
    }
    with serving(genesyscloud_provider(environ=environ)) as engine:
        engine.configure({"gateways": "[{}]"})
        with pytest.raises(CallError, match="awsRegion is missing"):
            engine.configure({})


def test_a_given_access_token_is_used_as_it_is(cloud: Cloud) -> None:
    token = new_token(cloud)
    before = len(cloud.log())
    with serving(genesyscloud_provider(environ={})) as engine:
        engine.configure(settings(cloud, accessToken=token))
    assert calls(cloud, before) == ["GET organizations/me", "GET authorization/products"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oauthclientSecret": "wrong-one"}, "invalid_client"),
        ({"oauthclientId": ""}, "genesyscloud:oauthclientId is missing"),
        ({"accessToken": "made-up"}, "HTTP 401"),
        ({"gateways": '[{"host": "127.0.0.1", "port": "x"}]'}, "has port 'x', expected a number"),
        ({"gateways": '[{"protocol": "ftp"}]'}, "protocol 'ftp', expected http or https"),
        ({"gateways": '[{"host": "[::1"}]'}, "'https://[::1' is no address"),
        ({"gateways": "[]", "awsRegion": "eu-nowhere-1"}, "awsRegion is 'eu-nowhere-1'"),
        ({"customRetryTimeout": "soon"}, "expected a duration such as 30s or 5m"),
    ],
)
def test_settings_that_cannot_work_are_explained(cloud: Cloud, changes: Values, said: str) -> None:
    with serving(genesyscloud_provider(environ={})) as engine, pytest.raises(CallError) as caught:
        engine.configure(settings(cloud, **changes))
    assert said in caught.value.text
    assert "wrong-one" not in caught.value.text
    assert LOCAL_CLIENT_SECRET not in caught.value.text


def test_a_server_that_is_not_there_is_named(cloud: Cloud) -> None:
    gateway = json.dumps([{"host": "127.0.0.1", "port": "1", "protocol": "http"}])
    unreachable = pytest.raises(CallError, match=r"http://127\.0\.0\.1:1 cannot be reached")
    with serving(genesyscloud_provider(environ={})) as engine, unreachable:
        engine.configure(settings(cloud, gateways=gateway))


def test_look_ups_find_by_name(cloud: Cloud, engine: EngineClient) -> None:
    secret_id, _, _ = engine.make(CREDENTIAL, credential(cloud))
    integration_id, _, _ = engine.make(INTEGRATION, integration(cloud, secret_id))
    messenger, _, _ = engine.make(CONFIGURATION, configuration())
    cloud.publish(messenger)
    flow = cloud.ask("GET", "/api/v2/flows")["entities"][0]
    for name, arguments, found in (
        ("getIntegration", {"name": "Sign-in"}, {"id": integration_id}),
        ("getIntegrationCredential", {"name": "okta"}, {"id": secret_id}),
        ("getWebdeploymentsConfiguration", {"name": "shop"}, {"id": messenger, "version": "2"}),
        ("getFlow", {"name": flow["name"]}, {"id": flow["id"]}),
        ("getFlow", {"name": flow["name"], "type": "inboundshortmessage"}, {"id": flow["id"]}),
    ):
        token = f"genesyscloud:index/{name}:{name}"
        assert engine.invoke(token, arguments) == (arguments | found, {})
        with pytest.raises(CallError, match="named 'nobody'"):
            engine.invoke(token, arguments | {"name": "nobody"})


def test_previews_write_nothing(cloud: Cloud, engine: EngineClient) -> None:
    mark = len(cloud.log())
    for token, given in (
        (CONFIGURATION, configuration()),
        (DEPLOYMENT, deployment(UNKNOWN)),
        (INTEGRATION, {"integrationType": "webhook"}),
        (CREDENTIAL, {"credentialTypeName": "basicAuth"}),
    ):
        checked = engine.check(token, given)
        _, planned = engine.create(token, checked.inputs, preview=True)
        assert UNKNOWN in planned.values()
    assert calls(cloud, mark) == []


def test_a_busy_service_is_asked_again(cloud: Cloud, engine: EngineClient) -> None:
    for fault in (
        {"method": "POST", "path": "*/configurations", "status": 429, "times": 2},
        {"method": "GET", "path": "*/versions/draft", "status": 500},
    ):
        ordered = {"headers": {"Retry-After": "0"}, **fault}
        assert cloud.anyone.post("/_local/faults", json=ordered).status_code == 201
    _, state, _ = engine.make(CONFIGURATION, configuration())
    assert state["version"] == "1"


def test_patience_ends(cloud: Cloud, engine: EngineClient) -> None:
    busy = {"path": "*/configurations", "status": 503, "times": 9, "headers": {"Retry-After": "0"}}
    assert cloud.anyone.post("/_local/faults", json=busy).status_code == 201
    mark = len(cloud.log())
    with pytest.raises(CallError, match="HTTP 503"):
        engine.make(CONFIGURATION, configuration())
    assert len(calls(cloud, mark)) == 6


def test_a_refusal_names_what_was_wrong(engine: EngineClient) -> None:
    wanted = configuration(languages=["en-us", "tlh"])
    with pytest.raises(CallError) as caught:
        engine.make(CONFIGURATION, wanted)
    assert caught.value.text.startswith(
        "Genesys Cloud refused to create the Messenger configuration shop: languages: "
    )
    assert "tlh" in caught.value.text
    assert "(HTTP 400, bad.request)" in caught.value.text


def test_patience_with_what_is_not_there_yet_can_be_asked_for(cloud: Cloud) -> None:
    fault = {"method": "GET", "path": "*/versions/1", "status": 404}
    with serving(genesyscloud_provider(environ={})) as engine:
        engine.configure(settings(cloud, customRetryTimeout="20s"))
        id, state, inputs = engine.make(CONFIGURATION, configuration())
        assert cloud.anyone.post("/_local/faults", json=fault).status_code == 201
        assert engine.read(CONFIGURATION, id, state=state, inputs=inputs)[0] == id
        engine.configure(settings(cloud))
        assert cloud.anyone.post("/_local/faults", json=fault).status_code == 201
        assert engine.read(CONFIGURATION, id, state=state, inputs=inputs)[0] == ""
