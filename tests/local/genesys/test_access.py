"""Tokens, and how many calls a token may make."""

from __future__ import annotations

from typing import Any

import pytest

from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from tests.local.genesys.conftest import Cloud, new_token

GRANT = {"grant_type": "client_credentials"}
RIGHT = (LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET)


def test_the_local_client_gets_a_token_for_a_day(cloud: Cloud) -> None:
    answer = cloud.anyone.post("/oauth/token", data=GRANT, auth=RIGHT)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"access_token", "token_type", "expires_in"}
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 86_400


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        (GRANT, ("somebody", LOCAL_CLIENT_SECRET), 401, "invalid_client"),
        (GRANT, (LOCAL_CLIENT_ID, "wrong"), 401, "invalid_client"),
        (GRANT, (LOCAL_CLIENT_ID, ""), 401, "invalid_client"),
        (GRANT, None, 400, "invalid_request"),
        ({}, RIGHT, 400, "invalid_request"),
        ({"grant_type": "password"}, RIGHT, 400, "unsupported_grant_type"),
    ],
)
def test_other_token_requests_are_refused_in_oauths_own_form(
    cloud: Cloud,
    form: dict[str, str],
    auth: tuple[str, str] | None,
    status: int,
    error: str,
) -> None:
    options: dict[str, Any] = {} if auth is None else {"auth": auth}
    answer = cloud.anyone.post("/oauth/token", data=form, **options)
    assert answer.status_code == status
    body = answer.json()
    assert body["error"] == error
    assert body["description"] == body["error_description"] != ""
    assert cloud.log()[-1]["reason"].startswith(error)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "authentication.required"),
        ("", "authentication.required"),
        ("Basic bG9jYWw6bG9jYWw=", "authentication.required"),
        ("Bearer", "authentication.required"),
        ("Bearer made-up", "bad.credentials"),
    ],
)
def test_the_api_needs_a_token_that_was_issued(cloud: Cloud, header: str | None, code: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = cloud.anyone.get("/api/v2/integrations", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == code
    assert answer.json()["contextId"] == answer.headers["inin-correlation-id"]


def test_a_token_ends_after_a_day_or_when_it_is_revoked(cloud: Cloud) -> None:
    assert cloud.ask("GET", "/api/v2/tokens/me")["OAuthClient"]["id"] == LOCAL_CLIENT_ID
    other = {"Authorization": f"Bearer {new_token(cloud)}"}
    assert cloud.anyone.delete("/api/v2/tokens/me", headers=other).status_code == 204
    assert cloud.anyone.get("/api/v2/tokens/me", headers=other).status_code == 401
    cloud.emulator.clock.advance(86_399)
    assert cloud.api.get("/api/v2/tokens/me").status_code == 200
    cloud.emulator.clock.advance(2)
    assert cloud.api.get("/api/v2/tokens/me").status_code == 401


def test_of_many_tokens_the_newest_are_kept(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.genesys.models.tokens._KEPT", 2)
    found = []
    for token in [new_token(cloud) for _ in range(3)]:
        headers = {"Authorization": f"Bearer {token}"}
        found.append(cloud.anyone.get("/api/v2/tokens/me", headers=headers).status_code)
    assert found == [401, 200, 200]


def test_a_token_may_make_so_many_calls_a_minute(cloud: Cloud) -> None:
    assert cloud.anyone.post("/_local/rate-limit", json={"allowance": 3}).json() == {"allowance": 3}
    path = "/api/v2/organizations/me"
    answers = [cloud.api.get(path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[1].headers["inin-ratelimit-count"] == "2"
    spent = answers[3]
    assert spent.json()["code"] == "too.many.requests"
    assert 1 <= int(spent.headers["retry-after"]) <= 60
    other = {"Authorization": f"Bearer {new_token(cloud)}"}
    assert cloud.anyone.get(path, headers=other).status_code == 200
    cloud.emulator.clock.advance(int(spent.headers["retry-after"]))
    assert cloud.api.get(path).status_code == 200


@pytest.mark.parametrize("body", ["{}", '{"allowance": 0}', '{"allowance": 1, "x": 2}', "3", ""])
def test_an_allowance_that_makes_no_sense_is_refused(cloud: Cloud, body: str) -> None:
    answer = cloud.anyone.post("/_local/rate-limit", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
