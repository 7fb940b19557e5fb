"""A second relying party that is not ours: openid-client, from npm, on Node.js (okta.md 4).

It demands on its own what OpenID Connect demands of answers: signature, issuer, audience, times,
state, nonce, `auth_time` for `max_age`, the subject of userinfo.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.local.okta.conftest import Okta
from tests.local.okta.oidc.conftest import ALICE, CALLBACK, PASSWORD, SIGNED_OUT, register

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[4]
SCRIPT = Path(__file__).with_name("openid_client.mjs")
METHODS = ("client_secret_basic", "client_secret_post", "none")


@pytest.fixture(scope="module")
def visits(running_okta: Okta) -> Json:
    """What a client of each method has seen; all of them in one process of Node.js."""
    node = shutil.which("node")
    assert node, "node is not on PATH, and this test needs it. Install Node.js 20 or newer."
    running_okta.post("/_local/reset")
    apps = [register(running_okta, method)["credentials"]["oauthClient"] for method in METHODS]
    plan = {
        "issuer": f"{running_okta.url}/oauth2/default",
        "login": ALICE,
        "password": PASSWORD,
        "signedOut": SIGNED_OUT,
        "redirect": CALLBACK,
        "clients": apps,
    }
    done = subprocess.run(
        [node, "--import", "./tests/npm.mjs", str(SCRIPT)],
        cwd=ROOT,
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Json = json.loads(done.stdout)
    return found


@pytest.fixture(params=METHODS)
def visit(request: pytest.FixtureRequest, visits: Json) -> Json:
    """What one client has seen."""
    found: Json = visits[request.param]
    assert "error" not in found, found["error"]
    return found


def test_both_discovery_documents_tell_the_same(visit: Json) -> None:
    """M33: openid-configuration and oauth-authorization-server, where RFC 8414 looks for it."""
    openid, oauth = visit["metadata"]["openid"], visit["metadata"]["oauth"]
    assert {name: openid[name] for name in oauth} == oauth
    assert set(openid) - set(oauth) == {
        "userinfo_endpoint",
        "id_token_signing_alg_values_supported",
    }


def test_it_signs_in_and_reads_who_it_is(visit: Json) -> None:
    """M34-M37, M39, M40, M62: code with PKCE S256, state, nonce and max_age; userinfo."""
    claims, checks = visit["claims"]["first"], visit["checks"]
    assert claims["aud"] == visit["client"]
    assert claims["nonce"] == checks["expectedNonce"]
    assert claims["iat"] - claims["auth_time"] <= checks["maxAge"]
    assert visit["userinfo"]["sub"] == claims["sub"]
    assert visit["userinfo"]["email"] == claims["email"] == ALICE


def test_it_is_told_of_errors_by_name(visit: Json) -> None:
    """M36, M39, M41, M44: what the library refuses itself, and what the server tells it."""
    assert visit["wrong"] == {
        "state": "OAUTH_INVALID_RESPONSE",
        "nonce": "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
        "scope": "invalid_scope",
        "reuse": "invalid_grant",
        "session": "login_required",
    }


def test_it_refreshes_with_rotation(visit: Json) -> None:
    """M63: each refresh token is used once; the renewed ID token tells of the same sign-in."""
    assert len(set(visit["tokens"])) == 3
    first, second = visit["claims"]["first"], visit["claims"]["second"]
    same = ("sub", "iss", "aud", "auth_time")
    assert {name: second[name] for name in same} == {name: first[name] for name in same}


def test_it_introspects_and_revokes(visit: Json) -> None:
    """A revoked access token is dead, and a reused refresh token ends the whole family."""
    found = visit["introspected"]
    assert (found["alive"]["active"], found["alive"]["username"]) == (True, ALICE)
    assert found["alive"]["client_id"] == visit["client"]
    assert found["revoked"] == found["ended"] == {"active": False}


def test_it_signs_out(visit: Json) -> None:
    """M49: the browser comes back, and its session is over (`login_required` above)."""
    assert visit["left"] == f"{SIGNED_OUT}?state=bye"
