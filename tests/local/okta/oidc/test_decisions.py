"""Access policies decide who gets which scopes (okta.md 4.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.okta.bodies import merged, policy_body, rule_body, server_body
from tests.local.okta.oidc.conftest import ALICE, CAROL, Shop, answer_of

Json = dict[str, Any]
SERVERS = "/api/v1/authorizationServers"
DENIED = "Policy evaluation failed for this request, please check the policy configurations."


def declare(shop: Shop, *rules: Json, clients: tuple[str, ...] = (), **policy: Any) -> str:
    """Give the shop a server of its own with a policy and rules; return the policy's path."""
    server = shop.okta.post(SERVERS, server_body())
    shop.server = server["id"]
    path = f"{SERVERS}/{server['id']}/policies"
    made = shop.okta.post(path, policy_body("Shop", *clients, **policy))
    for number, rule in enumerate(rules):
        shop.okta.post(f"{path}/{made['id']}/rules", rule | {"name": f"Rule {number}"})
    return f"{path}/{made['id']}"


def outcome(shop: Shop, **changes: Any) -> Json:
    """Sign Alice in and return the answer."""
    browser = shop.browser()
    return dict(answer_of(browser.sign_in(shop.authorize(browser, **changes))))


def test_a_server_without_a_policy_lets_nobody_in(shop: Shop) -> None:
    shop.server = shop.okta.post(SERVERS, server_body())["id"]
    answer = outcome(shop)
    assert (answer["error"], answer["error_description"]) == ("access_denied", DENIED)
    assert shop.reason() == "access_denied: no_matching_policy"


def test_a_policy_for_another_client_does_not_fit(shop: Shop) -> None:
    path = declare(shop, rule_body())
    assert "code" in outcome(shop)
    other = shop.okta.post("/api/v1/apps", {**shop.app, "label": "Other", "credentials": {}})
    client_id = other["credentials"]["oauthClient"]["client_id"]
    body = shop.okta.get(path)
    body["conditions"]["clients"]["include"] = [client_id]
    shop.okta.put(path, body)
    assert outcome(shop)["error"] == "access_denied"
    body["conditions"]["clients"]["include"] = [client_id, shop.client_id]
    shop.okta.put(path, body)
    assert "code" in outcome(shop)


@pytest.mark.parametrize("what", ["policy", "rule"])
def test_what_is_switched_off_does_not_count(shop: Shop, what: str) -> None:
    path = declare(shop, rule_body())
    if what == "rule":
        (rule,) = shop.okta.get(f"{path}/rules")
        path = f"{path}/rules/{rule['id']}"
    shop.okta.post(f"{path}/lifecycle/deactivate")
    assert outcome(shop)["error"] == "access_denied"


def test_a_rule_that_lacks_one_scope_is_skipped(shop: Shop) -> None:
    """M33: all requested scopes, in one rule."""
    few = rule_body(conditions={"scopes": {"include": ["openid", "email"]}})
    other = rule_body(conditions={"scopes": {"include": ["openid", "profile"]}})
    declare(shop, few, other)
    assert "code" in outcome(shop, scope="openid email")
    assert "code" in outcome(shop, scope="openid profile")
    assert outcome(shop, scope="openid profile email")["error"] == "access_denied"


def test_people_are_included_and_excluded(shop: Shop) -> None:
    (customers,) = shop.okta.get("/api/v1/groups", q="Customers")
    alice = shop.okta.get(f"/api/v1/users/{ALICE}")["id"]
    carol = shop.okta.get(f"/api/v1/users/{CAROL}")["id"]
    nobody: Json = {"groups": {"include": [], "exclude": []}, "users": {"include": []}}
    path = declare(shop, rule_body())
    (rule,) = shop.okta.get(f"{path}/rules")
    for people, found in (
        ({}, False),
        ({"groups": {"include": ["EVERYONE"]}}, True),
        ({"groups": {"include": [customers["id"]]}}, True),
        ({"users": {"include": [alice]}}, True),
        ({"users": {"include": [carol]}}, False),
        ({"groups": {"include": ["EVERYONE"], "exclude": [customers["id"]]}}, False),
        ({"groups": {"include": ["EVERYONE"]}, "users": {"exclude": [alice]}}, False),
    ):
        rule["conditions"]["people"] = merged(nobody, people)
        shop.okta.put(f"{path}/rules/{rule['id']}", rule)
        assert ("code" in outcome(shop)) == found, people


def test_the_first_rule_that_fits_gives_the_lifetimes(shop: Shop) -> None:
    def lasting(minutes: int, **conditions: Any) -> Json:
        actions = {"token": {"accessTokenLifetimeMinutes": minutes}}
        return rule_body(conditions=conditions, actions=actions)

    declare(shop, lasting(5, scopes={"include": ["openid"]}), lasting(10), lasting(15))
    assert shop.tokens(scope="openid")["expires_in"] == 300
    assert shop.tokens(scope="openid email")["expires_in"] == 600


def test_policies_come_before_rules_in_the_order_of_priorities(shop: Shop) -> None:
    path = declare(shop, rule_body(actions={"token": {"accessTokenLifetimeMinutes": 10}}))
    policies = path.rpartition("/")[0]
    first = shop.okta.post(policies, policy_body("First", priority=1))
    lasting = rule_body(actions={"token": {"accessTokenLifetimeMinutes": 20}})
    shop.okta.post(f"{policies}/{first['id']}/rules", lasting)
    assert shop.tokens()["expires_in"] == 1200
