"""Signs visitors in with another OpenID provider than Okta: OpenID Connect is all it relies on."""

from __future__ import annotations

import httpx
import pulumi

from infra.calls import Caller, CallError, read_object
from infra.mistakes import ProgramError
from infra.setting_types import WELL_KNOWN
from infra.settings import IdentityProvider
from infra.sign_in import SignIn


class ProviderError(ProgramError):
    """The provider's discovery document cannot be used."""


def sign_in_elsewhere(
    provider: IdentityProvider, transport: httpx.BaseTransport | None = None
) -> SignIn:
    """Return how visitors sign in with the provider.

    Where the settings leave the authorization endpoint out, it is read from the discovery document,
    and the end of the session as well unless they name it. Warns when document and settings name
    different issuers. Raises ProviderError when the document cannot be used.
    """
    authorization = provider.authorization_endpoint
    end_session = provider.end_session_endpoint
    issuer = provider.discovery_uri.removesuffix(WELL_KNOWN)
    # The address tells the issuer but for a slash at its end; the document tells it exactly.
    issuers = {issuer, f"{issuer}/"}
    if not authorization:
        document = _read(provider, transport)
        issuer = document.get("issuer", "")
        issuers = {issuer}
        authorization = document["authorization_endpoint"]
        end_session = end_session or document.get("end_session_endpoint")
    if provider.issuer not in issuers:
        pulumi.log.warn(
            f"identityProvider.issuer is {provider.issuer}, but {provider.discovery_uri} belongs "
            f"to {issuer or 'another issuer'}: tokens will be refused unless that is meant."
        )
    return SignIn(
        issuer=provider.issuer,
        discovery_uri=provider.discovery_uri,
        authorization_endpoint=authorization,
        end_session_endpoint=end_session,
        website_client_id=provider.website_client_id or provider.client_id,
        messenger_client_id=provider.client_id,
        messenger_client_secret=pulumi.Output.secret(provider.client_secret.get_secret_value()),
    )


def _read(provider: IdentityProvider, transport: httpx.BaseTransport | None) -> dict[str, str]:
    instead = (
        "Correct identityProvider.discoveryUri, or give identityProvider.authorizationEndpoint "
        "and endSessionEndpoint, so that it need not be read."
    )
    try:
        with Caller(provider.discovery_uri, transport=transport) as caller:
            response = caller.send("GET", provider.discovery_uri)
            document = read_object(response)
    except CallError as error:
        raise ProviderError(f"identityProvider.discoveryUri: {error} {instead}") from None
    texts = {key: value for key, value in document.items() if isinstance(value, str)}
    if not response.is_success or "authorization_endpoint" not in texts:
        raise ProviderError(
            f"identityProvider.discoveryUri: {provider.discovery_uri} answers "
            f"{response.status_code} without an authorization_endpoint. {instead}"
        )
    return texts
