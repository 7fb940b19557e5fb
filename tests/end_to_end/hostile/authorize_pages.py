"""At Okta's authorize endpoint: what is refused on a page, as nobody can be trusted with it.

okta.md 4.2.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.end_to_end.clouds import ALICE, PASSWORD
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Case, Page, Result, after, authorize, sign_in_as
from tests.end_to_end.visitor import Visitor

UNREGISTERED = "invalid_request: redirect_uri "


def redirecting(change: Callable[[str], str]) -> Act:
    """Ask for an answer at an address that is almost the registered one."""
    return lambda visitor: visitor.visit(redirect_uri=change(visitor.redirect_uri))


def unregistered(what: str, change: Callable[[str], str]) -> Case:
    """Return the row of a redirect URI that is not the registered one (M61)."""
    return Case(
        f"M61 redirect URI: {what}",
        redirecting(change),
        Page(400, "invalid_request"),
        okta=UNREGISTERED,
    )


def form_of(forge: Callable[[Visitor], dict[str, str]]) -> Act:
    """Send a sign-in form that no page of this browser has made."""

    def act(visitor: Visitor) -> Result:
        browser = visitor.browser()
        visitor.authorize(browser)
        form = {"identifier": ALICE, "passcode": PASSWORD} | forge(visitor)
        return browser.send("POST", "/login/sign-in", data=form)

    return act


def another_browsers_page(visitor: Visitor) -> Result:
    """Send the form of a page that another browser was shown (login forgery)."""
    browser = visitor.browser()
    visitor.authorize(browser)
    return browser.sign_in(visitor.authorize(visitor.browser()))


def after_an_hour(visitor: Visitor) -> Result:
    """Send a sign-in form an hour after its page was made."""
    browser = visitor.browser()
    page = visitor.authorize(browser)
    visitor.clouds.advance(3601)
    return browser.sign_in(page)


def consent_signed_out(visitor: Visitor) -> Result:
    """Allow on the consent page after the session has ended elsewhere."""
    page = visitor.visit(scope="openid messenger")
    visitor.session.send("DELETE", "/api/v1/sessions/me")
    return visitor.session.submit(page, decision="allow")


def at_server(server: str) -> Act:
    """Open the authorize endpoint of another server."""

    def act(visitor: Visitor) -> Result:
        visitor.server = server
        return visitor.visit()

    return act


CASES = [
    Case(
        "posted, with the parameters in the address",
        lambda visitor: visitor.session.send(
            "POST", f"{visitor.endpoints}/authorize", params=visitor.parameters()
        ),
        Page(400, "invalid_request"),
        okta="invalid_request: The 'client_id' parameter is missing.",
    ),
    Case(
        "client of other letters",
        authorize(client_id="\x00\u00fc\U0001f600'<b>"),
        Page(400, "invalid_client"),
        okta="invalid_client: unknown client",
    ),
    Case(
        "M39 no client",
        authorize(client_id=None),
        Page(400, "invalid_request"),
        okta="invalid_request: The 'client_id' parameter is missing.",
    ),
    Case(
        "M39 unknown client",
        authorize(client_id="nobody"),
        Page(400, "invalid_client"),
        okta="invalid_client: unknown client",
    ),
    Case(
        "client disabled",
        after(changes.application("deactivate"), then=authorize()),
        Page(400, "invalid_client"),
        okta="invalid_client: the application is inactive",
    ),
    Case(
        "client deleted",
        after(changes.application("delete"), then=authorize()),
        Page(400, "invalid_client"),
        okta="invalid_client: unknown client",
    ),
    Case(
        "client twice",
        lambda visitor: visitor.visit(client_id=[visitor.client_id, "nobody"]),
        Page(400, "invalid_request"),
        okta="invalid_request: The 'client_id' parameter must not",
    ),
    Case(
        "state twice",
        authorize(state=["state-1", "state-2"]),
        Page(400, "invalid_request"),
        okta="invalid_request: The 'state' parameter must not be repeated.",
    ),
    Case(
        "unknown server",
        at_server("nowhere"),
        Page(404, "not_found"),
        okta="not_found: Not found: Resource not found: ",
    ),
    Case(
        "server switched off",
        after(changes.server, then=authorize()),
        Page(404, "not_found"),
        okta="not_found: Not found: Resource not found: ",
    ),
    Case(
        "M61 no redirect URI",
        authorize(redirect_uri=None),
        Page(400, "invalid_request"),
        okta="invalid_request: The 'redirect_uri' parameter is missing.",
    ),
    Case(
        "M61 redirect URI twice",
        lambda visitor: visitor.visit(redirect_uri=[visitor.redirect_uri, "https://evil.test/"]),
        Page(400, "invalid_request"),
        okta="invalid_request: The 'redirect_uri' parameter must",
    ),
    unregistered("slash", lambda uri: f"{uri}/"),
    unregistered("case of the path", lambda uri: uri.replace("callback", "Callback")),
    unregistered("case of the host", lambda uri: uri.replace("localhost", "LOCALHOST")),
    unregistered("other port", lambda uri: uri.replace("localhost:", "localhost:1")),
    unregistered("query", lambda uri: f"{uri}?next=1"),
    unregistered("fragment", lambda uri: f"{uri}#part"),
    unregistered("https", lambda uri: uri.replace("http:", "https:")),
    unregistered("address for a name", lambda uri: uri.replace("localhost", "127.0.0.1")),
    unregistered("name below", lambda uri: uri.replace("localhost", "evil.localhost")),
    unregistered("user before the host", lambda uri: uri.replace("localhost", "localhost@evil")),
    unregistered("path that climbs", lambda uri: uri.replace("/callback", "/x/../callback")),
    unregistered("encoded letter", lambda uri: uri.replace("callback", "%63allback")),
    unregistered("line feed", lambda uri: f"{uri}\nSet-Cookie: a=b"),
    unregistered("another site", lambda uri: "https://evil.test/callback.html"),
    unregistered("script", lambda uri: "javascript:alert(1)"),
    unregistered("very long", lambda uri: uri + "a" * 8000),
    Case(
        "M40 no challenge",
        authorize(code_challenge=None),
        Page(400, "invalid_request"),
        okta="invalid_request: PKCE code challenge is required by the application.",
    ),
    Case(
        "M43 wrong password",
        sign_in_as(ALICE, "Local-Okta-2"),
        Page(401, ""),
        okta="access_denied: wrong login or password",
    ),
    Case(
        "M43 unknown person",
        sign_in_as("<b>@example.com"),
        Page(401, ""),
        okta="access_denied: wrong login or password",
    ),
    Case(
        "M43 nobody",
        sign_in_as(""),
        Page(401, ""),
        okta="access_denied: wrong login or password",
    ),
    Case(
        "sign-in form of another browser",
        another_browsers_page,
        Page(403, "invalid_request"),
        okta="invalid_request: the form comes from another browser",
    ),
    Case(
        "sign-in form without a page",
        form_of(lambda _: {}),
        Page(403, "invalid_request"),
        okta="invalid_request: unknown or expired sign-in",
    ),
    Case(
        "sign-in form of a made-up page",
        form_of(lambda _: {"stateToken": "guessed"}),
        Page(403, "invalid_request"),
        okta="invalid_request: unknown or expired sign-in",
    ),
    Case(
        "sign-in form an hour later",
        after_an_hour,
        Page(403, "invalid_request"),
        okta="invalid_request: unknown or expired sign-in",
    ),
    Case(
        "M60 consent without a session",
        after(changes.consent, then=consent_signed_out),
        Page(403, "invalid_request"),
        okta="invalid_request: no session",
    ),
]
