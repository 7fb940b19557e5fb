"""What goes over the wire beside bodies: rate limits, request targets, secrets, restarts."""

from __future__ import annotations

import json
import socket
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.emulator.server import Server
from local.emulator.store import Store
from local.okta.api.calls import API_TOKEN
from local.okta.emulator import OktaEmulator
from tests import loopback
from tests.local.okta.bodies import app_body, origin_body, user_body
from tests.local.okta.conftest import Okta

AUTHORIZATION = {"Authorization": f"SSWS {API_TOKEN}"}


def test_every_answer_tells_the_budget_of_its_family(okta: Okta) -> None:
    first = okta.client.get("/api/v1/apps").headers
    second = okta.client.get("/api/v1/apps/unknown").headers
    other = okta.client.get("/api/v1/groups").headers
    assert first["X-Rate-Limit-Limit"] == "10000"
    assert first["Cache-Control"] == "no-cache, no-store"
    remaining = [int(answer["X-Rate-Limit-Remaining"]) for answer in (first, second, other)]
    assert remaining == [9999, 9998, 9999]
    assert parsedate_to_datetime(first["Date"])
    assert first["X-Okta-Request-Id"] != second["X-Okta-Request-Id"]


def test_calls_beyond_the_budget_are_refused_until_it_is_there_again(okta: Okta) -> None:
    okta.post("/_local/rate-limit", {"perMinute": 2})
    started = time.time()
    statuses = [okta.client.get("/api/v1/apps").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = okta.client.get("/api/v1/apps")
    assert refused.json()["errorCode"] == "E0000047"
    assert refused.headers["X-Rate-Limit-Remaining"] == "0"
    # A minute after the first call, in the time of the Date header (okta.md 3), in whole seconds.
    assert started + 59 < int(refused.headers["X-Rate-Limit-Reset"]) < time.time() + 62
    assert okta.client.get("/api/v1/groups").status_code == 200
    okta.emulator.clock.advance(59)
    assert okta.client.get("/api/v1/apps").status_code == 429
    okta.emulator.clock.advance(2)
    assert okta.client.get("/api/v1/apps").status_code == 200


def test_the_budget_slides_and_survives_a_clock_that_goes_back(okta: Okta) -> None:
    okta.post("/_local/rate-limit", {"perMinute": 2})
    okta.get("/api/v1/apps")
    okta.emulator.clock.advance(40)
    okta.get("/api/v1/apps")
    okta.emulator.clock.advance(30)
    okta.get("/api/v1/apps")
    assert okta.client.get("/api/v1/apps").status_code == 429
    okta.emulator.clock.advance(-3600)
    assert okta.client.get("/api/v1/apps").status_code == 200


def test_the_budget_is_set_and_reset_by_the_control_routes(okta: Okta) -> None:
    assert okta.post("/_local/rate-limit", {"perMinute": 5}) == {"perMinute": 5}
    assert okta.get("/_local/rate-limit") == {"perMinute": 5}
    okta.delete("/_local/rate-limit")
    assert okta.get("/_local/rate-limit") == {"perMinute": 10_000}
    okta.post("/_local/rate-limit", {"perMinute": 5})
    okta.post("/_local/reset")
    assert okta.get("/_local/rate-limit") == {"perMinute": 10_000}
    for body in ({"perMinute": 0}, {"limit": 5}, {}):
        assert okta.client.post("/_local/rate-limit", json=body).status_code == 400


def test_an_ordered_429_can_be_waited_for(okta: Okta) -> None:
    okta.post("/_local/faults", {"path": "/api/v1/apps", "status": 429})
    started = time.time()
    refused = okta.client.get("/api/v1/apps")
    assert refused.json()["errorCode"] == "E0000047"
    assert started + 1 <= int(refused.headers["X-Rate-Limit-Reset"]) < time.time() + 2
    assert okta.client.get("/api/v1/apps").status_code == 200


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("{url}/api/v1/users/me", "127.0.0.1:{port}"),
        ("http://127.0.0.1/api/v1/users/me", "127.0.0.1"),
        ("/api/v1/users/me", "127.0.0.1"),
    ],
    ids=["absolute", "absolute without port", "origin form without port"],
)
def test_requests_of_the_vendors_provider_arrive(okta: Okta, target: str, host: str) -> None:
    """The provider sends these through `http_proxy` (okta.md 2)."""
    port = urlsplit(okta.url).port
    lines = [
        f"GET {target.format(url=okta.url)} HTTP/1.1",
        f"Host: {host.format(port=port)}",
        "Proxy-Authorization: Basic Og==",
        f"Authorization: SSWS {API_TOKEN}",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    user = json.loads(body)
    assert user["_links"]["self"]["href"] == f"{okta.url}/api/v1/users/{user['id']}"


def test_a_head_request_is_answered_like_a_get_without_its_body(okta: Okta) -> None:
    got, head = (
        okta.client.get("/api/v1/groups?limit=1"),
        okta.client.head("/api/v1/groups?limit=1"),
    )
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == got.headers[name]
    assert len(head.headers.get_list("link")) == 2


def test_links_ignore_the_host_header(okta: Okta) -> None:
    answer = okta.client.get("/api/v1/groups?limit=1", headers={"Host": "localhost"})
    assert all(okta.url in link for link in answer.headers.get_list("link"))
    assert answer.json()[0]["_links"]["self"]["href"].startswith(okta.url)


def test_no_secret_is_in_the_journal(okta: Okta) -> None:
    own = {"client_secret": "a-secret-of-my-own"}
    made = okta.post("/api/v1/apps", app_body(credentials=own))
    okta.put(f"/api/v1/apps/{made['id']}", app_body(credentials=own))
    person = user_body() | {"credentials": {"password": {"value": "a-password-of-mine"}}}
    okta.post("/api/v1/users", person)
    okta.get("/oauth2/default/v1/keys")
    journal = json.dumps(okta.journal())
    assert "application_type" in journal
    for secret in ("a-secret-of-my-own", "a-password-of-mine", API_TOKEN):
        assert secret not in journal


def test_a_restarted_emulator_remembers_everything(tmp_path: Path) -> None:
    path = tmp_path / "okta.sqlite"

    def run(*calls: tuple[str, str, object]) -> list[httpx.Response]:
        store = Store(path)
        with Server() as server:
            server.start(OktaEmulator(base_url=server.url, store=store).app)
            with loopback.client(base_url=server.url, headers=AUTHORIZATION) as client:
                answers = [client.request(m, where, json=body) for m, where, body in calls]
        store.close()
        return answers

    keys = ("GET", "/api/v1/authorizationServers/default/credentials/keys", None)
    before = run(
        ("POST", "/api/v1/apps", app_body()),
        ("POST", "/api/v1/trustedOrigins", origin_body()),
        keys,
        ("GET", "/api/v1/users", None),
    )
    after = run(
        ("GET", "/api/v1/apps", None),
        ("POST", "/api/v1/trustedOrigins", origin_body()),
        keys,
        ("GET", "/api/v1/users", None),
        ("GET", "/api/v1/logs", None),
    )
    assert [app["id"] for app in after[0].json()] == [before[0].json()["id"]]
    assert after[1].json()["errorCode"] == "E0000001"
    for first, second in ((before[2], after[2]), (before[3], after[3])):
        assert [_bare(one) for one in first.json()] == [_bare(one) for one in second.json()]
    published = [event["published"] for event in after[4].json()]
    assert published == sorted(published)


def test_a_reset_makes_a_new_organization(okta: Okta) -> None:
    before = okta.get("/.well-known/okta-organization")["id"]
    okta.post("/api/v1/trustedOrigins", origin_body())
    okta.post("/api/v1/apps", app_body())
    okta.post("/_local/reset")
    assert okta.get("/api/v1/trustedOrigins") == []
    assert okta.get("/api/v1/apps") == []
    assert okta.get("/.well-known/okta-organization")["id"] != before
    assert okta.get("/.well-known/okta-organization")["pipeline"] == "idx"


def test_ids_have_twenty_characters_and_say_what_they_name(okta: Okta) -> None:
    server = okta.post("/api/v1/authorizationServers", {"name": "a", "audiences": ["a"]})
    default = "/api/v1/authorizationServers/default"
    policy = okta.get(f"{default}/policies")[0]
    found = {
        "0oa": okta.post("/api/v1/apps", app_body())["id"],
        "tos": okta.post("/api/v1/trustedOrigins", origin_body())["id"],
        "aus": server["id"],
        "00g": okta.get("/api/v1/groups")[0]["id"],
        "00u": okta.get("/api/v1/users/me")["id"],
        "00o": okta.get("/api/v1/org")["id"],
        "rst": okta.get("/api/v1/policies", type="ACCESS_POLICY")[0]["id"],
        "scp": okta.get(f"{default}/scopes")[0]["id"],
        "ocl": okta.get(f"{default}/claims")[0]["id"],
        "00p": policy["id"],
        "0pr": okta.get(f"{default}/policies/{policy['id']}/rules")[0]["id"],
    }
    for prefix, id in found.items():
        assert id.startswith(prefix)
        assert len(id) == 20


def _bare(document: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != "_links"}
