"""Reloading, going back, two tabs, and time passing: nothing breaks and nobody is asked twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.people import (
    LAUNCHER,
    assert_untroubled,
    conversation,
    expect_state,
    fill_in,
    press_sign_in,
    say,
    until,
)
from tests.browser.stacks import OTHER, Shape
from tests.browser.test_visit import authorizations, exchanges

ALLOWED_TO_STAY = {"gcatkn", "gcartkn", "gcmcsessionActive", "actmu"}


@pytest.mark.parametrize("approach", ["separate", "endpoint", "okta-auth-js"])
def test_a_reload_keeps_what_there_is(arrive: Arrive, approach: str) -> None:
    """M46, M63: out, at the provider, in, and in the middle of a conversation."""
    alice = arrive(approach=approach)
    tab = alice.open()
    expect_state(tab, "out")
    tab.reload()
    press_sign_in(tab)
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()
    tab.reload()
    fill_in(tab)
    expect_state(tab, "in")
    asked, redeemed = len(authorizations(alice)), len(exchanges(alice))
    tab.reload()
    expect_state(tab, "in")
    expect(tab.locator(LAUNCHER)).to_be_visible()
    say(tab, "Before the reload")
    tab.reload()
    expect_state(tab, "in")
    expect(conversation(tab).get_by_role("log")).to_contain_text("Before the reload")
    assert (len(authorizations(alice)), len(exchanges(alice))) == (asked, redeemed)
    assert_untroubled(alice)


def test_going_back_from_the_provider_is_no_dead_end(arrive: Arrive) -> None:
    alice = arrive()
    tab = alice.open()
    press_sign_in(tab)
    expect(tab.get_by_label("Password", exact=True)).to_be_visible()
    tab.go_back()
    press_sign_in(tab)
    fill_in(tab)
    expect_state(tab, "in")
    tab.go_back()
    tab.goto(alice.stack.url())
    expect_state(tab, "in")


@pytest.mark.parametrize("approach", ["separate", "endpoint"])
def test_two_tabs_sign_in_at_once(arrive: Arrive, approach: str) -> None:
    """Each answer belongs to the tab that asked."""
    alice = arrive(approach=approach)
    tabs = [alice.open(), alice.open("account/")]
    for tab in tabs:
        press_sign_in(tab)
        expect(tab.get_by_label("Password", exact=True)).to_be_visible()
    fill_in(tabs[1])
    expect_state(tabs[1], "in")
    fill_in(tabs[0])
    expect_state(tabs[0], "in")
    assert tabs[1].url == alice.stack.url(page="account/")
    assert tabs[0].url == alice.stack.url()


@pytest.mark.parametrize("shape", [Shape(), OTHER], ids=["code", "refresh"])
def test_an_access_that_has_run_out_is_renewed(arrive: Arrive, shape: Shape) -> None:
    """M63, X2, X5: by the refresh token, or by another silent code; the conversation goes on."""
    alice = arrive(at_okta=True)
    tab = alice.open()
    alice.sign_in(tab)
    say(tab, "At first")
    alice.stack.clouds.advance(16 * 60)
    tab.reload()

    def renewals() -> int:
        refreshed = [one for one in alice.requests if one.url.endswith("/token/refresh")]
        return len(refreshed) if shape.refresh_token else len(exchanges(alice)) - 1

    until(tab, lambda: renewals() > 0)
    expect_state(tab, "in")
    say(tab, "Much later")
    expect(conversation(tab).get_by_role("log")).to_contain_text("At first")
    assert renewals() == 1


def test_nothing_is_kept_longer_than_it_is_good_for(arrive: Arrive) -> None:
    """R2, M55: after a sign-in no code, verifier, nonce or state; Messenger's own keys alone."""
    for approach in ("separate", "endpoint", "okta-auth-js"):
        alice = arrive(approach=approach, at_okta=True)
        tab = alice.open()
        alice.sign_in(tab)
        local = tab.evaluate("Object.keys(localStorage)")
        assert {
            name.rpartition(":")[2] for name in local if name.startswith("_")
        } <= ALLOWED_TO_STAY
        ours = tab.evaluate("({...sessionStorage})")
        (oauth,) = exchanges(alice)
        kept = " ".join([*ours, *ours.values(), *local])
        for secret in ("code", "codeVerifier", "nonce"):
            assert str(oauth[secret]) not in kept, f"{approach} keeps the {secret}"
        assert not [name for name in ours if ":request:" in name or ":answer:" in name]
        shown = tab.evaluate("document.documentElement.outerHTML")
        assert "eyJ" not in shown
        assert str(oauth["code"]) not in shown
