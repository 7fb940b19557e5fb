"""Userinfo, logout, the browser's session, and what pages may read (okta.md 4.4 and 4.6)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.local.okta.bodies import origin_body
from tests.local.okta.oidc.conftest import ALICE, SIGNED_OUT, Browser, Shop, answer_of

SESSION = "/api/v1/sessions/me"
USERINFO = "/oauth2/default/v1/userinfo"
LOGOUT = "/oauth2/default/v1/logout"
SHOP = "https://shop.test"


def signed_in(shop: Shop, login: str = ALICE) -> tuple[Browser, dict[str, Any]]:
    """Return a browser in which somebody is signed in, and the tokens."""
    browser = shop.browser()
    code = answer_of(browser.sign_in(shop.authorize(browser), login))["code"]
    return browser, shop.token(shop.redemption(code)).json()


def ask(shop: Shop, token: str, scheme: str = "Bearer") -> httpx.Response:
    """Ask userinfo."""
    # In bytes, as httpx takes no other letters than ASCII in a text.
    headers = httpx.Headers([(b"Authorization", f"{scheme} {token}".encode())])
    return shop.okta.without_token("GET", USERINFO, headers=headers)


def test_userinfo_has_what_the_thin_id_token_lacks(shop: Shop) -> None:
    """M79."""
    alice = shop.okta.get(f"/api/v1/users/{ALICE}")
    found = ask(shop, shop.tokens()["access_token"]).json()
    assert found.pop("updated_at") > 0
    assert found == {
        "sub": alice["id"],
        "name": "Alice Archer",
        "given_name": "Alice",
        "family_name": "Archer",
        "preferred_username": ALICE,
        "email": ALICE,
        "email_verified": True,
    }


def test_logout_ends_the_session_and_returns(shop: Shop) -> None:
    """M49, R17: also with an ID token that has expired, also without a session."""
    browser, tokens = signed_in(shop)
    wanted = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": SIGNED_OUT,
        "state": "bye",
    }
    shop.okta.post("/_local/clock", {"advance": 4000})
    assert browser.send("GET", SESSION).status_code == 200
    for _ in range(2):
        response = browser.send("GET", LOGOUT, params=wanted)
        assert response.headers["location"] == f"{SIGNED_OUT}?state=bye"
        assert browser.send("GET", SESSION).status_code == 404
    assert answer_of(shop.authorize(browser, prompt="none"))["error"] == "login_required"
    response = browser.send("POST", LOGOUT, data={"id_token_hint": tokens["id_token"]})
    assert response.headers["location"] == "/login/login.htm"


def test_the_session_of_the_browser(shop: Shop) -> None:
    browser, _ = signed_in(shop)
    found = browser.send("GET", SESSION).json()
    assert (found["login"], found["status"], found["amr"]) == (ALICE, "ACTIVE", ["pwd"])
    assert found["_links"]["refresh"]["href"] == f"{shop.okta.url}{SESSION}/lifecycle/refresh"
    shop.okta.post("/_local/clock", {"advance": 60})
    later = browser.send("POST", f"{SESSION}/lifecycle/refresh").json()
    assert later["expiresAt"] > found["expiresAt"]
    assert later["lastPasswordVerification"] == found["lastPasswordVerification"]
    assert browser.send("DELETE", SESSION).status_code == 204
    assert browser.send("DELETE", SESSION).status_code == 404


def test_suspending_somebody_ends_the_session(shop: Shop) -> None:
    browser, tokens = signed_in(shop)
    shop.okta.post(f"/api/v1/users/{ALICE}/lifecycle/suspend")
    assert browser.send("GET", SESSION).status_code == 404
    assert ask(shop, tokens["access_token"]).status_code == 401
    assert browser.sign_in(shop.authorize(browser)).status_code == 401


def test_one_can_sign_in_to_okta_itself(shop: Shop) -> None:
    browser = shop.browser()
    assert browser.send("GET", "/app/UserHome").headers["location"] == "/login/login.htm"
    response = browser.sign_in(browser.send("GET", "/login/login.htm"))
    assert response.headers["location"] == "/app/UserHome"
    assert ALICE in browser.send("GET", "/app/UserHome").text


@pytest.mark.parametrize(
    ("method", "path", "everyone"),
    [
        ("GET", USERINFO, True),
        ("GET", "/oauth2/v1/userinfo", True),
        ("POST", "/oauth2/default/v1/token", False),
        ("POST", "/oauth2/default/v1/introspect", False),
        ("POST", "/oauth2/default/v1/revoke", False),
        ("GET", SESSION, False),
        ("DELETE", SESSION, False),
        ("POST", f"{SESSION}/lifecycle/refresh", False),
    ],
)
def test_pages_at_trusted_origins_read_answers_with_cookies(
    shop: Shop, method: str, path: str, everyone: bool
) -> None:
    def headers(origin: str, method: str, **more: str) -> httpx.Headers:
        sent = {"Origin": origin, **more}
        return shop.okta.without_token(method, path, headers=sent).headers

    asked = {"Access-Control-Request-Method": method}
    for found in (headers(SHOP, method), headers(SHOP, "OPTIONS", **asked)):
        assert found.get("access-control-allow-origin") == ("*" if everyone else None)
        assert "access-control-allow-credentials" not in found
    trusted = shop.okta.post("/api/v1/trustedOrigins", origin_body(SHOP))["_links"]
    for found in (headers(SHOP, method), headers(SHOP, "OPTIONS", **asked)):
        assert found["access-control-allow-origin"] == SHOP
        assert found["access-control-allow-credentials"] == "true"
    for other in ("https://shop.test:8443", "http://shop.test", "https://SHOP.test"):
        assert headers(other, method).get("access-control-allow-origin") != other
    shop.okta.post(trusted["deactivate"]["href"])
    assert headers(SHOP, method).get("access-control-allow-origin") == ("*" if everyone else None)


def test_authorize_and_logout_are_for_navigation_only(shop: Shop) -> None:
    shop.okta.post("/api/v1/trustedOrigins", origin_body(SHOP))
    for path in ("/oauth2/default/v1/authorize", LOGOUT):
        response = shop.okta.without_token("GET", path, headers={"Origin": SHOP})
        assert "access-control-allow-origin" not in response.headers
