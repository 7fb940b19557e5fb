"""Signing in at Okta, redeemed by Genesys Cloud, until a chat is a chat; no browser, no script."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.faults import Fault
from tests import loopback
from tests.end_to_end.clouds import ALICE, BOB
from tests.end_to_end.hostile import changes
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json
from tests.local.okta.oidc.conftest import CHALLENGE, VERIFIER, answer_of

pytestmark = pytest.mark.engine

ALICES = ["IsAuthenticated: true", "Email: alice@example.com", "Name: Alice Archer"]
OFFLINE = "openid profile email offline_access"


def identity_of(reply: Json) -> list[str]:
    """Return what the agent knows of the visitor, without the address."""
    lines = reply["body"]["text"].splitlines()[1:]
    return [line for line in lines if not line.startswith("Address: ")]


def test_a_person_signs_in_and_the_agent_knows_who_it_is(visitor: Visitor) -> None:
    """M39, M43, M45, M46, M48, M62, M65, M69, M74, M75, R8, R9: every step, each seen."""
    browser = visitor.browser()
    page = visitor.authorize(browser)
    assert (page.status_code, "<h1>Sign in</h1>" in page.text) == (200, True)
    answer = answer_of(browser.sign_in(page))
    assert (answer["to"], answer["state"]) == (visitor.redirect_uri, "state-1")
    handed = visitor.exchange(visitor.grant(answer["code"]))
    assert (handed.status_code, list(handed.json())) == (200, ["jwt"])
    with visitor.talking() as talk:
        assert talk.started(handed.json()["jwt"])["newSession"] is True
        heard, reply = talk.say("Hello", {"cart": "3 items"})
    assert heard["body"]["direction"] == "Inbound"
    assert identity_of(reply) == [*ALICES, "Attribute cart: 3 items"]
    (session,) = visitor.clouds.conversations()
    alice = visitor.okta.get(f"/api/v1/users/{ALICE}")["id"]
    assert session["participant"] == {
        "isAuthenticated": True,
        "address": alice,
        "email": ALICE,
        "name": "Alice Archer",
    }
    seen = [(one["method"], one["path"]) for one in visitor.okta.journal()]
    own = visitor.clouds.issuer
    # Genesys Cloud asks for exactly this, once each: discovery, tokens, keys.
    assert [path for _, path in seen if path.startswith(own)][-3:] == [
        f"{own}/.well-known/openid-configuration",
        f"{own}/v1/token",
        f"{own}/v1/keys",
    ]


@pytest.mark.parametrize("prompt", [None, "none"])
def test_somebody_with_a_session_comes_back_at_once(visitor: Visitor, prompt: str | None) -> None:
    """M44: no page, with and without `prompt=none`; each code is another one."""
    codes = {visitor.code(prompt=prompt) for _ in range(3)}
    assert len(codes) == 3
    assert visitor.exchange(visitor.grant(codes.pop())).status_code == 200


def test_a_sign_in_may_go_without_pkce_where_the_application_allows_it(visitor: Visitor) -> None:
    """M34, M40: the switch of the sample page; with it, the vector of RFC 7636."""
    assert (VERIFIER[:9], CHALLENGE[:9]) == ("dBjftJeZ4", "E9Melhoa2")
    assert visitor.exchange().status_code == 200
    visitor.set({"pkce_required": False})
    code = visitor.code(code_challenge=None, code_challenge_method=None)
    assert visitor.exchange(visitor.grant(code, codeVerifier=None)).status_code == 200


@pytest.mark.parametrize("nonce", ["nonce-1", "my own ~nonce!", None])
def test_the_nonce_may_be_any_or_none(visitor: Visitor, nonce: str | None) -> None:
    """M35, M37, M41, M81, R11: what was sent comes back, and is handed over."""
    code = visitor.code(nonce=nonce)
    assert visitor.exchange(visitor.grant(code, nonce=nonce)).status_code == 200


def test_max_age_asks_for_the_password_again_and_is_then_satisfied(visitor: Visitor) -> None:
    """M36, M41, M48: at Okta, and again at Genesys Cloud by `auth_time`."""
    code = visitor.code(max_age="300", prompt="none")
    assert visitor.exchange(visitor.grant(code, maxAge=300)).status_code == 200
    visitor.clouds.advance(301)
    page = visitor.visit(max_age="300")
    assert page.status_code == 200
    code = answer_of(visitor.session.sign_in(page))["code"]
    assert visitor.exchange(visitor.grant(code, maxAge=300)).status_code == 200


def test_consent_is_a_step_and_the_sign_in_goes_on(visitor: Visitor) -> None:
    """M60."""
    changes.consent(visitor)
    page = visitor.visit(scope="openid email messenger")
    assert (page.status_code, "Allow" in page.text) == (200, True)
    code = answer_of(visitor.session.submit(page, decision="allow"))["code"]
    assert visitor.exchange(visitor.grant(code)).status_code == 200
    assert visitor.code(scope="openid email messenger", prompt="none")


def test_one_session_at_okta_serves_both_sites(visitor: Visitor) -> None:
    """M1, M61, R16: no second password; a conversation for each site, one External Contact."""
    for site in ("storefront", "help"):
        visitor.at(site)
        jwt = visitor.sign_in(prompt="none")["jwt"]
        with visitor.talking() as talk:
            assert talk.started(jwt)["newSession"] is True
            talk.say(f"Hello from {site}")
        assert visitor.said(jwt) == [f"Hello from {site}"]
    sessions = visitor.clouds.conversations()
    assert len({session["deploymentId"] for session in sessions}) == 2
    assert len({session["contact"] for session in sessions}) == 1


def test_the_sites_own_client_and_genesys_share_a_session_but_no_code(visitor: Visitor) -> None:
    """M66: the site keeps its tokens and asks silently for a code that it never redeems."""
    website = visitor.clouds.outputs.website_client_id
    form = visitor.redemption(visitor.code(client_id=website), client_id=website)
    tokens = visitor.token(form, auth=None).json()
    jwt = visitor.sign_in(prompt="none")["jwt"]
    with visitor.talking() as talk:
        talk.started(jwt)
    address = f"{visitor.okta.url}{visitor.endpoints}/userinfo"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert loopback.get(address, headers=headers).json()["email"] == ALICE


def test_two_people_never_meet_and_each_has_a_contact(visitor: Visitor) -> None:
    """R9, R16, M75: the subject decides, also on one machine with one session token."""
    with visitor.talking() as talk:
        token = talk.token
    for login in (ALICE, BOB, ALICE):
        jwt = visitor.sign_in(login)["jwt"]
        with visitor.talking(token=token) as talk:
            talk.started(jwt)
            _, reply = talk.say(f"I am {login}")
            assert f"Email: {login}" in identity_of(reply)
    assert visitor.said(jwt) == [f"I am {ALICE}"] * 2
    contacts = visitor.clouds.genesys.emulator.contacts.listing()
    assert [contact["claims"]["email"] for contact in contacts] == [ALICE, BOB]


def test_a_person_goes_on_with_another_device(visitor: Visitor) -> None:
    """R10, M78: two devices hear each other, and a third finds what was said."""
    with visitor.talking() as desk, visitor.talking() as phone:
        desk.started(visitor.sign_in()["jwt"])
        desk.say("from my desk")
        assert phone.started(visitor.sign_in()["jwt"])["newSession"] is False
        phone.say("from my phone")
        assert desk.receive()["body"]["text"] == "from my phone"
    assert visitor.said(visitor.sign_in()["jwt"]) == ["from my desk", "from my phone"]


def test_a_sign_in_is_renewed_as_long_as_okta_renews_it(visitor: Visitor) -> None:
    """M63: after the JWT's 15 minutes, with Okta's rotation of refresh tokens."""
    visitor.set(refresh_token={"rotation_type": "ROTATE", "leeway": 0})
    tokens = visitor.sign_in(scope=OFFLINE)
    with visitor.talking() as talk:
        talk.started(tokens["jwt"])
        talk.say("before")
    for _ in range(3):
        visitor.clouds.advance(901)
        assert visitor.history(tokens["jwt"]).status_code == 401
        tokens["jwt"] = visitor.renew(tokens["refreshToken"]).json()["jwt"]
        assert visitor.said(tokens["jwt"]) == ["before"]


def test_signing_out_reaches_every_device_and_the_talk_goes_on_later(visitor: Visitor) -> None:
    """R17, X6: Okta's session is another matter, so a silent sign-in still works."""
    first, second = visitor.sign_in(), visitor.sign_in()
    with visitor.talking() as desk, visitor.talking() as phone:
        desk.started(first["jwt"])
        phone.started(second["jwt"])
        desk.say("until tomorrow")
        assert visitor.sign_out(first["jwt"]).status_code == 204
        assert phone.rest()[-1]["class"] == desk.rest()[-1]["class"] == "LogoutEvent"
    with visitor.talking() as talk:
        assert talk.configure(second["jwt"])["code"] == 401
        again = visitor.sign_in(prompt="none")["jwt"]
        assert talk.started(again)["newSession"] is False
    assert visitor.said(again) == ["until tomorrow"]


def test_a_guest_signs_in_during_the_talk_where_the_site_allows_it(visitor: Visitor) -> None:
    """X3: at the help centre, which is declared with `sessionUpgrade`."""
    visitor.at("help")
    with visitor.talking() as talk:
        talk.started()
        _, reply = talk.say("a question")
        assert identity_of(reply) == ["IsAuthenticated: false"]
        jwt = visitor.sign_in()["jwt"]
        assert talk.started(jwt)["newSession"] is False
        _, reply = talk.say("it is me")
        assert identity_of(reply) == ALICES
    assert visitor.said(jwt) == ["a question", "", "it is me"]


@pytest.mark.parametrize("overlap", [True, False])
def test_sign_ins_survive_a_rotation_of_okta_s_keys(visitor: Visitor, overlap: bool) -> None:
    """R4, M71: Genesys Cloud has cached the old keys and meets a new key id."""
    first = visitor.sign_in()["jwt"]
    changes.rotate_keys(overlap=overlap)(visitor)
    assert visitor.exchange().status_code == 200
    with visitor.talking() as talk:
        # Who is in stays in: the JWT is of Genesys Cloud's own making.
        talk.started(first)


def test_a_token_from_before_the_rotation_is_good_as_long_as_its_key_is_shown(
    visitor: Visitor,
) -> None:
    """R4, M71: what overlap is for; the rows about keys in `hostile/forged.py` have none."""
    visitor.set_up(implicitFlowSupport="True")
    token = visitor.tokens()["id_token"]
    grant = visitor.grant(idToken=token, redirectUri=None, codeVerifier=None)
    changes.rotate_keys(overlap=True)(visitor)
    assert visitor.exchange(grant).status_code == 200


FAULTS: dict[str, Json] = {
    "discovery": {"path": "*/.well-known/openid-configuration", "status": 503},
    "tokens": {"path": "*/v1/token", "status": 500},
    "limit": {"path": "*/v1/token", "status": 429},
    "broken line": {"path": "*/v1/token", "drop": True},
    "keys": {"path": "*/v1/keys", "status": 500},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_okta_fails_one_sign_in_and_no_other(visitor: Visitor, fault: str) -> None:
    """R5, M72: 401 with a reason in the journal; a new code, and all is well."""
    visitor.okta.emulator.faults.order(Fault.model_validate(FAULTS[fault]))
    assert visitor.exchange().status_code == 401
    (reason,) = visitor.clouds.refusals("genesys")
    assert reason.split(":")[0] in ("discovery document", "token endpoint", "key set")
    assert visitor.exchange().status_code == 200


def test_the_integration_knows_a_stable_address_and_no_keys(visitor: Visitor) -> None:
    """R3, M68, M71: everything else is found from the discovery document, at each change."""
    id = visitor.clouds.outputs.integration_id
    path = f"/api/v2/integrations/{id}/config/current"
    properties = visitor.clouds.genesys.ask("GET", path)["properties"]
    assert [value for value in properties.values() if "://" in str(value)] == [
        visitor.clouds.outputs.discovery_uri
    ]
    found = loopback.get(visitor.clouds.outputs.discovery_uri).json()
    assert found["issuer"] == visitor.clouds.outputs.issuer
    assert visitor.clouds.outputs.discovery_uri == (
        f"{found['issuer']}/.well-known/openid-configuration"
    )
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]
    assert found["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.parametrize("host", ["evil.localhost:99", "localhost", "evil.test"])
def test_links_come_from_the_configuration_never_from_the_host_header(
    visitor: Visitor, host: str
) -> None:
    """A page that resolves its own name to this machine gets nothing at all."""
    addresses: list[tuple[str, dict[str, Any]]] = [
        (visitor.clouds.outputs.discovery_uri, {}),
        (f"{visitor.okta.url}{visitor.endpoints}/authorize", {"params": visitor.parameters()}),
        (f"{visitor.clouds.genesys.url}/webdeployments/v1/deployments/x/config.json", {}),
    ]
    for address, options in addresses:
        answer = loopback.get(address, headers={"Host": host}, **options)
        assert (answer.status_code == 400) == (host == "evil.test")
        assert host.partition(":")[0] == "localhost" or host not in answer.text
