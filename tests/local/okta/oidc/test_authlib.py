"""A relying party that is not ours: Authlib does what its users do (okta.md 4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    MismatchingStateException,
)
from authlib.oauth2.rfc7523 import (  # type: ignore[import-untyped]
    ClientSecretJWT,
    PrivateKeyJWT,
)
from authlib.oauth2.rfc8414 import (  # type: ignore[import-untyped]
    AuthorizationServerMetadata,
)
from authlib.oauth2.rfc8414 import get_well_known_url as oauth_address
from authlib.oidc.core import CodeIDToken, UserInfo  # type: ignore[import-untyped]
from authlib.oidc.discovery import (  # type: ignore[import-untyped]
    OpenIDProviderMetadata,
)
from authlib.oidc.discovery import get_well_known_url as openid_address
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.local.okta.oidc.conftest import ALICE, CALLBACK, SIGNED_OUT, Shop, answer_of, register

Json = dict[str, Any]
MAX_AGE = 300


@pytest.fixture
def provider(shop: Shop) -> Json:
    """What discovery says of the provider, checked by Authlib."""
    issuer = f"{shop.okta.url}/oauth2/default"
    document: Json = shop.okta.without_token("GET", openid_address(issuer, external=True)).json()
    oauth: Json = shop.okta.without_token("GET", oauth_address(issuer, external=True)).json()
    assert {name: document[name] for name in oauth} == oauth
    # Authlib wants https addresses; these are on loopback.
    for metadata in (OpenIDProviderMetadata(document), AuthorizationServerMetadata(oauth)):
        metadata.validate_response_types_supported()
        metadata.validate_response_modes_supported()
        metadata.validate_grant_types_supported()
        metadata.validate_scopes_supported()
        metadata.validate_token_endpoint_auth_methods_supported()
        metadata.validate_code_challenge_methods_supported()
    openid = OpenIDProviderMetadata(document)
    openid.validate_subject_types_supported()
    openid.validate_id_token_signing_alg_values_supported()
    return document


@pytest.fixture(params=["client_secret_basic", "client_secret_post", "none"])
def client(shop: Shop, request: pytest.FixtureRequest) -> Iterator[OAuth2Session]:
    """Authlib's client, registered as an application of the shop's."""
    method = request.param
    shop.app = register(shop.okta, method)
    with OAuth2Session(
        shop.client_id,
        shop.app["credentials"]["oauthClient"].get("client_secret"),
        scope="openid profile email offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    ) as found:
        yield found


def believed(shop: Shop, provider: Json, tokens: Json, nonce: str) -> Json:
    """Return the claims of an ID token in which Authlib finds nothing wrong."""
    keys = KeySet.import_key_set(shop.okta.without_token("GET", provider["jwks_uri"]).json())
    decoded = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    options = {
        "iss": {"essential": True, "value": provider["issuer"]},
        "aud": {"essential": True, "value": shop.client_id},
    }
    wanted = {"nonce": nonce, "max_age": MAX_AGE, "client_id": shop.client_id}
    wanted["access_token"] = tokens["access_token"]
    claims = CodeIDToken(decoded.claims, decoded.header, options, wanted)
    claims.validate(now=int(time.time()), leeway=5)
    return dict(claims)


def test_authlib_signs_in_and_out(shop: Shop, provider: Json, client: OAuth2Session) -> None:
    """M33-M37, M39-M41, M43-M45, M49, M62, M63: discovery to logout."""
    browser, verifier, nonce = shop.browser(), generate_token(48), generate_token(20)
    address, state = client.create_authorization_url(
        provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce, max_age=MAX_AGE
    )
    answer = browser.sign_in(browser.send("GET", address))
    assert answer_of(answer)["state"] == state

    def redeem(state: str) -> Json:
        found: Json = client.fetch_token(
            provider["token_endpoint"],
            authorization_response=answer.headers["location"],
            code_verifier=verifier,
            state=state,
        )
        return found

    with pytest.raises(MismatchingStateException):
        redeem("another")
    tokens = redeem(state)
    claims = believed(shop, provider, tokens, nonce)
    person = UserInfo(client.get(provider["userinfo_endpoint"]).json())
    assert (person.sub, person.email) == (claims["sub"], ALICE)

    def look(token: str) -> Json:
        found: Json = client.introspect_token(
            provider["introspection_endpoint"], token=token
        ).json()
        return found

    renewed = client.refresh_token(provider["token_endpoint"])
    assert len({renewed["refresh_token"], tokens["refresh_token"]}) == 2
    assert believed(shop, provider, renewed, nonce)["auth_time"] == claims["auth_time"]
    assert look(renewed["access_token"])["username"] == ALICE
    revoked = client.revoke_token(provider["revocation_endpoint"], token=renewed["access_token"])
    assert revoked.status_code == 200
    assert look(renewed["access_token"]) == {"active": False}
    assert client.get(provider["userinfo_endpoint"]).status_code == 401
    third = client.refresh_token(provider["token_endpoint"], renewed["refresh_token"])
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(provider["token_endpoint"], tokens["refresh_token"])
    assert look(third["access_token"]) == {"active": False}

    goodbye = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": SIGNED_OUT}
    left = browser.send("GET", provider["end_session_endpoint"], params=goodbye)
    assert left.headers["location"] == SIGNED_OUT
    address, _ = client.create_authorization_url(
        provider["authorization_endpoint"], code_verifier=verifier, prompt="none"
    )
    assert answer_of(browser.send("GET", address))["error"] == "login_required"


@pytest.mark.parametrize("proof", [ClientSecretJWT, PrivateKeyJWT])
def test_proofs_by_jwt_are_refused(shop: Shop, proof: Any) -> None:
    """M34: they may be registered, as at Okta, but the local organization does not take them."""
    key = RSAKey.generate_key(2048, {"kid": "shop"})
    settings = {} if proof is ClientSecretJWT else {"jwks": {"keys": [key.as_dict(private=False)]}}
    shop.set({"token_endpoint_auth_method": proof.name}, **settings)
    address = f"{shop.okta.url}{shop.endpoints}/token"
    secret = shop.secret if proof is ClientSecretJWT else key.as_pem(private=True).decode()
    with OAuth2Session(shop.client_id, secret, token_endpoint_auth_method=proof.name) as client:
        client.register_client_auth_method(proof(address))
        with pytest.raises(OAuthError, match="invalid_client"):
            client.fetch_token(address, code=shop.code(), redirect_uri=CALLBACK)
    assert shop.reason() == (
        "invalid_client: client_secret_jwt and private_key_jwt are not emulated"
    )
