"""Authorize requests and what they get (okta.md 4.2).

What is refused is in `tests/end_to_end/hostile`.
"""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup

from tests.local.okta.bodies import origin_body
from tests.local.okta.oidc.conftest import (
    ALICE,
    CALLBACK,
    CAROL,
    PASSWORD,
    VERIFIER,
    Shop,
    answer_of,
    register,
)


def test_nobody_signed_in_gets_a_page_and_then_the_code_goes_back(shop: Shop) -> None:
    """M39, M43, M45."""
    browser = shop.browser()
    page = shop.authorize(browser, login_hint=ALICE)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert PASSWORD in page.text
    assert BeautifulSoup(page.text, "html.parser").find(id="identifier", value=ALICE)
    answer = answer_of(browser.sign_in(page))
    assert (answer["to"], answer["in"], answer["state"]) == (CALLBACK, "query", "state-1")
    assert set(answer) == {"to", "in", "state", "code"}
    assert browser.sign_in(page).status_code == 403  # a form is for one sign-in


def test_somebody_signed_in_comes_back_at_once(shop: Shop) -> None:
    """M44: with a session there is no page, with and without prompt=none."""
    browser = shop.browser()
    first = answer_of(browser.sign_in(shop.authorize(browser)))
    second = answer_of(shop.authorize(browser))
    third = answer_of(shop.authorize(browser, prompt="none"))
    assert len({first["code"], second["code"], third["code"]}) == 3


def test_the_pages_need_no_script_and_label_their_fields(shop: Shop) -> None:
    """M43: labels, a title, a language, an alert after a mistake."""
    browser = shop.browser()
    page = shop.authorize(browser)
    failed = browser.sign_in(page, password="wrong")
    assert failed.status_code == 401
    assert "idx" not in browser.cookies
    assert shop.reason() == "access_denied: wrong login or password"
    for response in (page, failed):
        html = BeautifulSoup(response.text, "html.parser")
        assert html.script is None
        assert html.html is not None
        assert html.html["lang"] == "en"
        labelled = {str(label["for"]) for label in html.find_all("label")}
        shown = {str(one["id"]) for one in html.find_all("input") if one.get("type") != "hidden"}
        assert labelled == shown
    assert BeautifulSoup(failed.text, "html.parser").find(role="alert") is not None
    assert answer_of(browser.sign_in(failed))["code"]


def test_a_session_cookie_is_out_of_reach_of_scripts(shop: Shop) -> None:
    browser = shop.browser()
    response = browser.sign_in(shop.authorize(browser))
    (line,) = [one for one in response.headers.get_list("set-cookie") if one.startswith("idx=")]
    flags = {part.strip().lower() for part in line.split(";")[1:]}
    assert flags == {"httponly", "secure", "samesite=none", "path=/"}


def test_who_is_not_assigned_gets_no_code(shop: Shop) -> None:
    browser = shop.browser()
    answer = answer_of(browser.sign_in(shop.authorize(browser), CAROL))
    assert answer["error"] == "access_denied"
    assert answer["error_description"] == "User is not assigned to the client application."
    carol = shop.okta.get(f"/api/v1/users/{CAROL}")["id"]
    shop.okta.post(f"/api/v1/apps/{shop.app['id']}/users", {"id": carol})
    assert answer_of(shop.authorize(browser, prompt="none"))["code"]


def test_an_application_may_be_for_everybody(shop: Shop) -> None:
    """Federation Broker Mode: nobody needs an assignment (okta.md 1.2)."""
    shop.app["settings"]["implicitAssignment"] = True
    shop.set()
    assert shop.code(CAROL)


@pytest.mark.parametrize(
    ("prompt", "age", "asked"),
    [("login", None, True), (None, 10, True), (None, 0, True), (None, 20, False)],
)
def test_prompt_and_max_age_ask_again_and_are_then_satisfied(
    shop: Shop, prompt: str | None, age: int | None, asked: bool
) -> None:
    """M36: an old session is not good enough, a new one is."""
    browser = shop.browser()
    browser.sign_in(shop.authorize(browser))
    shop.okta.post("/_local/clock", {"advance": 11})
    answer = shop.authorize(browser, prompt=prompt, max_age=age)
    assert (answer.status_code == 200) == asked
    assert answer_of(browser.sign_in(answer) if asked else answer)["code"]


def test_signing_in_again_ends_the_session_before(shop: Shop) -> None:
    """R5: a session that somebody else has planted in the browser is worth nothing afterwards."""
    browser, planted = shop.browser(), shop.browser()
    browser.sign_in(shop.authorize(browser))
    planted.cookies = dict(browser.cookies)
    assert answer_of(shop.authorize(planted, prompt="none"))["code"]
    browser.sign_in(shop.authorize(browser, prompt="login"))
    assert answer_of(shop.authorize(browser, prompt="none"))["code"]
    assert answer_of(shop.authorize(planted, prompt="none"))["error"] == "login_required"


def test_a_session_ends_after_two_hours_without_use(shop: Shop) -> None:
    browser = shop.browser()
    browser.sign_in(shop.authorize(browser))
    for seconds, found in ((7000, "code"), (7000, "code"), (7201, "error")):
        shop.okta.post("/_local/clock", {"advance": seconds})
        assert found in answer_of(shop.authorize(browser, prompt="none"))


def test_a_form_may_carry_the_request(shop: Shop) -> None:
    browser = shop.browser()
    page = browser.send("POST", "/oauth2/default/v1/authorize", data=shop.parameters())
    assert answer_of(browser.sign_in(page))["code"]


def test_response_modes_carry_the_same_answer(shop: Shop) -> None:
    browser = shop.browser()
    browser.sign_in(shop.authorize(browser))
    assert answer_of(shop.authorize(browser, response_mode="query"))["in"] == "query"
    assert answer_of(shop.authorize(browser, response_mode="fragment"))["in"] == "fragment"
    page = shop.authorize(browser, response_mode="form_post")
    form = BeautifulSoup(page.text, "html.parser").form
    assert form is not None
    assert form["action"] == CALLBACK
    assert {str(one["name"]) for one in form.find_all("input")} == {"code", "state"}
    assert "form-action 'self' https://shop.test;" in page.headers["content-security-policy"]
    page = shop.authorize(browser, response_mode="okta_post_message")
    called = re.search(r"postMessage\((\{.*\}), (\".*\")\)", page.text)
    assert called is not None
    assert set(json.loads(called[1])) == {"code", "state"}
    assert json.loads(called[2]) == "https://shop.test"
    policy = page.headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://shop.test")


def test_a_redirect_uri_keeps_its_own_query(shop: Shop) -> None:
    browser = shop.browser()
    page = shop.authorize(browser, redirect_uri="https://shop.test/cb?a=1")
    location = browser.sign_in(page).headers["location"]
    assert location.startswith("https://shop.test/cb?a=1&code=")


@pytest.mark.parametrize(
    ("uri", "start"),
    [
        ("https://shop.test/cb?", "https://shop.test/cb?error="),
        ("https://shop.test/cb?a=1&", "https://shop.test/cb?a=1&error="),
        ("https://shop.test/\u65e5", "https://shop.test/%E6%97%A5?error="),
    ],
)
def test_an_answer_continues_the_registered_uri(shop: Shop, uri: str, start: str) -> None:
    shop.set(redirect_uris=[uri])
    answer = shop.authorize(shop.browser(), redirect_uri=uri, prompt="none")
    assert answer.headers["location"].startswith(start)


def test_only_trusted_origins_may_frame_the_sign_in_page(shop: Shop) -> None:
    policy = shop.authorize(shop.browser()).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self'")
    made = shop.okta.post(
        "/api/v1/trustedOrigins",
        origin_body("https://shop.test", scopes=[{"type": "IFRAME_EMBED"}]),
    )
    policy = shop.authorize(shop.browser()).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://shop.test")
    shop.okta.post(made["_links"]["deactivate"]["href"])
    policy = shop.authorize(shop.browser()).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self'")


def demand_consent(shop: Shop) -> None:
    """Declare a scope that people have to allow, and let the shop ask for it."""
    scopes = "/api/v1/authorizationServers/default/scopes"
    shop.okta.post(scopes, {"name": "orders", "consent": "REQUIRED", "displayName": "See orders"})
    shop.set(consent_method="REQUIRED")


def test_consent_makes_no_old_session_good_and_is_for_one_client(shop: Shop) -> None:
    """M36, M60."""
    demand_consent(shop)
    browser, wanted = shop.browser(), "openid orders"
    browser.sign_in(shop.authorize(browser))
    page = shop.authorize(browser, scope=wanted, max_age=10)
    shop.okta.post("/_local/clock", {"advance": 11})
    again = browser.submit(page, decision="allow")
    assert again.status_code == 200
    assert answer_of(browser.sign_in(again))["code"]
    shop.app = register(shop.okta, "client_secret_post")
    shop.set(consent_method="REQUIRED")
    silent = answer_of(shop.authorize(browser, scope=wanted, prompt="none"))
    assert silent["error"] == "consent_required"


def test_consent_is_asked_for_once_and_again_when_prompted(shop: Shop) -> None:
    """M60."""
    demand_consent(shop)
    browser, wanted = shop.browser(), "openid orders"
    # Scopes with implicit consent alone are nothing to ask about.
    assert answer_of(browser.sign_in(shop.authorize(browser, prompt="login consent")))["code"]
    browser = shop.browser()
    page = browser.sign_in(shop.authorize(browser, scope=wanted))
    assert (page.status_code, "See orders" in page.text) == (200, True)
    silent = answer_of(shop.authorize(browser, scope=wanted, prompt="none"))
    assert silent["error"] == "consent_required"
    denied = answer_of(browser.submit(page, decision="deny"))
    assert (denied["error"], denied["state"]) == ("access_denied", "state-1")
    page = shop.authorize(browser, scope=wanted)
    assert answer_of(browser.submit(page, decision="allow"))["code"]
    assert answer_of(shop.authorize(browser, scope=wanted, prompt="none"))["code"]
    page = shop.authorize(browser, scope=wanted, prompt="consent")
    assert answer_of(browser.submit(page, decision="allow"))["code"]


@pytest.mark.parametrize("kind", ["IMPLICIT", "REQUIRED", "FLEXIBLE"])
@pytest.mark.parametrize("method", ["TRUSTED", "REQUIRED"])
@pytest.mark.parametrize("prompt", [None, "consent"])
def test_scope_application_and_prompt_decide_who_is_asked(
    shop: Shop, kind: str, method: str, prompt: str | None
) -> None:
    """M60: the table of `consent_method` (Okta, "Applications API")."""
    scopes = "/api/v1/authorizationServers/default/scopes"
    shop.okta.post(scopes, {"name": "orders", "consent": kind})
    shop.set(consent_method=method)
    browser = shop.browser()
    browser.sign_in(shop.authorize(browser))
    asked = shop.authorize(browser, scope="openid orders", prompt=prompt).status_code == 200
    assert asked == (kind != "IMPLICIT" and (method == "REQUIRED" or prompt == "consent"))


def test_nothing_secret_is_written_down(shop: Shop) -> None:
    """R2: neither password, code, verifier nor token is in the journal."""
    code = shop.code()
    tokens = shop.token(shop.redemption(code)).json()
    written = json.dumps(shop.okta.journal())
    secrets = [PASSWORD, code, VERIFIER, shop.secret, tokens["access_token"], tokens["id_token"]]
    assert not [one for one in secrets if one in written]
