"""A visitor signs in with Okta and chats, whichever way the site is built."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.people import (
    LAUNCHER,
    Person,
    assert_untroubled,
    expect_state,
    fill_in,
    press_sign_in,
    say,
    screenshot,
)
from tests.browser.stacks import OTHER, Shape

APPROACHES = ("separate", "endpoint", "okta-auth-js")
# With one client for both, the site has none of its own to sign in with.
SHAPES = {
    "separate-pkce": Shape(),
    "separate-plain": OTHER,
    "shared-pkce": Shape(clients="shared"),
    "shared-plain": Shape(clients="shared", pkce=False),
}
ALLOWED = [
    pytest.param(shape, approach, id=f"{name}-{approach}")
    for name, shape in SHAPES.items()
    for approach in APPROACHES
    if not (approach == "separate" and shape.clients == "shared")
]


def authorizations(person: Person, *, in_page: bool = False) -> list[dict[str, str]]:
    """Return what was asked at the authorize endpoint, oldest first; all, or by pages alone.

    What is not asked by a page, which leaves for it, is asked in a frame.
    """
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        for request in person.requests
        if urlsplit(request.url).path.endswith("/v1/authorize")
        and not (in_page and (request.frame.is_detached() or request.frame.parent_frame))
    ]


def exchanges(person: Person) -> list[dict[str, object]]:
    """Return what Messenger handed to Genesys Cloud to be redeemed, oldest first."""
    return [
        (request.post_data_json or {})["oauth"]
        for request in person.requests
        if request.url.endswith("/token/oauthcodegrantjwtexchange") and request.method == "POST"
    ]


@pytest.mark.parametrize(("shape", "approach"), ALLOWED)
def test_a_visitor_signs_in_and_chats_as_themselves(
    arrive: Arrive, shape: Shape, approach: str
) -> None:
    """M30, M31, M34, M35, M36, M37, M39, M40, M41, M43, M45, M46, M47, M48, M74, M82, R8."""
    alice = arrive(approach=approach)
    tab = alice.open()
    expect_state(tab, "out")
    expect(tab.locator(LAUNCHER)).to_be_hidden()
    assert exchanges(alice) == []
    alice.sign_in(tab)
    expect(tab.locator(LAUNCHER)).to_be_visible()
    assert urlsplit(tab.url).query == ""

    shown = {"separate": "Separate clients", "endpoint": "OAuth endpoint"}
    expect(tab.locator("#status-approach")).to_have_text(shown.get(approach, "Okta Auth JS"))
    loaded = [one for one in alice.requests if "okta-auth-js.core" in one.url]
    assert bool(loaded) is (approach == "okta-auth-js")
    (oauth,) = exchanges(alice)
    asked = authorizations(alice)[-1]
    site = alice.stack.clouds.site()
    outputs = alice.stack.clouds.outputs
    assert asked["client_id"] == outputs.messenger_client_id
    assert asked["response_type"] == "code"
    assert set(asked["scope"].split()) == set(outputs.scopes)
    assert asked["max_age"] == "86400"
    assert oauth["redirectUri"] == asked["redirect_uri"] == site.redirect_uri
    assert oauth["nonce"] == asked["nonce"]
    assert oauth["maxAge"] == 86400
    assert ("codeVerifier" in oauth) is shape.pkce
    assert ("code_challenge" in asked) is shape.pkce
    if shape.pkce:
        assert asked["code_challenge_method"] == "S256"
        assert 43 <= len(str(oauth["codeVerifier"])) <= 128

    say(tab, "Where is my order?")
    (session,) = alice.stack.clouds.conversations()
    participant = session["participant"]
    assert participant["isAuthenticated"] is True
    assert participant["email"] == "alice@example.com"
    screenshot(tab, f"chat-{approach}-{shape.clients}-{'pkce' if shape.pkce else 'plain'}")
    assert_untroubled(alice)


@pytest.mark.parametrize("approach", APPROACHES)
def test_whoever_has_a_session_at_okta_is_not_asked_again(arrive: Arrive, approach: str) -> None:
    """M44: back at once with a code."""
    alice = arrive(approach=approach, at_okta=True)
    tab = alice.open()
    press_sign_in(tab)
    expect_state(tab, "in")
    assert_untroubled(alice)


def test_a_deep_page_is_where_one_comes_back_to(arrive: Arrive) -> None:
    """M38, M42: by keyboard, from an address with query and fragment."""
    alice = arrive()
    tab = alice.open("account/?from=mail#orders")
    expect_state(tab, "out")
    button = tab.locator("#visitor [data-sign-in]")
    button.focus()
    tab.keyboard.press("Enter")
    fill_in(tab)
    expect_state(tab, "in")
    assert tab.url == alice.stack.url(page="account/?from=mail#orders")
    expect(tab.locator("#orders")).to_be_visible()
    assert_untroubled(alice)


def test_any_element_with_the_attribute_signs_in(arrive: Arrive) -> None:
    """M42: a link of the page's own, with a page to return to; never one of another origin."""
    alice = arrive()
    tab = alice.open()
    expect_state(tab, "out")
    tab.evaluate(
        """() => {
          for (const [id, target] of [['near', 'account/'], ['far', 'https://evil.example/']]) {
            const one = document.createElement('span');
            one.id = id; one.textContent = id; one.dataset.signIn = target;
            document.querySelector('main').prepend(one);
          }
        }"""
    )
    tab.locator("#near").click()
    fill_in(tab)
    expect_state(tab, "in")
    assert tab.url == alice.stack.url(page="account/")


def test_a_return_address_of_another_origin_leads_home(arrive: Arrive) -> None:
    alice = arrive()
    tab = alice.open("account/")
    expect_state(tab, "out")
    tab.evaluate(
        "() => { const one = document.createElement('a'); one.href = '#';"
        " one.id = 'far'; one.textContent = 'far';"
        " one.dataset.signIn = 'https://evil.example/'; document.body.prepend(one); }"
    )
    tab.locator("#far").click()
    fill_in(tab)
    expect_state(tab, "in")
    assert tab.url == alice.stack.url()
