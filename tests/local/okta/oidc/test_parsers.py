"""Whatever arrives, it is taken as it was meant or refused, and only a registered URI is left for.

Hypothesis makes up what clients, browsers and attackers send.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from local.okta.model.redirect_uris import is_registered
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.parameters import Parameters, parse_form
from local.okta.oidc.provider import Provider
from local.okta.oidc.refusals import Refusal
from tests.local.okta.bodies import app_body
from tests.local.okta.conftest import Okta
from tests.local.okta.oidc.conftest import CHALLENGE, VERIFIER, Browser, challenge_of

REGISTERED: Final = [
    "https://shop.test/cb",
    "https://shop.test/cb?a=1&b=%20x",
    "https://www.shop.test:8443/Path/",
    "http://127.0.0.1:8080/callback.html",
]
# A machine that is busy makes a test slow, not wrong.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(calm, max_examples=60)


@dataclass(frozen=True)
class Desk:
    """The provider behind a server, a client of it, and a browser without a session."""

    okta: Okta
    provider: Provider
    issuer: Issuer
    client_id: str
    secret: str
    browser: Browser

    def good(self) -> dict[str, str]:
        """Return an authorize request without mistakes."""
        return {
            "client_id": self.client_id,
            "redirect_uri": REGISTERED[0],
            "response_type": "code",
            "scope": "openid",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }


@pytest.fixture(scope="module")
def desk(running_okta: Okta) -> Iterator[Desk]:
    """One for the module: nothing here changes what another test finds."""
    running_okta.post("/_local/reset")
    app = running_okta.post("/api/v1/apps", app_body(redirect_uris=REGISTERED))
    client = app["credentials"]["oauthClient"]
    provider = Provider(running_okta.emulator.organization)
    (server,) = running_okta.get("/api/v1/authorizationServers")
    browser = Browser(running_okta.url)
    yield Desk(
        running_okta,
        provider,
        provider.issuers.find(server["id"]),
        client["client_id"],
        client["client_secret"],
        browser,
    )
    browser.close()


NAMES: Final = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("prompt", "max_age", "login_hint", "code_challenge", "code_challenge_method", "request"),
    *("grant_type", "code", "code_verifier", "refresh_token", "client_secret"),
    *("client_assertion", "token", "id_token_hint", "post_logout_redirect_uri"),
)
# Texts that mean something somewhere, and anything else that UTF-8 can say.
WORDS: Final = st.sampled_from(
    [
        *("code", "token", "id_token", "query", "fragment", "none", "login consent", "S256"),
        *("plain", "openid email", "offline_access", "authorization_code", "refresh_token", "0"),
        *("-1", "٣", "1e9", CHALLENGE, VERIFIER, *REGISTERED),
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
CHANGES: Final = st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=6)


@few
@given(content=st.binary(max_size=200) | st.from_regex(rb"([a-z_]{1,9}=[^&]{0,9}&?){0,5}"))
def test_any_bytes_are_a_form(content: bytes) -> None:
    found = parse_form(content)
    assert all(found.values.values())
    assert all(isinstance(name, str) for name in {*found.values, *found.repeated})
    json.dumps(dict(found.values), ensure_ascii=False).encode()  # fit for store and journal


@few
@given(changes=CHANGES)
def test_an_authorize_request_is_good_or_refused(desk: Desk, changes: dict[str, str]) -> None:
    """R5, M33, M36, M40: what is let through is known in all its parts."""
    parameters = Parameters({k: v for k, v in (desk.good() | changes).items() if v})
    with suppress(Refusal):
        target = desk.provider.requests.target(desk.issuer, parameters)
        assert (target.client_id, target.redirect_uri in REGISTERED) == (desk.client_id, True)
        request = desk.provider.requests.request(target, parameters)
        assert target.state
        assert set(request.scopes) <= desk.provider.issuers.scopes(desk.issuer)
        assert len(request.challenge) == 43
        assert request.max_age is None or request.max_age >= 0
        assert "none" not in request.prompts or len(request.prompts) == 1


@few
@given(changes=CHANGES, names=st.sets(st.sampled_from(NAMES)))
def test_a_token_request_is_good_or_refused(
    desk: Desk, changes: dict[str, str], names: set[str]
) -> None:
    form = Parameters({k: v for k, v in changes.items() if v}, frozenset(names))
    app = desk.provider.organization.applications.of_client(desk.client_id)
    assert app is not None
    for attempt in (
        lambda: desk.provider.token_requests.answer(desk.issuer, app, form),
        lambda: desk.provider.sign_outs.check(desk.issuer, form, None),
    ):
        with pytest.raises(Refusal) as caught:
            attempt()
        assert caught.value.status == 400


@few
@given(header=WORDS | st.builds("Basic {}".format, WORDS), form=CHANGES)
@example(header="Basic " + base64.b64encode(b"\xff\xfe:x").decode(), form={})
@example(header="Basic ==", form={})
@example(header="basic", form={})
@example(header="Basic \u0080", form={})
def test_any_credentials_are_refused(desk: Desk, header: str, form: dict[str, str]) -> None:
    """M34: nothing made up authenticates a client."""
    with pytest.raises(Refusal) as caught:
        desk.provider.clients.authenticate(header, Parameters(form))
    assert caught.value.error in ("invalid_client", "invalid_request")


@few
@given(client_id=WORDS.filter(bool), secret=WORDS.filter(bool))
def test_basic_credentials_arrive_as_they_were_sent(
    desk: Desk, client_id: str, secret: str
) -> None:
    """M34; RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined."""

    def attempt(client_id: str, secret: str) -> str:
        pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
        header = f"Basic {base64.b64encode(pair).decode()}"
        try:
            app = desk.provider.clients.authenticate(header, Parameters({"client_id": client_id}))
        except Refusal as refusal:
            return refusal.reason
        return str(app["id"])

    assert attempt(client_id, secret) == "unknown client"
    assert attempt(desk.client_id, secret) == "the client secret is wrong"
    assert attempt(desk.client_id, desk.secret).startswith("0oa")


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)
HEADERS: Final = st.fixed_dictionaries(
    {}, optional={"alg": st.just("RS256") | JSON, "kid": JSON, "crit": JSON, "b64": st.booleans()}
)


def _part(value: object) -> str:
    content = json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@few
@given(header=HEADERS, payload=JSON, signature=WORDS | st.just("AAAA"), known=st.booleans())
@example(header={"alg": ["RS256"]}, payload={}, signature="AAAA", known=True)
@example(header={"alg": "RS256", "crit": [None]}, payload={}, signature="AAAA", known=True)
@example(header={"alg": "none"}, payload={}, signature="", known=True)
@example(header={"alg": "HS256"}, payload={}, signature="AAAA", known=True)
def test_nothing_made_up_is_a_token(
    desk: Desk, header: dict[str, Any], payload: object, signature: str, known: bool
) -> None:
    """R4: also not under the id of a key that the server has."""
    kid = desk.okta.emulator.organization.keys.active(desk.issuer.key).kid
    token = f"{_part(header | ({'kid': kid} if known else {}))}.{_part(payload)}.{signature}"
    for text in (token, signature):
        assert desk.provider.tokens.access_token(desk.issuer, text) is None
        assert desk.provider.tokens.id_token(desk.issuer, text) is None
        assert desk.provider.tokens.refresh_token(text) is None


@pytest.mark.parametrize(("change", "good"), [("", True), ("/", False)])
def test_a_token_that_names_another_issuer_is_not_good(desk: Desk, change: str, good: bool) -> None:
    """R4: though its signature is; an organization that has moved keeps its keys."""
    signatures = desk.provider.tokens.signatures
    token = signatures.sign(desk.issuer, {"iss": desk.issuer.url + change})
    assert (signatures.read(desk.issuer, token) is not None) == good


@few
@given(verifier=st.text(st.sampled_from("aZ09-._~"), min_size=43, max_size=128))
def test_a_challenge_is_taken_and_its_verifier_alone_fits(desk: Desk, verifier: str) -> None:
    """M40: RFC 7636, sections 4.1, 4.2 and 4.6."""
    assume(verifier != VERIFIER)
    parameters = Parameters(desk.good() | {"code_challenge": challenge_of(verifier)})
    target = desk.provider.requests.target(desk.issuer, parameters)
    request = desk.provider.requests.request(target, parameters)
    for sent, good in ((VERIFIER, False), (verifier, True)):
        code = desk.provider.codes.issue(request, "somebody", 0)
        values = {"code": code, "redirect_uri": REGISTERED[0], "code_verifier": sent}
        refused = nullcontext() if good else pytest.raises(Refusal, match="does not fit")
        with refused:
            desk.provider.codes.redeem(desk.issuer, desk.client_id, Parameters(values))


def _at(uri: str, place: int, text: str, taken: int = 0) -> str:
    place %= len(uri) + 1
    return uri[:place] + text + uri[place + taken :]


LOOKALIKES: Final = {"s": "\u0455", "o": "\u043e", "p": "\u0440", "/": "\u2215", ".": "\uff0e"}
Mutation = Callable[[str, int], str]
MUTATIONS: Final[list[Mutation]] = [
    lambda uri, at: uri + "/",
    lambda uri, at: uri.removesuffix("/"),
    lambda uri, at: _at(uri, at, "/"),
    lambda uri, at: _at(uri, at, uri[at % len(uri)].swapcase(), 1),
    lambda uri, at: uri.upper(),
    lambda uri, at: uri.replace("http", "HTTP", 1),
    lambda uri, at: uri.replace("https:", "http:", 1),
    lambda uri, at: uri.replace(".test/", ".test:443/", 1),
    lambda uri, at: uri.replace(".test/", f".test:{at}/", 1),
    lambda uri, at: uri.replace(".test", ".test.", 1),
    lambda uri, at: uri.replace(".test", ".test.evil.example", 1),
    lambda uri, at: uri.replace("127.0.0.1", "localhost", 1),
    lambda uri, at: uri.replace("127.0.0.1", "127.1", 1),
    lambda uri, at: uri.replace("://", "://evil.example@", 1),
    lambda uri, at: uri.replace("://", "://evil.example\\@", 1),
    lambda uri, at: uri.replace("://", ":///", 1),
    lambda uri, at: uri.replace("://", "://www.", 1),
    lambda uri, at: uri + "?b=2",
    lambda uri, at: uri + "&b=2",
    lambda uri, at: uri + "?",
    lambda uri, at: uri.partition("?")[0],
    lambda uri, at: uri + "#",
    lambda uri, at: uri + "#/elsewhere",
    lambda uri, at: uri + "/../admin",
    lambda uri, at: uri + "/%2e%2e/admin",
    lambda uri, at: uri.replace("/cb", "/./cb", 1),
    lambda uri, at: uri.replace("/cb", ";x/cb", 1),
    lambda uri, at: quote(uri),
    lambda uri, at: uri.replace("%20", "+", 1),
    lambda uri, at: _at(uri, at, f"%{ord(uri[at % len(uri)]):02x}", 1),
    lambda uri, at: _at(uri, at, LOOKALIKES.get(uri[at % len(uri)], "\u200b"), 1),
    lambda uri, at: _at(uri, at, "\u0000"),
    lambda uri, at: _at(uri, at, "\t"),
    lambda uri, at: f" {uri}",
    lambda uri, at: f"{uri}\r\nLocation: https://evil.example/",
    lambda uri, at: f"{uri} https://evil.example/",
    lambda uri, at: f"https://evil.example/?{uri}",
    lambda uri, at: f"javascript:alert(1)//{uri}",
    lambda uri, at: f"//{uri.partition('://')[2]}",
    lambda uri, at: uri * 2,
]


@settings(calm, max_examples=150)
@given(
    uri=st.sampled_from(REGISTERED),
    changes=st.lists(
        st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 65_535)), min_size=1, max_size=2
    ),
)
def test_a_redirect_uri_that_is_not_registered_letter_by_letter_gets_a_page(
    desk: Desk, uri: str, changes: list[tuple[Mutation, int]]
) -> None:
    """M61, R5: the browser stays at Okta, whatever else is wrong."""
    for mutate, place in changes:
        uri = mutate(uri, place)
    assume(uri not in REGISTERED)
    assert not is_registered(uri, REGISTERED, wildcards=False)
    parameters = desk.good() | {"redirect_uri": uri, "response_type": "token", "state": ""}
    answer = desk.browser.send("GET", "/oauth2/default/v1/authorize", params=parameters)
    assert (answer.status_code, answer.headers.get("location")) == (400, None)
    assert "Login redirect URI" in answer.text


@pytest.mark.parametrize("uri", REGISTERED)
def test_a_registered_redirect_uri_is_left_for_unchanged(desk: Desk, uri: str) -> None:
    """M61: the same letters come back."""
    parameters = desk.good() | {"redirect_uri": uri, "prompt": "none"}
    answer = desk.browser.send("GET", "/oauth2/default/v1/authorize", params=parameters)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{uri}{'&' if '?' in uri else '?'}error=")


@few
@given(label=st.text(st.sampled_from("a-Z0./:@?#%\u0455\\"), max_size=8))
def test_a_wildcard_stands_for_letters_of_one_label(label: str) -> None:
    """M61: an asterisk never reaches another host, path or port."""
    uri = f"https://{label}.shop.test/cb"
    good = bool(label) and set(label) <= set("a-Z0")
    assert is_registered(uri, ["https://*.shop.test/cb"], wildcards=True) == good
    assert not is_registered(uri, ["https://*.shop.test/cb"], wildcards=False)


# Everything that a header field may carry, and some that it may not.
FIELDS: Final = st.binary(max_size=80).map(
    lambda text: bytes(one for one in text if one >= 0x20 and one != 0x7F).strip()
)
COOKIES: Final = FIELDS | st.from_regex(
    rb"(idx|DT)=[!-~]{0,30}(; ?(idx|DT)=\"?\\?[0-9]{0,4})?", fullmatch=True
)
PATHS: Final = [
    ("GET", "/oauth2/default/v1/authorize"),
    ("POST", "/oauth2/default/v1/authorize"),
    ("POST", "/oauth2/default/v1/token"),
    ("POST", "/oauth2/default/v1/introspect"),
    ("POST", "/oauth2/default/v1/revoke"),
    ("GET", "/oauth2/default/v1/userinfo"),
    ("GET", "/oauth2/default/v1/logout"),
    ("POST", "/login/sign-in"),
    ("POST", "/login/consent"),
    ("GET", "/api/v1/sessions/me"),
]


@settings(calm, max_examples=150)
@given(
    call=st.sampled_from(PATHS),
    query=st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=4),
    content=st.binary(max_size=60),
    cookie=COOKIES,
    authorization=FIELDS | st.sampled_from([b"Basic", b"Basic Og==", b"Bearer", b"Bearer a.b.c"]),
)
def test_no_request_is_a_defect(
    desk: Desk,
    call: tuple[str, str],
    query: dict[str, str],
    content: bytes,
    cookie: bytes,
    authorization: bytes,
) -> None:
    """R5: over the wire, with any query, body, cookies and credentials: refused, not failed."""
    method, path = call
    form = b"application/x-www-form-urlencoded"
    headers = [(b"Cookie", cookie), (b"Authorization", authorization), (b"Content-Type", form)]
    answer = desk.okta.client.request(method, path, params=query, content=content, headers=headers)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert "location" not in answer.headers
