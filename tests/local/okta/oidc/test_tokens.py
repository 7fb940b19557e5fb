"""The token endpoint: what a code brings (okta.md 4.3 and 4.5).

What is refused is in `tests/end_to_end/hostile`.
"""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet

from local.okta.model.groups import GroupBody, GroupProfile
from tests.local.okta.bodies import app_body, claim_body, server_body
from tests.local.okta.oidc.conftest import ALICE, CALLBACK, Shop

Json = dict[str, Any]
SPENT = "The authorization code is invalid or has expired."


def claims_of(shop: Shop, token: str) -> Json:
    """Return the claims of a token, verified with the server's public keys."""
    keys = KeySet.import_key_set(shop.okta.get(f"{shop.endpoints}/keys"))
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


def groups_claim(value: str, **more: Any) -> Json:
    """Return a claim about groups that is always in the ID token."""
    return claim_body(valueType="GROUPS", value=value, alwaysIncludeInToken=True, **more)


def test_a_code_brings_tokens(shop: Shop) -> None:
    """M62, M69: RS256 under a published key, thin ID token."""
    tokens = shop.tokens()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "openid profile email"
    header = jws.extract_compact(tokens["id_token"].encode()).headers()
    assert set(header) == {"alg", "kid"}
    assert header["alg"] == "RS256"
    claims = claims_of(shop, tokens["id_token"])
    alice = shop.okta.get(f"/api/v1/users/{ALICE}")
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    expected = {
        "ver": 1,
        "iss": f"{shop.okta.url}/oauth2/default",
        "aud": shop.client_id,
        "sub": alice["id"],
        "nonce": "nonce-1",
        "amr": ["pwd"],
        "name": "Alice Archer",
        "email": ALICE,
        "preferred_username": ALICE,
        "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    }
    assert {name: claims[name] for name in expected} == expected
    assert claims["exp"] - claims["iat"] == 3600
    assert 0 <= claims["iat"] - claims["auth_time"] < 60
    assert claims["jti"].startswith("ID.")
    assert claims["idp"].startswith("00o")
    assert set(claims) == {*expected, "exp", "iat", "auth_time", "jti", "idp"}
    access = claims_of(shop, tokens["access_token"])
    assert (access["sub"], access["uid"], access["cid"]) == (ALICE, alice["id"], shop.client_id)
    assert (access["aud"], access["scp"]) == ("api://default", ["openid", "profile", "email"])
    assert (access["ver"], access["iss"]) == (1, expected["iss"])
    assert access["jti"].startswith("AT.")
    times = {"iat", "exp", "auth_time"}
    assert set(access) == {"ver", "jti", "iss", "aud", "sub", "cid", "uid", "scp", *times}


def test_scopes_decide_what_comes(shop: Shop) -> None:
    """M33: no openid, no ID token; no email, no address; no nonce, none back."""
    assert "id_token" not in shop.tokens(scope="email")
    claims = claims_of(shop, shop.tokens(scope="openid", nonce=None)["id_token"])
    assert not {"email", "name", "nonce"} & set(claims)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"value": "user.email", "alwaysIncludeInToken": True}, ALICE),
        ({"value": '"no. " + user.firstName', "alwaysIncludeInToken": True}, "no. Alice"),
        (
            {"value": "(appuser != null) ? appuser.userName : 1", "alwaysIncludeInToken": True},
            ALICE,
        ),
        ({"value": "user.email", "alwaysIncludeInToken": False}, None),
        ({"value": "user.unknown", "alwaysIncludeInToken": True}, None),
        ({"value": "Groups.contains(1)", "alwaysIncludeInToken": True}, None),
        ({"value": "(" * 1000, "alwaysIncludeInToken": True}, None),
        (
            {
                "value": "user.email",
                "alwaysIncludeInToken": True,
                "conditions": {"scopes": ["phone"]},
            },
            None,
        ),
    ],
)
def test_declared_claims_are_in_the_id_token_when_always_included(
    shop: Shop, changes: Json, expected: object
) -> None:
    """M79."""
    shop.okta.post("/api/v1/authorizationServers/default/claims", claim_body(**changes))
    claims = claims_of(shop, shop.tokens()["id_token"])
    assert claims.get("number") == expected


def test_a_claim_about_groups_has_those_that_fit(shop: Shop) -> None:
    """M79."""
    wanted = [
        ("STARTS_WITH", "Cust", ["Customers"]),
        ("STARTS_WITH", "omers", []),
        ("EQUALS", "Customers", ["Customers"]),
        ("EQUALS", "Cust", []),
        ("CONTAINS", "er", ["Everyone", "Customers"]),
        ("REGEX", ".*s", ["Customers"]),
    ]
    for number, (kind, value, _) in enumerate(wanted):
        shop.okta.post(
            "/api/v1/authorizationServers/default/claims",
            groups_claim(value, name=f"groups {number}", group_filter_type=kind),
        )
    claims = claims_of(shop, shop.tokens()["id_token"])
    assert [claims[f"groups {number}"] for number in range(len(wanted))] == [
        names for _, _, names in wanted
    ]


def test_a_claim_has_a_hundred_groups_at_most(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """okta.md 4.5."""
    organization = shop.okta.emulator.organization

    def add(*names: str) -> None:
        with organization.state.store.transaction():
            for name in names:
                made = organization.groups.create(GroupBody(profile=GroupProfile(name=name)))
                organization.groups.add_member(made["id"], ALICE)

    body = groups_claim("Many [0-9]+", group_filter_type="REGEX")
    shop.okta.post("/api/v1/authorizationServers/default/claims", body)
    add("Many 1 and more", *(f"Many {number}" for number in range(100)))
    assert len(claims_of(shop, shop.tokens()["id_token"])["number"]) == 100
    add("Many 100")
    assert "number" not in claims_of(shop, shop.tokens()["id_token"])
    assert "The claim number is left out: more than 100 groups fit." in caplog.text


def test_declared_claims_never_take_the_place_of_the_protocols_own(shop: Shop) -> None:
    """M62: whatever is declared, audience, subject and the like stay what the clients rely on."""
    path = "/api/v1/authorizationServers/default/claims"
    names = {"IDENTITY": ("aud", "nonce", "sub", "auth_time"), "RESOURCE": ("cid", "uid", "scp")}
    for kind, claims in names.items():
        for name in claims:
            body = claim_body(
                name=name, claimType=kind, value='"forged"', alwaysIncludeInToken=True
            )
            shop.okta.post(path, body)
    tokens = shop.tokens()
    found = claims_of(shop, tokens["id_token"]) | claims_of(shop, tokens["access_token"])
    assert "forged" not in found.values()
    assert found["nonce"] == "nonce-1"


def test_lifetimes_are_those_of_the_rule(shop: Shop) -> None:
    policies = "/api/v1/authorizationServers/default/policies"
    (policy,) = shop.okta.get(policies)
    (rule,) = shop.okta.get(f"{policies}/{policy['id']}/rules")
    rule["actions"]["token"]["accessTokenLifetimeMinutes"] = 7
    shop.okta.put(f"{policies}/{policy['id']}/rules/{rule['id']}", rule)
    tokens = shop.tokens()
    access = claims_of(shop, tokens["access_token"])
    assert tokens["expires_in"] == access["exp"] - access["iat"] == 420


def test_a_code_is_for_one_use_and_its_second_ends_what_the_first_brought(shop: Shop) -> None:
    code = shop.code()
    tokens = shop.token(shop.redemption(code)).json()
    second = shop.token(shop.redemption(code))
    assert second.json() == {"error": "invalid_grant", "error_description": SPENT}
    assert shop.reason() == "invalid_grant: the code is spent"
    found = shop.call("introspect", {"token": tokens["access_token"]}).json()
    assert found == {"active": False}


@pytest.mark.parametrize(("age", "status"), [(59, 200), (61, 400)])
def test_a_code_lives_for_a_minute(shop: Shop, age: int, status: int) -> None:
    code = shop.code()
    shop.okta.post("/_local/clock", {"advance": age})
    assert shop.token(shop.redemption(code)).status_code == status
    assert status == 200 or shop.reason() == "invalid_grant: the code is older than 60 seconds"


def test_fifty_at_once_redeem_a_code_once(shop: Shop) -> None:
    form = shop.redemption(shop.code())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: shop.token(form).status_code, range(50)))
    assert sorted(answers) == [200] + [400] * 49


def test_a_verifier_without_a_challenge_is_refused(shop: Shop) -> None:
    """M34, M40: a client that need not use PKCE."""
    shop.set({"pkce_required": False})
    without: Json = {"code_challenge": None, "code_challenge_method": None}
    response = shop.token(shop.redemption(shop.code(**without)))
    assert response.json()["error_description"] == "PKCE verification failed."
    assert shop.reason() == "invalid_grant: code_verifier without a code_challenge"
    form = shop.redemption(shop.code(**without), code_verifier=None)
    assert shop.token(form).status_code == 200


def test_a_code_of_another_client_or_server_is_refused_and_stays_good(shop: Shop) -> None:
    code = shop.code()
    body = app_body("Other", redirect_uris=[CALLBACK])
    other = shop.okta.post("/api/v1/apps", body)["credentials"]["oauthClient"]
    auth = (other["client_id"], other["client_secret"])
    response = shop.token(shop.redemption(code), auth=auth)
    assert response.json() == {"error": "invalid_grant", "error_description": SPENT}
    assert shop.reason() == "invalid_grant: the code is another client's"
    server = shop.okta.post("/api/v1/authorizationServers", server_body())
    shop.server = server["id"]
    assert shop.token(shop.redemption(code)).status_code == 400
    assert shop.reason() == "invalid_grant: the code is another server's"
    shop.server = "default"
    assert shop.token(shop.redemption(code)).status_code == 200


def test_a_client_may_register_the_body_or_no_secret(shop: Shop) -> None:
    """M34: client_secret_post, and a public client with PKCE."""
    shop.set({"token_endpoint_auth_method": "client_secret_post", "client_secret": None})
    own = {"client_id": shop.client_id, "client_secret": shop.secret}
    assert shop.token(shop.redemption(shop.code())).status_code == 401
    assert shop.token(shop.redemption(shop.code()) | own, auth=None).status_code == 200


@pytest.mark.parametrize("overlap", [True, False])
def test_keys_rotate_with_and_without_overlap(shop: Shop, overlap: bool) -> None:
    """R4, M71."""
    before = shop.tokens()
    answer = shop.okta.post("/_local/keys/rotate", {"server": "default", "overlap": overlap})
    after = shop.tokens()
    header = jws.extract_compact(after["id_token"].encode()).headers()
    assert header["kid"] == answer["kid"]
    assert claims_of(shop, after["id_token"])["aud"] == shop.client_id
    found = shop.call("introspect", {"token": before["access_token"]}).json()
    assert found["active"] == overlap
    if overlap:
        assert claims_of(shop, before["id_token"])["aud"] == shop.client_id
    else:
        kids = {key["kid"] for key in shop.okta.get(f"{shop.endpoints}/keys")["keys"]}
        old = jws.extract_compact(before["id_token"].encode()).headers()
        assert old["kid"] not in kids


def test_rotation_of_an_unknown_server_names_the_known(shop: Shop) -> None:
    response = shop.okta.client.post("/_local/keys/rotate", json={"server": "nowhere"})
    assert response.status_code == 404
    assert response.json()["error"].endswith("one of default, organization is expected.")


def test_the_organizations_own_server_issues_tokens_too(shop: Shop) -> None:
    browser = shop.browser()
    page = browser.send("GET", "/oauth2/v1/authorize", params=shop.parameters())
    code = browser.sign_in(page).headers["location"].partition("code=")[2].partition("&")[0]
    auth = (shop.client_id, shop.secret)
    form = shop.redemption(code)
    tokens = shop.okta.without_token("POST", "/oauth2/v1/token", data=form, auth=auth).json()
    keys = KeySet.import_key_set(shop.okta.get("/oauth2/v1/keys"))
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["email"]) == (shop.okta.url, ALICE)
