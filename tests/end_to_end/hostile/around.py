"""Around Okta's sign-in: userinfo, introspection, sign-out, sessions, other hosts and origins.

okta.md 4.4 and 4.6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests import loopback
from tests.end_to_end.clouds import BOB
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Answer, Case, Page, Result, Unreadable
from tests.end_to_end.hostile.forged import (
    of_another_person,
    of_another_server,
    under_another_key,
    under_the_public_key,
    unsigned,
)
from tests.end_to_end.visitor import Visitor

Token = Callable[[Visitor], str]
EVIL = "https://evil.test"
ME = "/api/v1/sessions/me"


def bear(make: Token, *steps: changes.Step, scheme: str = "Bearer") -> Act:
    """Ask userinfo with a token after something has changed."""

    def act(visitor: Visitor) -> Result:
        token = make(visitor)
        for step in steps:
            step(visitor)
        headers = {"Authorization": f"{scheme} {token}"} if token else {}
        return loopback.get(f"{visitor.okta.url}{visitor.endpoints}/userinfo", headers=headers)

    return act


def access_token(**parameters: Any) -> Token:
    """Return the maker of a good access token."""
    return lambda visitor: str(visitor.tokens(**parameters)["access_token"])


def id_token(visitor: Visitor) -> str:
    """Return a good ID token."""
    return str(visitor.tokens()["id_token"])


def revoked(visitor: Visitor) -> str:
    """Return an access token that was revoked."""
    token = access_token()(visitor)
    assert visitor.call("revoke", {"token": token}).status_code == 200
    return token


def replayed(visitor: Visitor) -> str:
    """Return an access token of a code that was then presented again."""
    code = visitor.code()
    token = visitor.token(visitor.redemption(code)).json()["access_token"]
    assert visitor.token(visitor.redemption(code)).status_code == 400
    return str(token)


def call_as_nobody(name: str) -> Act:
    """Ask about tokens without being a client."""
    return lambda visitor: visitor.call(name, {"token": "x"}, auth=None)


def log_out(forge: Callable[[Visitor, str], str] | None, **changed: Any) -> Act:
    """Ask for a sign-out with a changed hint or changed parameters; nobody may be signed out."""

    def act(visitor: Visitor) -> Result:
        whole = {"post_logout_redirect_uri": visitor.clouds.site().post_logout_redirect_uri}
        whole |= changed
        if forge is not None:
            whole["id_token_hint"] = forge(visitor, id_token(visitor))
        path = f"{visitor.endpoints}/logout"
        answer = visitor.session.send("GET", path, params=whole)
        assert visitor.session.send("GET", ME).status_code == 200
        return answer

    return act


def genuine(visitor: Visitor, token: str) -> str:
    """Return the ID token as it is."""
    return token


def of_bob(visitor: Visitor, token: str) -> str:
    """Return another person's ID token."""
    return str(visitor.tokens(BOB)["id_token"])


def instead(visitor: Visitor, token: str) -> str:
    """Return an access token in place of the ID token."""
    return access_token()(visitor)


def from_origin(method: str, path: str, origin: str = EVIL, **headers: str) -> Act:
    """Call Okta from a page whose origin nobody has declared, with the session's cookie."""

    def act(visitor: Visitor) -> Result:
        address = path.replace("{server}", visitor.endpoints)
        return visitor.session.send(method, address, headers={"Origin": origin, **headers})

    return act


UNAUTHORIZED = Answer(401, "invalid_token")
BAD_TOKEN = "invalid_token: not a good access token of this server"
NOT_A_HINT = "invalid_request: The 'id_token_hint' parameter is not a valid ID token"
BAD_PAGE = Page(400, "invalid_request")
PREFLIGHT = {"Access-Control-Request-Method": "POST"}

CASES = [
    Case("userinfo of nobody", bear(lambda _: ""), UNAUTHORIZED, okta="invalid_token: no bearer"),
    Case("userinfo, made up", bear(lambda _: "a.b.c"), UNAUTHORIZED, okta=BAD_TOKEN),
    Case("userinfo with an ID token", bear(id_token), UNAUTHORIZED, okta=BAD_TOKEN),
    Case(
        "userinfo, tampered",
        bear(lambda visitor: of_another_person(visitor, access_token()(visitor))),
        UNAUTHORIZED,
        okta=BAD_TOKEN,
    ),
    Case(
        "R1 userinfo, unsigned",
        bear(lambda visitor: unsigned(visitor, access_token()(visitor))),
        UNAUTHORIZED,
        okta=BAD_TOKEN,
    ),
    Case(
        "userinfo, not as a bearer",
        bear(access_token(), scheme="Basic"),
        UNAUTHORIZED,
        okta=BAD_TOKEN,
    ),
    Case(
        "userinfo an hour later",
        bear(access_token(), changes.time_passes(3601)),
        UNAUTHORIZED,
        okta=BAD_TOKEN,
    ),
    Case("userinfo, revoked", bear(revoked), UNAUTHORIZED, okta=BAD_TOKEN),
    Case("userinfo after a replay", bear(replayed), UNAUTHORIZED, okta=BAD_TOKEN),
    Case(
        "userinfo of the suspended",
        bear(access_token(), changes.person("suspend")),
        UNAUTHORIZED,
        okta="invalid_token: ",
    ),
    Case(
        "userinfo after keys were replaced",
        bear(access_token(), changes.rotate_keys(overlap=False)),
        UNAUTHORIZED,
        okta=BAD_TOKEN,
    ),
    Case(
        "userinfo without openid",
        bear(access_token(scope="email")),
        Answer(403, "insufficient_scope"),
        okta="insufficient_scope: openid is missing",
    ),
    Case(
        "introspection by nobody",
        call_as_nobody("introspect"),
        Answer(401, "invalid_client"),
        okta="invalid_client: no client credentials",
    ),
    Case(
        "revocation by nobody",
        call_as_nobody("revoke"),
        Answer(401, "invalid_client"),
        okta="invalid_client: no client credentials",
    ),
    Case(
        "introspection of nothing",
        lambda visitor: visitor.call("introspect", {"token_type_hint": "access_token"}),
        Answer(400, "invalid_request"),
        okta="invalid_request: The 'token' parameter is missing.",
    ),
    Case(
        "sign-out without a hint",
        log_out(None),
        BAD_PAGE,
        okta="invalid_request: The 'id_token_hint' parameter is missing.",
    ),
    Case("sign-out, made up", log_out(lambda *_: "abc"), BAD_PAGE, okta=NOT_A_HINT),
    Case("sign-out with an access token", log_out(instead), BAD_PAGE, okta=NOT_A_HINT),
    Case("sign-out, tampered", log_out(of_another_person), BAD_PAGE, okta=NOT_A_HINT),
    Case("R1 sign-out, unsigned", log_out(unsigned), BAD_PAGE, okta=NOT_A_HINT),
    Case("R1 sign-out, HS256", log_out(under_the_public_key), BAD_PAGE, okta=NOT_A_HINT),
    Case("sign-out, other key", log_out(under_another_key), BAD_PAGE, okta=NOT_A_HINT),
    Case("sign-out, other server", log_out(of_another_server), BAD_PAGE, okta=NOT_A_HINT),
    Case(
        "sign-out of somebody else",
        log_out(of_bob),
        Page(400, "id_token_does_not_match_session"),
        okta="id_token_does_not_match_session: ",
    ),
    Case(
        "M9 sign-out to an unregistered page",
        log_out(genuine, post_logout_redirect_uri="https://evil.test/"),
        BAD_PAGE,
        okta="invalid_request: post_logout_redirect_uri https://evil.test/ is not registered",
    ),
    Case(
        "M9 sign-out to the page of sign-in",
        lambda visitor: log_out(genuine, post_logout_redirect_uri=visitor.redirect_uri)(visitor),
        BAD_PAGE,
        okta="invalid_request: post_logout_redirect_uri ",
    ),
    Case(
        "sign-out with two states",
        log_out(genuine, state=["a", "b"]),
        BAD_PAGE,
        okta="invalid_request: The 'state' parameter must not be repeated.",
    ),
    Case(
        "session by API token",
        lambda visitor: visitor.okta.client.get(ME),
        Answer(403, "E0000005"),
        okta="sessions/me takes the browser's cookie only",
    ),
    Case(
        "session that is over",
        lambda visitor: visitor.browser().send("GET", ME),
        Answer(404, "E0000007"),
        okta="Not found: Resource not found: me (Session)",
    ),
    Case("session read by another origin", from_origin("GET", ME), Unreadable()),
    Case("session read by no origin", from_origin("GET", ME, "null"), Unreadable()),
    Case(
        "session read by a site's name on another port",
        from_origin("GET", ME, "http://localhost:1"),
        Unreadable(),
    ),
    Case(
        "preflight of tokens by another origin",
        from_origin("OPTIONS", "{server}/token", **PREFLIGHT),
        Unreadable(),
    ),
    Case(
        "preflight of the session by another origin",
        from_origin("OPTIONS", ME, **PREFLIGHT),
        Unreadable(),
    ),
    Case(
        "authorize read by a page",
        from_origin("GET", "{server}/authorize"),
        Unreadable(400),
        okta="invalid_request: The 'client_id' parameter is missing.",
    ),
]
