"""What goes wrong is said in words, keeps Messenger shut, and never goes round in circles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from playwright.sync_api import Page, Route, expect

from local.okta.oidc.signatures import Signatures
from tests.browser.conftest import Arrive
from tests.browser.people import (
    LAUNCHER,
    Person,
    expect_failure,
    expect_state,
    fill_in,
    press_sign_in,
    screenshot,
)
from tests.browser.stacks import Stack
from tests.browser.test_visit import authorizations, exchanges
from tests.end_to_end.clouds import CAROL

EXCHANGE = "**/api/v2/webdeployments/token/oauthcodegrantjwtexchange"
REDEEM = "/api/v2/webdeployments/token/oauthcodegrantjwtexchange"
# The first code, one more by Messenger's own wish, and not a third.
MOST_EXCHANGES = 2


def order(stack: Stack, cloud: str, **fault: Any) -> None:
    """Order an error or a delay from one of the clouds."""
    client = stack.clouds.okta.client if cloud == "okta" else stack.clouds.genesys.anyone
    client.post("/_local/faults", json=fault).raise_for_status()


def withdraw(stack: Stack) -> None:
    """Withdraw all orders."""
    for client in (stack.clouds.okta.client, stack.clouds.genesys.anyone):
        client.delete("/_local/faults").raise_for_status()


def assert_nothing_began(person: Person) -> None:
    """No conversation, and no storm of attempts."""
    assert person.stack.clouds.conversations() == []
    assert len(exchanges(person)) <= MOST_EXCHANGES


def tampered(token: str, _: bytes, __: str) -> str:
    head, _body, signature = token.split(".")
    return f"{head}.{_body[:-4]}{'AAAA' if _body[-4:] != 'AAAA' else 'BBBB'}.{signature}"


def symmetric(_: str, claims: bytes, secret: str) -> str:
    key = OctKey.import_key(secret)
    return jws.serialize_compact({"alg": "HS256"}, claims, key, algorithms=["HS256"])


def unsigned(token: str, _: bytes, __: str) -> str:
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


@pytest.mark.parametrize("forge", [tampered, symmetric, unsigned])
def test_a_token_that_genesys_cannot_believe_is_refused_visibly(
    arrive: Arrive, monkeypatch: pytest.MonkeyPatch, forge: Callable[[str, bytes, str], str]
) -> None:
    """R1, M62, M69, M70, M72: tampered with, HS256, and no signature at all."""
    alice = arrive(approach="endpoint", at_okta=True)
    clouds = alice.stack.clouds
    app = clouds.messenger_app()
    told = clouds.okta.client.put(f"/api/v1/apps/{app['id']}", json=app).raise_for_status().json()
    secret = told["credentials"]["oauthClient"]["client_secret"]
    sign = Signatures.sign

    def signed(self: Signatures, issuer: Any, claims: Any) -> str:
        token = sign(self, issuer, claims)
        payload = json.dumps(claims).encode()
        return forge(token, payload, secret) if "nonce" in claims else token

    monkeypatch.setattr(Signatures, "sign", signed)
    tab = alice.open()
    press_sign_in(tab)
    expect_failure(tab, "could not redeem")
    assert_nothing_began(alice)
    assert any("ID token" in reason for reason in alice.stack.clouds.refusals("genesys"))
    screenshot(tab, "failed-exchange")

    monkeypatch.undo()
    tab.locator("[data-sign-in-retry]:visible").first.click()
    expect_state(tab, "in")


@pytest.mark.parametrize("nonce", ["another-nonce", None])
def test_a_nonce_that_is_wrong_or_missing_is_refused_visibly(
    arrive: Arrive, nonce: str | None
) -> None:
    """R11, M81."""
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.open()

    def alter(route: Route) -> None:
        body = route.request.post_data_json or {}
        body["oauth"] = {**body["oauth"], "nonce": nonce}
        if nonce is None:
            del body["oauth"]["nonce"]
        route.continue_(post_data=json.dumps(body))

    tab.route(EXCHANGE, alter)
    press_sign_in(tab)
    expect_failure(tab, "could not redeem")
    assert_nothing_began(alice)
    assert any("nonce" in reason for reason in alice.stack.clouds.refusals("genesys"))


def test_every_request_has_a_nonce_and_a_state_of_its_own(arrive: Arrive) -> None:
    """R11: fresh ones, in two browsers and in two attempts."""
    people = [arrive(approach="endpoint"), arrive(approach="endpoint")]
    for person in people:
        tab = person.open()
        person.sign_in(tab)
        tab.get_by_role("button", name="Sign out").click()
        tab.wait_for_url("**/signed-out.html")

    asked = [one for person in people for one in authorizations(person)]
    for name in ("nonce", "state", "code_challenge"):
        assert len({one[name] for one in asked}) == len(asked)


def test_an_answer_without_or_with_a_foreign_state_is_not_used(arrive: Arrive) -> None:
    """M45: login CSRF ends on a page with words, the code in no address bar."""
    alice = arrive()
    for query, words in (
        ("code=stolen-code-of-mallory", "carries no mark"),
        ("code=stolen-code-of-mallory&state=made-up", "belongs to no sign-in"),
        ("error=access_denied&state=made-up", "belongs to no sign-in"),
    ):
        tab = alice.open(f"callback.html?{query}")
        expect(tab.locator("#callback-line")).to_contain_text(words)
        assert tab.url == alice.stack.url(page="callback.html")
        expect(tab.get_by_role("link", name=re.compile("back", re.IGNORECASE))).to_be_visible()
    assert exchanges(alice) == []
    screenshot(tab, "callback-foreign-state")


def test_an_answer_that_comes_twice_is_used_once(arrive: Arrive) -> None:
    """M45: a replayed callback address, in the same tab and in another one."""
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.open()
    alice.sign_in(tab)
    (callback,) = [one.url for one in alice.requests if "callback.html?code=" in one.url]
    for again in (tab, alice.context.new_page()):
        again.goto(callback)
        expect(again.locator("#callback-line")).to_contain_text("belongs to no sign-in")
    assert len(exchanges(alice)) == 1


def test_a_code_that_is_too_old_is_replaced_by_itself(arrive: Arrive) -> None:
    """One automatic retry; the visitor notices nothing but a moment."""
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.open()
    clouds = alice.stack.clouds

    def late(route: Route) -> None:
        clouds.advance(61)
        route.continue_()

    tab.route(EXCHANGE, late, times=1)
    press_sign_in(tab)
    expect_state(tab, "in")
    assert len(exchanges(alice)) == 2
    assert any("old" in one or "expired" in one for one in clouds.refusals("okta"))


def test_somebody_who_is_not_assigned_is_told(arrive: Arrive) -> None:
    """Okta's access_denied, in words, with a way back."""
    carol = arrive()
    tab = carol.open()
    press_sign_in(tab)
    fill_in(tab, CAROL)
    expect(tab.locator("#callback-line")).to_contain_text("refused the sign-in (access_denied)")
    assert "code" not in tab.url
    assert "error" not in tab.url
    screenshot(tab, "callback-not-assigned")
    assert_nothing_began(carol)


def test_a_policy_that_denies_is_told(arrive: Arrive) -> None:
    alice = arrive()
    okta, issuer = alice.stack.clouds.okta, alice.stack.clouds.issuer
    server = issuer.rpartition("/")[2]
    (policy,) = okta.get(f"/api/v1/authorizationServers/{server}/policies")
    okta.client.post(
        f"/api/v1/authorizationServers/{server}/policies/{policy['id']}/lifecycle/deactivate"
    ).raise_for_status()
    tab = alice.open()
    press_sign_in(tab)
    fill_in(tab)
    expect(tab.locator("#callback-line")).to_contain_text("refused the sign-in (access_denied)")
    assert_nothing_began(alice)


def test_an_unregistered_redirect_uri_ends_at_okta(arrive: Arrive) -> None:
    """M61: Okta's own error page explains it; nothing is sent anywhere."""
    alice = arrive(approach="endpoint")
    app = alice.stack.clouds.messenger_app()
    uris = app["settings"]["oauthClient"]["redirect_uris"]
    app["settings"]["oauthClient"]["redirect_uris"] = [uri.upper() for uri in uris]
    okta = alice.stack.clouds.okta.client
    okta.put(f"/api/v1/apps/{app['id']}", json=app).raise_for_status()
    tab = alice.open()
    press_sign_in(tab)
    expect(tab.get_by_text("redirect_uri").first).to_be_visible()
    assert tab.url.startswith(alice.stack.clouds.okta.url)
    assert "callback.html?" not in " ".join(one.url for one in alice.requests)


def test_a_refusal_of_genesys_is_visible_and_can_be_tried_again(arrive: Arrive) -> None:
    """R5, M72: 401 at the exchange, and no endless redirect."""
    alice = arrive(at_okta=True)
    order(alice.stack, "genesys", method="POST", path=REDEEM, status=401, times=9)
    tab = alice.open()
    press_sign_in(tab)
    expect_failure(tab, "could not redeem")
    assert_nothing_began(alice)
    withdraw(alice.stack)
    tab.locator("[data-sign-in-retry]:visible").first.click()
    expect_state(tab, "in")
    expect(tab.locator(LAUNCHER)).to_be_visible()


def test_a_provider_that_is_down_when_genesys_asks_is_visible(arrive: Arrive) -> None:
    alice = arrive(approach="endpoint")
    tab = alice.open()
    press_sign_in(tab)
    order(alice.stack, "okta", method="POST", path="*/v1/token", status=503, times=9)
    fill_in(tab)
    expect_failure(tab, "could not redeem")
    withdraw(alice.stack)
    tab.locator("[data-sign-in-retry]:visible").first.click()
    expect_state(tab, "in")


def test_keys_that_rotate_are_followed(arrive: Arrive) -> None:
    """R4, M71: with overlap and without, between two sign-ins."""
    okta = arrive().stack.clouds.okta.client
    for overlap in (True, False):
        alice = arrive(approach="endpoint", at_okta=True)
        alice.sign_in(alice.open())
        server = alice.stack.clouds.issuer.rpartition("/")[2]
        body = {"server": server, "overlap": overlap}
        okta.post("/_local/keys/rotate", json=body).raise_for_status()
        again = arrive(approach="endpoint", at_okta=True)
        again.sign_in(again.open())


def test_keys_that_vanish_in_the_middle_are_noticed_and_survived(
    arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4: what was signed with a lost key is refused, and the next code heals it by itself."""
    alice = arrive(approach="endpoint", at_okta=True)
    sign = Signatures.sign
    signed: list[str] = []

    def lose_the_key(self: Signatures, issuer: Any, claims: Any) -> str:
        token = sign(self, issuer, claims)
        if "nonce" in claims and not signed:
            signed.append(token)
            self._keys.replace(issuer.key)
        return token

    monkeypatch.setattr(Signatures, "sign", lose_the_key)
    tab = alice.open()
    press_sign_in(tab)
    expect_state(tab, "in")
    assert len(exchanges(alice)) == 2


@pytest.mark.parametrize("approach", ["separate", "endpoint"])
def test_a_slow_network_is_waited_for(arrive: Arrive, approach: str) -> None:
    """R12: nothing of Messenger shows before the answer."""
    alice = arrive(approach=approach, at_okta=True)
    order(alice.stack, "genesys", method="POST", path=REDEEM, delay=2)
    tab = alice.open()
    press_sign_in(tab)
    expect_state(tab, "working")
    expect(tab.locator(LAUNCHER)).to_be_hidden()
    expect_state(tab, "in")


def _throw(tab: Page) -> None:
    tab.add_init_script("addEventListener('load', () => { throw new Error('the page itself') })")


def test_an_error_in_the_pages_own_code_does_not_stop_the_sign_in(arrive: Arrive) -> None:
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.context.new_page()
    _throw(tab)
    tab.goto(alice.stack.url())
    alice.sign_in(tab)
    assert any("the page itself" in line for line in alice.noted)
