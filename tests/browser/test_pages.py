"""The pages a visitor meets while signed in: account, playground, and how they read."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.accessibility import serious_barriers
from tests.browser.conftest import Arrive
from tests.browser.people import (
    LAUNCHER,
    WINDOW,
    assert_untroubled,
    conversation,
    expect_state,
    fill_in,
    press_sign_in,
    say,
    screenshot,
)
from tests.browser.stacks import Shape
from tests.browser.test_visit import authorizations, exchanges


def test_attributes_reach_the_agent_with_the_first_message(arrive: Arrive) -> None:
    """R14, R15, M79, M80: and what Architect would see of the person (M75)."""
    alice = arrive(at_okta=True)
    tab = alice.open("account/")
    alice.sign_in(tab)
    tab.get_by_role("button", name=re.compile("1047-2291")).click()
    expect(tab.locator("#attributes-line")).to_contain_text("Set for your next message")
    expect(tab.locator(WINDOW)).to_be_visible()
    say(tab, "Where is it?")
    log = conversation(tab).get_by_role("log")
    expect(log).to_contain_text("IsAuthenticated: true")
    expect(log).to_contain_text("Attribute orderNumber: 1047-2291")
    expect(log).to_contain_text("Data action findOrder: called for 1047-2291")
    (session,) = alice.stack.clouds.conversations()
    assert session["attributes"]["orderNumber"] == "1047-2291"
    participant = session["participant"]
    assert participant["email"] == "alice@example.com"
    assert participant["name"] == "Alice Archer"
    screenshot(tab, "account-with-conversation")
    assert_untroubled(alice)


def test_attributes_that_are_too_large_are_refused_before_they_are_lost(arrive: Arrive) -> None:
    """R14: 2,048 bytes, and what was set before still holds."""
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.open("account/")
    alice.sign_in(tab)
    tab.locator("#attributes-note").fill("x" * 2048)
    tab.locator("#attributes-form button[type=submit]").click()
    expect(tab.locator("#attributes-line")).to_contain_text("Not set")


def test_the_timeline_tells_each_step_and_no_secret(arrive: Arrive) -> None:
    alice = arrive(at_okta=True)
    tab = alice.open()
    alice.sign_in(tab)
    tab.locator("#timeline summary").click()
    steps = tab.locator("#timeline-steps")
    for words in ("goes to the provider", "belongs to the request", "accepted the sign-in"):
        expect(steps).to_contain_text(words)
    (oauth,) = exchanges(alice)
    told = steps.inner_text()
    for name in ("code", "nonce", "codeVerifier"):
        assert str(oauth[name]) not in told
    screenshot(tab, "timeline")


def test_the_playground_signs_in_with_what_a_visitor_enters(arrive: Arrive) -> None:
    """M32, M33, M36, M37, M50, M52, M53: what the vendor's sample page does (B1 to B17)."""
    alice = arrive()
    outputs = alice.stack.clouds.outputs
    tab = alice.open("playground.html")
    expect_state(tab, "out")
    assert tab.locator("#environment option").count() >= 17
    assert tab.locator("#language option").count() >= 22
    tab.locator("#deployment-id").fill("no deployment")
    tab.locator("#deployment-form button[type=submit]").click()
    expect(tab.locator("#deployment-id-mistake")).to_contain_text("no deployment ID")
    # The other site's deployment is not for this page's host; its own is.
    tab.locator("#deployment-id").fill(alice.stack.clouds.site("storefront").deployment_id)
    tab.locator("#deployment-form button[type=submit]").click()
    expect_state(tab, "out")
    tab.get_by_label("OAuth endpoint").check()
    tab.locator("#messenger-client").fill(outputs.messenger_client_id)
    tab.locator("#max-age").fill("3600")
    tab.locator("#nonce").fill("a-nonce-of-the-visitor")
    tab.locator("#client-sign-in").click()
    fill_in(tab)
    expect_state(tab, "in")
    asked = authorizations(alice)[-1]
    assert asked["max_age"] == "3600"
    assert asked["nonce"] == "a-nonce-of-the-visitor"
    assert exchanges(alice)[-1]["nonce"] == "a-nonce-of-the-visitor"
    # Remembered for the tab, forgotten on request; the client's settings never in localStorage.
    assert outputs.messenger_client_id not in json.dumps(tab.evaluate("({...localStorage})"))
    screenshot(tab, "playground")
    assert_untroubled(alice)


def test_the_playground_says_where_to_look_when_genesys_gives_no_reason(arrive: Arrive) -> None:
    """X9."""
    tab = arrive().open("playground.html")
    expect(tab.get_by_text("System Log")).to_be_visible()


def test_the_language_can_be_changed(arrive: Arrive) -> None:
    """X4, B1."""
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.open("playground.html", site="help")
    press_sign_in(tab)
    expect_state(tab, "in")
    expect(tab.locator("#language")).to_be_enabled()
    window = conversation(tab)
    before = window.get_by_role("textbox").get_attribute("placeholder")
    tab.locator("#language").select_option("de")
    expect(window.get_by_role("textbox")).not_to_have_attribute("placeholder", before or "")


@pytest.mark.parametrize("shape", [Shape(session_upgrade=True)], ids=["step-up"])
def test_a_guest_signs_in_during_the_conversation(arrive: Arrive, shape: Shape) -> None:
    """X3, R15, M80: the same conversation goes on, now as themselves; data only from then on."""
    alice = arrive()
    tab = alice.open()
    expect_state(tab, "out")
    expect(tab.locator(LAUNCHER)).to_be_visible()
    tab.evaluate(
        """window.Genesys('command', 'Database.set',
          { messaging: { customAttributes: { orderNumber: '7' } } })"""
    )
    say(tab, "As a guest")
    refused = "Data action findOrder: not called, as nobody is signed in"
    expect(conversation(tab).get_by_role("log")).to_contain_text(refused)
    expect(conversation(tab).get_by_role("log")).to_contain_text("IsAuthenticated: false")
    tab.locator("#visitor [data-sign-in]").click()
    fill_in(tab)
    expect_state(tab, "in")
    say(tab, "As Alice")
    log = conversation(tab).get_by_role("log")
    expect(log).to_contain_text("IsAuthenticated: true")
    expect(log).to_contain_text("As a guest")
    expect(log).to_contain_text("Data action findOrder: called for 7")
    assert_untroubled(alice)


def test_pages_can_be_used_by_everybody(arrive: Arrive) -> None:
    """axe-core: nothing serious, signed in with the window open, and on every other page."""
    alice = arrive(approach="endpoint", at_okta=True, bypass_csp=True)
    tab = alice.open()
    alice.sign_in(tab)
    say(tab, "Hello")
    assert serious_barriers(tab) == []
    for page in ("account/", "playground.html", "tag-manager.html", "signed-out.html"):
        tab.goto(alice.stack.url(page=page))
        assert serious_barriers(tab) == []
    tab.goto(alice.stack.url(page="callback.html?code=x&state=y"))
    expect(tab.locator("#callback-way")).to_be_visible()
    assert serious_barriers(tab) == []
