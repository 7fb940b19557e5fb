"""Puts together what the stack tells the outside, as `infra/outputs.py` describes it."""

from __future__ import annotations

from typing import Any

from infra.messenger import AuthenticatedMessenger, SiteMessenger
from infra.outputs import to_exports
from infra.settings import Settings
from infra.sign_in import SignIn


def describe(
    settings: Settings, sign_in: SignIn, messenger: AuthenticatedMessenger
) -> dict[str, Any]:
    """Return the stack's outputs by exported name. No secret is among them."""
    region = settings.genesys.region
    return to_exports(
        {
            "environment": settings.environment,
            "issuer": sign_in.issuer,
            "discovery_uri": sign_in.discovery_uri,
            "authorization_endpoint": sign_in.authorization_endpoint,
            "end_session_endpoint": sign_in.end_session_endpoint,
            "scopes": list(settings.scopes),
            "pkce": settings.pkce,
            "max_age": settings.max_age,
            "clients": settings.clients,
            "website_client_id": sign_in.website_client_id,
            "messenger_client_id": sign_in.messenger_client_id,
            "region": region.name,
            "messenger_domain": region.domain,
            "messenger_environment": region.environment,
            "integration_id": messenger.integration.id,
            "sites": [_site(offered, region.domain) for offered in messenger.sites],
        }
    )


def _site(offered: SiteMessenger, domain: str) -> dict[str, Any]:
    site = offered.site
    return {
        "name": site.name,
        "url": site.url,
        "redirect_uri": site.redirect_uri,
        "post_logout_redirect_uri": site.post_logout_redirect_uri,
        "deployment_id": offered.deployment.id,
        "configuration_id": offered.configuration.id,
        "configuration_version": offered.configuration.version,
        "snippet": offered.deployment.snippet,
        "languages": list(site.languages),
        "default_language": site.default_language,
        "display_name": site.display_name,
        "primary_color": site.primary_color,
        "launcher": site.launcher,
        "session_upgrade": site.session_upgrade,
        "transport": {"deployment_id": offered.deployment.id, "domain": domain},
    }
