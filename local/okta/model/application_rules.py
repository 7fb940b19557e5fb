"""What an OAuth application may look like (Okta, "Applications API"; okta.md 1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from local.okta.errors import Mistakes
from local.okta.model.application_body import (
    CODE,
    CREDENTIALS,
    IMPLICIT,
    INTERACTION,
    PASSWORD,
    REFRESH,
    ApplicationBody,
    OAuthCredentials,
    OAuthSettings,
)
from local.okta.model.redirect_uris import mistake_in

SECRET_METHODS: Final = ("client_secret_basic", "client_secret_post", "client_secret_jwt")
_METHODS: Final = (*SECRET_METHODS, "private_key_jwt")
_RESPONSES: Final = ("code", "token", "id_token")
_ANYWHERE: Final = (
    IMPLICIT,
    INTERACTION,
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:okta:params:oauth:grant-type:oob",
    "urn:okta:params:oauth:grant-type:otp",
    "http://auth0.com/oauth/grant-type/mfa-oob",
    "http://auth0.com/oauth/grant-type/mfa-otp",
)
_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CIBA: Final = "urn:openid:params:grant-type:ciba"
_GRANTS: Final = {
    "web": (CODE, REFRESH, CREDENTIALS, _CIBA, *_ANYWHERE),
    "native": (CODE, REFRESH, PASSWORD, _JWT_BEARER, *_ANYWHERE),
    "browser": (CODE, REFRESH, *_ANYWHERE),
    "service": (CREDENTIALS, *_ANYWHERE[2:]),
}
_LONGEST_LABEL: Final = 100
_LONGEST_NOTE: Final = 250
_LONGEST_URI: Final = 1024
_LEEWAYS: Final = range(61)
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9$\-_.+!*'(),]{6,100}")
_SECRET: Final = re.compile(r"[\x21-\x7e]{14,100}")
_URIS: Final = (
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "initiate_login_uri",
    "jwks_uri",
    "frontchannel_logout_uri",
)


def check_application(body: ApplicationBody, mistakes: Mistakes) -> None:
    """Note every mistake in a body that `fill_in` has completed."""
    mistakes.text(body.label, "label", _LONGEST_LABEL)
    mistakes.check(body.name == "oidc_client", "name", "Only oidc_client is an OAuth client app")
    mistakes.at_most(body.settings.notes.admin, "notes.admin", _LONGEST_NOTE)
    mistakes.at_most(body.settings.notes.enduser, "notes.enduser", _LONGEST_NOTE)
    settings, client = body.settings.oauthClient, body.credentials.oauthClient
    kind = settings.application_type or ""
    if kind not in _GRANTS:
        mistakes.add("application_type", _invalid("application_type", _GRANTS))
        return
    _check_grants(kind, settings, mistakes)
    _check_responses(settings, mistakes)
    _check_redirects(kind, settings, mistakes)
    _check_authentication(kind, client, settings, mistakes)
    _check_custom_credentials(client, mistakes)
    _check_other_settings(settings, mistakes)


def _check_grants(kind: str, settings: OAuthSettings, mistakes: Mistakes) -> None:
    grants = set(settings.grant_types or [])
    if not grants <= set(_GRANTS[kind]):
        mistakes.add("grant_types", _invalid("grant_types", _GRANTS[kind]))
    if kind == "service":
        text = f"'grant_types' must contain '{CREDENTIALS}' when 'application_type' is 'service'."
        mistakes.check(CREDENTIALS in grants, "grant_types", text)
    if grants == {REFRESH}:
        mistakes.add("grant_types", f"'{REFRESH}' must come with another grant type.")
    if settings.dpop_bound_access_tokens and grants & {CREDENTIALS, IMPLICIT}:
        text = f"'dpop_bound_access_tokens' does not go with '{CREDENTIALS}' or '{IMPLICIT}'."
        mistakes.add("dpop_bound_access_tokens", text)


def _check_responses(settings: OAuthSettings, mistakes: Mistakes) -> None:
    grants, responses = set(settings.grant_types or []), set(settings.response_types or [])
    if not responses <= set(_RESPONSES):
        mistakes.add("response_types", _invalid("response_types", _RESPONSES))
        return
    needed = {
        "code": {CODE, REFRESH, PASSWORD, INTERACTION},
        "token": {IMPLICIT, CREDENTIALS},
        "id_token": {IMPLICIT},
    }
    for response in sorted(responses):
        if not needed[response] & grants:
            listed = ", ".join(sorted(needed[response]))
            text = f"'{response}' needs one of the grant types [{listed}]."
            mistakes.add("response_types", text)
    if CODE in grants and "code" not in responses:
        mistakes.add("response_types", f"'response_types' must contain 'code' for '{CODE}'.")
    if IMPLICIT in grants and not responses & {"token", "id_token"}:
        text = f"'response_types' must contain 'token' or 'id_token' for '{IMPLICIT}'."
        mistakes.add("response_types", text)


def _check_redirects(kind: str, settings: OAuthSettings, mistakes: Mistakes) -> None:
    grants = set(settings.grant_types or [])
    # Okta Python SDK, OpenIdConnectApplicationSettingsClient: which grants do without.
    if grants & {CODE, IMPLICIT, INTERACTION} and not grants & {PASSWORD, CREDENTIALS}:
        text = "At least one 'redirect_uris' is required for the grant types of the client."
        mistakes.check(bool(settings.redirect_uris), "redirect_uris", text)
    wildcards = settings.wildcard_redirect == "SUBDOMAIN"
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in getattr(settings, field) or []:
            if mistake := mistake_in(uri, native=kind == "native", wildcards=wildcards):
                mistakes.add(field, mistake)


def _check_authentication(
    kind: str, client: OAuthCredentials, settings: OAuthSettings, mistakes: Mistakes
) -> None:
    field, method = "token_endpoint_auth_method", client.token_endpoint_auth_method
    # Web and service: okta/okta-sdk-python #299.
    # Assumption: a browser application has no other, as it cannot keep a secret.
    allowed = {"browser": ("none",), "native": (*_METHODS, "none")}.get(kind, _METHODS)
    if method not in allowed:
        mistakes.add(field, _invalid(field, allowed))
    if method == "none" and not client.pkce_required:
        text = "'pkce_required' must be true when 'token_endpoint_auth_method' is 'none'."
        mistakes.add("pkce_required", text)
    if method == "private_key_jwt" and not (settings.jwks or settings.jwks_uri):
        mistakes.add("jwks", "'jwks' or 'jwks_uri' is required for 'private_key_jwt'.")


def _check_custom_credentials(client: OAuthCredentials, mistakes: Mistakes) -> None:
    if client.client_id is not None:
        good = _CLIENT_ID.fullmatch(client.client_id) and client.client_id != "ALL_CLIENTS"
        text = "'client_id' must be 6 to 100 of the characters a-z, A-Z, 0-9 and $-_.+!*'(),"
        mistakes.check(bool(good), "client_id", text)
    if client.client_secret is not None:
        text = "'client_secret' must be 14 to 100 printable ASCII characters."
        mistakes.check(bool(_SECRET.fullmatch(client.client_secret)), "client_secret", text)


def _check_other_settings(settings: OAuthSettings, mistakes: Mistakes) -> None:
    for field in _URIS:
        value = getattr(settings, field)
        if value:
            good = value.startswith(("http://", "https://")) and len(value) <= _LONGEST_URI
            mistakes.check(good, field, f"'{field}' must be an http or https URL.")
    login = settings.idp_initiated_login
    if login and login.mode != "DISABLED":
        text = f"'initiate_login_uri' is required when the login mode is '{login.mode}'."
        mistakes.check(bool(settings.initiate_login_uri), "initiate_login_uri", text)
        scoped = login.mode != "OKTA" or bool(login.default_scope)
        mistakes.check(scoped, "default_scope", "'default_scope' is required for mode 'OKTA'.")
    refresh = settings.refresh_token
    if refresh and refresh.leeway is not None:
        text = "'leeway' must be between 0 and 60 seconds."
        mistakes.check(refresh.leeway in _LEEWAYS, "leeway", text)


def _invalid(field: str, allowed: Iterable[str]) -> str:
    listed = ", ".join(allowed)
    return f"'{field}' is invalid. Valid values: [{listed}]."
