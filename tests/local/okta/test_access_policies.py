"""Access policies and rules: priorities, what they are bound to, what deletion means."""

from __future__ import annotations

import pytest

from tests.local.okta.bodies import app_body, policy_body, rule_body, server_body
from tests.local.okta.conftest import Okta

SERVERS = "/api/v1/authorizationServers"


@pytest.fixture
def policies(okta: Okta) -> str:
    """The path of a new server's policies."""
    return f"{SERVERS}/{okta.post(SERVERS, server_body())['id']}/policies"


@pytest.fixture(params=["policies", "rules"])
def ranked(request: pytest.FixtureRequest, okta: Okta, policies: str) -> str:
    """The path of things that have priorities, empty so far."""
    if request.param == "policies":
        return policies
    return f"{policies}/{okta.post(policies, policy_body())['id']}/rules"


def add(okta: Okta, ranked: str, name: str, priority: int | None = None) -> str:
    body = rule_body(name) if ranked.endswith("rules") else policy_body(name)
    sent = body | ({"priority": priority} if priority else {})
    return str(okta.post(ranked, sent)["id"])


def order(okta: Okta, ranked: str) -> list[tuple[str, int]]:
    return [(one["name"], one["priority"]) for one in okta.get(ranked)]


def test_priorities_make_room_and_have_no_gaps(okta: Okta, ranked: str) -> None:
    add(okta, ranked, "a", 1)
    add(okta, ranked, "b", 1)
    middle = add(okta, ranked, "c", 2)
    add(okta, ranked, "d", 10**30)
    add(okta, ranked, "e")
    assert order(okta, ranked) == [("b", 1), ("c", 2), ("a", 3), ("d", 4), ("e", 5)]
    okta.delete(f"{ranked}/{middle}")
    assert order(okta, ranked) == [("b", 1), ("a", 2), ("d", 3), ("e", 4)]


def test_an_update_moves_only_when_it_says_so(okta: Okta, ranked: str) -> None:
    ids = {name: add(okta, ranked, name) for name in "abc"}
    body = rule_body("c") if ranked.endswith("rules") else policy_body("c")
    okta.put(f"{ranked}/{ids['c']}", body)
    assert order(okta, ranked) == [("a", 1), ("b", 2), ("c", 3)]
    assert okta.put(f"{ranked}/{ids['c']}", body | {"priority": 1})["priority"] == 1
    assert order(okta, ranked) == [("c", 1), ("a", 2), ("b", 3)]


def test_they_are_switched_off_and_on(okta: Okta, ranked: str) -> None:
    path = f"{ranked}/{add(okta, ranked, 'a')}"
    for verb, status in (("deactivate", "INACTIVE"), ("activate", "ACTIVE")):
        assert okta.client.post(f"{path}/lifecycle/{verb}").status_code == 204
        assert okta.get(path)["status"] == status


def test_the_same_names_are_free_elsewhere(okta: Okta, policies: str) -> None:
    first = okta.post(policies, policy_body("First"))["id"]
    second = okta.post(policies, policy_body("Second"))["id"]
    for policy in (first, second):
        okta.post(f"{policies}/{policy}/rules", rule_body("Sign in"))
    okta.post(f"{SERVERS}/default/policies", policy_body("First"))


def test_a_rule_is_filled_with_defaults(okta: Okta, policies: str) -> None:
    rules = f"{policies}/{okta.post(policies, policy_body())['id']}/rules"
    made = okta.post(
        rules,
        {"name": "Bare", "conditions": {"grantTypes": {"include": ["authorization_code"]}}},
    )
    assert made["actions"]["token"] == {
        "accessTokenLifetimeMinutes": 60,
        "refreshTokenLifetimeMinutes": 0,
        "refreshTokenWindowMinutes": 10080,
    }
    # The vendor's provider reads these without looking whether they are there (okta.md 3).
    assert made["conditions"] == {
        "grantTypes": {"include": ["authorization_code"]},
        "scopes": {"include": []},
        "people": {
            "groups": {"include": [], "exclude": []},
            "users": {"include": [], "exclude": []},
        },
    }
    assert (made["priority"], made["status"], made["system"]) == (1, "ACTIVE", False)


def test_a_policy_is_for_clients_that_exist(okta: Okta, policies: str) -> None:
    client_id = okta.post("/api/v1/apps", app_body(credentials={"client_id": "my-client"}))
    assert client_id["credentials"]["oauthClient"]["client_id"] == "my-client"
    made = okta.post(policies, policy_body("Mine", "my-client"))
    assert made["conditions"] == {"clients": {"include": ["my-client"]}}


def test_rules_forget_groups_and_people_who_are_gone(okta: Okta, policies: str) -> None:
    rules = f"{policies}/{okta.post(policies, policy_body())['id']}/rules"
    group = okta.post("/api/v1/groups", {"profile": {"name": "Gone"}})["id"]
    carol = okta.get("/api/v1/users/carol@example.com")["id"]
    people = {
        "groups": {"include": [group], "exclude": [group]},
        "users": {"include": [carol], "exclude": []},
    }
    rule = okta.post(rules, rule_body(conditions={"people": people}))["id"]
    okta.delete(f"/api/v1/groups/{group}")
    okta.delete(f"/api/v1/users/{carol}")
    assert okta.get(f"{rules}/{rule}")["conditions"]["people"]["users"]["include"] == [carol]
    okta.delete(f"/api/v1/users/{carol}")
    assert okta.get(f"{rules}/{rule}")["conditions"]["people"] == {
        "groups": {"include": [], "exclude": []},
        "users": {"include": [], "exclude": []},
    }


def test_a_deleted_server_leaves_nothing_behind(okta: Okta) -> None:
    before = _collections(okta)
    server = okta.post(SERVERS, server_body())["id"]
    path = f"{SERVERS}/{server}"
    policy = okta.post(f"{path}/policies", policy_body())["id"]
    okta.post(f"{path}/policies/{policy}/rules", rule_body())
    okta.get(f"{path}/credentials/keys")
    okta.post(f"{path}/lifecycle/deactivate")
    okta.delete(path)
    assert _collections(okta) == before


def _collections(okta: Okta) -> list[tuple[object, ...]]:
    return okta.emulator.store.query(
        "SELECT collection, count(*) FROM documents WHERE collection != 'log' GROUP BY 1"
    )
