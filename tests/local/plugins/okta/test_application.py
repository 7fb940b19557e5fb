"""OAuth applications are made, read and changed by the calls that the vendor's provider makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.plugins.engine_client import (
    UNKNOWN,
    CallError,
    EngineClient,
    from_struct,
    is_secret,
    secret,
    serving,
)
from tests.local.plugins.okta.double import SECRET, OktaDouble

APP = "okta:app/oAuth:OAuth"
WEB = {
    "label": "Messenger",
    "type": "web",
    "redirectUris": ["https://b.example/", "https://a.example/"],
    "postLogoutRedirectUris": ["https://a.example/"],
}
CREATION = [
    "POST /api/v1/apps",
    "POST /api/v1/internal/apps/id1/settings/oauth/idToken",
    "GET /.well-known/okta-organization",
    "GET /api/v1/policies",
    "PUT /api/v1/apps/id1/policies/rst1",
    "GET /api/v1/apps/id1",
    "GET /api/v1/internal/apps/id1/settings/oauth/idToken",
]


def _change(engine: EngineClient, id: str, state: Any, news: dict[str, Any]) -> Any:
    checked = engine.check(APP, news)
    assert not checked.failures
    return engine.update(APP, id, state, checked.inputs)


def test_an_application_is_made_by_these_calls_in_this_order(
    engine: EngineClient, okta: OktaDouble
) -> None:
    id, state, _ = engine.make(APP, WEB)
    assert okta.lines() == CREATION
    assert okta.calls[0].query == {"activate": "true"}
    assert okta.calls[3].query["type"] == "ACCESS_POLICY"
    assert okta.body_of(CREATION[1]) == {"issuerMode": "ORG_URL"}
    assert okta.body_of(CREATION[4]) is None
    assert (id, state["clientId"], state["authenticationPolicy"]) == ("id1", "id1", "rst1")
    assert state["clientSecret"]["value"] == SECRET
    assert is_secret(state["clientSecret"])


def test_a_web_application_is_sent_whole(engine: EngineClient, okta: OktaDouble) -> None:
    """PKCE that is not asked for is refused to web applications: false is sent."""
    engine.make(APP, WEB)
    assert okta.body_of("POST /api/v1/apps") == {
        "name": "oidc_client",
        "label": "Messenger",
        "signOnMode": "OPENID_CONNECT",
        "accessibility": {},
        "visibility": {"hide": {"iOS": True, "web": True}},
        "credentials": {
            "oauthClient": {
                "autoKeyRotation": True,
                "pkce_required": False,
                "token_endpoint_auth_method": "client_secret_basic",
            },
            "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
        },
        "settings": {
            "notes": {},
            "oauthClient": {
                "application_type": "web",
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "redirect_uris": WEB["redirectUris"],
                "post_logout_redirect_uris": WEB["postLogoutRedirectUris"],
                "consent_method": "TRUSTED",
                "issuer_mode": "ORG_URL",
                "wildcard_redirect": "DISABLED",
                "dpop_bound_access_tokens": False,
                "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
            },
        },
    }


@pytest.mark.parametrize(
    ("inputs", "pkce"),
    [
        ({"type": "web"}, False),
        ({"type": "web", "pkceRequired": True}, True),
        ({"type": "browser", "tokenEndpointAuthMethod": "none"}, True),
        ({"type": "browser"}, True),
        ({"type": "native"}, True),
        ({"type": "native", "pkceRequired": False}, False),
        ({"type": "service"}, False),
    ],
)
def test_pkce_depends_on_the_type_unless_it_is_said(
    engine: EngineClient, okta: OktaDouble, inputs: dict[str, Any], pkce: bool
) -> None:
    engine.make(APP, {"label": "x", **inputs})
    assert okta.body_of("POST /api/v1/apps")["credentials"]["oauthClient"]["pkce_required"] is pkce


@pytest.mark.parametrize(
    ("inputs", "grants", "responses"),
    [
        ({"type": "web"}, ["authorization_code"], ["code"]),
        ({"type": "service"}, ["client_credentials"], ["token"]),
        (
            {"type": "web", "grantTypes": ["authorization_code", "client_credentials"]},
            ["authorization_code", "client_credentials"],
            ["token", "code"],
        ),
    ],
)
def test_grants_and_responses_default_to_what_the_type_needs(
    engine: EngineClient,
    okta: OktaDouble,
    inputs: dict[str, Any],
    grants: list[str],
    responses: list[str],
) -> None:
    _, state, _ = engine.make(APP, {"label": "x", **inputs})
    sent = okta.body_of("POST /api/v1/apps")["settings"]["oauthClient"]
    assert (sent["grant_types"], sent["response_types"]) == (grants, responses)
    assert (state["grantTypes"], state["responseTypes"]) == (grants, responses)


def test_everything_that_is_given_is_sent_and_read_back(
    engine: EngineClient, okta: OktaDouble
) -> None:
    given: dict[str, Any] = {
        **WEB,
        "accessibilitySelfService": True,
        "accessibilityErrorRedirectUrl": "https://a.example/error",
        "accessibilityLoginRedirectUrl": "https://a.example/login",
        "adminNote": "for admins",
        "enduserNote": "for users",
        "appLinksJson": '{"login": true}',
        "appSettingsJson": '{"color": "red"}',
        "autoKeyRotation": False,
        "autoSubmitToolbar": True,
        "backchannelCustomAuthenticatorId": "aut1",
        "clientId": "my-client",
        "clientUri": "https://a.example/client",
        "consentMethod": "REQUIRED",
        "frontchannelLogoutSessionRequired": True,
        "frontchannelLogoutUri": "https://a.example/logout",
        "grantTypes": ["authorization_code", "refresh_token"],
        "groupsClaim": {
            "name": "groups",
            "type": "FILTER",
            "filterType": "STARTS_WITH",
            "value": "site-",
        },
        "hideIos": False,
        "hideWeb": False,
        "implicitAssignment": True,
        "issuerMode": "DYNAMIC",
        "jwks": [{"kid": "k", "kty": "RSA", "e": "AQAB", "n": "abc"}],
        "jwksUri": "https://a.example/keys",
        "loginMode": "SPEC",
        "loginScopes": ["openid"],
        "loginUri": "https://a.example/start",
        "logoUri": "https://a.example/logo.png",
        "network": {"connection": "ZONE", "includes": ["z1"], "excludes": ["z2"]},
        "participateSlo": True,
        "pkceRequired": True,
        "policyUri": "https://a.example/policy",
        "profile": '{"team": "web"}',
        "refreshTokenLeeway": 30,
        "refreshTokenRotation": "ROTATE",
        "responseTypes": ["code"],
        "tokenEndpointAuthMethod": "client_secret_post",
        "tosUri": "https://a.example/terms",
        "userNameTemplate": "${source.email}",
        "userNameTemplatePushStatus": "PUSH",
        "userNameTemplateSuffix": "@a",
        "userNameTemplateType": "CUSTOM",
        "wildcardRedirect": "SUBDOMAIN",
        "status": "INACTIVE",
    }
    id, state, inputs = engine.make(APP, given)
    assert okta.calls[0].query == {"activate": "false"}
    _, read, _ = engine.read(APP, id, state=state, inputs=inputs)
    assert read == state
    imported = engine.read(APP, id)[1]
    assert "appLinksJson" not in imported, "the vendor's provider never reads them"
    for found in (state, imported | {"appLinksJson": given["appLinksJson"]}):
        claim = found["groupsClaim"]
        assert claim.pop("issuerMode") == "DYNAMIC"
        assert {name: found[name] for name in given} == given
    assert engine.diff(APP, state, inputs).paths == {}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"skipAuthenticationPolicy": True}, {2, 3, 4}),
        ({"type": "service", "redirectUris": []}, {3, 4}),
    ],
)
def test_the_access_policy_is_left_alone_where_it_does_not_matter(
    engine: EngineClient, okta: OktaDouble, given: dict[str, Any], missing: set[int]
) -> None:
    engine.make(APP, {**WEB, **given})
    expected = [line for index, line in enumerate(CREATION) if index not in missing]
    assert sorted(okta.lines()) == sorted(expected)


def test_a_classic_organization_has_no_access_policies(
    engine: EngineClient, okta: OktaDouble
) -> None:
    okta.pipeline = "v1"
    engine.make(APP, WEB)
    assert not [line for line in okta.lines() if "/policies" in line]


def test_a_given_policy_is_assigned_and_the_organization_asked_once(
    engine: EngineClient, okta: OktaDouble
) -> None:
    for _ in range(2):
        engine.make(APP, {**WEB, "authenticationPolicy": "rst9"})
    assert "PUT /api/v1/apps/id2/policies/rst9" in okta.lines()
    assert "GET /api/v1/policies" not in okta.lines()
    assert okta.lines().count("GET /.well-known/okta-organization") == 1


def test_several_default_policies_are_a_clear_error_that_keeps_the_application(
    engine: EngineClient, okta: OktaDouble
) -> None:
    okta.lists["/api/v1/policies"] = [httpx.Response(200, json=[])]
    with pytest.raises(CallError, match="Okta has 0 default access policies, expected one") as hit:
        engine.make(APP, WEB)
    left = hit.value.left
    assert left is not None
    state = from_struct(left.properties)
    assert left.id == "id1"
    assert state["clientSecret"]["value"] == SECRET
    inputs = engine.check(APP, WEB).inputs
    after = engine.update(APP, "id1", state, inputs)
    assert after["authenticationPolicy"] == "rst1"
    assert after["clientSecret"]["value"] == SECRET


def test_with_an_oauth_token_the_internal_calls_are_left_out(okta: OktaDouble) -> None:
    with serving(okta.provider()) as engine:
        engine.configure({"orgName": "acme", "baseUrl": "okta.test", "accessToken": "abc"})
        assert okta.calls == []
        engine.make(APP, WEB)
    assert okta.calls[0].headers["Authorization"] == "Bearer abc"
    assert not [line for line in okta.lines() if "/internal/" in line]


def test_an_update_sends_the_whole_application_with_its_secret(
    engine: EngineClient, okta: OktaDouble
) -> None:
    id, state, _ = engine.make(APP, WEB)
    okta.forget()
    after = _change(engine, id, state, {**WEB, "label": "Renamed"})
    assert okta.lines() == [
        "PUT /api/v1/apps/id1",
        "PUT /api/v1/apps/id1/policies/rst1",
        "GET /api/v1/apps/id1",
        "GET /api/v1/internal/apps/id1/settings/oauth/idToken",
    ]
    client = okta.calls[0].body["credentials"]["oauthClient"]
    assert client["client_id"] == "id1"
    assert after["label"] == "Renamed"
    assert after["clientSecret"]["value"] == SECRET


def test_an_emptied_list_of_redirect_uris_is_not_sent(
    engine: EngineClient, okta: OktaDouble
) -> None:
    id, state, _ = engine.make(APP, WEB)
    _change(engine, id, state, {**WEB, "redirectUris": []})
    sent = okta.body_of("PUT /api/v1/apps/id1")["settings"]["oauthClient"]
    assert "redirect_uris" not in sent


def test_a_change_of_status_alone_is_one_lifecycle_call(
    engine: EngineClient, okta: OktaDouble
) -> None:
    id, state, _ = engine.make(APP, WEB)
    okta.forget()
    after = _change(engine, id, state, {**WEB, "status": "INACTIVE"})
    assert okta.lines() == ["POST /api/v1/apps/id1/lifecycle/deactivate"]
    assert after == state | {"status": "INACTIVE"}
    okta.forget()
    _change(engine, id, after, {**WEB, "label": "New", "status": "ACTIVE"})
    assert okta.lines()[:2] == [
        "POST /api/v1/apps/id1/lifecycle/activate",
        "PUT /api/v1/apps/id1",
    ]


def test_a_refresh_keeps_the_secret_and_sees_drift(engine: EngineClient, okta: OktaDouble) -> None:
    id, state, inputs = engine.make(APP, WEB)
    okta.objects[f"/api/v1/apps/{id}"]["label"] = "Drifted"
    _, read, followed = engine.read(APP, id, state=state, inputs=inputs)
    assert read["clientSecret"]["value"] == SECRET
    assert (read["label"], followed["label"]) == ("Drifted", "Drifted")
    assert engine.diff(APP, read, inputs).paths == {"label": "UPDATE"}


def test_an_import_tells_everything_but_the_secret(engine: EngineClient) -> None:
    id, _, _ = engine.make(APP, {**WEB, "pkceRequired": True})
    found, state, inputs = engine.read(APP, id)
    assert (found, state["clientId"], state["type"]) == (id, id, "web")
    assert "clientSecret" not in state
    assert inputs["pkceRequired"] is True
    checked = engine.check(APP, {**WEB, "pkceRequired": True})
    assert engine.diff(APP, state, checked.inputs).paths == {}


class TestSecrets:
    def test_an_omitted_secret_is_neither_kept_nor_sent(
        self, engine: EngineClient, okta: OktaDouble
    ) -> None:
        id, state, _ = engine.make(APP, {**WEB, "omitSecret": True})
        assert "clientSecret" not in state
        after = _change(engine, id, state, {**WEB, "omitSecret": True, "label": "New"})
        assert "clientSecret" not in after
        client = okta.body_of("PUT /api/v1/apps/id1")["credentials"]["oauthClient"]
        assert "client_secret" not in client

    def test_omitting_the_secret_later_drops_it_in_place(
        self, engine: EngineClient, okta: OktaDouble
    ) -> None:
        id, state, _ = engine.make(APP, WEB)
        news = engine.check(APP, {**WEB, "omitSecret": True}).inputs
        assert engine.diff(APP, state, news).paths == {"omitSecret": "UPDATE"}
        assert "clientSecret" not in engine.update(APP, id, state, news)

    def test_wanting_the_secret_again_replaces(self, engine: EngineClient) -> None:
        _, state, _ = engine.make(APP, {**WEB, "omitSecret": True})
        found = engine.diff(APP, state, engine.check(APP, WEB).inputs)
        assert found.paths == {"omitSecret": "UPDATE_REPLACE"}
        assert found.replaces == ["omitSecret"]

    @pytest.mark.parametrize("name", ["clientBasicSecret", "clientBasicSecretWo"])
    def test_a_chosen_secret_is_sent(
        self, engine: EngineClient, okta: OktaDouble, name: str
    ) -> None:
        _, state, _ = engine.make(APP, {**WEB, name: secret("chosen")})
        client = okta.calls[0].body["credentials"]["oauthClient"]
        assert client["client_secret"] == "chosen"
        assert "clientBasicSecretWo" not in state
        assert state["clientSecret"]["value"] == "chosen"
        assert all(
            is_secret(state[key]) for key in state if "Secret" in key and key != "omitSecret"
        )


class TestReplacement:
    @pytest.mark.parametrize(
        ("change", "path"), [({"type": "native"}, "type"), ({"clientId": "mine"}, "clientId")]
    )
    def test_type_and_client_id_replace(
        self, engine: EngineClient, change: dict[str, Any], path: str
    ) -> None:
        _, state, _ = engine.make(APP, WEB)
        found = engine.diff(APP, state, engine.check(APP, {**WEB, **change}).inputs)
        assert (found.paths, found.replaces) == ({path: "UPDATE_REPLACE"}, [path])
        assert not found.delete_first

    def test_nothing_else_replaces(self, engine: EngineClient) -> None:
        _, state, _ = engine.make(APP, WEB)
        news = {**WEB, "label": "x", "redirectUris": [], "status": "INACTIVE", "hideWeb": False}
        news |= {"tokenEndpointAuthMethod": "none", "grantTypes": ["authorization_code"]}
        assert engine.diff(APP, state, engine.check(APP, news).inputs).replaces == []


def test_an_application_is_deactivated_and_deleted(engine: EngineClient, okta: OktaDouble) -> None:
    id, state, _ = engine.make(APP, WEB)
    okta.forget()
    engine.delete(APP, id, state)
    assert okta.lines() == [
        "POST /api/v1/apps/id1/lifecycle/deactivate",
        "DELETE /api/v1/apps/id1",
    ]
    engine.delete(APP, id, state)
    okta.forget()
    engine.delete(APP, id, state | {"status": "INACTIVE"})
    assert okta.lines() == ["DELETE /api/v1/apps/id1"]


def test_a_deletion_waits_until_okta_has_noticed_the_deactivation(
    engine: EngineClient, okta: OktaDouble
) -> None:
    id, state, _ = engine.make(APP, WEB)
    okta.fail("DELETE .*", 403, {"errorCode": "E0000056", "errorSummary": "Delete forbidden."})
    engine.delete(APP, id, state)
    assert okta.lines().count("DELETE /api/v1/apps/id1") == 2
    assert f"/api/v1/apps/{id}" not in okta.objects


def test_a_logo_is_uploaded_from_its_whole_path(
    engine: EngineClient, okta: OktaDouble, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG")
    engine.make(APP, {**WEB, "logo": str(logo)})
    assert okta.lines()[1] == "POST /api/v1/apps/id1/logo"
    assert okta.calls[1].headers["Content-Type"].startswith("multipart/form-data")


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        ({"grantTypes": ["refresh_token"]}, "grantTypes", "lacks authorization_code"),
        ({"type": "web", "grantTypes": ["authorization_code", "password"]}, "grantTypes[1]",
         "applications of type web cannot have"),
        ({"type": "browser", "grantTypes": ["implicit"]}, "responseTypes", "needs token or"),
        ({"responseTypes": ["id"]}, "responseTypes[0]", "expected one of: code"),
        ({"loginMode": "SPEC"}, "loginUri", "loginMode SPEC needs it"),
        ({"loginMode": "OKTA", "loginUri": "https://a"}, "loginScopes", "at least one"),
        ({"tokenEndpointAuthMethod": "private_key_jwt"}, "tokenEndpointAuthMethod", "jwks"),
        ({"tokenEndpointAuthMethod": "basic"}, "tokenEndpointAuthMethod", "expected one of"),
        ({"authenticationPolicy": "p", "skipAuthenticationPolicy": True},
         "skipAuthenticationPolicy", "not both"),
        ({"profile": "[]"}, "profile", "not a JSON object"),
        ({"appSettingsJson": "{"}, "appSettingsJson", "not a JSON object"),
        ({"adminNote": "x" * 251}, "adminNote", "longer than 250"),
        ({"groupsClaim": {"name": "g", "value": "v", "type": "FILTER"}},
         "groupsClaim.filterType", "type FILTER needs it"),
        ({"groupsClaim": {"name": "g", "value": "v", "type": "EXPRESSION", "filterType": "X"}},
         "groupsClaim.filterType", "type FILTER only"),
        ({"logo": "logo.png"}, "logo", "relative path"),
        ({"logo": "/nowhere/logo.svg"}, "logo", ".png"),
        ({"logo": "/nowhere/logo.png"}, "logo", "does not exist"),
        ({"clientSecret": "x"}, "", "set by the service"),
    ],
)  # fmt: skip
def test_mistakes_are_found_before_anything_is_sent(
    engine: EngineClient, okta: OktaDouble, given: dict[str, Any], path: str, words: str
) -> None:
    failures = engine.check(APP, {**WEB, **given}).failures
    assert list(failures) == [path]
    assert words in failures[path]
    assert okta.calls == []


def test_both_kinds_of_chosen_secret_exclude_each_other(engine: EngineClient) -> None:
    given = {**WEB, "clientBasicSecret": "first", "clientBasicSecretWo": "second"}
    failures = engine.check(APP, given).failures
    assert "not both" in str(failures)
    assert "first" not in str(failures)


def test_unknown_values_pass_the_rules(engine: EngineClient) -> None:
    names = ("type", "grantTypes", "loginMode", "profile", "groupsClaim", "adminNote", "logo")
    given = {"label": UNKNOWN, **dict.fromkeys(names, UNKNOWN)}
    assert not engine.check(APP, given).failures
