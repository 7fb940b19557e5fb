"""OAuth applications as Okta's API has them: what is sent, and what is understood.

The API mixes two spellings: camel case around, OAuth's own snake case inside (okta.md 3).
"""

from __future__ import annotations

import json
from typing import Any, Final

from local.plugins.okta.application_rules import fitting_responses, required_grants
from local.plugins.okta.client import Json, as_list, compact, dig
from local.plugins.okta.objects import json_text
from local.plugins.wire import Values

# Plain texts of the client: property -> key in settings.oauthClient, sent when not empty.
_CLIENT_TEXTS: Final = {
    "clientUri": "client_uri",
    "consentMethod": "consent_method",
    "frontchannelLogoutUri": "frontchannel_logout_uri",
    "issuerMode": "issuer_mode",
    "jwksUri": "jwks_uri",
    "loginUri": "initiate_login_uri",
    "logoUri": "logo_uri",
    "policyUri": "policy_uri",
    "tosUri": "tos_uri",
    "wildcardRedirect": "wildcard_redirect",
    "backchannelCustomAuthenticatorId": "backchannel_custom_authenticator_id",
}
# Those of them that have a default: what Okta leaves out stays as it was.
_DEFAULTED_TEXTS: Final = frozenset({"consentMethod", "issuerMode", "wildcardRedirect"})
_CLIENT_SWITCHES: Final = {
    "frontchannelLogoutSessionRequired": "frontchannel_logout_session_required",
    "participateSlo": "participate_slo",
}
_KEY_PARTS: Final = ("kid", "kty", "e", "n", "x", "y")
# What Okta's settings object holds besides the settings of one catalog application.
_OWN_SETTINGS: Final = frozenset(
    {
        "emOptInStatus",
        "identityStoreId",
        "implicitAssignment",
        "inlineHookId",
        "manualProvisioning",
        "notes",
        "notifications",
        "oauthClient",
    }
)


def application_body(inputs: Values, old: Values | None) -> Json:
    """Return the whole application for POST (`old` is None) or PUT.

    Empty lists and false switches are left out, so emptying `redirectUris` changes nothing at Okta
    (a trait of the vendor's provider). PUT repeats the client id, and the secret when it is kept.
    """
    return {
        "name": inputs.get("preconfiguredApp") or "oidc_client",
        "label": inputs["label"],
        "signOnMode": "OPENID_CONNECT",
        "accessibility": compact(
            {
                "selfService": inputs.get("accessibilitySelfService") or None,
                "errorRedirectUrl": inputs.get("accessibilityErrorRedirectUrl"),
                "loginRedirectUrl": inputs.get("accessibilityLoginRedirectUrl"),
            }
        ),
        "visibility": {
            "hide": {"iOS": inputs["hideIos"], "web": inputs["hideWeb"]},
            **compact(
                {
                    "autoSubmitToolbar": inputs.get("autoSubmitToolbar") or None,
                    "appLinks": _parsed(inputs.get("appLinksJson")),
                }
            ),
        },
        "credentials": {
            "oauthClient": _credentials(inputs, old),
            "userNameTemplate": compact(
                {
                    "template": inputs.get("userNameTemplate"),
                    "type": inputs.get("userNameTemplateType"),
                    "userSuffix": inputs.get("userNameTemplateSuffix"),
                    "pushStatus": inputs.get("userNameTemplatePushStatus"),
                }
            ),
        },
        "settings": {
            **_parsed(inputs.get("appSettingsJson")),
            "notes": compact(
                {"admin": inputs.get("adminNote"), "enduser": inputs.get("enduserNote")}
            ),
            **compact({"implicitAssignment": inputs.get("implicitAssignment") or None}),
            "oauthClient": _client_settings(inputs),
        },
        **compact({"profile": _parsed(inputs.get("profile"))}),
    }


def client_secret(found: Json) -> str | None:
    """Return the secret that Okta tells in its answers to POST and PUT only."""
    value = dig(found, "credentials", "oauthClient", "client_secret")
    return str(value) if value else None


def application_state(found: Json) -> Values:
    """Return the properties that an answer tells; the secret and the policy are not among them.

    Nor are the application's links: Okta adds its own, and the vendor's provider never reads them.
    """
    settings = found.get("settings") or {}
    visibility = found.get("visibility") or {}
    accessibility = found.get("accessibility") or {}
    template = dig(found, "credentials", "userNameTemplate") or {}
    own = {key: value for key, value in settings.items() if key not in _OWN_SETTINGS}
    values: Values = {
        "label": found.get("label"),
        "name": found.get("name"),
        "signOnMode": found.get("signOnMode"),
        "status": found.get("status"),
        "logoUrl": _logo_url(found),
        "profile": json_text(found.get("profile")),
        "accessibilitySelfService": bool(accessibility.get("selfService")),
        "accessibilityErrorRedirectUrl": accessibility.get("errorRedirectUrl"),
        "accessibilityLoginRedirectUrl": accessibility.get("loginRedirectUrl"),
        "autoSubmitToolbar": bool(visibility.get("autoSubmitToolbar")),
        "hideIos": bool(dig(visibility, "hide", "iOS")),
        "hideWeb": bool(dig(visibility, "hide", "web")),
        "adminNote": dig(settings, "notes", "admin"),
        "enduserNote": dig(settings, "notes", "enduser"),
        "implicitAssignment": bool(settings.get("implicitAssignment")),
    }
    values |= compact(
        {
            "appSettingsJson": json_text({k: v for k, v in own.items() if v not in (None, "")}),
        }
    )
    if template.get("template"):
        values |= {
            "userNameTemplate": template["template"],
            "userNameTemplateType": template.get("type"),
            "userNameTemplateSuffix": template.get("userSuffix"),
            "userNameTemplatePushStatus": template.get("pushStatus"),
        }
    return values | _credentials_state(found) | _client_state(settings.get("oauthClient") or {})


def _credentials(inputs: Values, old: Values | None) -> Json:
    before = old or {}
    method = inputs["tokenEndpointAuthMethod"]
    # Unset, PKCE is required of public clients and of new native and browser applications only:
    # for a web application false is sent (okta.md 1.2).
    assumed = method == "none" or (old is None and inputs["type"] in ("native", "browser"))
    secret = inputs.get("clientBasicSecretWo") or inputs.get("clientBasicSecret")
    return {
        "autoKeyRotation": inputs["autoKeyRotation"],
        "pkce_required": inputs.get("pkceRequired", assumed),
        "token_endpoint_auth_method": method,
        **compact(
            {
                "client_id": inputs.get("clientId") or before.get("clientId"),
                "client_secret": None
                if old is not None and inputs["omitSecret"]
                else secret or before.get("clientSecret"),
            }
        ),
    }


def _client_settings(inputs: Values) -> Json:
    grants = inputs.get("grantTypes") or required_grants(inputs["type"])
    settings: Json = {
        "application_type": inputs["type"],
        "grant_types": grants,
        "response_types": inputs.get("responseTypes") or fitting_responses(grants),
        "dpop_bound_access_tokens": False,
        "idp_initiated_login": {
            "mode": inputs["loginMode"],
            "default_scope": inputs.get("loginScopes") or [],
        },
    }
    settings |= compact(
        {
            "redirect_uris": inputs.get("redirectUris"),
            "post_logout_redirect_uris": inputs.get("postLogoutRedirectUris"),
            "network": _network(inputs.get("network")),
            **{key: inputs.get(name) for name, key in _CLIENT_TEXTS.items()},
            **{key: inputs.get(name) or None for name, key in _CLIENT_SWITCHES.items()},
        }
    )
    if inputs.get("jwks"):
        settings["jwks"] = {"keys": [compact(key) for key in inputs["jwks"]]}
    if "refresh_token" in grants:
        settings["refresh_token"] = {
            "rotation_type": inputs["refreshTokenRotation"],
            "leeway": inputs["refreshTokenLeeway"],
        }
    return settings


def _credentials_state(found: Json) -> Values:
    client = dig(found, "credentials", "oauthClient") or {}
    if not client.get("client_id"):
        return {}
    return {
        "clientId": client["client_id"],
        "tokenEndpointAuthMethod": client.get("token_endpoint_auth_method"),
        "autoKeyRotation": bool(client.get("autoKeyRotation")),
        "pkceRequired": bool(client.get("pkce_required")),
    }


def _client_state(client: Json) -> Values:
    if not client:
        return {}
    values: Values = {
        "type": client.get("application_type"),
        "grantTypes": as_list(client.get("grant_types")),
        "responseTypes": as_list(client.get("response_types")),
        "redirectUris": as_list(client.get("redirect_uris")),
        "postLogoutRedirectUris": as_list(client.get("post_logout_redirect_uris")),
        **{name: bool(client.get(key)) for name, key in _CLIENT_SWITCHES.items()},
    }
    for name, key in _CLIENT_TEXTS.items():
        if client.get(key) or name not in _DEFAULTED_TEXTS:
            values[name] = client.get(key)
    login = client.get("idp_initiated_login") or {}
    if login.get("mode"):
        values["loginMode"] = login["mode"]
        values["loginScopes"] = as_list(login.get("default_scope"))
    refresh = client.get("refresh_token") or {}
    if refresh.get("rotation_type"):
        values["refreshTokenRotation"] = refresh["rotation_type"]
        values |= compact({"refreshTokenLeeway": refresh.get("leeway")})
    if "jwks" in client:
        keys = as_list(dig(client, "jwks", "keys"))
        values["jwks"] = [compact({part: key.get(part) for part in _KEY_PARTS}) for key in keys]
    if client.get("network"):
        network = client["network"]
        values["network"] = compact(
            {
                "connection": network.get("connection"),
                "includes": network.get("include"),
                "excludes": network.get("exclude"),
            }
        )
    return values


def _network(network: Values | None) -> Json:
    given = network or {}
    return compact(
        {
            "connection": given.get("connection"),
            "include": given.get("includes"),
            "exclude": given.get("excludes"),
        }
    )


def _logo_url(found: Json) -> str | None:
    logo: Any = dig(found, "_links", "logo")
    first = logo[0] if isinstance(logo, list) and logo else logo
    href = dig(first, "href") if isinstance(first, dict) else None
    return str(href) if href else None


def _parsed(text: str | None) -> Json:
    parsed = json.loads(text) if text else {}
    return parsed if isinstance(parsed, dict) else {}
