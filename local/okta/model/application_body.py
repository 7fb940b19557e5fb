"""OAuth applications as the API has them: what a client sends, and the document it becomes.

The API mixes two spellings: camel case around, OAuth's own snake case inside (okta.md 3).
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from local.emulator.store import Document
from local.okta.model.bodies import Body

CODE: Final = "authorization_code"
IMPLICIT: Final = "implicit"
CREDENTIALS: Final = "client_credentials"
REFRESH: Final = "refresh_token"
PASSWORD: Final = "password"  # noqa: S105 - a grant type
INTERACTION: Final = "interaction_code"


class OAuthCredentials(Body):
    """`credentials.oauthClient`."""

    autoKeyRotation: bool | None = None
    client_id: str | None = None
    client_secret: str | None = None
    pkce_required: bool | None = None
    token_endpoint_auth_method: str | None = None


class UserNameTemplate(Body):
    """`credentials.userNameTemplate`."""

    template: str | None = None
    type: Literal["NONE", "BUILT_IN", "CUSTOM"] | None = None
    userSuffix: str | None = None
    pushStatus: Literal["PUSH", "DONT_PUSH", "NOT_CONFIGURED"] | None = None


class Credentials(Body):
    """`credentials`."""

    oauthClient: OAuthCredentials = Field(default_factory=OAuthCredentials)
    userNameTemplate: UserNameTemplate = Field(default_factory=UserNameTemplate)


class InitiatedLogin(Body):
    """`settings.oauthClient.idp_initiated_login`."""

    mode: Literal["DISABLED", "SPEC", "OKTA"] = "DISABLED"
    default_scope: list[str] | None = None


class RefreshToken(Body):
    """`settings.oauthClient.refresh_token`."""

    rotation_type: Literal["STATIC", "ROTATE"] = "STATIC"
    leeway: int | None = None


class OAuthSettings(Body):
    """`settings.oauthClient`."""

    application_type: str | None = None
    grant_types: list[str] | None = None
    response_types: list[str] | None = None
    redirect_uris: list[str] | None = None
    post_logout_redirect_uris: list[str] | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    tos_uri: str | None = None
    policy_uri: str | None = None
    initiate_login_uri: str | None = None
    jwks_uri: str | None = None
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool | None = None
    participate_slo: bool | None = None
    jwks: dict[str, list[dict[str, Any]]] | None = None
    consent_method: Literal["TRUSTED", "REQUIRED"] | None = None
    issuer_mode: Literal["ORG_URL", "CUSTOM_URL", "DYNAMIC"] | None = None
    wildcard_redirect: Literal["DISABLED", "SUBDOMAIN"] | None = None
    dpop_bound_access_tokens: bool | None = None
    idp_initiated_login: InitiatedLogin | None = None
    refresh_token: RefreshToken | None = None
    network: dict[str, Any] | None = None
    subject_type: Literal["public", "pairwise"] | None = None
    backchannel_custom_authenticator_id: str | None = None


class Notes(Body):
    """`settings.notes`."""

    admin: str | None = None
    enduser: str | None = None


class Settings(Body):
    """`settings`."""

    implicitAssignment: bool | None = None
    notes: Notes = Field(default_factory=Notes)
    oauthClient: OAuthSettings = Field(default_factory=OAuthSettings)


class Accessibility(Body):
    """`accessibility`."""

    selfService: bool | None = None
    errorRedirectUrl: str | None = None
    loginRedirectUrl: str | None = None


class Hide(Body):
    """`visibility.hide`."""

    iOS: bool | None = None
    web: bool | None = None


class Visibility(Body):
    """`visibility`."""

    autoLaunch: bool | None = None
    autoSubmitToolbar: bool | None = None
    hide: Hide = Field(default_factory=Hide)
    appLinks: dict[str, bool] | None = None


class ApplicationBody(Body):
    """What a client sends about an application; what it cannot change is ignored."""

    name: str | None = None
    label: str | None = None
    signOnMode: str | None = None
    accessibility: Accessibility = Field(default_factory=Accessibility)
    visibility: Visibility = Field(default_factory=Visibility)
    credentials: Credentials = Field(default_factory=Credentials)
    settings: Settings = Field(default_factory=Settings)
    profile: dict[str, Any] | None = None


def fill_in(body: ApplicationBody) -> None:
    """Give what depends on other values its default.

    Without grants the type's own, without response types what the grants need, PKCE for native and
    browser applications and wherever the client has no secret (Okta, "Applications API").
    """
    client, settings = body.credentials.oauthClient, body.settings.oauthClient
    kind = settings.application_type = settings.application_type or "web"
    settings.grant_types = settings.grant_types or [CREDENTIALS if kind == "service" else CODE]
    if not settings.response_types:
        settings.response_types = _responses(settings.grant_types)
    default_method = "none" if kind == "browser" else "client_secret_basic"
    client.token_endpoint_auth_method = client.token_endpoint_auth_method or default_method
    if client.pkce_required is None:
        public = client.token_endpoint_auth_method == "none"  # noqa: S105 - a method
        client.pkce_required = public or kind in ("native", "browser")


def as_document(body: ApplicationBody) -> Document:
    """Return what a filled-in body sets of an application: all but ids, status and secret."""
    template = body.credentials.userNameTemplate
    client = body.credentials.oauthClient
    return {
        "name": body.name,
        "label": body.label,
        "signOnMode": body.signOnMode,
        "features": [],
        "accessibility": {
            "selfService": bool(body.accessibility.selfService),
            "errorRedirectUrl": body.accessibility.errorRedirectUrl,
            "loginRedirectUrl": body.accessibility.loginRedirectUrl,
        },
        "visibility": {
            "autoLaunch": bool(body.visibility.autoLaunch),
            "autoSubmitToolbar": bool(body.visibility.autoSubmitToolbar),
            "hide": {
                "iOS": bool(body.visibility.hide.iOS),
                "web": bool(body.visibility.hide.web),
            },
            "appLinks": body.visibility.appLinks or {"oidc_client_link": True},
        },
        "credentials": {
            "userNameTemplate": {
                "template": template.template or "${source.login}",
                "type": template.type or "BUILT_IN",
                **template.model_dump(include={"userSuffix", "pushStatus"}, exclude_none=True),
            },
            "oauthClient": {
                "autoKeyRotation": client.autoKeyRotation is not False,
                "pkce_required": client.pkce_required,
                "token_endpoint_auth_method": client.token_endpoint_auth_method,
            },
        },
        "settings": {
            "app": {},
            "implicitAssignment": bool(body.settings.implicitAssignment),
            "notes": body.settings.notes.model_dump(),
            "notifications": {"vpn": {"network": {"connection": "DISABLED"}}},
            "manualProvisioning": False,
            "oauthClient": _settings_document(body.settings.oauthClient),
        },
        "profile": body.profile or {},
    }


def _settings_document(settings: OAuthSettings) -> Document:
    defaults: Document = {
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "consent_method": "TRUSTED",
        "issuer_mode": "ORG_URL",
        "wildcard_redirect": "DISABLED",
        "dpop_bound_access_tokens": False,
        "idp_initiated_login": {"mode": "DISABLED", "default_scope": []},
    }
    refreshes = REFRESH in (settings.grant_types or [])
    if refreshes:
        defaults["refresh_token"] = {"rotation_type": "STATIC", "leeway": 0}
    sent = settings.model_dump(exclude_none=True, exclude=None if refreshes else {"refresh_token"})
    for name in ("idp_initiated_login", "refresh_token"):
        if name in sent:
            sent[name] = defaults[name] | sent[name]
    return defaults | sent


def _responses(grants: list[str]) -> list[str]:
    code = ["code"] if {CODE, REFRESH, PASSWORD, INTERACTION} & set(grants) else []
    return code + (["token"] if {IMPLICIT, CREDENTIALS} & set(grants) else [])
