"""Every resource lives a whole life against the local Okta, which has rules of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.emulator.server import Server
from local.emulator.store import Store
from local.okta.api.calls import API_TOKEN
from local.okta.emulator import OktaEmulator
from local.plugins.okta import okta_provider
from tests import loopback
from tests.local.plugins.engine_client import CallError, EngineClient, secret, serving

APP = "okta:app/oAuth:OAuth"
ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
ORIGIN = "okta:trustedorigin/origin:Origin"
SERVER = "okta:auth/server:Server"
SCOPE = "okta:auth/serverScope:ServerScope"
CLAIM = "okta:auth/serverClaim:ServerClaim"
POLICY = "okta:auth/serverPolicy:ServerPolicy"
RULE = "okta:auth/serverPolicyRule:ServerPolicyRule"
EVERYONE = "okta:group/getEveryoneGroup:getEveryoneGroup"

Values = dict[str, Any]


@dataclass
class Cloud:
    """The local Okta, and the engine connected to the provider that reaches it."""

    url: str
    emulator: OktaEmulator
    engine: EngineClient

    def settings(self) -> Values:
        return {"httpProxy": self.url, "apiToken": secret(API_TOKEN), "orgName": "acme"}

    def parents(self) -> Values:
        """Make what the other objects belong to; return their ids by property name."""
        app = {"label": "Web", "type": "web", "redirectUris": ["https://a.example/"]}
        app_id, app_state, _ = self.engine.make(APP, app)
        server_id, _, _ = self.engine.make(SERVER, {"name": "mine", "audiences": ["api://mine"]})
        everyone, _ = self.engine.invoke(EVERYONE, {})
        policy = {"authServerId": server_id, "name": "all", "description": "d", "priority": 1}
        policy_id, _, _ = self.engine.make(
            POLICY, {**policy, "clientWhitelists": [app_state["clientId"]]}
        )
        return {
            "appId": app_id,
            "authServerId": server_id,
            "policyId": policy_id,
            "groupId": everyone["id"],
        }


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    server, store = Server(), Store()
    emulator = OktaEmulator(base_url=server.url, store=store)
    with server, serving(okta_provider({})) as engine:
        server.start(emulator.app)
        cloud = Cloud(server.url, emulator, engine)
        engine.configure(cloud.settings())
        yield cloud
    store.close()


@dataclass(frozen=True)
class Life:
    """What a resource is made with, what changes later, and the parents in its import id."""

    token: str
    given: Values
    change: Values
    needs: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    # What an import cannot learn.
    untold: tuple[str, ...] = ()


_LIVES = [
    Life(
        APP,
        {
            "label": "Messenger",
            "type": "web",
            "grantTypes": ["authorization_code", "refresh_token"],
            "responseTypes": ["code"],
            "redirectUris": ["https://a.example/", "https://b.example/help"],
            "postLogoutRedirectUris": ["https://a.example/"],
            "pkceRequired": True,
            "tokenEndpointAuthMethod": "client_secret_post",
            "issuerMode": "DYNAMIC",
            "adminNote": "made by a test",
        },
        {"label": "Renamed", "redirectUris": ["https://c.example/"], "adminNote": "changed"},
        untold=("clientSecret",),
    ),
    Life(
        APP,
        {
            "label": "Site",
            "type": "browser",
            "grantTypes": ["authorization_code"],
            "redirectUris": ["https://a.example/"],
            "tokenEndpointAuthMethod": "none",
            "pkceRequired": True,
        },
        {"label": "Site 2"},
        untold=("clientSecret",),
    ),
    Life(
        ASSIGNMENT,
        {},
        {"profile": '{"role": "visitor"}'},
        needs=("appId", "groupId"),
        path=("appId",),
    ),
    Life(
        ORIGIN,
        {
            "name": "site",
            "origin": "https://a.example",
            "scopes": [{"type": "CORS"}, {"type": "REDIRECT"}],
        },
        {"scopes": [{"type": "CORS"}], "status": "INACTIVE"},
    ),
    Life(
        SERVER,
        {"name": "visitors", "audiences": ["api://visitors"], "description": "for visitors"},
        {"description": "for guests", "audiences": ["api://guests"], "status": "INACTIVE"},
    ),
    Life(
        SCOPE,
        {"name": "visit", "description": "d", "displayName": "Visit"},
        {"consent": "REQUIRED", "description": "other"},
        needs=("authServerId",),
        path=("authServerId",),
    ),
    Life(
        CLAIM,
        {"name": "groups", "claimType": "IDENTITY", "value": "a", "valueType": "GROUPS",
         "groupFilterType": "STARTS_WITH", "scopes": ["openid"]},
        {"value": "b", "status": "INACTIVE"},
        needs=("authServerId",),
        path=("authServerId",),
    ),
    Life(
        POLICY,
        {"name": "p", "description": "d", "priority": 1, "clientWhitelists": ["ALL_CLIENTS"]},
        {"description": "other", "status": "INACTIVE"},
        needs=("authServerId",),
        path=("authServerId",),
    ),
    Life(
        RULE,
        {"name": "r", "priority": 1, "grantTypeWhitelists": ["authorization_code"],
         "scopeWhitelists": ["openid", "profile"], "groupWhitelists": ["EVERYONE"]},
        {"accessTokenLifetimeMinutes": 30, "scopeWhitelists": ["openid"], "status": "INACTIVE"},
        needs=("authServerId", "policyId"),
        path=("authServerId", "policyId"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("life", _LIVES, ids=lambda life: life.token.rpartition(":")[2])
def test_a_resource_lives_a_whole_life(cloud: Cloud, life: Life) -> None:
    engine, token = cloud.engine, life.token
    parents = cloud.parents() if life.needs else {}
    given = {**life.given, **{name: parents[name] for name in life.needs}}
    id, state, inputs = engine.make(token, given)
    assert {name: state[name] for name in given} == given
    assert engine.diff(token, state, inputs).paths == {}, "nothing to change right after"
    assert engine.read(token, id, state=state, inputs=inputs) == (id, state, inputs)

    imported = engine.read(token, "/".join([*(parents[name] for name in life.path), id]))
    assert imported[0] == id
    assert imported[1] == {k: v for k, v in state.items() if k not in life.untold}
    assert engine.diff(token, imported[1], inputs).paths == {}, "nothing to change after an import"

    news = engine.check(token, given | life.change, olds=inputs).inputs
    changed = engine.diff(token, state, news)
    assert changed.changed
    assert changed.replaces == []
    after = engine.update(token, id, state, news)
    assert {name: after[name] for name in life.change} == life.change
    assert engine.diff(token, after, news).paths == {}, "nothing to change after an update"
    refreshed = engine.read(token, id, state=after, inputs=news)
    assert engine.diff(token, refreshed[1], news).paths == {}

    engine.delete(token, id, after)
    assert engine.read(token, id, state=after, inputs=news) == ("", {}, {})
    engine.delete(token, id, after)


def test_a_confidential_application_keeps_its_secret_through_updates(cloud: Cloud) -> None:
    given = {"label": "Web", "type": "web", "redirectUris": ["https://a.example/"]}
    id, state, _ = cloud.engine.make(APP, given)
    first = state["clientSecret"]["value"]
    assert first
    news = cloud.engine.check(APP, {**given, "label": "New"}).inputs
    after = cloud.engine.update(APP, id, state, news)
    assert after["clientSecret"]["value"] == first
    shown = loopback.get(
        f"{cloud.url}/api/v1/apps/{id}", headers={"Authorization": f"SSWS {API_TOKEN}"}
    )
    assert first not in shown.text, "Okta tells it to nobody later"


def test_drift_is_seen_and_undone(cloud: Cloud) -> None:
    given = {"name": "o", "origin": "https://a.example", "scopes": [{"type": "CORS"}]}
    id, state, inputs = cloud.engine.make(ORIGIN, given)
    body = {"name": "moved", "origin": "https://b.example", "scopes": [{"type": "REDIRECT"}]}
    loopback.put(
        f"{cloud.url}/api/v1/trustedOrigins/{id}",
        json=body,
        headers={"Authorization": f"SSWS {API_TOKEN}"},
    ).raise_for_status()
    _, read, _ = cloud.engine.read(ORIGIN, id, state=state, inputs=inputs)
    expected = {"name": "UPDATE", "origin": "UPDATE", "scopes[0].type": "UPDATE"}
    assert cloud.engine.diff(ORIGIN, read, inputs).paths == expected
    after = cloud.engine.update(ORIGIN, id, read, inputs)
    assert {key: after[key] for key in given} == given


def test_a_refusal_reaches_the_user_in_okta_s_words(cloud: Cloud) -> None:
    given = {"label": "Web", "type": "web", "redirectUris": ["not a uri"]}
    with pytest.raises(CallError, match=r"Okta refused to create the application 'Web'.*E0000001"):
        cloud.engine.make(APP, given)


def test_a_rate_limit_is_waited_for(cloud: Cloud) -> None:
    fault = {"method": "POST", "path": "/api/v1/trustedOrigins", "status": 429}
    loopback.post(f"{cloud.url}/_local/faults", json=fault).raise_for_status()
    given = {"name": "o", "origin": "https://a.example", "scopes": [{"type": "CORS"}]}
    assert cloud.engine.make(ORIGIN, given)[0]


def test_a_broken_connection_is_told_as_uncertain(cloud: Cloud) -> None:
    fault = {"method": "POST", "path": "/api/v1/trustedOrigins", "drop": True}
    loopback.post(f"{cloud.url}/_local/faults", json=fault).raise_for_status()
    given = {"name": "o", "origin": "https://a.example", "scopes": [{"type": "CORS"}]}
    with pytest.raises(CallError, match="cannot be reached") as caught:
        cloud.engine.make(ORIGIN, given)
    assert caught.value.code == "UNKNOWN"


def test_look_ups_find_what_every_organization_has(cloud: Cloud) -> None:
    server, _ = cloud.engine.invoke("okta:auth/getServer:getServer", {"name": "default"})
    assert server["issuer"].startswith(cloud.url)
    everyone, _ = cloud.engine.invoke(EVERYONE, {})
    named, _ = cloud.engine.invoke("okta:group/getGroup:getGroup", {"name": "Everyone"})
    assert named["id"] == everyone["id"]
    members, _ = cloud.engine.invoke(
        "okta:group/getGroup:getGroup", {"id": named["id"], "includeUsers": True}
    )
    assert members["users"]
