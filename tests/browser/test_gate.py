"""Messenger stays out of sight until it is ready and the visitor is signed in; silence is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.people import (
    LAUNCHER,
    WINDOW,
    Person,
    expect_failure,
    expect_state,
    press_sign_in,
    until,
)
from tests.browser.stacks import OTHER, Shape
from tests.browser.test_failures import EXCHANGE, assert_nothing_began
from tests.browser.test_visit import authorizations

# Every moment at which the launcher's frame could be seen, with the state at that moment.
_WATCH = """
addEventListener('DOMContentLoaded', () => {
  window.seen = [];
  const look = () => {
    const launcher = document.querySelector('#genesys-mxg-frame');
    if (launcher?.checkVisibility({ visibilityProperty: true })) {
      window.seen.push(document.documentElement.dataset.signIn);
    }
    requestAnimationFrame(look);
  };
  look();
});
"""


def hold_first(tab: Page, pattern: str) -> list[Route]:
    """Keep the first such request waiting for ever; those after it go on."""
    held: list[Route] = []
    tab.route(pattern, lambda route: held.append(route), times=1)
    return held


def open_with_clock(tab: Page, person: Person) -> None:
    """Open the home page in a tab whose clock can be moved, and which goes on by itself."""
    tab.clock.install()
    tab.goto(person.stack.url())
    tab.clock.resume()


def alter(tab: Page, file: str, changes: dict[str, Any]) -> None:
    """Change what the page reads in a public file of its deployment."""

    def changed(route: Route) -> None:
        route.fulfill(
            body=json.dumps(route.fetch().json() | changes),
            content_type="application/json",
            headers={"Access-Control-Allow-Origin": "*"},
        )

    tab.route(f"**/{file}", changed)


@pytest.mark.parametrize("shape", [Shape(), OTHER], ids=["OnDemand", "On"])
def test_nothing_of_messenger_shows_before_both_are_there(arrive: Arrive, shape: Shape) -> None:
    """R12, M83: never a guest conversation."""
    alice = arrive(approach="endpoint", at_okta=True)
    alice.context.add_init_script(_WATCH)
    tab = alice.open()
    expect_state(tab, "out")
    assert tab.evaluate("window.seen") == []
    assert alice.stack.clouds.conversations() == []
    alice.sign_in(tab)
    expect(tab.locator(LAUNCHER)).to_be_visible()
    expect(tab.locator(WINDOW)).to_be_hidden()
    assert set(tab.evaluate("window.seen")) == {"in"}


def test_ready_after_authenticated_is_as_good_as_before(arrive: Arrive) -> None:
    """R12: either order; the launcher's own page comes last here."""
    alice = arrive(approach="endpoint", at_okta=True)
    tab = alice.open()
    held = hold_first(tab, "**/frames/launcher.html")
    alice.sign_in(tab)
    until(tab, lambda: bool(held))
    expect(tab.locator(LAUNCHER)).to_be_hidden()
    held[0].continue_()
    expect(tab.frame_locator(LAUNCHER).get_by_role("button")).to_be_visible()


@pytest.mark.parametrize("approach", ["separate", "endpoint"])
def test_an_exchange_that_never_ends_is_told(arrive: Arrive, approach: str) -> None:
    """R13, M84: no event within the time, a visible error, and a way on."""
    alice = arrive(approach=approach, at_okta=True)
    tab = alice.context.new_page()
    held = hold_first(tab, EXCHANGE)
    open_with_clock(tab, alice)
    press_sign_in(tab)
    expect_state(tab, "working")
    until(tab, lambda: bool(held))
    expect(tab.locator("#timeline")).to_contain_text("redeemed")
    tab.clock.fast_forward(31_000)
    expect_failure(tab, "Nothing has come back")
    tab.locator("[data-sign-in-retry]:visible").first.click()
    expect_state(tab, "in")


def test_a_blocked_script_is_told(arrive: Arrive) -> None:
    alice = arrive()
    tab = alice.context.new_page()
    tab.route("**/genesys-bootstrap/genesys.min.js", lambda route: route.abort())
    open_with_clock(tab, alice)
    tab.clock.fast_forward(16_000)
    expect_failure(tab, "Messenger could not be reached")
    tab.unroute_all()
    tab.locator("[data-sign-in-retry]:visible").first.click()
    expect_state(tab, "out")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "Inactive"}, "its deployment is Inactive"),
        ({"auth": {"enabled": False}}, "asks nobody to sign in"),
    ],
)
def test_what_an_administrator_has_to_change_is_told(
    arrive: Arrive, changes: dict[str, Any], words: str
) -> None:
    """R12: with authentication off there would be guests, so Messenger stays shut (M65)."""
    alice = arrive()
    tab = alice.context.new_page()
    alter(tab, "config.json", changes)
    tab.goto(alice.stack.url())
    expect_failure(tab, words)
    assert_nothing_began(alice)


def test_a_host_that_is_not_allowed_is_told(arrive: Arrive) -> None:
    """X7: Messenger says it on the console alone; to the page its silence has to be enough."""
    alice = arrive()
    tab = alice.context.new_page()
    alter(tab, "domains.json", {"allowedDomains": ["example.com"]})
    open_with_clock(tab, alice)
    until(tab, lambda: any("is not an allowed domain" in line for line in alice.noted))
    tab.clock.fast_forward(16_000)
    expect_failure(tab, "is not among the")
    assert_nothing_began(alice)


def test_a_browser_that_keeps_nothing_is_told(arrive: Arrive) -> None:
    alice = arrive()
    alice.context.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('blocked') } })"
    )
    tab = alice.open()
    expect_failure(tab, "keeps nothing for this site")


def test_the_sdk_must_be_the_one_that_was_built_in(arrive: Arrive) -> None:
    """A changed file fails its integrity hash, and the page says so (M31)."""
    alice = arrive(approach="okta-auth-js")
    tab = alice.context.new_page()

    def change(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + "\n// changed on the way")

    tab.route("**/okta-auth-js.core*.js", change)
    tab.goto(alice.stack.url())
    expect_failure(tab, "not the one this page expects")
    assert any("integrity" in line for line in alice.noted)


def test_a_session_that_the_frame_cannot_see_is_found_by_one_redirect(arrive: Arrive) -> None:
    """This browser blocks third-party cookies: the quiet question is asked once more, openly."""
    alice = arrive(at_okta=True)
    alice.sign_in(alice.open())
    openly = [one.get("prompt") for one in authorizations(alice, in_page=True)]
    assert openly == [None, "none"]
    assert len(authorizations(alice)) > len(openly)
