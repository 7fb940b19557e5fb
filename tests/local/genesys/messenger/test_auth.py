"""Signing in and out, as a page with an AuthProvider plugin lives through it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.local.genesys.messenger.site import LAUNCHER, Site, refuse_codes

pytestmark = pytest.mark.browser

EXCHANGE = "oauthcodegrantjwtexchange"
REFRESH = "token/refresh"
REVOKE = "token/revoke"


def with_refresh_token(site: Site) -> None:
    """Let the provider give refresh tokens."""
    site.desk.provider.answer = {"refresh_token": "of-the-provider"}


def test_a_page_that_has_a_code_is_authenticated_on_load(shop: Site) -> None:
    """M47, M48, M82: getAuthCode is asked once, its members are exchanged, the tokens are kept."""
    with_refresh_token(shop)
    tab = shop.open()
    told = tab.wait_for("Auth.authenticated")
    assert tab.page.evaluate("asked") == [["getAuthCode", {"forceUpdate": False}]]
    (entry,) = shop.paths(EXCHANGE)
    assert entry["status"] == 200
    assert set(entry["body"]["oauth"]) == {
        *("code", "redirectUri", "nonce", "maxAge", "codeVerifier"),
    }
    stored = tab.stored(shop.deployment)
    assert (stored["gcatkn"], stored["gcartkn"]) == (told["jwt"], told["refreshToken"])
    assert tab.names("Auth.") == ["Auth.ready", "Auth.authenticating", "Auth.authenticated"]
    assert tab.page.evaluate("AuthProvider.data('Auth.authenticated')") is True
    assert tab.console == [], "a happy path is silent"


def test_a_later_page_reuses_the_stored_jwt(shop: Site) -> None:
    """M46: a reload is authenticated without asking the page or the service again."""
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    tab.page.reload()
    tab.wait_for("Auth.authenticated")
    assert tab.page.evaluate("asked") == []
    assert len(shop.paths(EXCHANGE)) == 1
    # Read by a page on Auth.ready, as the vendor's sample does.
    assert tab.page.evaluate("AuthProvider.data('Auth.authenticated')") is True


def test_a_jwt_near_its_end_is_refreshed_without_the_page(shop: Site) -> None:
    """X5: the stored refresh token comes first; the caller keeps its own."""
    shop.desk.provider.answer = {"refresh_token": "of-the-provider", "expires_in": 0}
    tab = shop.open()
    first = tab.wait_for("Auth.authenticated")
    shop.desk.provider.answer = {}
    tab.page.reload()
    second = tab.wait_for("Auth.authenticated")
    assert second["jwt"] != first["jwt"]
    assert second["refreshToken"] == first["refreshToken"]
    assert len(shop.paths(EXCHANGE)) == 1
    assert tab.page.evaluate("asked") == []


def test_a_refused_refresh_token_leads_back_to_the_page(shop: Site) -> None:
    """X2: tokenError is told, the token goes, and the page is asked for a new code."""
    shop.desk.provider.answer = {"refresh_token": "of-the-provider", "expires_in": 0}
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    shop.desk.provider.answer = {}
    shop.cloud.emulator.sign_ins.end_all(
        shop.deployment, shop.cloud.emulator.contacts.listing()[0]["id"]
    )
    tab.page.reload()
    tab.wait_for("Auth.authenticated")
    assert tab.names("Auth.") == [
        *("Auth.ready", "Auth.tokenError", "Auth.authenticating", "Auth.authenticated"),
    ]
    assert tab.page.evaluate("asked.length") == 1
    assert "gcartkn" not in tab.stored(shop.deployment)


def test_a_refused_code_is_followed_by_force_update_and_then_by_re_authenticate(
    shop: Site,
) -> None:
    """X2, R5: the page is asked more insistently each time, and then it is over."""
    refuse_codes(shop)
    tab = shop.open()
    error = tab.wait_for("Auth.authError")
    assert error["status"] == 401
    assert error["message"] == "The visitor could not be authenticated."
    assert tab.page.evaluate("asked") == [
        ["getAuthCode", {"forceUpdate": False}],
        ["getAuthCode", {"forceUpdate": True}],
        ["reAuthenticate", {}],
        ["getAuthCode", {"forceUpdate": False}],
    ]
    assert tab.count("Auth.error") == 3
    assert tab.stored(shop.deployment) == {}


def test_sign_ins_that_keep_failing_do_not_go_round_in_circles(shop: Site) -> None:
    """R5: a page that comes back from a forced sign-in with another bad code is told, no more."""
    refuse_codes(shop)
    tab = shop.open()
    tab.wait_for("Auth.authError")
    tab.page.reload()
    tab.wait_for("Auth.authError")
    assert tab.page.evaluate("asked") == [["getAuthCode", {"forceUpdate": False}]]
    # Whoever presses a button may try as often as they like.
    shop.desk.provider.replies.clear()
    assert tab.run("Auth.reAuthenticate")["jwt"]
    assert tab.page.evaluate("asked.map(([name]) => name).slice(1)") == [
        *("reAuthenticate", "getAuthCode"),
    ]


def test_a_forced_new_code_continues_where_the_old_one_was_dead(shop: Site) -> None:
    """X2: `forceUpdate` means that the old code is dead; a second one in the page will do."""
    tab = shop.open(
        before="answers.getAuthCode = async ({forceUpdate}, fresh) =>"
        " forceUpdate ? fresh() : {...await fresh(), authCode: 'spent'};".replace(
            "answers.", "(window.answers = {})."
        )
    )
    tab.wait_for("Auth.authenticated")
    assert tab.names("Auth.") == [
        *("Auth.ready", "Auth.authenticating", "Auth.error"),
        *("Auth.authenticating", "Auth.authenticated"),
    ]


def test_the_same_dead_code_is_never_sent_twice(shop: Site) -> None:
    refuse_codes(shop)
    tab = shop.open(
        before="window.answers = {getAuthCode: async () =>"
        " ({authCode: 'dead', redirectUri: 'https://www.example.com/callback.html'})};"
    )
    tab.wait_for("Auth.authError")
    assert len(shop.paths(EXCHANGE)) == 1


def test_a_page_without_a_code_is_left_alone(shop: Site) -> None:
    """M83: an empty answer means that the page signs in or that nobody is there: no error."""
    tab = shop.open(before="window.answers = {getAuthCode: async () => undefined};")
    tab.wait("asked.length === 1")
    assert tab.run("GenesysJS.configuration")["auth"]["enabled"]
    assert tab.names("Auth.") == ["Auth.ready"]
    assert tab.page.evaluate("AuthProvider.data('Auth.authenticated')") is False


def test_what_the_pages_plugin_does_wrong_is_told(shop: Site) -> None:
    """M84: a plugin that fails is no silent failure, and nothing of it is sent."""
    tab = shop.open(
        before="window.answers = {getAuthCode: async () => { throw new Error('no luck'); }};"
    )
    assert tab.wait_for("Auth.authProviderError") == {"message": "no luck"}
    tab.page.evaluate("() => { answers.getAuthCode = async () => ({authCode: 'x'}); }")
    told = "AuthProvider: redirectUri is missing"
    assert tab.run("Auth.getTokens") == told
    assert tab.wait_for("Auth.authProviderError", times=2) == {"message": told}
    assert shop.paths(EXCHANGE) == []


@pytest.mark.parametrize("change", ["inactive integration", "unreachable"])
def test_a_failure_that_no_newer_code_cures_asks_the_page_only_once(
    shop: Site, change: str
) -> None:
    """R5: what is a matter of configuration or of the network is told at once."""
    if change == "inactive integration":
        shop.desk.switch("DISABLED")
        tab = shop.open()
    else:
        tab = shop.open(before="window.answers = {getAuthCode: async (_, fresh) => {"
                        " window.fetch = () => Promise.reject(new Error('cut'));"
                        " return {authCode: 'x', redirectUri: 'y'}; }};")  # fmt: skip
    error = tab.wait_for("Auth.authError")
    assert error["status"] == (403 if change == "inactive integration" else 0)
    assert tab.page.evaluate("asked.length") == 1


def test_the_commands_of_the_plugin(shop: Site) -> None:
    """getTokens exchanges a new code, refreshToken falls back to one where it has none."""
    tab = shop.open()
    first = tab.wait_for("Auth.authenticated")["jwt"]
    second = tab.run("Auth.getTokens")["jwt"]
    third = tab.run("Auth.refreshToken")["jwt"]
    assert len({first, second, third}) == 3
    assert len(shop.paths(EXCHANGE)) == 3
    with_refresh_token(shop)
    tab.run("Auth.getTokens")
    tab.run("Auth.refreshToken")
    assert (len(shop.paths(EXCHANGE)), len(shop.paths(REFRESH))) == (4, 1)
    for unknown in ("Auth.validateTokens", "Auth.setTokens", "Messenger.auth", "Messenger.show"):
        assert tab.run(unknown) == f"{unknown} is not a known command"


def test_signing_out_revokes_and_clears_and_tells_the_other_tabs(shop: Site) -> None:
    """X6, R17: after Auth.logout no token is left, and every tab of the site has heard of it."""
    context = shop.visitors.arrive()
    one = shop.open(context=context)
    one.wait_for("Auth.authenticated")
    two = shop.open(context=context)
    two.wait_for("Auth.authenticated")
    assert one.run("Auth.logout") is None
    assert one.wait_for("Auth.loggedOut")["status"] == 204
    two.wait_for("Auth.loggedOut")
    assert (one.count("Auth.loggedOut"), two.count("Auth.loggedOut")) == (1, 1)
    assert one.stored(shop.deployment) == {}
    assert [entry["status"] for entry in shop.paths(REVOKE)] == [204]
    assert two.page.evaluate("AuthProvider.data('Auth.authenticated')") is False
    assert one.run("Auth.logout") is None, "nobody is left to sign out"


def test_signing_in_in_one_tab_signs_in_the_others(shop: Site) -> None:
    """M1: a tab that had nobody takes over what another tab of the same site stored."""
    context = shop.visitors.arrive()
    nobody = shop.open(
        context=context, before="window.answers = {getAuthCode: async () => undefined};"
    )
    nobody.wait("asked.length === 1")
    shop.open(context=context).wait_for("Auth.authenticated")
    nobody.wait_for("Auth.authenticated")
    assert len(shop.paths(EXCHANGE)) == 1


def test_a_logout_the_service_never_hears_of_still_empties_this_browser(shop: Site) -> None:
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    tab.page.evaluate("() => { window.fetch = () => Promise.reject(new Error('cut')); }")
    assert tab.run("Auth.logout") == "Genesys Cloud cannot be reached."
    assert tab.wait_for("Auth.logoutError")["status"] == 0
    tab.wait_for("Auth.loggedOut")
    assert tab.stored(shop.deployment) == {}


def test_an_expired_jwt_is_refreshed_before_it_is_revoked(shop: Site) -> None:
    with_refresh_token(shop)
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    shop.cloud.emulator.clock.advance(1000)
    shop.desk.provider.answer = {}
    tab.run("Auth.logout")
    assert [entry["status"] for entry in shop.paths(REVOKE)] == [401, 204]
    assert tab.stored(shop.deployment) == {}


def test_the_launcher_obeys_only_on_demand(shop: Site) -> None:
    """R12: nothing shows until the page says so, and the events tell when it does."""
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    expect(tab.page.locator(LAUNCHER)).not_to_be_visible()
    assert tab.run("Launcher.show") is None
    expect(tab.page.locator(LAUNCHER)).to_be_visible()
    tab.run("Launcher.hide")
    expect(tab.page.locator(LAUNCHER)).not_to_be_visible()
    assert tab.names("Launcher.") == ["Launcher.ready", "Launcher.visible", "Launcher.hidden"]


@pytest.mark.parametrize("visibility", ["On", "Off"])
def test_the_launcher_refuses_commands_with_any_other_visibility(
    site: Site, visibility: str
) -> None:
    messenger: dict[str, Any] = {"launcherButton": {"visibility": visibility}}
    site.deploy(messenger)
    tab = site.open()
    tab.wait_for("Launcher.ready")
    told = f"The launcher's visibility is {visibility}, not OnDemand"
    assert (tab.run("Launcher.show"), tab.run("Launcher.hide")) == (told, told)
    if visibility == "On":
        tab.wait_for("Launcher.visible")
    expect(tab.page.locator(LAUNCHER)).to_be_visible(visible=visibility == "On")
