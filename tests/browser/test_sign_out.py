"""Signing out, here and everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.people import (
    LAUNCHER,
    assert_untroubled,
    expect_failure,
    expect_state,
    press_sign_in,
    say,
    screenshot,
)
from tests.browser.stacks import Shape

STORED = "() => [...Object.entries(localStorage), ...Object.entries(sessionStorage)]"


@pytest.mark.parametrize("approach", ["separate", "endpoint", "okta-auth-js"])
def test_signing_out_ends_messenger_first_and_then_the_session_at_okta(
    arrive: Arrive, approach: str
) -> None:
    """M9, M49, M73, R7, R17: the order, the page one lands on, and nothing left behind."""
    alice = arrive(approach=approach, at_okta=True)
    tab = alice.open()
    alice.sign_in(tab)
    say(tab, "Goodbye")
    alice.requests.clear()
    tab.get_by_role("button", name="Sign out").click()
    tab.wait_for_url(alice.stack.url(page="signed-out.html"))
    screenshot(tab, f"signed-out-{approach}")
    ends = [
        "messenger" if "/token/revoke" in one.url else "okta"
        for one in alice.requests
        if "/token/revoke" in one.url
        or "/v1/logout" in one.url
        or ("/sessions/me" in one.url and one.method == "DELETE")
    ]
    assert ends[0] == "messenger"
    assert ends[-1] == "okta"
    stored = dict(tab.evaluate(STORED))
    assert not [name for name in stored if "gcatkn" in name or "gcartkn" in name]
    assert not [value for value in stored.values() if "eyJ" in value]
    ours = {"messenger-sso:steps", "messenger-sso:quiet", "messenger-sso:approach"}
    # The SDK leaves its empty boxes, and in one of them the public discovery document.
    assert set(stored) <= ours | {"okta-token-storage", "okta-cache-storage"}
    assert stored.get("okta-token-storage", "{}") == "{}"
    tab.goto(alice.stack.url())
    press_sign_in(tab)
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()


@pytest.mark.parametrize("shape", [Shape(clients="shared")], ids=["shared"])
def test_with_third_party_cookies_one_client_is_enough_to_end_the_session(
    arrive: Arrive, shape: Shape
) -> None:
    """M49: the page has no ID token to show, but may call Okta's Sessions API."""
    alice = arrive(approach="endpoint", third_party_cookies=True)
    tab = alice.open()
    alice.sign_in(tab)
    tab.get_by_role("button", name="Sign out").click()
    tab.wait_for_url(alice.stack.url(page="signed-out.html"))
    (ended,) = [one for one in alice.requests if one.url.endswith("/sessions/me")]
    answer = ended.response()
    assert (ended.method, answer and answer.status) == ("DELETE", 204)
    tab.goto(alice.stack.url(site="help"))
    press_sign_in(tab)
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()


@pytest.mark.parametrize("approach", ["separate", "endpoint"])
def test_the_other_tab_and_the_other_site_follow(arrive: Arrive, approach: str) -> None:
    """X6, M49."""
    alice = arrive(approach=approach, at_okta=True)
    tab = alice.open()
    alice.sign_in(tab)
    twin = alice.open("account/")
    expect_state(twin, "in")
    other = alice.open(site="help")
    press_sign_in(other)
    expect_state(other, "in")
    tab.get_by_role("button", name="Sign out").click()
    tab.wait_for_url("**/signed-out.html")
    expect_state(twin, "out")
    expect(twin.locator(LAUNCHER)).to_be_hidden()
    expect(twin.locator("#orders")).to_be_hidden()
    # The other site has a deployment of its own: it learns of it when it next needs a code.
    alice.wait(16 * 60)
    other.reload()
    expect_failure(other, "Your session has ended")
    other.locator("[data-sign-in-retry]:visible").first.click()
    expect(other.get_by_label("Password", exact=True)).to_be_visible()
    assert_untroubled(alice)
