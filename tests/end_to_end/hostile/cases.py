"""The shape of a hostile or broken request: what is done, how it is refused, what is noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx
from bs4 import BeautifulSoup

from tests.end_to_end.clouds import PASSWORD
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json
from tests.local.okta.oidc.conftest import answer_of

Result = httpx.Response | Json
Act = Callable[[Visitor], Result]

_GAINS: Final = {"access_token", "id_token", "refresh_token", "jwt", "refreshToken"}


@dataclass(frozen=True)
class Page:
    """A page of Okta's that explains: nobody is sent anywhere, nobody is signed in."""

    status: int
    error: str

    def check(self, result: Result, visitor: Visitor) -> None:
        """Fail unless the result is this page."""
        assert isinstance(result, httpx.Response)
        assert result.status_code == self.status, result.text
        assert "location" not in result.headers
        html = BeautifulSoup(result.text, "html.parser")
        assert html.script is None
        named = [one.text for one in html.find_all("code")]
        assert self.error in (named if self.error else [""]), named
        assert "<b>" not in result.text
        assert not any("idx=" in line for line in result.headers.get_list("set-cookie"))


@dataclass(frozen=True)
class Redirect:
    """Back to the client with an error, its state, and no code."""

    error: str
    state: str | None = "state-1"
    place: str = "query"
    status: int = 302

    def check(self, result: Result, visitor: Visitor) -> None:
        """Fail unless the result is this redirect."""
        assert isinstance(result, httpx.Response)
        answer = answer_of(result)
        assert (answer["to"], answer["in"]) == (visitor.redirect_uri, self.place)
        assert (answer["error"], answer.get("state")) == (self.error, self.state)
        assert answer["error_description"]
        assert "code" not in answer


@dataclass(frozen=True)
class Answer:
    """A JSON answer with OAuth's `error`, Okta's `errorCode` or Genesys' `code`.

    `text` is what people are told at least. For a call without a JSON answer, such as userinfo, the
    error is that of `WWW-Authenticate`.
    """

    status: int
    error: str
    text: str = ""

    def check(self, result: Result, visitor: Visitor) -> None:
        """Fail unless the result is this answer."""
        assert isinstance(result, httpx.Response)
        assert result.status_code == self.status, result.text
        if not result.content:
            assert f'error="{self.error}"' in result.headers["www-authenticate"]
            return
        body = result.json()
        names = [body[name] for name in ("error", "errorCode", "code") if name in body]
        assert names == [self.error], body
        assert str(body.get("message", "")).startswith(self.text)
        assert not _GAINS & set(body)
        if "error" in body:
            assert result.headers["cache-control"] == "no-store"
            asked = "authorization" in result.request.headers
            assert ("www-authenticate" in result.headers) == (self.status == 401 and asked)


@dataclass(frozen=True)
class Frame:
    """An error on the socket, by its number."""

    status: int
    text: str = ""

    def check(self, result: Result, visitor: Visitor) -> None:
        """Fail unless the result is this frame."""
        assert isinstance(result, dict)
        assert (result["type"], result["class"]) == ("response", "string"), result
        assert result["code"] == self.status
        assert result["body"].startswith(self.text)


@dataclass(frozen=True)
class Closed:
    """The last frame before the server closes the socket."""

    event: str
    status: int = 200

    def check(self, result: Result, visitor: Visitor) -> None:
        """Fail unless the result is this frame."""
        assert isinstance(result, dict)
        assert (result["type"], result["class"]) == ("message", self.event), result


@dataclass(frozen=True)
class Unreadable:
    """An answer that no page of another origin may read; the browser keeps it back."""

    status: int = 200

    def check(self, result: Result, visitor: Visitor) -> None:
        """Fail unless the page is kept out."""
        assert isinstance(result, httpx.Response)
        assert "access-control-allow-credentials" not in result.headers
        assert result.headers.get("access-control-allow-origin") is None


@dataclass(frozen=True)
class Case:
    """One row: `id` names rows and rules of the checklist where it is about one.

    `okta` and `genesys` are what the reason in the cloud's journal begins with; empty, that cloud
    must have refused nothing.
    """

    id: str
    act: Act
    refusal: Page | Redirect | Answer | Frame | Closed | Unreadable
    okta: str = ""
    genesys: str = ""


# Genesys' answer to whatever fails at the provider: one text for all (`local.genesys.guest`).
UNAUTHENTICATED: Final = Answer(401, "bad.credentials", "The visitor could not be authenticated.")


def authorize(**changes: Any) -> Act:
    """Open the authorize endpoint with changed parameters, signed in as Alice."""
    return lambda visitor: visitor.visit(**changes)


def after(*steps: Callable[[Visitor], object], then: Act) -> Act:
    """Change what was declared, then act."""

    def act(visitor: Visitor) -> Result:
        for step in steps:
            step(visitor)
        return then(visitor)

    return act


def sign_in_as(login: str, password: str = PASSWORD, **parameters: Any) -> Act:
    """Sign somebody in with a new browser."""

    def act(visitor: Visitor) -> Result:
        browser = visitor.browser()
        return browser.sign_in(visitor.authorize(browser, **parameters), login, password)

    return act
