"""Code for JWT: what is accepted, and every way in which it is refused (rules R1 to R11)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from joserfc.jwk import OctKey
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.local.genesys.guest.conftest import EXCHANGE, Desk
from tests.local.genesys.guest.provider import (
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    FOREIGN_KEY,
    KEYS,
    VERIFIER,
    public,
)

Order = Callable[[Desk], None]
NOWHERE = "http://127.0.0.1:1/.well-known/openid-configuration"
AUTHENTICATION = "The visitor could not be authenticated."


def test_m48_every_field_of_get_auth_code_reaches_the_provider_or_the_check(desk: Desk) -> None:
    tokens = desk.sign_in()
    assert tokens.keys() == {"jwt"}
    assert desk.provider.form["grant_type"] == "authorization_code"
    assert desk.provider.form["code_verifier"] == VERIFIER
    assert desk.provider.seen == ["discovery", "token", "keys"]


def test_m46_the_answer_may_be_read_by_pages_and_kept_by_no_cache(desk: Desk) -> None:
    answer = desk.exchange(desk.grant())
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_refresh_token_comes_only_when_the_provider_gave_one(desk: Desk) -> None:
    desk.provider.answer = {"refresh_token": "provider-refresh"}
    tokens = desk.sign_in()
    assert tokens.keys() == {"jwt", "refreshToken"}
    assert tokens["refreshToken"] != "provider-refresh"


def order(**changes: Any) -> Order:
    """Return an order to the provider."""

    def give(desk: Desk) -> None:
        for name, value in changes.items():
            setattr(desk.provider, name, value)

    return give


def claim(name: str, value: Any) -> Order:
    """Return the order of a wrong claim."""
    return order(claims={name: value})


def reply(step: str, make: Callable[[], Response]) -> Order:
    """Return the order of another answer at one step."""
    return order(replies={step: make})


def later(name: str, seconds: float) -> Order:
    """Return the order of a time claim so far from now."""
    return lambda desk: order(claims={name: int(desk.provider.now()) + seconds})(desk)


def swap_payload(token: str) -> str:
    """Return a token whose payload is another one than was signed."""
    head, payload, signature = token.split(".")
    return f"{head}.{payload[:-4]}AAAA.{signature}"


def broken_key() -> Response:
    """Return a key set whose only key cannot be read."""
    return JSONResponse({"keys": [public(KEYS[0]) | {"n": "?", "e": 3}]})


PROVIDER_TABLE: list[tuple[str, Order, str]] = [
    (
        "R1 M69 M70 HS256",
        order(header={"alg": "HS256"}, signing_key=OctKey.import_key(CLIENT_SECRET * 2)),
        "ID token: algorithm HS256, RS256 is expected",
    ),
    ("R1 none", order(header={"alg": "none"}), "ID token: algorithm none, RS256 is expected"),
    (
        "R1 PS256",
        order(header={"alg": "PS256", "kid": "key-0"}),
        "ID token: algorithm PS256, RS256 is expected",
    ),
    ("M62 foreign key", order(signing_key=FOREIGN_KEY), "ID token: the signature does not hold"),
    ("M62 tampered", order(tamper=swap_payload), "ID token: the signature does not hold"),
    ("M62 no JWT", order(tamper=lambda _: "a.b"), "ID token: it is no signed JWT"),
    (
        "R4 unknown key",
        order(header={"alg": "RS256", "kid": "key-9"}),
        "ID token: its key is not in the provider's key set",
    ),
    (
        "R4 no key id, two keys",
        order(header={"alg": "RS256"}, keys=KEYS),
        "ID token: it does not say which of the provider's keys signed it",
    ),
    ("M62 issuer", claim("iss", "https://other.example.com"), "ID token: wrong issuer"),
    ("M62 audience", claim("aud", "another-client"), "ID token: wrong audience"),
    ("M62 empty audience", claim("aud", []), "ID token: wrong audience"),
    (
        "M62 two audiences, no party",
        claim("aud", [CLIENT_ID, "another"]),
        "ID token: wrong authorized party",
    ),
    ("M62 party", claim("azp", "another-client"), "ID token: wrong authorized party"),
    ("R9 M75 no subject", order(without=("sub",)), "ID token: no subject"),
    ("R9 M75 empty subject", claim("sub", ""), "ID token: no subject"),
    ("R9 M75 number as subject", claim("sub", 7), "ID token: no subject"),
    (
        "R9 M75 subject beyond ASCII",
        claim("sub", "\u00e4da"),
        "ID token: the subject is not at most 255 ASCII characters",
    ),
    ("expired", later("exp", -61), "ID token: expired"),
    ("no expiry", order(without=("exp",)), "ID token: no exp"),
    ("text as expiry", claim("exp", "tomorrow"), "ID token: no exp"),
    ("no issue time", order(without=("iat",)), "ID token: no iat"),
    ("from the future", later("iat", 120), "ID token: issued in the future"),
    ("not yet", later("nbf", 120), "ID token: not valid yet"),
    ("M36 old sign-in", later("auth_time", -361), "ID token: the sign-in is older than maxAge"),
    ("M36 no auth_time", order(without=("auth_time",)), "ID token: no auth_time"),
    ("R11 M81 nonce", claim("nonce", "other"), "nonce: not the one of the ID token"),
    (
        "R11 M81 no nonce",
        order(without=("nonce",)),
        "nonce: the request names one, the ID token has none",
    ),
    ("other at_hash", claim("at_hash", "AAAA"), "ID token: it belongs to another access token"),
    (
        "no ID token",
        order(answer={"id_token": None}),
        "token endpoint: the answer has no ID token; is openid in scope?",
    ),
    (
        "token endpoint says no",
        reply("token", lambda: JSONResponse({"error": "invalid_grant"}, 400)),
        "token endpoint: invalid_grant (status 400)",
    ),
    (
        "token endpoint says it strangely",
        reply("token", lambda: JSONResponse({"error": "the code was abc"}, 400)),
        "token endpoint: no error (status 400)",
    ),
    (
        "token endpoint speaks HTML",
        reply("token", lambda: PlainTextResponse("<html>", 502)),
        "token endpoint: no JSON object (status 502)",
    ),
    (
        "token endpoint redirects",
        reply("token", lambda: RedirectResponse("/elsewhere", 307)),
        "token endpoint: no JSON object (status 307)",
    ),
    (
        "discovery redirects",
        reply("discovery", lambda: RedirectResponse("/elsewhere")),
        "discovery document: status 307",
    ),
    (
        "discovery is down",
        reply("discovery", lambda: PlainTextResponse("", 503)),
        "discovery document: status 503",
    ),
    (
        "discovery is a list",
        reply("discovery", lambda: JSONResponse([])),
        "discovery document: no JSON object (status 200)",
    ),
    (
        "R3 foreign issuer in discovery",
        order(discovery={"issuer": "https://other.example.com"}),
        "discovery document: its issuer does not belong to its address",
    ),
    (
        "plain token endpoint",
        order(discovery={"token_endpoint": "http://idp.example.com/token"}),
        "discovery document: token_endpoint: an https address is expected",
    ),
    (
        "no token endpoint",
        order(discovery={"token_endpoint": None}),
        "discovery document: token_endpoint: an absolute address such as "
        "https://example.com/ is expected",
    ),
    (
        "key set is down",
        reply("keys", lambda: PlainTextResponse("", 500)),
        "key set: status 500",
    ),
    ("key set without keys", reply("keys", lambda: JSONResponse({})), "key set: it has no keys"),
    ("key set with a bad key", reply("keys", broken_key), "ID token: the signature does not hold"),
]


@pytest.mark.parametrize(
    ("give", "reason"),
    [case[1:] for case in PROVIDER_TABLE],
    ids=[case[0] for case in PROVIDER_TABLE],
)
def test_r5_m72_what_fails_at_the_provider_is_401_and_the_journal_says_why(
    desk: Desk, give: Order, reason: str
) -> None:
    give(desk)
    answer = desk.exchange(desk.grant())
    assert answer.status_code == 401
    assert answer.json()["message"] == AUTHENTICATION
    assert answer.json()["contextId"] == answer.headers["inin-correlation-id"]
    assert desk.reason() == reason


REQUEST_TABLE: list[tuple[str, dict[str, Any], int, str]] = [
    ("no grant", {"code": None}, 400, "oauth: exactly one of code and idToken is expected"),
    (
        "both",
        {"idToken": "x", "code": "y"},
        400,
        "oauth: exactly one of code and idToken is expected",
    ),
    ("no redirect", {"redirectUri": None}, 400, "oauth.redirectUri: is required with a code"),
    ("M40 short verifier", {"codeVerifier": "v" * 42}, 400, "oauth.codeVerifier: 43 to 128"),
    ("M40 long verifier", {"codeVerifier": "v" * 129}, 400, "oauth.codeVerifier: 43 to 128"),
    (
        "M40 strange verifier",
        {"codeVerifier": "v" * 43 + "+"},
        400,
        "oauth.codeVerifier: 43 to 128",
    ),
    ("age as text", {"maxAge": "300"}, 400, "oauth.maxAge: "),
    ("negative age", {"maxAge": -1}, 400, "oauth.maxAge: "),
    ("empty nonce", {"nonce": ""}, 400, "oauth.nonce: "),
    ("R11 nonce left out", {"nonce": None}, 401, "nonce: the ID token has one"),
    ("R11 other nonce", {"nonce": "Nonce"}, 401, "nonce: not the one"),
    ("iss not supported", {"iss": "https://x"}, 400, "oauth.iss: is not expected"),
    ("code unknown", {"code": "made-up"}, 401, "token endpoint: invalid_grant (status 400)"),
    (
        "M61 redirect",
        {"redirectUri": "https://www.example.com/"},
        401,
        "token endpoint: invalid_grant",
    ),
    ("implicit, off", {"idToken": "x"}, 403, "the integration does not support the implicit flow"),
    ("implicit, no nonce", {"idToken": "x", "nonce": None}, 400, "oauth.nonce: is required"),
]


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [case[1:] for case in REQUEST_TABLE],
    ids=[case[0] for case in REQUEST_TABLE],
)
def test_a_wrong_request_is_refused(
    desk: Desk, changes: dict[str, Any], status: int, reason: str
) -> None:
    answer = desk.exchange(desk.grant(**changes))
    assert answer.status_code == status, answer.text
    assert desk.reason().startswith(reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "The request body is no valid JSON object."),
        ("[]", "The request body is no valid JSON object."),
        ("{}", "deploymentId: is required; oauth: is required"),
        ('{"deploymentId": 7, "oauth": []}', "deploymentId: "),
    ],
)
def test_a_malformed_body_is_a_bad_request(desk: Desk, body: str, reason: str) -> None:
    answer = desk.cloud.anyone.post(EXCHANGE, content=body)
    assert answer.status_code == 400
    assert desk.reason().startswith(reason)


def test_a_code_is_redeemed_once_however_often_it_is_presented(desk: Desk) -> None:
    grant = desk.grant()
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: desk.exchange(grant).status_code, range(50)))
    assert sorted(found) == [200] + [401] * 49


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://www.example.com", 200),
        ("http://WWW.Example.COM:8080", 200),
        ("https://de.www.example.com", 200),
        (None, 200),
        ("https://example.com", 403),
        ("https://wwww.example.com", 403),
        ("https://www.example.com.evil.example", 403),
        ("null", 403),
        ("https://[", 403),
    ],
)
def test_a_page_of_another_domain_is_refused(desk: Desk, origin: str | None, status: int) -> None:
    assert desk.exchange(desk.grant(), origin=origin).status_code == status
    assert ("is not allowed" in desk.reason()) == (status == 403)
    if status == 403:
        assert desk.provider.seen == []


PLACE_TABLE: list[tuple[str, Order, int, str]] = [
    ("disabled integration", lambda desk: desk.switch("DISABLED"), 403, "integration "),
    ("inactive deployment", lambda desk: void(desk.deploy(status="Inactive")), 403, "deployment "),
    (
        "discovery unreachable",
        lambda desk: desk.set_up(discoveryUri=NOWHERE),
        401,
        "discovery document: unreachable",
    ),
    (
        "deleted integration",
        lambda desk: void(desk.cloud.ask("DELETE", f"/api/v2/integrations/{desk.integration}")),
        403,
        "the configuration names no integration that exists",
    ),
]


def void(*_: object) -> None:
    """Turn calls into a statement."""


@pytest.mark.parametrize(
    ("give", "status", "reason"),
    [case[1:] for case in PLACE_TABLE],
    ids=[case[0] for case in PLACE_TABLE],
)
def test_an_organisation_that_is_not_set_up_refuses(
    desk: Desk, give: Order, status: int, reason: str
) -> None:
    give(desk)
    answer = desk.exchange(desk.grant())
    assert answer.status_code == status
    assert desk.reason().startswith(reason)


def test_a_deployment_that_does_not_exist_or_has_authentication_off_is_refused(desk: Desk) -> None:
    assert desk.exchange(desk.grant(), deploymentId="nothing").status_code == 404
    for settings in (None, desk.require() | {"enabled": False}):
        site = desk.add_site(settings)
        assert desk.exchange(desk.grant(), deploymentId=site).status_code == 403
        assert desk.reason() == "authentication is off in the deployment's configuration"


def test_an_integration_of_another_type_signs_nobody_in(desk: Desk) -> None:
    body = {"integrationType": {"id": "embedded-client-app"}}
    other = desk.cloud.ask("POST", "/api/v2/integrations", body)["id"]
    site = desk.add_site({"enabled": True, "integrationId": other})
    assert desk.exchange(desk.grant(), deploymentId=site).status_code == 403
    assert desk.reason() == f"integration {other} is a Client Application"


@pytest.mark.parametrize("change", ["integration", "deployment"])
def test_what_changes_while_the_provider_is_asked_counts(desk: Desk, change: str) -> None:
    def interfere() -> None:
        # Straight at the state: a request would wait for a server that has nothing to wait for.
        emulator = desk.cloud.emulator
        if change == "integration":
            emulator.integrations.change(desk.integration, {"intendedState": "DISABLED"})
        else:
            emulator.deployments.delete(desk.deployment)

    desk.provider.before_answer = interfere
    answer = desk.exchange(desk.grant())
    assert answer.status_code == (403 if change == "integration" else 404)
    assert desk.cloud.emulator.contacts.listing() == []


@pytest.mark.parametrize(("iss", "status"), [("right", 200), ("wrong", 401), (None, 400)])
def test_x1_iss_is_needed_and_checked_where_the_provider_supports_it(
    desk: Desk, iss: str | None, status: int
) -> None:
    desk.provider.discovery = {"authorization_response_iss_parameter_supported": True}
    given = {"right": desk.provider.url, "wrong": "https://other.example.com", None: None}[iss]
    assert desk.exchange(desk.grant(iss=given)).status_code == status
    if iss == "wrong":
        assert desk.reason() == "iss: the authorization response came from another issuer"
        assert "token" not in desk.provider.seen


def test_the_implicit_flow_works_where_the_integration_allows_it(desk: Desk) -> None:
    desk.set_up(implicitFlowSupport="True")
    desk.provider.answer = {"refresh_token": "never"}
    token = desk.provider.id_token()
    answer = desk.exchange(desk.grant(idToken=token, redirectUri=None, codeVerifier=None))
    assert answer.status_code == 200
    assert answer.json().keys() == {"jwt"}
    assert "token" not in desk.provider.seen
    assert desk.exchange(desk.grant(idToken=token, nonce="other")).status_code == 401


def test_small_differences_between_clocks_and_a_party_of_its_own_are_accepted(desk: Desk) -> None:
    now = int(desk.provider.now())
    desk.provider.claims = {
        "aud": [CLIENT_ID, "another"],
        "azp": CLIENT_ID,
        "iat": now + 30,
        "nbf": now + 30,
        "exp": now - 30,
        "auth_time": now - 330,
        "at_hash": _at_hash(),
    }
    desk.sign_in()


def _at_hash() -> str:
    # OpenID Connect Core 1.0, section 3.1.3.6: the left half, in base64url.
    half = bytes.fromhex(hashlib.sha256(ACCESS_TOKEN.encode()).hexdigest()[:32])
    return base64.b64encode(half, b"-_").decode().rstrip("=")


def test_r4_m71_keys_are_cached_as_the_provider_says_and_follow_a_rotation(desk: Desk) -> None:
    desk.sign_in()
    desk.sign_in()
    assert desk.provider.seen == ["discovery", "token", "keys", "token"]
    # With overlap: the new key is in the set beside the old one.
    desk.provider.keys, desk.provider.signing_key = KEYS, KEYS[1]
    desk.provider.header = {"alg": "RS256", "kid": "key-1"}
    desk.sign_in()
    desk.sign_in()
    assert desk.provider.seen[4:] == ["token", "keys", "token"]
    # Without overlap: a token of the old key that comes after it has left is refused.
    desk.provider.keys = [KEYS[1]]
    desk.cloud.emulator.clock.advance(3601)
    desk.provider.header, desk.provider.signing_key = {"alg": "RS256", "kid": "key-0"}, KEYS[0]
    del desk.provider.seen[:]
    assert desk.exchange(desk.grant()).status_code == 401
    assert desk.provider.seen == ["discovery", "token", "keys", "keys"]
    assert desk.reason() == "ID token: its key is not in the provider's key set"


@pytest.mark.parametrize("cache", ["no-store", "no-cache, max-age=60", "", "max-age=x"])
def test_what_may_not_be_cached_is_fetched_each_time(desk: Desk, cache: str) -> None:
    desk.provider.cache = cache
    desk.sign_in()
    desk.sign_in()
    assert desk.provider.seen == ["discovery", "token", "keys"] * 2


def test_others_are_served_while_a_provider_thinks(desk: Desk) -> None:
    asked, answered = Event(), Event()

    def think() -> None:
        asked.set()
        assert answered.wait(10)

    desk.provider.before_answer = think
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.exchange, desk.grant())
        assert asked.wait(10)
        assert desk.cloud.anyone.get("/_local/health", timeout=4).status_code == 200
        answered.set()
        assert waiting.result().status_code == 200


def test_a_provider_that_never_answers_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = Event()
    monkeypatch.setattr(desk.cloud.emulator.provider, "seconds", 0.2)
    desk.provider.before_answer = lambda: void(given_up.wait(10))
    answer = desk.exchange(desk.grant())
    given_up.set()
    assert answer.status_code == 401
    assert desk.reason() == "token endpoint: no answer within 0.2 s"


def test_r9_r16_m75_one_contact_for_each_subject(desk: Desk) -> None:
    for subject in ("ada", "grace", "ada"):
        desk.sign_in(subject)
    found = desk.cloud.emulator.contacts.listing()
    assert [contact["subject"] for contact in found] == ["ada", "grace"]
    assert found[0]["claims"]["email"] == "ada@example.com"


def test_a_jwt_lasts_15_minutes_or_as_long_as_the_providers_access_token(desk: Desk) -> None:
    check = desk.cloud.emulator.sign_ins.check
    for given, seconds in (
        ({"expires_in": 3600}, 900),
        ({"expires_in": 300}, 300),
        ({"expires_in": None}, 900),
    ):
        desk.provider.answer = given
        jwt = desk.sign_in()["jwt"]
        desk.cloud.emulator.clock.advance(seconds - 2)
        assert check(jwt)["deploymentId"] == desk.deployment
        desk.cloud.emulator.clock.advance(3)
        assert desk.revoke(jwt).status_code == 401
        assert desk.reason() == "the JWT has expired"


def test_m63_a_refresh_token_brings_new_jwts_for_a_day(desk: Desk) -> None:
    desk.provider.answer = {"refresh_token": "first"}
    token = desk.sign_in()["refreshToken"]
    desk.provider.answer = {"refresh_token": "second"}
    assert desk.refresh(token).json().keys() == {"jwt"}
    assert desk.provider.form == {"grant_type": "refresh_token", "refresh_token": "first"}
    assert desk.refresh(token, deploymentId=desk.deployment).status_code == 200
    assert desk.provider.form["refresh_token"] == "second"
    desk.cloud.emulator.clock.advance(86_390)
    assert desk.refresh(token).status_code == 200
    desk.cloud.emulator.clock.advance(11)
    assert desk.refresh(token).status_code == 401
    assert desk.reason() == "the refresh token is unknown, revoked or expired"


def test_the_integration_caps_the_life_of_refresh_tokens(desk: Desk) -> None:
    desk.set_up(maxRefreshTokenLifetime=900)
    desk.provider.answer = {"refresh_token": "first"}
    token = desk.sign_in()["refreshToken"]
    desk.cloud.emulator.clock.advance(901)
    assert desk.refresh(token).status_code == 401


REFRESH_TABLE: list[tuple[str, Order, int, str]] = [
    (
        "provider says no",
        reply("token", lambda: JSONResponse({"error": "invalid_grant"}, 400)),
        401,
        "token endpoint: invalid_grant (status 400)",
    ),
    ("other subject", order(subject="grace"), 401, "ID token: the refresh brought another subject"),
    ("foreign key", order(signing_key=FOREIGN_KEY), 401, "ID token: the signature does not hold"),
    ("disabled integration", lambda desk: desk.switch("DISABLED"), 403, "integration "),
    (
        "signed out meanwhile",
        lambda desk: order(
            before_answer=lambda: desk.cloud.emulator.sign_ins.end_all(
                desk.deployment, desk.cloud.emulator.contacts.listing()[0]["id"]
            )
        )(desk),
        401,
        "the sign-in has ended meanwhile",
    ),
]


@pytest.mark.parametrize(
    ("give", "status", "reason"),
    [case[1:] for case in REFRESH_TABLE],
    ids=[case[0] for case in REFRESH_TABLE],
)
def test_a_refresh_is_refused_for_what_has_changed(
    desk: Desk, give: Order, status: int, reason: str
) -> None:
    desk.provider.answer = {"refresh_token": "first"}
    token = desk.sign_in()["refreshToken"]
    give(desk)
    assert desk.refresh(token).status_code == status
    assert desk.reason().startswith(reason)


def test_a_refresh_token_that_is_void_or_of_another_deployment_is_refused(desk: Desk) -> None:
    desk.provider.answer = {"refresh_token": "first"}
    token = desk.sign_in()["refreshToken"]
    assert desk.refresh("made-up").status_code == 401
    assert desk.refresh("").status_code == 400
    assert desk.refresh(token, deploymentId=desk.add_site(desk.require())).status_code == 401
    assert desk.reason() == "the refresh token belongs to another deployment"


def test_m63_refreshes_at_once_never_use_a_providers_token_twice(desk: Desk) -> None:
    desk.provider.answer = {"refresh_token": "0"}
    token = desk.sign_in()["refreshToken"]
    used: list[str] = []

    def rotate() -> None:
        used.append(desk.provider.form["refresh_token"])
        desk.provider.answer = {"refresh_token": str(len(used))}

    desk.provider.before_answer = rotate
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(lambda _: desk.refresh(token).status_code, range(10)))
    assert found == [200] * 10
    assert used == [str(number) for number in range(10)]


def test_r17_revoking_ends_the_jwt_and_the_refresh_token(desk: Desk) -> None:
    desk.provider.answer = {"refresh_token": "first"}
    tokens, elsewhere = desk.sign_in(), desk.sign_in()
    other = desk.sign_in("grace")
    assert desk.revoke(tokens["jwt"]).status_code == 204
    for gone in (tokens, elsewhere):
        assert desk.revoke(gone["jwt"]).status_code == 401
        assert desk.reason() == "the sign-in has ended"
        assert desk.refresh(gone["refreshToken"]).status_code == 401
    assert desk.refresh(other["refreshToken"]).status_code == 200


@pytest.mark.parametrize("jwt", ["made-up", "a.b.c", ""])
def test_revoking_needs_a_jwt_of_this_organisation(desk: Desk, jwt: str) -> None:
    assert desk.revoke(jwt or desk.provider.id_token()).status_code == 401


def test_r2_no_token_code_or_secret_is_written_down(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        desk.provider.answer = {"refresh_token": "provider-refresh-token"}
        grant = desk.grant(code="a-very-secret-code")
        desk.exchange(grant)
        desk.provider.codes.add("a-very-secret-code")
        tokens = desk.exchange(grant).json()
        desk.refresh(tokens["refreshToken"])
        desk.revoke(tokens["jwt"])
    written = json.dumps(desk.cloud.log()) + caplog.text
    assert EXCHANGE in written
    for secret in (
        "a-very-secret-code",
        VERIFIER,
        CLIENT_SECRET,
        ACCESS_TOKEN,
        "provider-refresh-token",
        *tokens.values(),
    ):
        assert secret not in written
