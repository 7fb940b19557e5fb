"""What an OAuth application may look like (okta.md 1.2), said before anything is sent.

The vendor's provider checks the same when it applies; saying it in the preview spares a half-done
update.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from local.plugins.okta.assignment import json_mistakes
from local.plugins.resource import Mistake
from local.plugins.wire import UNKNOWN, Values, has_unknown

_CODE: Final = "authorization_code"
_CREDENTIALS: Final = "client_credentials"
_EVERYWHERE: Final = (
    "implicit",
    "interaction_code",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:okta:params:oauth:grant-type:oob",
    "urn:okta:params:oauth:grant-type:otp",
    "http://auth0.com/oauth/grant-type/mfa-oob",
    "http://auth0.com/oauth/grant-type/mfa-otp",
)
_ALLOWED_GRANTS: Final = {
    "web": (
        _CODE,
        "refresh_token",
        _CREDENTIALS,
        "urn:openid:params:grant-type:ciba",
        *_EVERYWHERE,
    ),
    "native": (
        _CODE,
        "refresh_token",
        "password",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        *_EVERYWHERE,
    ),
    "browser": (_CODE, "refresh_token", *_EVERYWHERE),
    "service": (_CREDENTIALS, *_EVERYWHERE),
}
_REQUIRED_GRANTS: Final = {"web": (_CODE,), "native": (_CODE,), "service": (_CREDENTIALS,)}
_MAX_NOTE: Final = 250
_MAX_LOGO_BYTES: Final = 1024 * 1024
_LOGO_KINDS: Final = (".png", ".jpg", ".jpeg", ".gif")


def required_grants(kind: str) -> list[str]:
    """Return the grants of an application that names none."""
    return list(_REQUIRED_GRANTS.get(kind) or _ALLOWED_GRANTS[kind])


def fitting_responses(grants: list[str]) -> list[str]:
    """Return the response types of an application that names none."""
    token = ["token"] if {"implicit", _CREDENTIALS} & set(grants) else []
    code = ["code"] if {"password", _CODE, "refresh_token"} & set(grants) else []
    return token + code


def application_mistakes(inputs: Values) -> list[Mistake]:
    """Return every mistake in the inputs of an application; what is UNKNOWN passes."""
    return [
        *_grant_mistakes(inputs),
        *_secret_mistakes(inputs),
        *_login_mistakes(inputs),
        *_claim_mistakes(inputs),
        *json_mistakes(inputs, "profile", "appSettingsJson", "appLinksJson"),
        *(
            Mistake(name, f"{name} is longer than {_MAX_NOTE} characters.")
            for name in ("adminNote", "enduserNote")
            if isinstance(inputs.get(name), str) and len(inputs[name]) > _MAX_NOTE
        ),
        *_logo_mistakes(inputs.get("logo")),
    ]


def _grant_mistakes(inputs: Values) -> list[Mistake]:
    kind, grants = inputs["type"], inputs.get("grantTypes")
    if not grants or has_unknown([kind, grants]):
        return []
    mistakes = []
    for index, grant in enumerate(grants):
        if grant not in _ALLOWED_GRANTS[kind]:
            listed = ", ".join(_ALLOWED_GRANTS[kind])
            reason = f"grantTypes[{index}] is {grant!r}, which applications of type {kind} cannot "
            mistakes.append(Mistake(f"grantTypes[{index}]", f"{reason}have; allowed: {listed}."))
    missing = [grant for grant in _REQUIRED_GRANTS.get(kind, ()) if grant not in grants]
    if missing:
        reason = f"grantTypes lacks {missing[0]}, which applications of type {kind} must have."
        mistakes.append(Mistake("grantTypes", reason))
    responses = inputs.get("responseTypes") or []
    if "implicit" in grants and not has_unknown(responses):  # noqa: SIM102 - two thoughts
        if not {"token", "id_token"} & set(responses):
            reason = "responseTypes needs token or id_token when grantTypes has implicit."
            mistakes.append(Mistake("responseTypes", reason))
    return mistakes


def _secret_mistakes(inputs: Values) -> list[Mistake]:
    mistakes = []
    if inputs.get("clientBasicSecret") and inputs.get("clientBasicSecretWo"):
        reason = "Give clientBasicSecret or clientBasicSecretWo, not both."
        mistakes.append(Mistake("clientBasicSecretWo", reason))
    keys = inputs.get("jwks") or inputs.get("jwksUri")
    if inputs["tokenEndpointAuthMethod"] == "private_key_jwt" and not keys:
        reason = "The method private_key_jwt needs jwks or jwksUri."
        mistakes.append(Mistake("tokenEndpointAuthMethod", reason))
    if inputs.get("authenticationPolicy") and inputs.get("skipAuthenticationPolicy") is True:
        reason = "Give authenticationPolicy or skipAuthenticationPolicy: true, not both."
        mistakes.append(Mistake("skipAuthenticationPolicy", reason))
    return mistakes


def _login_mistakes(inputs: Values) -> list[Mistake]:
    mode = inputs["loginMode"]
    if mode in ("DISABLED", UNKNOWN):
        return []
    mistakes = []
    if not inputs.get("loginUri"):
        mistakes.append(Mistake("loginUri", f"loginUri is missing: loginMode {mode} needs it."))
    if mode == "OKTA" and not inputs.get("loginScopes"):
        reason = "loginScopes is missing: loginMode OKTA needs at least one."
        mistakes.append(Mistake("loginScopes", reason))
    return mistakes


def _claim_mistakes(inputs: Values) -> list[Mistake]:
    claim = inputs.get("groupsClaim")
    if not isinstance(claim, dict):
        return []
    filtered, kind = bool(claim.get("filterType")), claim["type"]
    if kind == "EXPRESSION" and filtered:
        reason = "groupsClaim.filterType goes with type FILTER only."
        return [Mistake("groupsClaim.filterType", reason)]
    if kind == "FILTER" and not filtered:
        reason = "groupsClaim.filterType is missing: type FILTER needs it."
        return [Mistake("groupsClaim.filterType", reason)]
    return []


def _logo_mistakes(logo: object) -> list[Mistake]:
    if not isinstance(logo, str) or not logo:
        return []
    path = Path(logo)
    if not path.is_absolute():
        # The provider runs in a process of its own, where the program's folder means nothing.
        return [Mistake("logo", "logo is a relative path: give the whole path of the file.")]
    if path.suffix.lower() not in _LOGO_KINDS:
        return [Mistake("logo", f"logo is no {', '.join(_LOGO_KINDS)} file.")]
    if not path.is_file():
        return [Mistake("logo", "logo names a file that does not exist.")]
    if path.stat().st_size >= _MAX_LOGO_BYTES:
        return [Mistake("logo", "logo names a file of 1 MB or more, expected a smaller one.")]
    return []
