"""The vendor's own SDK signs a visitor in, goes on with the refresh token, and signs out."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.local.genesys.guest.conftest import Desk
from tests.local.genesys.guest.provider import REDIRECT_URI, VERIFIER


@pytest.fixture(scope="module")
def sdk() -> ModuleType:
    """The SDK; imported late, because that takes seconds and 200 MB."""
    import PureCloudPlatformClientV2

    module: ModuleType = PureCloudPlatformClientV2
    return module


def client_of(desk: Desk, sdk: ModuleType, jwt: str | None = None) -> Any:
    """Return the SDK's client for these calls, with a visitor's JWT if there is one."""
    client = sdk.api_client.ApiClient(host=desk.cloud.url)
    client.gateway_configuration = None  # a file in the home folder must not redirect it
    if jwt is not None:
        # The SDK declares these calls as open and would send no token of its own accord.
        client.set_default_header("Authorization", f"bearer {jwt}")
    return client


def test_m46_m63_r17_sign_in_refresh_and_sign_out_fit_the_models(
    desk: Desk, sdk: ModuleType
) -> None:
    desk.provider.answer = {"refresh_token": "provider-refresh"}
    oauth = sdk.WebDeploymentsOAuthRequestParameters()
    oauth.code, oauth.redirect_uri = desk.provider.code(), REDIRECT_URI
    oauth.nonce, oauth.max_age, oauth.code_verifier = "nonce", 300, VERIFIER
    request = sdk.WebDeploymentsOAuthExchangeRequest()
    request.deployment_id, request.oauth = desk.deployment, oauth
    guest = client_of(desk, sdk)
    api = sdk.WebDeploymentsApi(guest)
    tokens = api.post_webdeployments_token_oauthcodegrantjwtexchange(request)
    again = sdk.WebDeploymentsRefreshJWTRequest()
    again.refresh_token, again.deployment_id = tokens.refresh_token, desk.deployment
    jwt = api.post_webdeployments_token_refresh(body=again).jwt
    visitor = client_of(desk, sdk, jwt)
    sdk.WebDeploymentsApi(visitor).delete_webdeployments_token_revoke()
    with pytest.raises(sdk.rest.ApiException) as refused:
        api.post_webdeployments_token_refresh(body=again)
    assert refused.value.status == 401
    for client in (guest, visitor):
        client.get_http_client().rest_client.pool_manager.clear()
