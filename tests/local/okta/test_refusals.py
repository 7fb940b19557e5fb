"""What the local Okta refuses, and in which words: Okta's error body, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.okta.bodies import (
    Json,
    app_body,
    claim_body,
    origin_body,
    policy_body,
    rule_body,
    server_body,
    user_body,
)
from tests.local.okta.conftest import Okta

APPS = "/api/v1/apps"
ORIGINS = "/api/v1/trustedOrigins"
GROUPS = "/api/v1/groups"
USERS = "/api/v1/users"
SERVERS = "/api/v1/authorizationServers"
SCOPES = f"{SERVERS}/{{server}}/scopes"
CLAIMS = f"{SERVERS}/{{server}}/claims"
POLICIES = f"{SERVERS}/{{server}}/policies"
RULES = f"{POLICIES}/{{policy}}/rules"

LONG = "x" * 2000


@pytest.fixture
def okta(running_okta: Okta) -> Okta:
    """The module's organization as it is: nothing here changes it."""
    return running_okta


@pytest.fixture(scope="module")
def world(running_okta: Okta) -> dict[str, str]:
    """Things to collide with, by the names that paths use."""
    okta = running_okta
    app = okta.post(APPS, app_body())
    service = okta.post(
        APPS,
        app_body(
            "Service",
            application_type="service",
            grant_types=["client_credentials"],
            response_types=["token"],
            redirect_uris=[],
        ),
    )
    origin = okta.post(ORIGINS, origin_body())
    server = okta.post(SERVERS, server_body())["id"]
    scope = okta.post(f"{SERVERS}/{server}/scopes", {"name": "shop:read"})
    claim = okta.post(f"{SERVERS}/{server}/claims", claim_body())
    policy = okta.post(f"{SERVERS}/{server}/policies", policy_body())["id"]
    rule = okta.post(f"{SERVERS}/{server}/policies/{policy}/rules", rule_body())
    system_scope = okta.get(f"{SERVERS}/{server}/scopes", q="openid")[0]
    system_claim = okta.get(f"{SERVERS}/{server}/claims", q="sub")[0]
    return {
        "app": app["id"],
        "service": service["id"],
        "origin": origin["id"],
        "group": okta.get(GROUPS, q="Customers")[0]["id"],
        "everyone": okta.get(GROUPS, q="Everyone")[0]["id"],
        "user": okta.get(f"{USERS}/alice@example.com")["id"],
        "server": server,
        "scope": scope["id"],
        "claim": claim["id"],
        "policy": policy,
        "rule": rule["id"],
        "system_scope": system_scope["id"],
        "system_claim": system_claim["id"],
        "sign_on_policy": okta.get("/api/v1/policies", type="ACCESS_POLICY")[0]["id"],
    }


def of(**settings: Any) -> Json:
    return app_body(**settings)


def with_credentials(**credentials: Any) -> Json:
    return app_body(credentials=credentials)


def token(**lifetimes: int) -> Json:
    return rule_body("New", actions={"token": lifetimes})


STATUSES = {
    "E0000001": 400,
    "E0000003": 400,
    "E0000006": 403,
    "E0000007": 404,
    "E0000008": 404,
    "E0000016": 403,
    "E0000022": 405,
    "E0000028": 400,
    "E0000029": 400,
    "E0000030": 400,
    "E0000031": 400,
    "E0000056": 403,
    "E0000060": 501,
    "E0000107": 403,
    "E0000111": 403,
    "invalid_client": 400,
}

# method, path, body -> the code and, for E0000001, what the summary names
Case = tuple[str, str, Any, str]

APPLICATION_CASES: list[Case] = [
    ("POST", APPS, {**app_body(), "label": ""}, "E0000001 label"),
    ("POST", APPS, {**app_body(), "label": "x" * 101}, "E0000001 label"),
    ("POST", APPS, {**app_body(), "name": "okta_org2org"}, "E0000001 name"),
    ("POST", APPS, {**app_body(), "signOnMode": "SAML_2_0"}, "E0000060"),
    ("POST", APPS, of(application_type="mobile"), "E0000001 application_type"),
    ("POST", APPS, of(grant_types=["magic"]), "E0000001 grant_types"),
    ("POST", APPS, of(grant_types=["refresh_token"]), "E0000001 grant_types"),
    (
        "POST",
        APPS,
        of(application_type="service", grant_types=["authorization_code"]),
        "E0000001 grant_types",
    ),
    (
        "POST",
        APPS,
        of(application_type="browser", grant_types=["client_credentials"]),
        "E0000001 grant_types",
    ),
    ("POST", APPS, of(response_types=["magic"]), "E0000001 response_types"),
    ("POST", APPS, of(response_types=["token"]), "E0000001 response_types"),
    ("POST", APPS, of(grant_types=["authorization_code", "implicit"]), "E0000001 response_types"),
    ("POST", APPS, of(redirect_uris=[]), "E0000001 redirect_uris"),
    ("POST", APPS, of(redirect_uris=["/cb"]), "E0000001 redirect_uris"),
    ("POST", APPS, of(redirect_uris=["https://shop.test/#x"]), "E0000001 redirect_uris"),
    ("POST", APPS, of(redirect_uris=["https://*.shop.test/"]), "E0000001 redirect_uris"),
    ("POST", APPS, of(redirect_uris=["shop:/cb"]), "E0000001 redirect_uris"),
    ("POST", APPS, of(redirect_uris=["javascript:x"]), "E0000001 redirect_uris"),
    (
        "POST",
        APPS,
        of(post_logout_redirect_uris=["shop.test"]),
        "E0000001 post_logout_redirect_uris",
    ),
    ("POST", APPS, of(client_uri="shop.test"), "E0000001 client_uri"),
    ("POST", APPS, of(logo_uri="https://x/" + LONG), "E0000001 logo_uri"),
    ("POST", APPS, of(idp_initiated_login={"mode": "SPEC"}), "E0000001 initiate_login_uri"),
    (
        "POST",
        APPS,
        of(
            grant_types=["authorization_code", "refresh_token"],
            refresh_token={"rotation_type": "ROTATE", "leeway": 61},
        ),
        "E0000001 leeway",
    ),
    (
        "POST",
        APPS,
        of(grant_types=["authorization_code", "client_credentials"], dpop_bound_access_tokens=True),
        "E0000001 dpop_bound_access_tokens",
    ),
    ("POST", APPS, of(consent_method="MAYBE"), "E0000003"),
    ("POST", APPS, of(wildcard_redirect="EVERYWHERE"), "E0000003"),
    ("POST", APPS, of(redirect_uris="https://shop.test/cb"), "E0000003"),
    (
        "POST",
        APPS,
        with_credentials(token_endpoint_auth_method="none"),
        "E0000001 token_endpoint_auth_method",
    ),
    (
        "POST",
        APPS,
        app_body(
            application_type="browser",
            credentials={"token_endpoint_auth_method": "client_secret_basic"},
        ),
        "E0000001 token_endpoint_auth_method",
    ),
    (
        "POST",
        APPS,
        app_body(application_type="browser", credentials={"pkce_required": False}),
        "E0000001 pkce_required",
    ),
    ("POST", APPS, with_credentials(token_endpoint_auth_method="private_key_jwt"), "E0000001 jwks"),
    ("POST", APPS, with_credentials(client_id="short"), "E0000001 client_id"),
    ("POST", APPS, with_credentials(client_id="x" * 101), "E0000001 client_id"),
    ("POST", APPS, with_credentials(client_id="has space"), "E0000001 client_id"),
    ("POST", APPS, with_credentials(client_id="ALL_CLIENTS"), "E0000001 client_id"),
    ("POST", APPS, with_credentials(client_id="{app}"), "E0000001 client_id"),
    ("POST", APPS, with_credentials(client_secret="x" * 13), "E0000001 client_secret"),
    ("POST", APPS, with_credentials(client_secret="x" * 101), "E0000001 client_secret"),
    ("GET", f"{APPS}/0oaUnknown", None, "E0000007"),
    ("PUT", f"{APPS}/0oaUnknown", app_body(), "E0000007"),
    ("PUT", f"{APPS}/{{app}}", with_credentials(client_id="another-one"), "E0000001 client_id"),
    ("PUT", f"{APPS}/{{app}}", of(application_type="native"), "E0000001 application_type"),
    ("DELETE", f"{APPS}/{{app}}", None, "E0000056"),
    ("PUT", f"{APPS}/{{app}}/policies/rstUnknown", None, "E0000007"),
    (
        "PUT",
        f"{APPS}/{{service}}/policies/{{sign_on_policy}}",
        None,
        "E0000001 An invalid resource type",
    ),
    ("GET", f"{APPS}/{{app}}/groups/{{group}}", None, "E0000007"),
    ("PUT", f"{APPS}/{{app}}/groups/00gUnknown", {}, "E0000007"),
    ("DELETE", f"{APPS}/{{app}}/groups/{{group}}", None, "E0000007"),
    ("GET", f"{APPS}/{{app}}/users/{{user}}", None, "E0000007"),
    ("POST", f"{APPS}/{{app}}/users", {}, "E0000028"),
    ("DELETE", f"{APPS}/{{app}}/users/{{user}}", None, "E0000007"),
    ("GET", "/api/v1/policies", None, "E0000028"),
    ("GET", "/api/v1/policies?type=MAGIC", None, "E0000001 type"),
]

ORIGIN_CASES: list[Case] = [
    ("POST", ORIGINS, origin_body(origin), "E0000001 origin")
    for origin in (
        "shop.test",
        "https://shop2.test/",
        "https://shop2.test/path",
        "https://shop2.test?x",
        "https://shop2.test#x",
        "https://user@shop2.test",
        "https://shop2.test;script-src",
        "https://shop2.test,b.test",
        "https://\u65e5\u672c.test",
        "https://[shop2]",
        "HTTPS://shop2.test",
        "https://*.shop2.test",
        "https://shop2.test:",
        "https://shop2.test:0",
        "https://shop2.test:65536",
        "gopher://shop2.test",
        "https://",
    )
] + [
    ("POST", ORIGINS, origin_body("https://b.test", name=""), "E0000001 name"),
    ("POST", ORIGINS, origin_body("https://b.test", name="x" * 256), "E0000001 name"),
    ("POST", ORIGINS, origin_body("https://b.test", name="https://shop.test"), "E0000001 name"),
    ("POST", ORIGINS, origin_body(name="Another"), "E0000001 origin"),
    ("POST", ORIGINS, origin_body("https://" + "x" * 250, name="Long"), "E0000001 origin"),
    ("POST", ORIGINS, origin_body("https://b.test", scopes=[]), "E0000001 scopes"),
    (
        "POST",
        ORIGINS,
        origin_body("https://b.test", scopes=[{"type": "CORS"}, {"type": "CORS"}]),
        "E0000001 scopes",
    ),
    (
        "POST",
        ORIGINS,
        origin_body(
            "https://b.test", scopes=[{"type": "CORS", "allowedOktaApps": ["OKTA_ENDUSER"]}]
        ),
        "E0000001 scopes",
    ),
    # A wrong enum value is a malformed body (okta/terraform-provider-okta #609).
    ("POST", ORIGINS, origin_body("https://b.test", scopes=[{"type": "Redirect"}]), "E0000003"),
    ("GET", f"{ORIGINS}/tosUnknown", None, "E0000007"),
    ("POST", f"{ORIGINS}/tosUnknown/lifecycle/activate", None, "E0000007"),
    ("GET", f'{ORIGINS}?filter=colour eq "red"', None, "E0000031"),
    ("GET", f"{ORIGINS}?limit=none", None, "E0000029"),
    ("GET", f"{ORIGINS}?limit=0", None, "E0000029"),
    ("GET", f"{ORIGINS}?limit={'9' * 5000}", None, "E0000029"),
    ("GET", f"{ORIGINS}?after=x", None, "E0000029"),
]

PEOPLE_CASES: list[Case] = [
    ("POST", GROUPS, {}, "E0000001 name"),
    ("POST", GROUPS, {"profile": {"name": "x" * 256}}, "E0000001 name"),
    ("POST", GROUPS, {"profile": {"name": "Customers"}}, "E0000001 name"),
    ("PUT", f"{GROUPS}/{{everyone}}", {"profile": {"name": "All"}}, "E0000111"),
    ("DELETE", f"{GROUPS}/{{everyone}}", None, "E0000111"),
    ("PUT", f"{GROUPS}/{{everyone}}/users/{{user}}", None, "E0000111"),
    ("PUT", f"{GROUPS}/{{group}}/users/00uUnknown", None, "E0000007"),
    ("POST", USERS, user_body("alice@example.com"), "E0000001 login"),
    ("POST", USERS, user_body("ALICE@example.com"), "E0000001 login"),
    ("POST", USERS, user_body("dora"), "E0000001 login"),
    ("POST", USERS, user_body(firstName=""), "E0000001 firstName"),
    ("POST", USERS, user_body(lastName=7), "E0000001 lastName"),
    (
        "POST",
        USERS,
        {**user_body(), "credentials": {"password": {"value": "short"}}},
        "E0000001 password",
    ),
    ("GET", f"{USERS}/nobody@example.com", None, "E0000007"),
    ("POST", f"{USERS}/{{user}}/lifecycle/activate", None, "E0000016"),
    ("POST", f"{USERS}/{{user}}/lifecycle/unsuspend", None, "E0000001 unsuspend"),
    ("DELETE", f"{USERS}/me", None, "E0000006"),
]

SERVER_CASES: list[Case] = [
    ("POST", SERVERS, server_body(""), "E0000001 name"),
    ("POST", SERVERS, server_body("shop"), "E0000001 name"),
    ("POST", SERVERS, server_body("default"), "E0000001 name"),
    ("POST", SERVERS, server_body("b", audiences=[]), "E0000001 audiences"),
    ("POST", SERVERS, server_body("b", audiences=["a", "b"]), "E0000001 audiences"),
    ("POST", SERVERS, server_body("b", issuerMode="MINE"), "E0000003"),
    ("PUT", f"{SERVERS}/default", server_body("renamed"), "E0000001 name"),
    ("DELETE", f"{SERVERS}/default", None, "E0000111"),
    ("DELETE", f"{SERVERS}/{{server}}", None, "E0000107"),
    ("GET", f"{SERVERS}/ausUnknown", None, "E0000007"),
    ("GET", f"{SERVERS}/ausUnknown/scopes", None, "E0000007"),
    ("GET", f"{SERVERS}/{{server}}/credentials/keys/unknown", None, "E0000007"),
    (
        "POST",
        f"{SERVERS}/{{server}}/credentials/lifecycle/keyRotate",
        {"use": "enc"},
        "E0000001 rotateKeys",
    ),
    ("POST", SCOPES, {"name": "shop:read"}, "E0000001 name"),
    ("POST", SCOPES, {"name": "openid"}, "E0000001 name"),
    ("POST", SCOPES, {"name": ""}, "E0000001 name"),
    ("POST", SCOPES, {"name": "two words"}, "E0000001 name"),
    ("POST", SCOPES, {"name": 'quo"te'}, "E0000001 name"),
    ("POST", SCOPES, {"name": "*"}, "E0000001 name"),
    ("POST", SCOPES, {"name": "okta.users.read"}, "E0000001 name"),
    ("POST", SCOPES, {"name": "b", "consent": "PERHAPS"}, "E0000003"),
    ("PUT", f"{SCOPES}/{{system_scope}}", {"name": "renamed"}, "E0000111"),
    ("DELETE", f"{SCOPES}/{{system_scope}}", None, "E0000111"),
    ("GET", f"{SCOPES}/scpUnknown", None, "E0000007"),
    ("POST", CLAIMS, claim_body(), "E0000001 name"),
    ("POST", CLAIMS, claim_body(name=""), "E0000001 name"),
    ("POST", CLAIMS, claim_body(name="b", value=""), "E0000001 value"),
    ("POST", CLAIMS, claim_body(name="b", claimType=None), "E0000001 claimType"),
    ("POST", CLAIMS, claim_body(name="b", valueType="SYSTEM"), "E0000001 valueType"),
    ("POST", CLAIMS, claim_body(name="b", valueType="GROUPS"), "E0000001 group_filter_type"),
    (
        "POST",
        CLAIMS,
        claim_body(name="b", valueType="GROUPS", group_filter_type="REGEX", value="[a-z"),
        "E0000001 value",
    ),
    (
        "POST",
        CLAIMS,
        claim_body(name="b", conditions={"scopes": ["unknown"]}),
        "E0000001 conditions.scopes",
    ),
    ("POST", CLAIMS, claim_body(name="b", claimType="BOTH"), "E0000003"),
    ("PUT", f"{CLAIMS}/{{system_claim}}", claim_body(), "E0000111"),
    ("DELETE", f"{CLAIMS}/{{system_claim}}", None, "E0000111"),
]

POLICY_CASES: list[Case] = [
    ("POST", POLICIES, policy_body("Shop"), "E0000001 name"),
    ("POST", POLICIES, policy_body("x" * 101), "E0000001 name"),
    ("POST", POLICIES, policy_body("B", description=""), "E0000001 description"),
    ("POST", POLICIES, policy_body("B", "0oaUnknown"), "E0000001 conditions.clients.include"),
    ("POST", POLICIES, policy_body("B", priority=0), "E0000003"),
    ("POST", POLICIES, policy_body("B", type="PASSWORD"), "E0000003"),
    ("GET", f"{POLICIES}/00pUnknown", None, "E0000007"),
    ("GET", f"{POLICIES}/00pUnknown/rules", None, "E0000007"),
    ("POST", RULES, rule_body("Sign in"), "E0000001 name"),
    ("POST", RULES, rule_body(""), "E0000001 name"),
    ("POST", RULES, rule_body("B", actions={"scopes": ["openid"]}), "E0000001 actions.scopes"),
    (
        "POST",
        RULES,
        rule_body("B", conditions={"grantTypes": {"include": []}}),
        "E0000001 conditions.grantTypes.include",
    ),
    (
        "POST",
        RULES,
        rule_body("B", conditions={"grantTypes": {"include": ["magic"]}}),
        "E0000001 conditions.grantTypes.include",
    ),
    (
        "POST",
        RULES,
        rule_body(
            "B",
            conditions={
                "grantTypes": {"include": ["implicit"]},
                "people": {"groups": {"include": []}},
            },
        ),
        "E0000001 conditions.people",
    ),
    (
        "POST",
        RULES,
        rule_body("B", conditions={"scopes": {"include": ["unknown"]}}),
        "E0000001 conditions.scopes.include",
    ),
    (
        "POST",
        RULES,
        rule_body("B", conditions={"people": {"groups": {"include": ["00gUnknown"]}}}),
        "E0000001 conditions.people.groups",
    ),
    (
        "POST",
        RULES,
        rule_body("B", conditions={"people": {"users": {"exclude": ["00uUnknown"]}}}),
        "E0000001 conditions.people.users",
    ),
    ("POST", RULES, token(accessTokenLifetimeMinutes=4), "E0000001 accessTokenLifetimeMinutes"),
    ("POST", RULES, token(accessTokenLifetimeMinutes=1441), "E0000001 accessTokenLifetimeMinutes"),
    ("POST", RULES, token(refreshTokenWindowMinutes=9), "E0000001 refreshTokenWindowMinutes"),
    ("POST", RULES, token(refreshTokenLifetimeMinutes=59), "E0000001 refreshTokenLifetimeMinutes"),
    (
        "POST",
        RULES,
        token(refreshTokenLifetimeMinutes=600, refreshTokenWindowMinutes=601),
        "E0000001 refreshTokenWindowMinutes",
    ),
    (
        "POST",
        RULES,
        rule_body("B", actions={"token": {"inlineHook": {"id": "calUnknown"}}}),
        "E0000001 inlineHook",
    ),
]

OTHER_CASES: list[Case] = [
    ("GET", "/api/v1/nothing", None, "E0000008"),
    ("GET", f"{APPS}/", None, "E0000008"),
    ("PATCH", APPS, {}, "E0000022"),
    ("POST", f"{APPS}/{{app}}", {}, "E0000022"),
    ("GET", "/api/v1/logs?since=yesterday", None, "E0000030"),
    ("GET", "/api/v1/logs?since=2026-01-01T00:00:00", None, "E0000030"),
    ("GET", "/api/v1/logs?since=9999-12-31T23:59:59-14:00", None, "E0000030"),
    ("GET", "/api/v1/logs?filter=eventType", None, "E0000031"),
    ("GET", "/api/v1/logs?sortOrder=RANDOM", None, "E0000001 sortOrder"),
    ("GET", "/oauth2/ausUnknown/.well-known/openid-configuration", None, "E0000007"),
    (
        "GET",
        "/oauth2/default/.well-known/openid-configuration?client_id=unknown",
        None,
        "invalid_client",
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        *APPLICATION_CASES,
        *ORIGIN_CASES,
        *PEOPLE_CASES,
        *SERVER_CASES,
        *POLICY_CASES,
        *OTHER_CASES,
    ],
)
def test_a_refusal_has_oktas_body_and_changes_nothing(
    okta: Okta,
    world: dict[str, str],
    method: str,
    path: str,
    body: Any,
    said: str,
) -> None:
    code, _, field = said.partition(" ")
    before = _everything(okta)
    answer = okta.client.request(
        method, path.format(**world), json=_filled(body, world) if body is not None else None
    )
    assert answer.status_code == STATUSES[code], answer.text
    error = answer.json()
    assert error["errorCode"] == error["errorLink"] == code
    assert error["errorId"].startswith("oae")
    assert len(error["errorId"]) == 25
    if field:
        assert error["errorSummary"].startswith(f"Api validation failed: {field}"), error
        assert error["errorCauses"], error
    assert _everything(okta) == before


def test_all_mistakes_of_a_body_are_told_at_once(okta: Okta) -> None:
    body = app_body("", redirect_uris=["nowhere", "https://shop.test/#x"], grant_types=["magic"])
    causes = okta.client.post(APPS, json=body).json()["errorCauses"]
    fields = [cause["errorSummary"].split(":", 1)[0] for cause in causes]
    assert fields == ["label", "grant_types", "response_types", "redirect_uris", "redirect_uris"]


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ("{", "application/json", "E0000003"),
        ("[]", "application/json", "E0000003"),
        ("label=Shop", "application/x-www-form-urlencoded", "E0000021"),
    ],
)
def test_a_body_must_be_a_json_object(okta: Okta, content: str, kind: str, code: str) -> None:
    answer = okta.client.post(APPS, content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 403, "E0000005"),
        ("Basic bG9jYWw6", 403, "E0000005"),
        ("SSWS wrong", 401, "E0000011"),
        ("Bearer eyJ", 401, "E0000011"),
        ("SSWS", 401, "E0000011"),
    ],
)
def test_without_the_api_token_nothing_is_told(
    okta: Okta, header: str | None, status: int, code: str
) -> None:
    headers = {"Authorization": header} if header else {}
    answer = okta.without_token("GET", "/api/v1/users/me", headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(okta: Okta) -> None:
    answer = okta.client.patch(APPS)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_the_journal_tells_why_a_malformed_body_was_refused(okta: Okta) -> None:
    okta.client.post(ORIGINS, json=origin_body(scopes=[{"type": "Redirect"}]))
    assert "scopes.0.type" in okta.journal()[-1]["reason"]


def _filled(body: Any, world: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, world) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, world) for value in body]
    return world[body.strip("{}")] if isinstance(body, str) and body.startswith("{") else body


def _everything(okta: Okta) -> list[tuple[Any, ...]]:
    return okta.emulator.store.query("SELECT collection, id, body FROM documents ORDER BY 1, 2")
