"""A relying party that is not ours: Authlib does what its users do (okta.md 4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import (  # type: ignore[import-untyped]
    OpenIDProviderMetadata,
    get_well_known_url,
)
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.local.okta.oidc.conftest import ALICE, CALLBACK, SIGNED_OUT, Shop, answer_of

Json = dict[str, Any]


@pytest.fixture
def provider(shop: Shop) -> Json:
    """What discovery says of the provider, checked by Authlib."""
    address = get_well_known_url(f"{shop.okta.url}/oauth2/default", external=True)
    document: Json = httpx.get(address).json()
    metadata = OpenIDProviderMetadata(document)
    # Authlib wants https addresses; these are on loopback.
    metadata.validate_response_types_supported()
    metadata.validate_subject_types_supported()
    metadata.validate_id_token_signing_alg_values_supported()
    metadata.validate_grant_types_supported()
    return document


@pytest.fixture
def client(shop: Shop) -> Iterator[OAuth2Session]:
    """Authlib's client, registered as the shop's application."""
    with OAuth2Session(
        shop.client_id,
        shop.secret,
        scope="openid profile email offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
        revocation_endpoint_auth_method="client_secret_basic",
    ) as found:
        yield found


def test_authlib_signs_in_and_out(shop: Shop, provider: Json, client: OAuth2Session) -> None:
    """M33-M37, M39-M41, M43-M45, M62, M63: discovery to logout."""
    browser, verifier, nonce = shop.browser(), generate_token(48), generate_token(20)
    address, state = client.create_authorization_url(
        provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce, max_age=300
    )
    answer = browser.sign_in(browser.send("GET", address))
    assert answer_of(answer)["state"] == state
    tokens = client.fetch_token(
        provider["token_endpoint"],
        authorization_response=answer.headers["location"],
        code_verifier=verifier,
        state=state,
    )

    keys = KeySet.import_key_set(httpx.get(provider["jwks_uri"]).json())
    decoded = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    options = {
        "iss": {"essential": True, "value": provider["issuer"]},
        "aud": {"essential": True, "value": shop.client_id},
    }
    wanted = {"nonce": nonce, "max_age": 300, "client_id": shop.client_id}
    wanted["access_token"] = tokens["access_token"]
    claims = CodeIDToken(decoded.claims, decoded.header, options, wanted)
    claims.validate(now=int(time.time()), leeway=5)

    person = client.get(provider["userinfo_endpoint"]).json()
    assert (person["sub"], person["email"]) == (claims["sub"], ALICE)

    renewed = client.refresh_token(provider["token_endpoint"])
    assert renewed["access_token"] != tokens["access_token"]
    found = client.introspect_token(
        provider["introspection_endpoint"], token=renewed["access_token"]
    ).json()
    assert (found["active"], found["username"]) == (True, ALICE)
    revoked = client.revoke_token(
        provider["revocation_endpoint"],
        token=renewed["refresh_token"],
        token_type_hint="refresh_token",
    )
    assert revoked.status_code == 200
    assert client.get(provider["userinfo_endpoint"]).status_code == 401

    goodbye = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": SIGNED_OUT}
    left = browser.send("GET", provider["end_session_endpoint"], params=goodbye)
    assert left.headers["location"] == SIGNED_OUT
