"""One sign-in, several sites, devices and people."""

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
)
from tests.browser.test_visit import authorizations
from tests.end_to_end.clouds import BOB


@pytest.mark.parametrize("approach", ["separate", "endpoint", "okta-auth-js"])
def test_the_second_site_needs_no_password(arrive: Arrive, approach: str) -> None:
    """M1."""
    alice = arrive(approach=approach)
    alice.sign_in(alice.open())
    other = alice.open(site="help")
    press_sign_in(other)
    expect_state(other, "in")
    expect(other.locator(LAUNCHER)).to_be_visible()
    assert_untroubled(alice)


def test_with_third_party_cookies_the_second_site_signs_in_by_itself(arrive: Arrive) -> None:
    """M1, M44: frames see the session at Okta, so no page has to leave for it."""
    alice = arrive(approach="separate", third_party_cookies=True)
    alice.sign_in(alice.open())
    other = alice.open(site="help")
    expect_state(other, "in")
    expect(other.locator(LAUNCHER)).to_be_visible()
    assert [one.get("prompt") for one in authorizations(alice, in_page=True)] == [None]
    clients = [one["client_id"] for one in authorizations(alice) if one.get("prompt") == "none"]
    outputs = alice.stack.clouds.outputs
    assert clients[-2:] == [outputs.website_client_id, outputs.messenger_client_id]
    assert alice.noted == []


def test_two_people_never_share_a_conversation(arrive: Arrive) -> None:
    """R9, M75."""
    alice, bob = arrive(at_okta=True), arrive(approach="endpoint")
    hers, his = alice.open(), bob.open()
    alice.sign_in(hers)
    bob.sign_in(his, BOB)
    say(hers, "Only Alice knows this")
    say(his, "Only Bob knows that")
    expect(conversation(hers).get_by_role("log")).not_to_contain_text("Bob")
    expect(conversation(his).get_by_role("log")).not_to_contain_text("Alice")
    sessions = alice.stack.clouds.conversations()
    assert {one["participant"]["email"] for one in sessions} == {"alice@example.com", BOB}


def test_the_same_person_goes_on_where_they_were_on_another_device(arrive: Arrive) -> None:
    """R10, M78: other browsers, one conversation, what is new shows on both."""
    desk = arrive(approach="endpoint", at_okta=True)
    phone = arrive(at_okta=True, viewport={"width": 390, "height": 800}, is_mobile=True)
    first = desk.open()
    desk.sign_in(first)
    say(first, "Begun at the desk")
    second = phone.open()
    phone.sign_in(second)
    expect(conversation(second).get_by_role("log")).to_contain_text("Begun at the desk")
    say(second, "Continued on the phone")
    expect(conversation(first).get_by_role("log")).to_contain_text("Continued on the phone")


def test_two_people_one_after_the_other_on_one_machine(arrive: Arrive) -> None:
    """What the first one wrote is gone from the second one's eyes."""
    machine = arrive(at_okta=True)
    tab = machine.open()
    machine.sign_in(tab)
    say(tab, "A secret of Alice's")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("signed out")
    tab.goto(machine.stack.url())
    press_sign_in(tab)
    fill_in(tab, BOB)  # Okta asks, as its session has ended as well
    expect_state(tab, "in")
    say(tab, "Hello from Bob")
    expect(conversation(tab).get_by_role("log")).not_to_contain_text("secret")


def test_a_tag_manager_may_load_messenger_late(arrive: Arrive) -> None:
    """M27: the sign-in works all the same."""
    alice = arrive(at_okta=True)
    tab = alice.open("tag-manager.html")
    expect(tab.locator(LAUNCHER)).to_have_count(0)
    tab.locator("#fire").click()
    press_sign_in(tab)
    expect_state(tab, "in")  # it fires at each load from then on
    expect(tab.locator(LAUNCHER)).to_be_visible()
    assert_untroubled(alice)
