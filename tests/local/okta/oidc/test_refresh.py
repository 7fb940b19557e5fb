"""Refresh tokens: lifetimes, rotation, reuse (okta.md 4.3; M63)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from joserfc import jws

from tests.local.okta.oidc.conftest import ALICE, Shop

Json = dict[str, Any]
SCOPE = "openid email offline_access"
INVALID = "The refresh token is invalid or expired."


def refresh(shop: Shop, token: str, **more: Any) -> httpx.Response:
    """Use a refresh token."""
    return shop.token({"grant_type": "refresh_token", "refresh_token": token} | more)


def rotate(shop: Shop, leeway: int = 0) -> None:
    """Let the application's refresh tokens rotate."""
    shop.set(refresh_token={"rotation_type": "ROTATE", "leeway": leeway})


def active(shop: Shop, token: str) -> bool:
    """Tell whether introspection calls a token active."""
    return bool(shop.call("introspect", {"token": token}).json()["active"])


def test_it_needs_the_scope_and_the_grant(shop: Shop) -> None:
    assert "refresh_token" not in shop.tokens(scope="openid")
    assert "refresh_token" in shop.tokens(scope=SCOPE)
    shop.set(grant_types=["authorization_code"], refresh_token=None)
    assert "refresh_token" not in shop.tokens(scope=SCOPE)
    response = refresh(shop, "anything")
    assert response.json()["error"] == "unauthorized_client"


def test_a_static_one_stays(shop: Shop) -> None:
    first = shop.tokens(scope=SCOPE)
    shop.okta.post("/_local/clock", {"advance": 3601})
    second = refresh(shop, first["refresh_token"]).json()
    assert second["refresh_token"] == first["refresh_token"]
    for name in ("id_token", "access_token"):
        payloads = [jws.extract_compact(one[name].encode()).payload for one in (first, second)]
        before, after = map(json.loads, payloads)
        # M36: the sign-in is as old as it was, however new the token is.
        assert (after["auth_time"], after["iat"] > before["iat"]) == (before["auth_time"], True)
    assert not active(shop, first["access_token"])
    assert active(shop, second["access_token"])


def test_a_rotating_one_is_replaced_and_its_reuse_ends_everything(shop: Shop) -> None:
    rotate(shop)
    first = shop.tokens(scope=SCOPE)
    second = refresh(shop, first["refresh_token"]).json()
    third = refresh(shop, second["refresh_token"]).json()
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    reused = refresh(shop, first["refresh_token"])
    assert reused.json() == {"error": "invalid_grant", "error_description": INVALID}
    assert "came again" in shop.reason()
    assert refresh(shop, third["refresh_token"]).status_code == 400
    assert shop.reason() == "invalid_grant: the refresh token is revoked"
    assert not active(shop, third["access_token"])
    assert active(shop, shop.tokens(scope=SCOPE)["access_token"])


def test_the_leeway_forgives_a_lost_answer(shop: Shop) -> None:
    rotate(shop, leeway=30)
    first = shop.tokens(scope=SCOPE)["refresh_token"]
    refresh(shop, first)
    shop.okta.post("/_local/clock", {"advance": 20})
    assert refresh(shop, first).status_code == 200
    shop.okta.post("/_local/clock", {"advance": 11})
    assert refresh(shop, first).status_code == 400


@pytest.mark.parametrize(
    ("lifetime", "window", "steps"),
    [
        (0, 10, [(599, 200), (599, 200), (601, 400)]),
        (20, 10, [(599, 200), (590, 200), (20, 400)]),
    ],
)
@pytest.mark.parametrize("rotating", [True, False])
def test_it_ends_unused_and_at_the_end_of_its_lifetime(
    shop: Shop, lifetime: int, window: int, steps: list[tuple[int, int]], rotating: bool
) -> None:
    policies = "/api/v1/authorizationServers/default/policies"
    (policy,) = shop.okta.get(policies)
    (rule,) = shop.okta.get(f"{policies}/{policy['id']}/rules")
    rule["actions"]["token"] |= {
        "accessTokenLifetimeMinutes": 5,
        "refreshTokenLifetimeMinutes": lifetime,
        "refreshTokenWindowMinutes": window,
    }
    shop.okta.put(f"{policies}/{policy['id']}/rules/{rule['id']}", rule)
    if rotating:
        rotate(shop)
    token = shop.tokens(scope=SCOPE)["refresh_token"]
    first = shop.call("introspect", {"token": token}).json()
    for seconds, status in steps:
        shop.okta.post("/_local/clock", {"advance": seconds})
        response = refresh(shop, token)
        assert response.status_code == status
        token = response.json().get("refresh_token", token)
        found = shop.call("introspect", {"token": token}).json()
        assert found["active"] == (status == 200)
        if lifetime and found["active"]:
            assert found["exp"] <= first["iat"] + lifetime * 60 + 1
    assert shop.reason() == "invalid_grant: the refresh token has expired"


@pytest.mark.parametrize("rotating", [True, False])
def test_scopes_can_be_fewer_never_more(shop: Shop, rotating: bool) -> None:
    if rotating:
        rotate(shop)
    token = shop.tokens(scope=SCOPE)["refresh_token"]
    fewer = refresh(shop, token, scope="openid offline_access").json()
    assert fewer["scope"] == "openid offline_access"
    whole = refresh(shop, fewer["refresh_token"]).json()
    assert whole["scope"] == SCOPE
    token = whole["refresh_token"]
    assert refresh(shop, token, scope="openid profile").json()["error"] == "invalid_scope"


def test_unknown_ones_and_those_of_others_are_refused(shop: Shop) -> None:
    assert refresh(shop, "unknown").status_code == 400
    token = shop.tokens(scope=SCOPE)["refresh_token"]
    other = shop.okta.post("/api/v1/apps", {**shop.app, "label": "Other", "credentials": {}})
    client = other["credentials"]["oauthClient"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    response = shop.token(form, auth=(client["client_id"], client["client_secret"]))
    assert response.json()["error"] == "invalid_grant"
    assert refresh(shop, token).status_code == 200


def test_revocation_ends_what_belongs_together(shop: Shop) -> None:
    tokens = shop.tokens(scope=SCOPE)
    assert active(shop, tokens["refresh_token"])
    assert shop.call("revoke", {"token": "unknown"}).status_code == 200
    response = shop.call("revoke", {"token": tokens["access_token"]})
    assert (response.status_code, response.content) == (200, b"")
    assert not active(shop, tokens["access_token"])
    renewed = refresh(shop, tokens["refresh_token"]).json()
    assert active(shop, renewed["access_token"])
    shop.call("revoke", {"token": tokens["refresh_token"]})
    assert not active(shop, renewed["access_token"])
    assert not active(shop, tokens["refresh_token"])
    assert refresh(shop, tokens["refresh_token"]).status_code == 400


def test_tokens_of_somebody_suspended_are_good_for_nothing(shop: Shop) -> None:
    tokens = shop.tokens(scope=SCOPE)
    shop.okta.post(f"/api/v1/users/{ALICE}/lifecycle/suspend")
    for name in ("access_token", "refresh_token"):
        assert not active(shop, tokens[name])
    assert refresh(shop, tokens["refresh_token"]).json()["error_description"] == INVALID
    assert shop.reason() == "invalid_grant: the person may not sign in any more"


def test_another_client_can_neither_revoke_nor_look_at_a_refresh_token(shop: Shop) -> None:
    tokens = shop.tokens(scope=SCOPE)
    other = shop.okta.post("/api/v1/apps", {**shop.app, "label": "Other", "credentials": {}})
    client = other["credentials"]["oauthClient"]
    auth = (client["client_id"], client["client_secret"])
    for name in ("access_token", "refresh_token"):
        assert shop.call("revoke", {"token": tokens[name]}, auth=auth).status_code == 200
        assert active(shop, tokens[name])
    looked = shop.call("introspect", {"token": tokens["refresh_token"]}, auth=auth).json()
    assert looked == {"active": False}


def test_introspection_tells_clients_only(shop: Shop) -> None:
    tokens = shop.tokens(scope=SCOPE)
    assert shop.call("introspect", {"token": tokens["access_token"]}, auth=None).status_code == 401
    found = shop.call("introspect", {"token": tokens["access_token"]}).json()
    assert (found["client_id"], found["username"], found["scope"]) == (
        shop.client_id,
        ALICE,
        SCOPE,
    )
    assert shop.call("introspect", {"token": tokens["id_token"]}).json() == {"active": False}
    assert shop.call("introspect", {}).json()["error"] == "invalid_request"
