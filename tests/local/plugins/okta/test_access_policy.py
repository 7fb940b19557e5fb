"""Access policies and their rules are made and changed by the vendor provider's calls."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.local.plugins.engine_client import UNKNOWN, CallError, EngineClient
from tests.local.plugins.okta.double import Call, OktaDouble

POLICY = "okta:auth/serverPolicy:ServerPolicy"
RULE = "okta:auth/serverPolicyRule:ServerPolicyRule"
_POLICIES = "/api/v1/authorizationServers/aus1/policies"
_RULES = f"{_POLICIES}/pol1/rules"
_POLICY = {
    "authServerId": "aus1",
    "name": "visitors",
    "description": "d",
    "priority": 1,
    "clientWhitelists": ["0oa1"],
}
_RULE: dict[str, Any] = {
    "authServerId": "aus1",
    "policyId": "pol1",
    "name": "sign in",
    "priority": 1,
    "grantTypeWhitelists": ["authorization_code"],
    "scopeWhitelists": ["openid", "profile"],
    "groupWhitelists": ["EVERYONE"],
}


def test_a_policy_is_made_and_read(engine: EngineClient, okta: OktaDouble) -> None:
    id, state, inputs = engine.make(POLICY, _POLICY)
    assert okta.lines() == [f"POST {_POLICIES}", f"GET {_POLICIES}/{id}"]
    assert okta.calls[0].body == {
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "name": "visitors",
        "description": "d",
        "priority": 1,
        "status": "ACTIVE",
        "conditions": {"clients": {"include": ["0oa1"]}},
    }
    assert engine.diff(POLICY, state, inputs).paths == {}
    assert engine.read(POLICY, f"aus1/{id}")[:2] == (id, state)


def test_a_policy_cannot_begin_inactive(engine: EngineClient, okta: OktaDouble) -> None:
    with pytest.raises(CallError, match="The access policy visitors cannot be created INACTIVE"):
        engine.make(POLICY, {**_POLICY, "status": "INACTIVE"})
    assert okta.calls == []


@pytest.mark.parametrize(("token", "given"), [(POLICY, _POLICY), (RULE, _RULE)])
def test_a_status_changes_after_the_rest(
    engine: EngineClient, okta: OktaDouble, token: str, given: dict[str, Any]
) -> None:
    id, state, inputs = engine.make(token, given)
    path = f"{okta.calls[0].path}/{id}"
    okta.forget()
    engine.update(token, id, state, inputs | {"status": "INACTIVE", "name": "n"})
    lines = [f"PUT {path}", f"POST {path}/lifecycle/deactivate", f"GET {path}"]
    assert okta.lines() == lines
    okta.forget()
    engine.delete(token, id, state)
    assert okta.lines() == [f"DELETE {path}"]


def test_a_rule_is_sent_with_its_unset_refresh_lifetime_as_zero(
    engine: EngineClient, okta: OktaDouble
) -> None:
    id, state, inputs = engine.make(RULE, _RULE)
    assert okta.lines() == [f"POST {_RULES}", f"GET {_RULES}/{id}"]
    assert okta.calls[0].body == {
        "type": "RESOURCE_ACCESS",
        "name": "sign in",
        "priority": 1,
        "status": "ACTIVE",
        "conditions": {
            "grantTypes": {"include": ["authorization_code"]},
            "scopes": {"include": ["openid", "profile"]},
            "people": {"groups": {"include": ["EVERYONE"]}, "users": {}},
        },
        "actions": {
            "token": {
                "accessTokenLifetimeMinutes": 60,
                "refreshTokenLifetimeMinutes": 0,
                "refreshTokenWindowMinutes": 10080,
            }
        },
    }
    assert engine.diff(RULE, state, inputs).paths == {}
    imported = engine.read(RULE, f"aus1/pol1/{id}")
    assert imported[:2] == (id, state)
    assert engine.diff(RULE, imported[1], inputs).paths == {}


def test_everything_of_a_rule_is_sent_and_read_back(engine: EngineClient, okta: OktaDouble) -> None:
    given = _RULE | {
        "accessTokenLifetimeMinutes": 30,
        "refreshTokenLifetimeMinutes": 600,
        "refreshTokenWindowMinutes": 300,
        "groupBlacklists": ["00g2"],
        "userWhitelists": ["00u1"],
        "userBlacklists": ["00u2"],
        "inlineHookId": "cal1",
    }
    _, state, _ = engine.make(RULE, given)
    assert {name: state[name] for name in given} == given
    assert okta.calls[0].body["actions"]["token"]["inlineHook"] == {"id": "cal1"}


def test_rules_are_written_one_at_a_time(engine: EngineClient, okta: OktaDouble) -> None:
    """Okta shuffles priorities when they are written side by side."""
    inside, most, guard = [0], [0], threading.Lock()
    answer = okta.create
    entered = threading.Event()

    def watch(call: Call) -> httpx.Response:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        entered.wait(0.02)
        made = answer(call)
        with guard:
            inside[0] -= 1
        return made

    okta.handle("POST /api/v1/.+/rules", watch)
    inputs = engine.check(RULE, _RULE).inputs
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: engine.create(RULE, inputs), range(6)))
    assert len(okta.objects) == 6
    assert most == [1]


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        (
            {"grantTypeWhitelists": ["implicit"], "groupWhitelists": []},
            "grantTypeWhitelists",
            "needs userWhitelists or groupWhitelists",
        ),
        ({"refreshTokenLifetimeMinutes": 30}, "refreshTokenLifetimeMinutes", "at least 60"),
        ({"refreshTokenLifetimeMinutes": 600}, "refreshTokenWindowMinutes", "expected 60 to 600"),
        ({"priority": "first"}, "priority", "expected a whole number"),
    ],
)
def test_mistakes_of_a_rule_are_found_before_anything_is_sent(
    engine: EngineClient, given: dict[str, Any], path: str, words: str
) -> None:
    failures = engine.check(RULE, {**_RULE, **given}).failures
    assert list(failures) == [path]
    assert words in failures[path]


@pytest.mark.parametrize(
    "given",
    [
        {"refreshTokenLifetimeMinutes": 600, "refreshTokenWindowMinutes": 300},
        {"refreshTokenLifetimeMinutes": UNKNOWN},
        {"grantTypeWhitelists": UNKNOWN},
        {"grantTypeWhitelists": ["implicit"], "groupWhitelists": UNKNOWN},
    ],
)
def test_sound_and_unknown_rules_pass(engine: EngineClient, given: dict[str, Any]) -> None:
    assert not engine.check(RULE, {**_RULE, **given}).failures
