"""Talking: from the window and by commands, over the web messaging socket."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.local.genesys.conftest import Json
from tests.local.genesys.messenger.site import LAUNCHER, WINDOW, Site, Tab, refuse_codes

pytestmark = pytest.mark.browser

NOBODY = "window.answers = {getAuthCode: async () => undefined};"
_APPS: dict[str, Any] = {"enabled": True}


def say(tab: Tab, text: str) -> None:
    """Write something into the window and send it."""
    tab.window.get_by_label("Your message").fill(text)
    tab.window.get_by_role("button", name="Send").click()
    expect(tab.window.get_by_role("log")).to_contain_text(f"You wrote: {text}")


def talks(**settings: Any) -> Json:
    """Return Messenger settings whose conversations are so."""
    return {"apps": {"conversations": {"enabled": True} | settings}}


def open_signed_in(shop: Site, subject: str = "ada", **options: Any) -> Tab:
    """Open the page as somebody, and the window."""
    shop.desk.provider.subject = subject
    tab = shop.open(**options)
    tab.wait_for("Auth.authenticated")
    assert tab.run("Messenger.open") is None
    tab.wait_for("MessagingService.started")
    return tab


def test_a_signed_in_visitor_talks_as_themselves_by_keyboard_alone(shop: Site) -> None:
    """R8, M74: the JWT comes first, and the flow sees who it is; nothing needs a mouse."""
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    tab.run("Launcher.show")
    tab.page.get_by_role("button", name="Of the page").focus()
    keyboard = tab.page.keyboard
    keyboard.press("Tab")
    expect(tab.launcher.get_by_role("button", name="Open chat")).to_be_focused()
    keyboard.press("Enter")
    expect(tab.window.get_by_label("Your message")).to_be_focused()
    keyboard.type("hello")
    keyboard.press("Shift+Enter")
    keyboard.type("world")
    keyboard.press("Enter")
    expect(tab.window.get_by_role("log")).to_contain_text("Name: Ada Lovelace")
    keyboard.press("Escape")
    expect(tab.page.locator(WINDOW)).not_to_be_visible()
    expect(tab.launcher.get_by_role("button", name="Open chat")).to_be_focused()
    (session,) = shop.sessions()
    assert session["participant"]["isAuthenticated"]
    assert session["messages"][0]["text"] == "hello\nworld"
    names = tab.names()
    assert names.index("Auth.authenticated") < names.index("MessagingService.started")
    assert names.index("MessagingService.sendingMessage") < names.index(
        "MessagingService.messagesReceived"
    )
    for expected in ("Messenger.opened", "Messenger.closed", "Conversations.started"):
        assert names.count(expected) == 1
    assert tab.console == [], "a happy path is silent"


def test_nobody_talks_before_a_sign_in_that_is_needed(shop: Site) -> None:
    """R12, M83: no command and no window starts a guest's conversation; the window says why."""
    tab = shop.open(before=NOBODY)
    tab.wait("asked.length === 1")
    told = "Visitors sign in before a conversation"
    assert tab.run("MessagingService.startConversation") == told
    assert tab.run("MessagingService.sendMessage", {"message": "hello"}) == told
    assert tab.run("MessagingService.sendTyping") == told
    tab.run("Messenger.open")
    expect(tab.window.get_by_role("heading", name="Sign in to chat")).to_be_visible()
    expect(tab.window.get_by_label("Your message")).not_to_be_visible()
    # While the page is being asked nothing is sent either.
    tab.page.evaluate("() => { answers.getAuthCode = () => new Promise(() => {}); }")
    tab.window.get_by_role("button", name="Sign in").click()
    expect(tab.window.get_by_role("heading", name="Signing you in…")).to_be_visible()
    assert tab.run("MessagingService.sendMessage", {"message": "hello"}) == (
        "The visitor is being authenticated"
    )
    assert shop.sessions() == []
    assert shop.paths("/v1") == [], "not even a socket was opened"


def test_a_sign_in_that_failed_is_shown_with_another_try(shop: Site) -> None:
    """R5, M84: the window says so and offers a retry, which works once the cause is gone."""
    refuse_codes(shop)
    tab = shop.open()
    tab.wait_for("Auth.authError")
    tab.run("Messenger.open")
    failed = tab.window.get_by_role("heading", name="You could not be signed in")
    expect(failed).to_be_visible()
    shop.desk.provider.replies.clear()
    tab.window.get_by_role("button", name="Try again").click()
    expect(tab.window.get_by_label("Your message")).to_be_focused()
    say(tab, "at last")
    # Tokens that the service no longer knows, and a page without a new code: nobody is signed in.
    refuse_codes(shop)
    for contact in shop.cloud.emulator.contacts.listing():
        shop.cloud.emulator.sign_ins.end_all(shop.deployment, contact["id"])
    shop.cloud.emulator.conversations.connections.reset()
    tab.wait_for("Auth.loggedOut")
    expect(failed).to_be_visible()
    assert tab.stored(shop.deployment) == {}


def test_a_person_goes_on_elsewhere_and_two_people_never_share(shop: Site) -> None:
    """R9, R10, M75, M78: the same `sub` has one conversation, another one has none of it."""
    desktop = open_signed_in(shop)
    say(desktop, "from the desktop")
    phone = open_signed_in(shop)
    assert phone.wait_for("MessagingService.started") == {
        "newSession": False,
        "authenticated": True,
        "readOnly": False,
    }
    restored = phone.wait_for("MessagingService.restored")["messages"]
    assert restored[0]["text"] == "from the desktop"
    expect(phone.window.get_by_role("log")).to_contain_text("from the desktop")
    say(phone, "from the phone")
    expect(desktop.window.get_by_role("log")).to_contain_text("You wrote: from the phone")
    stranger = open_signed_in(shop, "bob")
    say(stranger, "it is me")
    assert stranger.window.get_by_role("log").inner_text().count("You wrote") == 1
    assert sorted(one["participant"]["address"] for one in shop.sessions()) == ["ada", "bob"]


def test_custom_attributes_ride_on_the_next_message_up_to_a_size(shop: Site) -> None:
    """R14, M79: set before the first message, seen on it; above 2,048 bytes they stay behind."""
    tab = shop.open()
    tab.wait_for("Auth.authenticated")
    attributes = {"plan": "gold", "visits": 3, "isNew": False, "since": None}
    tab.run("Database.set", {"messaging": {"customAttributes": attributes}})
    tab.run("Messenger.open")
    say(tab, "first")
    (session,) = shop.sessions()
    assert session["attributes"] == {"plan": "gold", "visits": "3", "isNew": "false"}
    tab.run("Database.update", {"messaging": {"customAttributes": {"plan": "silver"}}})
    assert tab.run("Database.get", {"name": "messaging.customAttributes.visits"}) == 3
    assert tab.run("Database.get", {"name": "plan"}) == "silver"
    tab.run("Database.remove", {"name": "visits"})
    assert tab.wait_for("Database.removed") == {"name": "visits"}
    assert tab.run("Database.get", {"name": "visits"}) is None
    assert tab.run("Database.remove", {"name": "visits"}) == (
        "Database has nothing under the name visits"
    )
    say(tab, "second")
    assert shop.sessions()[0]["attributes"]["plan"] == "silver"
    # {"long":"…"} has eleven bytes beside the value; two bytes each are the umlauts.
    for count, fits in ((1018, True), (1019, False)):
        tab.run("Database.set", {"messaging": {"customAttributes": {"long": "ä" * count + "x"}}})
        say(tab, f"of {count}")
        assert (len(shop.sessions()[0]["attributes"].get("long", "")) == count + 1) is fits
    assert tab.count("MessagingService.customAttributesSizeExceeded") == 1
    assert tab.run("Database.set", {"plan": "gold"}) == (
        "Database expects {messaging: {customAttributes: {…}}}"
    )


def test_a_guest_signs_in_during_the_conversation(shop: Site) -> None:
    """X3: the guest's words become those of the person, in every tab of the browser."""
    settings = shop.desk.require() | {"allowSessionUpgrade": True}
    shop.deploy(authenticationSettings=settings)
    context = shop.visitors.arrive()
    sign_in = "async (_, fresh) => { AuthProvider.publish('signedIn', await fresh()); }"
    before = f"window.answers = {{signIn: {sign_in}}};"
    tab = shop.open(context=context, before=before)
    tab.wait_for("Auth.signInAvailable")
    assert tab.run("MessagingService.stepUpConversation") == "There is no active conversation"
    tab.run("Messenger.open")
    say(tab, "as a guest")
    other = shop.open(context=context, before=before)
    other.wait_for("MessagingService.started")
    tab.window.get_by_role("button", name="Sign in to continue as yourself").click()
    tab.wait_for("MessagingService.steppedUpConversation")
    assert tab.wait_for("Auth.signedIn")["authCode"].startswith("code-")
    say(tab, "as myself")
    (session,) = shop.sessions()
    assert session["participant"]["address"] == "ada"
    assert session["messages"][0]["text"] == "as a guest"
    assert any(one.get("events") for one in session["messages"]), "the flow sees the sign-in"
    assert tab.page.evaluate("asked") == [["signIn", {}]]
    assert tab.run("MessagingService.stepUpConversation") == (
        "The conversation is that of a signed-in visitor already"
    )
    # The other tab's connection was closed as a guest's and came back as the person's.
    other.wait_for("Auth.authenticated")
    other.wait_for("MessagingService.started", times=2)
    assert other.run("MessagingService.sendMessage", {"message": "from both tabs"}) is None
    expect(tab.window.get_by_role("log")).to_contain_text("You wrote: from both tabs")


def test_a_guest_who_left_for_the_provider_comes_back_to_the_same_conversation(
    shop: Site,
) -> None:
    """X3: the page was loaded anew with a code; it publishes signedIn and the talk goes on."""
    shop.deploy(authenticationSettings=shop.desk.require() | {"allowSessionUpgrade": True})
    context = shop.visitors.arrive()
    leave = "window.answers = {signIn: () => new Promise(() => {})};"
    tab = shop.open(context=context, before=leave)
    tab.run("Messenger.open")
    say(tab, "as a guest")
    tab.page.close()
    back = "answers.afterReady = (it) => it.publish('signedIn', {authCode: 'in the address'});"
    tab = shop.open(context=context, before=leave + back)
    tab.wait_for("MessagingService.steppedUpConversation")
    assert tab.page.evaluate("asked.map(([name]) => name)") == ["getAuthCode"]
    (session,) = shop.sessions()
    assert session["participant"]["address"] == "ada"


def test_a_step_up_that_fails_leaves_the_guest_talking(shop: Site) -> None:
    """X3: signInFailed and stepUpConversationError tell the page."""
    shop.deploy(authenticationSettings=shop.desk.require() | {"allowSessionUpgrade": True})
    tab = shop.open(before="window.answers = {signIn: async () => { throw new Error('no'); }};")
    tab.run("Messenger.open")
    say(tab, "as a guest")
    assert tab.run("MessagingService.stepUpConversation") == "no"
    assert tab.wait_for("Auth.signInFailed") == {"message": "no"}
    told = tab.wait_for("MessagingService.stepUpConversationError")
    assert told == {"error": {"message": "no"}}
    say(tab, "still a guest")


def test_a_logout_ends_the_conversation_on_every_device(shop: Site) -> None:
    """X6, R17: the service tells the other devices, which show the way back in."""
    desktop = open_signed_in(shop)
    say(desktop, "hello")
    phone = open_signed_in(shop)
    desktop.run("Auth.logout")
    phone.wait_for("Auth.loggedOut")
    for tab in (desktop, phone):
        expect(tab.window.get_by_role("heading", name="Sign in to chat")).to_be_visible()
        expect(tab.window.get_by_text("You wrote: hello")).to_have_count(0)
        assert tab.stored(shop.deployment) == {}
        assert tab.count("Auth.loggedOut") == 1


def test_a_lost_connection_comes_back_by_itself(shop: Site) -> None:
    """The visitor sees that it was lost; the talk goes on, with what was said meanwhile."""
    tab = open_signed_in(shop)
    say(tab, "before")
    other = open_signed_in(shop)
    shop.cloud.emulator.conversations.connections.reset()
    tab.wait_for("MessagingService.reconnecting")
    tab.wait_for("MessagingService.reconnected")
    other.wait_for("MessagingService.reconnected")
    say(tab, "after")
    assert tab.count("MessagingService.started") == 1
    tab.page.context.set_offline(True)
    tab.wait_for("MessagingService.offline")
    expect(tab.window.get_by_role("status")).to_contain_text("You are offline")
    tab.page.context.set_offline(False)
    expect(tab.window.get_by_role("status")).to_be_empty()


def test_a_void_jwt_is_replaced_before_the_conversation_goes_on(shop: Site) -> None:
    """X2, X5: the socket says 401; the refresh token helps, and without one the page."""
    shop.desk.provider.answer = {"refresh_token": "of-the-provider"}
    tab = open_signed_in(shop)
    shop.desk.provider.answer = {}
    shop.cloud.emulator.clock.advance(1000)
    shop.cloud.emulator.conversations.connections.reset()
    tab.wait_for("MessagingService.reconnected")
    assert len(shop.paths("token/refresh")) == 1
    assert tab.page.evaluate("asked.length") == 1
    for sign_in in shop.cloud.emulator.contacts.listing():
        shop.cloud.emulator.sign_ins.end_all(shop.deployment, sign_in["id"])
    shop.cloud.emulator.conversations.connections.reset()
    tab.wait_for("MessagingService.reconnected", times=2)
    assert tab.page.evaluate("asked.map(([name]) => name)") == [
        *("getAuthCode", "reAuthenticate", "getAuthCode"),
    ]
    say(tab, "still here")


def test_an_expired_conversation_is_told_and_followed_by_a_new_one(shop: Site) -> None:
    """4006: the error event has the code, the window offers a new conversation."""
    tab = open_signed_in(shop)
    say(tab, "long ago")
    shop.cloud.emulator.clock.advance(73 * 3600)
    assert tab.run("MessagingService.sendMessage", {"message": "too late"}) == (
        "The session has expired."
    )
    assert tab.wait_for("MessagingService.error")["error"]["errorCode"] == 4006
    assert tab.count("MessagingService.error") == 1
    expect(tab.window.get_by_role("status")).to_contain_text("has ended because it was quiet")
    tab.window.get_by_role("button", name="Start a new conversation").click()
    assert tab.wait_for("MessagingService.started", times=2)["newSession"]
    say(tab, "once more")
    assert "long ago" not in tab.window.get_by_role("log").inner_text()


def test_a_fourth_tab_takes_the_place_of_the_first(site: Site) -> None:
    """At most three connections: the oldest tab says so and can have it back."""
    site.deploy(talks(autoStart={"enabled": True}))
    context = site.visitors.arrive()
    tabs = []
    for _ in range(4):
        tabs.append(site.open(context=context))
        if len(tabs) == 1:
            tabs[0].run("Messenger.open")
        tabs[-1].wait_for("MessagingService.started")
    status = tabs[0].window.get_by_role("status")
    expect(status).to_contain_text("goes on in another tab")
    tabs[0].window.get_by_role("button", name="Continue here").click()
    expect(status).to_be_empty()
    say(tabs[0], "here again")


def test_clearing_and_resetting_only_where_the_configuration_says_so(site: Site) -> None:
    site.deploy()
    tab = site.open()
    tab.run("Messenger.open")
    say(tab, "hello")
    assert tab.run("MessagingService.clearConversation") == ("Clearing conversations is not set up")
    assert tab.run("MessagingService.resetConversation") == (
        "Conversations are reset only where a disconnect makes them read-only"
    )
    assert tab.run("MessagingService.stepUpConversation") == (
        "Signing in during a conversation is not set up"
    )
    assert tab.run("MessagingService.startConversation") == "A conversation is active already"
    site.deploy(
        talks(
            conversationClear={"enabled": True},
            conversationDisconnect={"enabled": True, "type": "ReadOnly"},
        )
    )
    tab = site.open()
    tab.run("Messenger.open")
    assert tab.run("MessagingService.clearConversation") == "There is no active conversation"
    say(tab, "hello")
    assert tab.run("MessagingService.resetConversation") is None
    assert "wrote" not in tab.window.get_by_role("log").inner_text()
    tab.wait_for("MessagingService.conversationReset")
    say(tab, "again")
    tab.window.get_by_role("button", name="Clear conversation").click()
    tab.window.get_by_role("button", name="Clear it").click()
    tab.wait_for("MessagingService.conversationCleared")
    expect(tab.window.get_by_role("log")).to_contain_text("Say hello")
    assert "gcmcsessionActive" not in tab.stored(site.deployment)
    say(tab, "once more")
    assert tab.run("MessagingService.clearSession") is None
    tab.wait_for("MessagingService.sessionCleared", times=2)


def test_what_cannot_be_sent_is_refused_and_what_failed_can_be_sent_again(site: Site) -> None:
    site.deploy()
    tab = site.open()
    assert tab.run("MessagingService.sendMessage", {"message": " "}) == "A message needs words"
    assert tab.run("MessagingService.sendMessage", {"message": "x" * 4097}) == (
        "A message has at most 4096 characters"
    )
    tab.run("Messenger.open")
    say(tab, "hello")
    tab.page.evaluate(
        "() => { const send = WebSocket.prototype.send;"
        " WebSocket.prototype.send = function () { WebSocket.prototype.send = send;"
        " throw new Error('cut'); }; }"
    )
    tab.window.get_by_label("Your message").fill("lost")
    tab.window.get_by_label("Your message").press("Enter")
    log = tab.window.get_by_role("log")
    expect(log).to_contain_text("Not sent")
    log.get_by_role("button", name="Try again").click()
    expect(log).to_contain_text("You wrote: lost")


def test_messages_that_nobody_saw_are_counted_on_the_launcher(site: Site) -> None:
    site.deploy()
    tab = site.open()
    tab.run("Launcher.show")
    tab.run("MessagingService.sendMessage", {"message": "hello"})
    button = tab.launcher.get_by_role("button")
    expect(button).to_have_attribute("aria-label", "Open chat, new messages: 1")
    button.click()
    expect(tab.window.get_by_role("log")).to_contain_text("You wrote: hello")
    tab.window.get_by_role("button", name="Close chat").click()
    expect(button).to_have_attribute("aria-label", "Open chat")


def test_a_cleared_messenger_is_gone_in_all_tabs_until_the_page_is_loaded_again(
    shop: Site,
) -> None:
    """Messenger.clear wipes what is stored and shuts down; a reload begins anew."""
    context = shop.visitors.arrive()
    one = open_signed_in(shop, context=context)
    one.run("Launcher.show")
    two = shop.open(context=context)
    two.wait_for("Auth.authenticated")
    assert one.run("Messenger.clear") is None
    for tab in (one, two):
        tab.wait_for("Messenger.cleared")
        expect(tab.page.locator(f"{LAUNCHER}, {WINDOW}")).to_have_count(0)
        assert tab.run("Messenger.open") == (
            "Messenger has been cleared and comes back when the page is loaded again"
        )
    assert one.stored(shop.deployment) == {}
    one.page.reload()
    one.wait_for("Auth.authenticated")


def test_a_messenger_without_a_window_is_ready_at_once_and_opens_nothing(site: Site) -> None:
    site.deploy(headlessMode={"enabled": True})
    tab = site.open()
    tab.wait_for("MessagingService.ready")
    for command in ("Messenger.open", "Messenger.openConversation"):
        assert tab.run(command) == "Messenger has no window in headless mode"
    assert tab.run("Launcher.show") == "Launcher.show is not a known command"
    assert tab.run("MessagingService.configureConversation") is None
    assert tab.run("MessagingService.joinConversation") is None
    received = tab.wait_for("MessagingService.messagesReceived")["messages"][0]
    assert received["text"].startswith("Hello guest")
    assert len(tab.run("MessagingService.fetchHistory")["messages"]) == 2


def test_opening_and_closing_out_of_turn_is_refused(site: Site) -> None:
    site.deploy()
    tab = site.open()
    assert tab.run("Messenger.close") == "Messenger is not open"
    assert "MessagingService.ready" not in tab.names(), "it waits for the window"
    assert tab.run("Messenger.openConversation") is None
    assert tab.run("Messenger.open") == "Messenger is already open"
    tab.wait_for("MessagingService.ready")
    assert tab.run("Messenger.close") is None
    assert tab.run("Messenger.openSearch") == "Knowledge is not set up here"
    assert tab.run("Messenger.openCobrowse") == "Cobrowse is not set up here"
    assert site.sessions() == [], "a guest's conversation begins with a message"
