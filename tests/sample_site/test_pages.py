"""What a visitor sees and does on the pages; Messenger's script is a stand-in that can be told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sample_site.bootstrap import Bootstrap, configured
from tests.sample_site.browsing import Visitor, commands, intercept, stored, tell, until
from tests.sample_site.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bootstrap")]

OTHER = "0c6e3f9a-4b8d-4d51-8a7e-1f2b3c4d5e6f"


@pytest.fixture
def home(site: Served) -> str:
    return f"http://localhost:{site.port}/"


def sign_in_state(page: Page, **detail: Any) -> None:
    """Say what the sign-in says of itself."""
    state = {"person": None, "failure": None, **detail}
    page.evaluate(
        """(detail) => {
          document.documentElement.dataset.signIn = detail.state;
          document.dispatchEvent(new CustomEvent('sign-in:state', { detail }));
        }""",
        state,
    )


def chosen(page: Page, name: str) -> str:
    return page.locator(f"input[name={name}]:checked").input_value()


@pytest.mark.parametrize(
    ("person", "called"),
    [
        ({"sub": "00u1", "name": "Ada Lovelace", "email": "ada@example.com"}, "Ada Lovelace"),
        ({"sub": "00u1", "name": "", "email": "ada@example.com"}, "ada@example.com"),
        (None, "you"),
    ],
)
def test_the_header_and_the_status_say_who_is_signed_in(
    visitor: Visitor, home: str, person: dict[str, str] | None, called: str
) -> None:
    page = visitor.open(home)
    sign_in_state(page, state="out")
    header = page.locator("header")
    expect(header.get_by_role("button", name="Sign in")).to_be_visible()
    expect(header.get_by_role("button", name="Sign out")).to_be_hidden()
    sign_in_state(page, state="in", person=person)
    expect(page.locator("#status-line")).to_have_text(f"Messenger is here for {called}.")
    expect(page.locator("#person")).to_have_text("Signed in" if person is None else called)
    expect(header.get_by_role("button", name="Sign out")).to_be_visible()
    expect(header.get_by_role("button", name="Sign in")).to_be_hidden()
    expect(header.get_by_role("link", name="Help centre")).to_be_visible()
    sign_in_state(page, state="ending", person=person)
    expect(page.locator("#status-line")).to_have_text("You are being signed out …")
    expect(header.get_by_text("Signing out …")).to_be_visible()
    expect(header.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (
            {"code": "provider_error", "error": "access_denied", "description": "Not assigned."},
            r"refused the sign-in \(access_denied\)\. Not assigned\.$",
        ),
        ({"code": "timed_out", "seconds": 30}, "Nothing has come back for 30 seconds"),
        ({"code": "exchange_refused"}, "credentials are the place to look\\.$"),
        ({"code": "something_new", "description": "Oh."}, r"did not succeed\. Try again\. Oh\.$"),
    ],
)
def test_a_failure_is_told_in_words_with_a_way_to_try_again(
    visitor: Visitor, home: str, failure: dict[str, Any], words: str
) -> None:
    """M84: and the words are read out, once."""
    page = visitor.open(home)
    sign_in_state(page, state="failed", failure=failure)
    line = page.locator("#status-line")
    expect(line).to_have_text(re.compile(words))
    expect(line).to_have_role("status")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert "{" not in str(line.text_content())


def test_the_timeline_tells_each_step_and_stays_open_on_the_next_page(
    visitor: Visitor, home: str
) -> None:
    page = visitor.open(home)
    expect(page.locator("#status-line")).to_contain_text("Messenger is here")
    newest = page.locator("#timeline-newest")
    expect(newest).to_contain_text("Messenger has read its deployment")
    tell(page, "Auth.authenticated", jwt="eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIwMHUxIn0.c2lnbmF0dXJl")
    expect(newest).to_have_text("Genesys Cloud has accepted the sign-in.")
    page.locator("summary").press("Enter")
    steps = page.locator("#timeline-steps li")
    expect(steps.first).to_contain_text("The page has loaded.")
    expect(steps.last).to_contain_text("Genesys Cloud has accepted the sign-in.")
    expect(steps.last).to_contain_text("s later")
    assert "eyJ" not in str(page.locator("#timeline").text_content())
    page.reload()
    expect(page.locator("#timeline-steps li").first).to_be_visible()
    count = page.locator("#timeline-steps li").count()
    assert count > 2
    page.get_by_role("button", name="Clear the list").click()
    expect(page.locator("#timeline-steps li")).to_have_count(0)
    expect(newest).to_have_text("nothing yet")
    visitor.assert_untroubled(page)


def test_attributes_are_set_before_anything_is_written(visitor: Visitor, home: str) -> None:
    """R14, M79: on the account page, as soon as Messenger takes them, and again when emptied."""
    page = visitor.open(f"{home}account/")
    expect(page.locator("#orders")).to_be_hidden()
    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
    expect(page.locator("#status-facts")).to_be_visible()
    tell(page, "Database.ready")
    expect(page.locator("#attributes-line")).to_have_text("Set for your next message.")
    base = {"site": "storefront", "page": "account"}
    assert commands(page, "Database.set") == [{"messaging": {"customAttributes": base}}]
    sign_in_state(page, state="in", person={"sub": "1", "name": "Ada", "email": ""})
    page.get_by_role("button", name="Ask about it Order 1047-1860").press("Enter")
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    order = {"orderNumber": "1047-1860", "orderState": "delivered", "orderPlaced": "2026-10-29"}
    expect(page.locator("#attributes")).to_contain_text("1047-1860")
    assert commands(page, "Database.set")[-1] == {
        "messaging": {"customAttributes": {**base, **order}}
    }
    until(page, "commands.some((one) => one.name === 'Messenger.open')")
    tell(page, "Database.removed")
    until(page, "commands.filter((one) => one.name === 'Database.set').length === 3")
    assert commands(page, "Database.set")[-1] == commands(page, "Database.set")[-2]
    visitor.assert_untroubled(page)


def test_attributes_that_are_too_large_are_refused_and_the_former_ones_stay(
    visitor: Visitor, home: str
) -> None:
    """R14: the limit counts bytes, not letters."""
    page = visitor.open(f"{home}account/")
    expect(page.locator("#status-facts")).to_be_visible()
    tell(page, "Database.ready")
    note = page.get_by_label("A note beforehand")
    note.fill("short")
    page.get_by_role("button", name="Pass it on").click()
    expect(page.locator("#attributes-size")).to_have_text("53 of at most 2048 bytes")
    before = commands(page, "Database.set")
    note.fill("ü" * 1001)
    page.get_by_role("button", name="Pass it on").click()
    expect(page.locator("#attributes-line")).to_contain_text("2048 is the most")
    assert commands(page, "Database.set") == before
    expect(page.locator("#attributes")).to_contain_text("short")
    page.evaluate("window.refused = ['Database.set']")
    note.fill("another")
    page.get_by_role("button", name="Pass it on").click()
    expect(page.locator("#attributes-line")).to_contain_text("Messenger did not take")
    expect(page.locator("#attributes")).to_contain_text("short")


def test_the_playground_loads_the_deployment_that_is_entered(
    visitor: Visitor, home: str, bootstrap: Bootstrap
) -> None:
    """M52, B3-B5: by id or by a whole snippet, remembered, and never by a broken address."""
    page = visitor.open(f"{home}playground.html")
    expect(page.locator("#status-facts")).to_be_visible()
    assert bootstrap.asked == ["/genesys-bootstrap/genesys.min.js"]
    field = page.get_by_label("Deployment ID")
    field.fill("no-id")
    page.get_by_role("button", name="Load this deployment").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("This is no deployment ID"))
    field.fill(f"(window, 'Genesys', {{ environment: 'LOCAL', deploymentId: '{OTHER}' }});")
    expect(field).to_have_value(OTHER)
    expect(page.get_by_label("Environment in the snippet")).to_have_value("local")
    page.get_by_role("button", name="Load this deployment").click()
    expect(page.locator("#status-deployment")).to_have_text(OTHER)
    assert stored(page, "localStorage", "deployment") == {
        "deploymentId": OTHER,
        "environment": "local",
    }
    page.reload()
    expect(field).to_have_value(OTHER)
    page.get_by_role("button", name=re.compile("Back to this site")).click()
    expect(field).not_to_have_value(OTHER)
    assert stored(page, "localStorage", "deployment") is None
    visitor.assert_untroubled(page)


@pytest.mark.parametrize("remembered", ['{"environment":"gone"}', "{", '"x"', "null"])
def test_what_was_remembered_wrongly_is_passed_over(
    visitor: Visitor, home: str, remembered: str
) -> None:
    before = f"localStorage.setItem('messenger-sso:deployment', {remembered!r})"
    page = visitor.open(f"{home}playground.html", before=before)
    expect(page.locator("#status-facts")).to_be_visible()
    expect(page.get_by_label("Environment in the snippet")).to_have_value("local")
    visitor.assert_untroubled(page)


def test_a_region_of_the_vendors_is_loaded_from_its_own_host(visitor: Visitor, home: str) -> None:
    """X10, X8: the page's policy lets every region's script in, and asks for the right one."""
    page = visitor.open(f"{home}404.html")
    asked = intercept(page, "apps.mypurecloud.de")
    page.evaluate(
        "localStorage.setItem('messenger-sso:deployment', "
        f"""JSON.stringify({{ deploymentId: '{OTHER}', environment: 'euc1' }}))"""
    )
    page.goto(f"{home}playground.html")
    expect(page.get_by_label("Environment in the snippet")).to_have_value("prod-euc1")
    expect(page.locator("#status-line")).to_contain_text("nothing came from apps.mypurecloud.de")
    assert asked == ["https://apps.mypurecloud.de/genesys-bootstrap/genesys.min.js"]
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize(("enabled", "line"), [(True, "asks visitors"), (False, "switched off")])
def test_one_can_sign_in_only_where_the_deployment_wants_it(
    visitor: Visitor, home: str, bootstrap: Bootstrap, enabled: bool, line: str
) -> None:
    """B6"""
    bootstrap.events = {}
    page = visitor.open(f"{home}playground.html")
    button = page.get_by_role("button", name="Sign in with these settings")
    expect(button).to_be_disabled()
    until(page, "typeof window.tell == 'function'")
    ((name, data),) = configured(enabled=enabled).items()
    tell(page, name, **data)
    expect(page.locator("#client-line")).to_contain_text(line)
    assert button.is_enabled() is enabled


def test_a_sign_in_goes_out_with_what_was_entered(visitor: Visitor, home: str) -> None:
    """M53, M33-M36, B7-B9: and client settings stay in the tab, until they are forgotten."""
    page = visitor.open(f"{home}playground.html")
    asked = intercept(page, "login.other.example")
    button = page.get_by_role("button", name="Sign in with these settings")
    expect(button).to_be_enabled()
    page.get_by_label("Client ID for Genesys Cloud").fill("")
    page.get_by_label("Highest age of a sign-in").fill("soon")
    button.click()
    for label in ("Client ID for Genesys Cloud", "Highest age of a sign-in"):
        expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Client ID for Genesys Cloud").fill("0oaOther")
    page.get_by_label("Highest age of a sign-in").fill("3600")
    page.get_by_label("Issuer").fill("https://login.other.example/oauth2/default/")
    expect(page.get_by_label("Separate clients")).to_be_disabled()
    assert chosen(page, "approach") == "endpoint"
    page.get_by_label("offline_access").check()
    page.get_by_label("Authorization code without PKCE").check()
    button.click()
    page.wait_for_url("https://login.other.example/**")
    (url,) = asked
    assert url.startswith("https://login.other.example/oauth2/default/v1/authorize?")
    for part in (
        *("client_id=0oaOther", "max_age=3600", "response_type=code", "state=", "nonce="),
        "scope=openid+profile+email+offline_access",
        "redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fcallback.html",
    ):
        assert part in url
    assert "code_challenge" not in url
    page.goto(f"{home}playground.html")
    expect(page.get_by_label("Client ID for Genesys Cloud")).to_have_value("0oaOther")
    assert stored(page, "localStorage", "client") is None
    assert "0oaOther" not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("button", name="Forget what I entered").click()
    expect(page.locator("#told")).to_contain_text("Forgotten")
    expect(page.get_by_label("Client ID for Genesys Cloud")).not_to_have_value("0oaOther")
    assert stored(page, "sessionStorage", "client") is None


def test_an_approach_is_chosen_for_the_tab_and_holds_on_the_next_page(
    visitor: Visitor, home: str
) -> None:
    """M30"""
    page = visitor.open(f"{home}playground.html")
    expect(page.locator("#status-approach")).to_have_text("OAuth endpoint")
    page.get_by_role("button", name=re.compile("Use in this tab.*Separate")).click()
    expect(page.locator("#approaches-line")).to_contain_text("This tab now uses")
    page.get_by_role("link", name="Home").click()
    expect(page.locator("#status-approach")).to_have_text("Separate clients")


def test_messenger_is_asked_to_speak_another_language(visitor: Visitor, home: str) -> None:
    """X4, B1: and what it answers is said."""
    page = visitor.open(f"{home}playground.html")
    language = page.get_by_label("Language", exact=True)
    expect(language).to_be_enabled()
    language.select_option("pt-br")
    line = page.locator("#language-line")
    expect(line).to_have_text("Messenger now speaks Português (Brasil) (pt-br).")
    assert commands(page, "Messenger.configure") == [{"config": {"lang": "pt-br"}}]
    page.evaluate("window.refused = ['Messenger.configure']")
    language.select_option("he")
    expect(line).to_contain_text("did not switch to")


def test_an_answer_that_belongs_to_nothing_is_explained_with_a_way_back(
    visitor: Visitor, home: str
) -> None:
    """M45: the code has left the address bar, and the steps are there to be read."""
    page = visitor.open(f"{home}callback.html?code=abc123&state=forged")
    expect(page.get_by_role("heading", name="Your sign-in was not finished")).to_be_visible()
    expect(page.locator("#callback-line")).to_contain_text("belongs to no sign-in")
    expect(page.get_by_role("link", name="Go back and try again")).to_have_attribute("href", home)
    assert page.url == f"{home}callback.html"
    expect(page.locator("#timeline")).to_be_visible()
    visitor.assert_untroubled(page)


def test_the_end_of_a_sign_out_says_so_and_leads_home(visitor: Visitor, home: str) -> None:
    page = visitor.open(f"{home}signed-out.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    expect(page.locator("#timeline-newest")).to_have_text("You are signed out.")
    assert page.evaluate("typeof window.Genesys") == "undefined"
    page.get_by_role("link", name="Go to the home page").click()
    expect(page).to_have_url(home)
