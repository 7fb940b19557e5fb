"""Another OpenID provider in Okta's place (M17, M59, M68)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from infra.openid_provider import ProviderError, sign_in_elsewhere
from infra.settings import IdentityProvider
from infra.sign_in import SignIn
from tests.infra.program import run_inside

ISSUER = "https://accounts.example.net"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "end_session_endpoint": f"{ISSUER}/logout",
    "token_endpoint": f"{ISSUER}/token",
}
GIVEN = {
    "issuer": ISSUER,
    "discoveryUri": DISCOVERY,
    "clientId": "messenger",
    "clientSecret": "idp-secret-in-clear",
}


def sign_in(answer: Any = DOCUMENT, status: int = 200, **own: str) -> tuple[SignIn, list[str]]:
    """Return how visitors sign in, and what was said while finding out."""

    def respond(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == DISCOVERY
        assert answer is not None, "the document was read although nothing was missing"
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(status, json=answer)

    found: list[SignIn] = []
    provider = IdentityProvider.model_validate(GIVEN | own)
    run = run_inside(
        lambda: found.append(sign_in_elsewhere(provider, httpx.MockTransport(respond)))
    )
    if run.error:
        raise run.error
    return found[0], run.log


def test_endpoints_come_from_the_discovery_document() -> None:
    found, said = sign_in()
    assert found.authorization_endpoint == f"{ISSUER}/auth"
    assert found.end_session_endpoint == f"{ISSUER}/logout"
    assert (found.issuer, found.discovery_uri) == (ISSUER, DISCOVERY)
    assert found.messenger_client_id == found.website_client_id == "messenger"
    assert said == []


def test_endpoints_that_are_given_win_and_nothing_is_read() -> None:
    found, said = sign_in(
        answer=None,
        authorizationEndpoint=f"{ISSUER}/own",
        endSessionEndpoint=f"{ISSUER}/bye",
        websiteClientId="site",
    )
    assert found.authorization_endpoint == f"{ISSUER}/own"
    assert found.end_session_endpoint == f"{ISSUER}/bye"
    assert found.website_client_id == "site"
    assert said == []


def test_a_provider_need_not_know_sign_out() -> None:
    document = {key: value for key, value in DOCUMENT.items() if key != "end_session_endpoint"}
    found, said = sign_in(document)
    assert found.end_session_endpoint is None
    assert said == []


@pytest.mark.parametrize(
    ("answer", "own"),
    [
        (DOCUMENT | {"issuer": "https://other.example.net"}, {}),
        (DOCUMENT, {"issuer": "https://other.example.net"}),
        (DOCUMENT, {"issuer": f"{ISSUER}/"}),
        (None, {"issuer": "https://other.example.net", "authorizationEndpoint": f"{ISSUER}/a"}),
    ],
)
def test_different_issuers_are_warned_of(answer: Any, own: dict[str, Any]) -> None:
    """A slash at the end makes another issuer: tokens are compared letter by letter."""
    _, (said,) = sign_in(answer, **own)
    expected, found = own.get("issuer", ISSUER), (answer or {"issuer": ISSUER})["issuer"]
    assert said.startswith(f"WARNING identityProvider.issuer is {expected}, but {DISCOVERY} ")
    assert f"belongs to {found}:" in said


def test_an_issuer_that_nobody_looked_up_may_end_in_a_slash() -> None:
    """As some providers' do, and no discovery address tells it."""
    _, said = sign_in(None, issuer=f"{ISSUER}/", authorizationEndpoint=f"{ISSUER}/a")
    assert said == []


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ({"issuer": ISSUER}, 200, "answers 200 without an authorization_endpoint"),
        ({}, 404, "answers 404 without an authorization_endpoint"),
        (["no object"], 200, "something else than a JSON object"),
        (httpx.ConnectError("refused"), 0, "cannot be reached: refused"),
    ],
)
def test_a_document_that_cannot_be_used_is_named(answer: Any, status: int, said: str) -> None:
    with pytest.raises(ProviderError) as refused:
        sign_in(answer, status)
    assert said in str(refused.value)
    assert str(refused.value).startswith("identityProvider.discoveryUri: ")
    assert "identityProvider.authorizationEndpoint" in str(refused.value)
    assert "in-clear" not in str(refused.value)
