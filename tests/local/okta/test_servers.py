"""Authorization servers: what they start with, their keys, and what clients learn of them."""

from __future__ import annotations

from typing import Any

import okta.models as models
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.local.okta.bodies import claim_body, origin_body, server_body
from tests.local.okta.conftest import Okta

SERVERS = "/api/v1/authorizationServers"
DAY = 86_400
DOCUMENTS = [
    "/oauth2/default/.well-known/openid-configuration",
    "/oauth2/default/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/oauth2/default",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
]
KEYS = ["/oauth2/default/v1/keys", "/oauth2/v1/keys"]


def test_the_default_server_is_called_default(okta: Okta) -> None:
    (found,) = okta.get(SERVERS, q="default", limit=200)
    assert (found["id"], found["name"], found["audiences"]) == (
        "default",
        "default",
        ["api://default"],
    )
    assert found["issuer"] == f"{okta.url}/oauth2/default"
    changed = okta.put(f"{SERVERS}/default", server_body("default", description="Mine"))
    assert (changed["description"], changed["audiences"]) == ("Mine", ["api://shop"])


def test_a_new_server_has_oktas_scopes_and_claims_and_no_policy(okta: Okta) -> None:
    server = okta.post(SERVERS, server_body())
    path = f"{SERVERS}/{server['id']}"
    assert server["id"].startswith("aus")
    assert len(server["id"]) == 20
    assert server["issuer"] == f"{okta.url}/oauth2/{server['id']}"
    assert all(scope["system"] for scope in okta.get(f"{path}/scopes"))
    assert okta.get(f"{path}/policies") == []
    subject = next(one for one in okta.get(f"{path}/claims") if one["name"] == "sub")
    assert subject["value"] == "(appuser != null) ? appuser.userName : app.clientId"


def test_of_oktas_own_claims_the_value_of_the_subject_can_be_changed(okta: Okta) -> None:
    claims = f"{SERVERS}/default/claims"
    found = {one["name"]: one for one in okta.get(claims)}
    subject = found["sub"] | {"value": "user.email", "claimType": "IDENTITY"}
    after = okta.put(f"{claims}/{subject['id']}", subject)
    assert (after["value"], after["claimType"], after["system"]) == ("user.email", "RESOURCE", True)
    email = found["email"] | {"value": "other", "alwaysIncludeInToken": True}
    after = okta.put(f"{claims}/{email['id']}", email)
    assert (after["value"], after["alwaysIncludeInToken"]) == ("email", True)


def test_a_claim_of_an_access_token_is_always_included(okta: Okta) -> None:
    claims = f"{SERVERS}/default/claims"
    body = claim_body(claimType="RESOURCE", alwaysIncludeInToken=False)
    assert okta.post(claims, body)["alwaysIncludeInToken"] is True
    groups = claim_body(name="groups", valueType="GROUPS", group_filter_type="STARTS_WITH")
    made = okta.post(claims, groups)
    assert (made["group_filter_type"], made["alwaysIncludeInToken"]) == ("STARTS_WITH", False)
    # What the new body lacks does not linger.
    after = okta.put(f"{claims}/{made['id']}", claim_body(name="groups"))
    assert "group_filter_type" not in after


def test_manual_rotation_is_set_by_an_update_only(okta: Okta) -> None:
    manual = server_body(credentials={"signing": {"rotationMode": "MANUAL"}})
    made = okta.post(SERVERS, manual)
    assert made["credentials"]["signing"]["rotationMode"] == "AUTO"
    changed = okta.put(f"{SERVERS}/{made['id']}", manual)["credentials"]["signing"]
    assert changed["rotationMode"] == "MANUAL"
    assert "nextRotation" not in changed
    assert changed["kid"] == made["credentials"]["signing"]["kid"]
    okta.emulator.clock.advance(365 * DAY)
    assert okta.get(f"{SERVERS}/{made['id']}")["credentials"]["signing"] == changed


def test_in_mode_auto_the_next_key_takes_over_when_its_time_comes(okta: Okta) -> None:
    keys = f"{SERVERS}/default/credentials/keys"
    first = {key["status"]: key["kid"] for key in okta.get(keys)}
    okta.emulator.clock.advance(89 * DAY)
    assert okta.get(f"{SERVERS}/default")["credentials"]["signing"]["kid"] == first["ACTIVE"]
    okta.emulator.clock.advance(2 * DAY)
    second = {key["status"]: key["kid"] for key in okta.get(keys)}
    assert second["ACTIVE"] == first["NEXT"]
    assert second["EXPIRED"] == first["ACTIVE"]
    assert okta.get(f"{SERVERS}/default")["credentials"]["signing"]["kid"] == first["NEXT"]


@pytest.mark.parametrize(
    ("path", "server"), [(KEYS[0], "default"), (KEYS[1], "organization")], ids=["custom", "org"]
)
def test_published_keys_verify_what_the_server_signs_across_a_rotation(
    okta: Okta, path: str, server: str
) -> None:
    keys = okta.emulator.organization.keys
    old = keys.active(server)
    token = jwt.encode({"alg": "RS256", "kid": old.kid}, {"sub": "alice"}, old)
    keys.rotate(server)
    published = okta.get(path)
    assert {key["alg"] for key in published["keys"]} == {"RS256"}
    assert {key["use"] for key in published["keys"]} == {"sig"}
    assert all(set(key) == {"alg", "e", "kid", "kty", "n", "use"} for key in published["keys"])
    read = jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"])
    assert read.claims == {"sub": "alice"}
    # The key after the next rotation is known already.
    known = {key["kid"] for key in published["keys"]}
    keys.rotate(server)
    assert keys.active(server).kid in known


def test_keys_may_be_kept_until_the_next_rotation(okta: Okta) -> None:
    def seconds() -> int:
        control = okta.without_token("GET", "/oauth2/default/v1/keys").headers["Cache-Control"]
        age, rest = control.split(", ")
        assert rest == "must-revalidate"
        return int(age.removeprefix("max-age="))

    full = seconds()
    assert 89 * DAY < full <= 90 * DAY
    okta.emulator.clock.advance(30 * DAY)
    assert 59 * DAY < seconds() <= 60 * DAY


@pytest.mark.parametrize("path", DOCUMENTS)
def test_discovery_documents_fit_oktas_model_and_name_each_other(okta: Okta, path: str) -> None:
    answer = okta.without_token("GET", path)
    document: dict[str, Any] = answer.json()
    model = models.OAuthMetadata.from_dict(document)
    issuer = f"{okta.url}/oauth2/default" if "default" in path else okta.url
    base = issuer if "default" in path else f"{issuer}/oauth2"
    assert model.issuer == issuer
    assert model.authorization_endpoint == f"{base}/v1/authorize"
    assert model.token_endpoint == f"{base}/v1/token"
    assert model.end_session_endpoint == f"{base}/v1/logout"
    assert [method.value for method in model.code_challenge_methods_supported] == ["S256"]
    assert okta.without_token("GET", model.jwks_uri).json()["keys"]
    assert ("userinfo_endpoint" in document) is path.endswith("openid-configuration")
    assert answer.headers["Cache-Control"] == "max-age=86400, must-revalidate"


def test_only_published_scopes_are_in_the_metadata(okta: Okta) -> None:
    scopes = f"{SERVERS}/default/scopes"
    okta.post(scopes, {"name": "shop:read", "metadataPublish": "ALL_CLIENTS"})
    okta.post(scopes, {"name": "shop:write"})
    found = okta.get(DOCUMENTS[0])["scopes_supported"]
    assert "shop:read" in found
    assert "shop:write" not in found


def test_an_inactive_server_is_not_discovered(okta: Okta) -> None:
    okta.post(f"{SERVERS}/default/lifecycle/deactivate")
    for path in (*DOCUMENTS[:3], KEYS[0]):
        assert okta.client.get(path).status_code == 404
    okta.post(f"{SERVERS}/default/lifecycle/activate")
    assert okta.client.get(DOCUMENTS[0]).status_code == 200


@pytest.mark.parametrize("path", DOCUMENTS + KEYS)
def test_any_page_reads_metadata_and_a_trusted_one_with_cookies(okta: Okta, path: str) -> None:
    okta.post("/api/v1/trustedOrigins", origin_body("https://shop.test"))
    redirects = origin_body("https://other.test", scopes=[{"type": "REDIRECT"}])
    okta.post("/api/v1/trustedOrigins", redirects)
    for origin, named in (
        ("https://shop.test", True),
        ("https://other.test", False),
        ("https://unknown.test", False),
    ):
        headers = okta.client.get(path, headers={"Origin": origin}).headers
        assert headers["Access-Control-Allow-Origin"] == (origin if named else "*")
        assert ("Access-Control-Allow-Credentials" in headers) is named
        assert headers["Vary"] == "Origin"
        preflight = okta.client.options(
            path,
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "X-Okta-User-Agent-Extended",
            },
        )
        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == (origin if named else "*")
        allowed = preflight.headers["Access-Control-Allow-Headers"]
        assert allowed == "X-Okta-User-Agent-Extended"


def test_pages_read_nothing_of_the_management_api(okta: Okta) -> None:
    okta.post("/api/v1/trustedOrigins", origin_body("https://shop.test"))
    answer = okta.client.get("/api/v1/apps", headers={"Origin": "https://shop.test"})
    assert "Access-Control-Allow-Origin" not in answer.headers
