"""Types of settings: what a value has to look like, and how it is written down once accepted."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

from infra.languages import MESSENGER_LANGUAGES
from infra.mistakes import nearest
from infra.okta_names import BUILT_IN_SCOPES, RESERVED_CLAIMS
from infra.web_address import parse_address, parse_site_url

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CLIENT_SECRET = re.compile(r"[\x21-\x7e]{14,100}")  # Okta, "Applications API"
WELL_KNOWN = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4
_COLOR = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")


class SettingsModel(BaseModel):
    """An object in the configuration: camelCase keys, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


def _site_name(text: str) -> str:
    if not _NAME.fullmatch(text) or len(text) > 40:
        raise ValueError(
            "small letters, digits and single hyphens, a letter first, at most 40 characters"
        )
    return text


def _color(text: str) -> str:
    color = text.lower()
    if not _COLOR.fullmatch(color):
        raise ValueError("a colour such as #0f4c81")
    return color if len(color) == 7 else "#" + "".join(digit * 2 for digit in color[1:])


def _guid(text: str) -> str:
    if not _GUID.fullmatch(text.lower()):
        raise ValueError("the id of a published inbound message flow, 36 characters with hyphens")
    return text.lower()


def _language(text: str) -> str:
    if text.lower() not in MESSENGER_LANGUAGES:
        raise ValueError(
            f"a language that Messenger knows; {nearest(text.lower(), MESSENGER_LANGUAGES)[:-1]}"
        )
    return text.lower()


def _launcher(value: Any) -> Any:
    # To YAML 1.1 readers an unquoted On or Off is a truth value.
    return {True: "On", False: "Off"}.get(value, value) if isinstance(value, bool) else value


def _scope(text: str) -> str:
    if not _SCOPE.fullmatch(text):
        raise ValueError("a scope name: ASCII without spaces, quotes and backslashes")
    return text


def _custom_scope(text: str) -> str:
    if text in BUILT_IN_SCOPES:
        raise ValueError("a name of your own, as Okta has this scope already")
    return _scope(text)


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _claims(claims: dict[str, str]) -> dict[str, str]:
    if reserved := sorted(RESERVED_CLAIMS & set(claims)):
        raise ValueError(f"claim names that Okta does not reserve; it does {', '.join(reserved)}")
    return claims


def _client_secret(secret: SecretStr) -> SecretStr:
    if not _CLIENT_SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("14 to 100 printable ASCII characters without spaces, as Okta wants them")
    return secret


def _discovery_uri(url: str) -> str:
    if not url.endswith(WELL_KNOWN):
        raise ValueError(f"a URL that ends in {WELL_KNOWN}")
    return url


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that says something twice."""
    if len(set(values)) < len(values):
        raise ValueError("each of them once")
    return values


def word_for_none(word: str) -> BeforeValidator:
    """Make a validator that takes the word for None, and otherwise an object."""

    def read(value: Any) -> Any:
        if value == word:
            return None
        if not isinstance(value, dict):
            raise ValueError(f"{word} or an object with named values")
        return value

    return BeforeValidator(read)


def _everyone_or_groups(value: Any) -> Any:
    if value == "everyone":
        return None
    if not isinstance(value, list) or not value:
        raise ValueError("everyone or a list of group names")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
ServiceUrl = Annotated[str, AfterValidator(lambda text: parse_address(text).url)]
DiscoveryUri = Annotated[ServiceUrl, AfterValidator(_discovery_uri)]
SiteUrl = Annotated[str, AfterValidator(lambda text: parse_site_url(text).url)]
SiteName = Annotated[str, AfterValidator(_site_name)]
Color = Annotated[str, AfterValidator(_color)]
FlowId = Annotated[str, AfterValidator(_guid)]
Languages = Annotated[
    tuple[Annotated[str, AfterValidator(_language)], ...], AfterValidator(distinct)
]
Launcher = Annotated[Literal["On", "OnDemand", "Off"], BeforeValidator(_launcher)]
Scopes = Annotated[
    tuple[Annotated[str, AfterValidator(_scope)], ...],
    AfterValidator(distinct),
    BeforeValidator(_words),
]
CustomScopes = Annotated[
    tuple[Annotated[str, AfterValidator(_custom_scope)], ...], AfterValidator(distinct)
]
ClientSecret = Annotated[SecretStr, AfterValidator(_client_secret)]
Claims = Annotated[dict[Text, Text], AfterValidator(_claims)]
Danger = Literal[
    "open-domains", "plain-http", "no-authentication", "unsafe-grant", "wildcard-redirect"
]
"""What the guard rails stop; docs/guard-rails.md explains each."""
EveryoneOrGroups = Annotated[
    Annotated[tuple[Text, ...], AfterValidator(distinct)] | None,
    BeforeValidator(_everyone_or_groups),
]
"""None stands for everyone."""
