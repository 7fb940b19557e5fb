"""Applications: secrets, defaults, redirect URIs, policies, logos, deletion."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.okta.model.redirect_uris import mistake_in
from tests.local.okta.bodies import Json, app_body, merged, policy_body
from tests.local.okta.conftest import Okta

APPS = "/api/v1/apps"


def secret_of(app: Json) -> Any:
    return app["credentials"]["oauthClient"].get("client_secret")


def client_of(app: Json) -> Json:
    found: Json = app["settings"]["oauthClient"]
    return found


def test_the_secret_is_told_by_post_and_put_only(okta: Okta) -> None:
    made = okta.post(APPS, app_body())
    path = f"{APPS}/{made['id']}"
    assert len(secret_of(made)) == 64
    assert secret_of(okta.get(path)) is None
    assert secret_of(okta.get(APPS)[0]) is None
    assert secret_of(okta.put(path, app_body())) == secret_of(made)


@pytest.mark.parametrize(
    ("credentials", "outcome"),
    [
        ({}, "kept"),
        ({"client_secret": "{known}"}, "kept"),
        ({"client_secret": "a-secret-of-my-own"}, "a-secret-of-my-own"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "new"),
        (
            {"token_endpoint_auth_method": "client_secret_post", "client_secret": "{known}"},
            "new",
        ),
        (
            {
                "token_endpoint_auth_method": "client_secret_post",
                "client_secret": "a-secret-of-my-own",
            },
            "a-secret-of-my-own",
        ),
    ],
)
def test_an_update_keeps_the_secret_unless_method_or_body_change_it(
    okta: Okta, credentials: Json, outcome: str
) -> None:
    made = okta.post(APPS, app_body())
    known = secret_of(made)
    sent = {key: value.format(known=known) for key, value in credentials.items()}
    after = secret_of(okta.put(f"{APPS}/{made['id']}", app_body(credentials=sent)))
    if outcome == "new":
        assert after not in (None, known)
    else:
        assert after == (known if outcome == "kept" else outcome)


def test_a_client_without_secret_gets_one_when_it_needs_one(okta: Okta) -> None:
    body = app_body(application_type="native", credentials={"token_endpoint_auth_method": "none"})
    made = okta.post(APPS, body)
    assert secret_of(made) is None
    confidential = merged(
        body,
        {"credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}}},
    )
    assert secret_of(okta.put(f"{APPS}/{made['id']}", confidential))
    assert secret_of(okta.put(f"{APPS}/{made['id']}", body)) is None


def test_a_client_may_bring_its_id_and_secret(okta: Okta) -> None:
    credentials = {"client_id": "my.client-1", "client_secret": "my-secret-of-14"}
    made = okta.post(APPS, app_body(credentials=credentials))
    found = made["credentials"]["oauthClient"]
    assert found["client_id"] == "my.client-1"
    assert found["client_secret"] == "my-secret-of-14"
    okta.post(f"{APPS}/{made['id']}/lifecycle/deactivate")
    okta.delete(f"{APPS}/{made['id']}")
    okta.post(APPS, app_body(credentials=credentials))


@pytest.mark.parametrize(
    ("kind", "grants", "responses", "method", "pkce"),
    [
        ("web", ["authorization_code"], ["code"], "client_secret_basic", False),
        ("native", ["authorization_code"], ["code"], "client_secret_basic", True),
        ("browser", ["authorization_code"], ["code"], "none", True),
        ("service", ["client_credentials"], ["token"], "client_secret_basic", False),
    ],
)
def test_what_an_application_leaves_out_gets_the_default_of_its_type(
    okta: Okta, kind: str, grants: list[str], responses: list[str], method: str, pkce: bool
) -> None:
    made = okta.post(
        APPS,
        {
            "name": "oidc_client",
            "label": "Bare",
            "signOnMode": "OPENID_CONNECT",
            "settings": {
                "oauthClient": {
                    "application_type": kind,
                    "redirect_uris": ["https://shop.test/cb"],
                }
            },
        },
    )
    client, settings = made["credentials"]["oauthClient"], client_of(made)
    assert (settings["grant_types"], settings["response_types"]) == (grants, responses)
    assert (client["token_endpoint_auth_method"], client["pkce_required"]) == (method, pkce)
    assert ("accessPolicy" in made["_links"]) is (kind != "service")
    assert settings["consent_method"] == "TRUSTED"
    assert settings["issuer_mode"] == "ORG_URL"
    assert "refresh_token" not in settings


def test_an_update_replaces_everything_a_client_can_set(okta: Okta) -> None:
    made = okta.post(
        APPS,
        app_body(
            post_logout_redirect_uris=["https://shop.test/"],
            grant_types=["authorization_code", "refresh_token"],
            refresh_token={"rotation_type": "ROTATE", "leeway": 30},
        ),
    )
    assert client_of(made)["refresh_token"] == {"rotation_type": "ROTATE", "leeway": 30}
    body = app_body("Renamed") | {"id": "0oaOther", "status": "INACTIVE", "created": "never"}
    after = okta.put(f"{APPS}/{made['id']}", body)
    assert after["label"] == "Renamed"
    assert client_of(after)["post_logout_redirect_uris"] == []
    assert "refresh_token" not in client_of(after)
    for kept in ("id", "status", "created"):
        assert after[kept] == made[kept]


def test_a_null_counts_as_absent(okta: Okta) -> None:
    nulls = {"credentials": None, "visibility": {"hide": None}, "settings": {"notes": None}}
    made = okta.post(APPS, merged(app_body(redirect_uris=["https://a.test/"]), nulls))
    assert made["visibility"]["hide"] == {"iOS": False, "web": False}
    assert secret_of(made)


def test_an_application_can_start_inactive(okta: Okta) -> None:
    made = okta.client.post(f"{APPS}?activate=false", json=app_body()).json()
    assert made["status"] == "INACTIVE"
    assert "activate" in made["_links"]
    okta.post(f"{APPS}/{made['id']}/lifecycle/activate")
    assert okta.get(f"{APPS}/{made['id']}")["status"] == "ACTIVE"


def test_an_application_is_under_the_policy_it_was_assigned(okta: Okta) -> None:
    made = okta.post(APPS, app_body())
    policies = okta.get("/api/v1/policies", type="ACCESS_POLICY")
    system = next(one for one in policies if one["system"])
    other = next(one for one in policies if not one["system"])
    assert made["_links"]["accessPolicy"]["href"].endswith(system["id"])
    path = f"{APPS}/{made['id']}"
    answer = okta.client.put(f"{path}/policies/{other['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert okta.get(path)["_links"]["accessPolicy"]["href"].endswith(other["id"])
    okta.put(path, app_body())
    assert okta.get(path)["_links"]["accessPolicy"]["href"].endswith(other["id"])


def test_a_logo_is_served_as_it_was_sent(okta: Okta) -> None:
    made = okta.post(APPS, app_body())
    path = f"{APPS}/{made['id']}"
    image = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    answer = okta.client.post(f"{path}/logo", files={"file": ("logo.png", image, "image/png")})
    assert answer.status_code == 201
    href = okta.get(path)["_links"]["logo"][0]["href"]
    served = okta.without_token("GET", href)
    assert (served.content, served.headers["content-type"]) == (image, "image/png")
    for file in (b"<svg/>", image + bytes(1024 * 1024)):
        assert okta.client.post(f"{path}/logo", files={"file": file}).status_code == 400
    assert okta.without_token("GET", href).content == image
    assert okta.client.post(f"{path}/logo", files={"image": image}).status_code == 400


def test_the_settings_of_the_id_token_are_kept(okta: Okta) -> None:
    path = f"/api/v1/internal/apps/{okta.post(APPS, app_body())['id']}/settings/oauth/idToken"
    assert okta.get(path) == {"issuerMode": "ORG_URL"}
    claim = {"name": "groups", "value": "Shop", "valueType": "GROUPS", "groupFilterType": "EQUALS"}
    okta.post(path, {"issuerMode": "DYNAMIC", **claim})
    assert okta.get(path) == {"issuerMode": "DYNAMIC", **claim}


def test_a_deleted_application_leaves_nothing_behind(okta: Okta) -> None:
    kept, gone = (okta.post(APPS, app_body(label))["id"] for label in ("Kept", "Gone"))
    group = okta.get("/api/v1/groups", q="Customers")[0]["id"]
    alice = okta.get("/api/v1/users/alice@example.com")["id"]
    policies = "/api/v1/authorizationServers/default/policies"
    policy = okta.post(policies, policy_body("Both", kept, gone))["id"]
    for app in (kept, gone):
        okta.put(f"{APPS}/{app}/groups/{group}")
        okta.post(f"{APPS}/{app}/users", {"id": alice})
    okta.post(f"{APPS}/{gone}/lifecycle/deactivate")
    okta.delete(f"{APPS}/{gone}")
    assert okta.get(f"{policies}/{policy}")["conditions"]["clients"]["include"] == [kept]
    assert [app["id"] for app in okta.get(f"/api/v1/groups/{group}/apps")] == [kept]
    rows = okta.emulator.store.query(
        "SELECT collection, body FROM documents WHERE collection != 'log'"
    )
    assert not [row for row in rows if gone in row[0] or gone in row[1]]


def test_applications_are_found_by_label_and_filter(okta: Okta) -> None:
    for label in ("Shop", "Shopping", "Help"):
        made = okta.post(APPS, app_body(label))
    okta.post(f"{APPS}/{made['id']}/lifecycle/deactivate")
    assert [app["label"] for app in okta.get(APPS, q="shop")] == ["Shop", "Shopping"]
    assert [app["label"] for app in okta.get(APPS, filter='status eq "INACTIVE"')] == ["Help"]


@pytest.mark.parametrize(
    ("uri", "native", "wildcards", "good"),
    [
        ("https://shop.test/cb?x=1", False, False, True),
        ("http://localhost:8080/", False, False, True),
        ("http://d.com/", False, False, True),
        ("https://[::1]:8443/cb", False, False, True),
        ("com.shop.app:/callback", True, False, True),
        ("com.shop.app:/callback", False, False, False),
        ("com.shop.app:/*", True, True, False),
        ("https://*.shop.test/cb", False, True, True),
        ("https://pr-*.shop.test/cb", False, True, True),
        ("https://*.test/cb", False, True, False),
        ("https://shop.*.test/cb", False, True, False),
        ("https://*.*.shop.test/cb", False, True, False),
        ("https://shop.test/*", False, True, False),
        ("https://*.shop.test/cb", False, False, False),
        ("https://shop.test/cb#", False, False, False),
        ("https:///cb", False, False, False),
        ("https://user@shop.test/cb", False, False, False),
        ("https://shop.test:port/cb", False, False, False),
        ("https://shop.test/a b", False, False, False),
        ("javascript:alert(1)", True, False, False),
        ("", False, False, False),
    ],
)
def test_redirect_uris_are_absolute_and_plain(
    uri: str, native: bool, wildcards: bool, good: bool
) -> None:
    assert (mistake_in(uri, native=native, wildcards=wildcards) is None) is good


@given(st.text())
def test_any_text_is_judged_as_redirect_uri_without_failing(text: str) -> None:
    verdict = mistake_in(text, native=False, wildcards=False)
    assert verdict is not None or text.startswith(("http://", "https://", "HTTP"))
