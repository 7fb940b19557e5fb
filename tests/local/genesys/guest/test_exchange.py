"""Code for JWT: what is accepted, cached and kept (rules R1 to R11).

What is refused is in `tests/end_to_end/hostile`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.local.genesys.guest.conftest import EXCHANGE, Desk
from tests.local.genesys.guest.provider import (
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    KEYS,
    VERIFIER,
)


def test_m48_every_field_of_get_auth_code_reaches_the_provider_or_the_check(desk: Desk) -> None:
    tokens = desk.sign_in()
    assert tokens.keys() == {"jwt"}
    assert desk.provider.form["grant_type"] == "authorization_code"
    assert desk.provider.form["code_verifier"] == VERIFIER
    assert desk.provider.seen == ["discovery", "token", "keys"]


@pytest.mark.parametrize(
    ("offered", "in_the_form"),
    [
        (None, False),
        (["client_secret_post", "client_secret_basic"], False),
        (["private_key_jwt", "client_secret_post"], True),
    ],
)
def test_the_secret_goes_where_the_provider_takes_it(
    desk: Desk, offered: list[str] | None, in_the_form: bool
) -> None:
    if offered is not None:
        desk.provider.discovery = {"token_endpoint_auth_methods_supported": offered}
    desk.sign_in()
    assert (desk.provider.form.get("client_secret") == CLIENT_SECRET) == in_the_form


def test_m46_the_answer_may_be_read_by_pages_and_kept_by_no_cache(desk: Desk) -> None:
    answer = desk.exchange(desk.grant())
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_refresh_token_comes_only_when_the_provider_gave_one(desk: Desk) -> None:
    desk.provider.answer = {"refresh_token": "provider-refresh"}
    tokens = desk.sign_in()
    assert tokens.keys() == {"jwt", "refreshToken"}
    assert tokens["refreshToken"] != "provider-refresh"


def test_a_code_is_redeemed_once_however_often_it_is_presented(desk: Desk) -> None:
    grant = desk.grant()
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: desk.exchange(grant).status_code, range(50)))
    assert sorted(found) == [200] + [401] * 49


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.com",
        "http://WWW.Example.COM:8080",
        "https://de.www.example.com",
        None,
    ],
)
def test_a_page_of_an_allowed_domain_or_no_page_at_all_may_ask(
    desk: Desk, origin: str | None
) -> None:
    assert desk.exchange(desk.grant(), origin=origin).status_code == 200


def void(*_: object) -> None:
    """Turn calls into a statement."""


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
    namesake = {"iss": "https://other.example.com", "sub": "ada"}
    contact = desk.cloud.emulator.contacts.recognize(namesake)
    assert contact["id"] not in {one["id"] for one in found}


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
    at_another_site = desk.sign_in(deploymentId=desk.add_site(desk.require()))
    other = desk.sign_in("grace")
    assert desk.revoke(tokens["jwt"]).status_code == 204
    for gone in (tokens, elsewhere):
        assert desk.revoke(gone["jwt"]).status_code == 401
        assert desk.reason() == "the sign-in has ended"
        assert desk.refresh(gone["refreshToken"]).status_code == 401
    assert desk.refresh(other["refreshToken"]).status_code == 200
    assert desk.revoke(at_another_site["jwt"]).status_code == 204


def test_of_many_sign_ins_those_that_are_over_are_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.genesys.guest.sign_ins._KEPT", 1)
    desk.provider.answer = {"refresh_token": "first"}
    token = desk.sign_in()["refreshToken"]
    desk.provider.answer = {}
    for _ in range(3):
        desk.cloud.emulator.clock.advance(901)
        desk.sign_in("grace")
    assert len(desk.cloud.emulator.store.collection("guest-sign-ins")) == 2
    desk.provider.subject = "ada"
    assert desk.refresh(token).status_code == 200


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
