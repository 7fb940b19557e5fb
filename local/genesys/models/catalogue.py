"""The integration types and credential types that the local organisation offers.

Which identifiers the OpenID Connect Messenger type has is not public, so they are assumed: programs
must look them up by display name, as they must in a real organisation. The other types are there so
that they have to choose; the Knowledge type is made up for that purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from local.emulator.store import Document
from local.genesys.errors import mistakes_of
from local.genesys.models.addresses import check_discovery_uri, check_web_address
from local.genesys.models.shapes import Shape

# Genesys, "Get started with authenticated web messaging": the name of the tile.
MESSENGER_TYPE_NAME: Final = "OpenID Connect Messenger Configuration"
# Assumption: identifiers of the type, of its credential slot and of that slot's credential type.
MESSENGER_TYPE: Final = "openid-connect-messenger-configuration"
MESSENGER_SLOT: Final = "openIdConnectClient"
MESSENGER_CREDENTIAL_TYPE: Final = "webdeploymentsOAuthClient"


SettingsKind = Literal["properties", "advanced"]
SETTINGS_KINDS: Final[tuple[SettingsKind, ...]] = ("properties", "advanced")


class SettingMistake(NamedTuple):
    """One thing wrong with a setting; `missing` when it is only not there."""

    field: str
    reason: str
    missing: bool


class Settings(Shape):
    """Settings of an integration: a member that the type does not know is refused."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="forbid")


class NoSettings(Settings):
    """A type without settings of this kind."""


class FreeSettings(Settings):
    """A type whose settings of this kind are not described."""

    model_config = ConfigDict(extra="allow")


class MessengerSettings(Settings):
    """Properties of the OpenID Connect Messenger type.

    Labels and limits: Genesys, "Get started with authenticated web messaging". Assumption: the
    keys, and that the implicit flow is switched by the texts True and False.
    """

    discovery_uri: Annotated[str, AfterValidator(check_discovery_uri)] = Field(
        title="Discovery URI",
        description="Address of the provider's OpenID Connect discovery document.",
    )
    max_refresh_token_lifetime: int = Field(
        default=86_400,
        ge=900,
        le=7_776_000,
        title="Max Refresh Token Lifetime",
        description="Seconds after which a visitor must sign in again.",
    )
    implicit_flow_support: Literal["True", "False"] = Field(
        default="False",
        title="Implicit Flow Support",
        description="Whether an ID token is accepted in place of an authorization code.",
    )


class ClientApplicationSettings(Settings):
    """Properties of the Client Application type."""

    url: Annotated[str, AfterValidator(check_web_address)] = Field(title="Application URL")
    display_type: Literal["standalone", "widget"] = Field(
        default="standalone", title="Application Type"
    )
    sandbox: str = Field(default="allow-scripts,allow-same-origin", title="Iframe Sandbox Options")


class WebhookSettings(Settings):
    """Properties of the webhook type."""

    notification_format: Literal["json", "text"] = Field(default="json", title="Format")


@dataclass(frozen=True)
class Slot:
    """A place for a credential in an integration of some type."""

    title: str
    credential_types: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True)
class IntegrationType:
    """What can be installed: identity, settings and credential slots."""

    id: str
    name: str
    description: str
    category: str
    properties: type[Settings] = NoSettings
    advanced: type[Settings] = NoSettings
    slots: Mapping[str, Slot] = field(default_factory=dict)

    def describe(self) -> Document:
        """Return the type as the API shows it (SDK model `IntegrationType`)."""
        uri = f"/api/v2/integrations/types/{self.id}"
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "provider": "clientapps",
            "category": self.category,
            "images": [],
            "configPropertiesSchemaUri": f"{uri}/configschemas/properties",
            "configAdvancedSchemaUri": f"{uri}/configschemas/advanced",
            "vendorName": "Genesys",
            "nonInstallable": False,
            "credentials": {
                key: {
                    "required": slot.required,
                    "title": slot.title,
                    "credentialTypes": list(slot.credential_types),
                }
                for key, slot in self.slots.items()
            },
            "selfUri": uri,
        }

    def mistakes(self, kind: SettingsKind, settings: Document) -> list[SettingMistake]:
        """Return what is wrong with the settings of that kind."""
        try:
            self._shape(kind).model_validate(settings)
        except ValidationError as error:
            missing = [item["type"] == "missing" for item in error.errors()]
            return [
                SettingMistake(field, reason, gap)
                for (field, reason), gap in zip(mistakes_of(error, kind), missing, strict=True)
            ]
        return []

    def schema(self, kind: SettingsKind) -> Document:
        """Return the JSON Schema of the settings of that kind."""
        found = self._shape(kind).model_json_schema(by_alias=True)
        return {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": self.name,
            "description": self.description,
            "type": "object",
            "required": found.get("required", []),
            "properties": found.get("properties", {}),
            "additionalProperties": found.get("additionalProperties", False),
        }

    def _shape(self, kind: SettingsKind) -> type[Settings]:
        return self.properties if kind == "properties" else self.advanced


@dataclass(frozen=True)
class CredentialType:
    """Which secrets a credential holds; `free` ones take any further field."""

    name: str
    fields: Mapping[str, str]
    required: tuple[str, ...]
    free: bool = False

    def describe(self) -> Document:
        """Return the type as the API shows it (SDK model `CredentialType`)."""
        properties: dict[str, Any] = {
            key: {"type": "string", "title": title} for key, title in self.fields.items()
        }
        return {
            "id": self.name,
            "name": self.name,
            "properties": {"type": "object", "properties": properties},
            "displayOrder": list(self.fields),
            "required": list(self.required),
        }


_CLIENT = {"clientId": "Client ID", "clientSecret": "Client Secret"}
_LOGIN = {"userName": "User Name", "password": "Password"}

CREDENTIAL_TYPES: Final = {
    one.name: one
    for one in (
        CredentialType("basicAuth", _LOGIN, tuple(_LOGIN)),
        CredentialType("userDefined", {}, (), free=True),
        CredentialType("userDefinedOAuth", _CLIENT, (), free=True),
        CredentialType("pureCloudOAuthClient", _CLIENT, tuple(_CLIENT)),
        CredentialType(MESSENGER_CREDENTIAL_TYPE, _CLIENT, tuple(_CLIENT)),
    )
}

INTEGRATION_TYPES: Final = {
    one.id: one
    for one in (
        IntegrationType(
            "embedded-client-app",
            "Client Application",
            "Shows a web application inside Genesys Cloud.",
            "Client Apps",
            properties=ClientApplicationSettings,
            advanced=FreeSettings,
        ),
        IntegrationType(
            "purecloud-data-actions",
            "Genesys Cloud Data Actions",
            "Calls the Genesys Cloud API from flows.",
            "Data Actions",
            slots={"pureCloudOAuthClient": Slot("OAuth Client", ("pureCloudOAuthClient",))},
        ),
        IntegrationType(
            "custom-rest-actions",
            "Web Services Data Actions",
            "Calls web services from flows.",
            "Data Actions",
            slots={
                "basicAuth": Slot(
                    "Credentials", ("basicAuth", "userDefined", "userDefinedOAuth"), required=False
                )
            },
        ),
        IntegrationType(
            "webhook",
            "Webhook",
            "Turns calls from outside into notifications.",
            "Notifications",
            properties=WebhookSettings,
        ),
        IntegrationType(
            "openid-connect-knowledge-configuration",
            "OpenID Connect Knowledge Configuration",
            "Signs visitors of a knowledge portal in.",
            "Messaging",
            properties=FreeSettings,
            slots={"openIdConnectClient": Slot("OAuth Client", ("userDefinedOAuth",))},
        ),
        IntegrationType(
            MESSENGER_TYPE,
            MESSENGER_TYPE_NAME,
            "OAuth configuration for Messenger deployments.",
            "Messaging",
            properties=MessengerSettings,
            slots={MESSENGER_SLOT: Slot("OpenID Connect Client", (MESSENGER_CREDENTIAL_TYPE,))},
        ),
    )
}
