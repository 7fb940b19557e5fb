"""The stack's outputs: one description, used to export them and to load them again.

Whatever reads a deployed stack (the site build first of all) imports this module and nothing else
of the program; it does not import Pulumi. No secret is among the outputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from infra.mistakes import counted, list_mistakes, nested_model, shown

SCHEMA_VERSION = 1
"""Raised when a field is removed, renamed or changes its meaning; not for an added field."""

_ENGINE_HIDES = "[secret]"


class OutputsError(ValueError):
    """The outputs of a stack cannot be used; the message names every reason and the next step."""


def _readable(text: str) -> str:
    if text == _ENGINE_HIDES:
        raise ValueError("a value that is no secret; the engine hides this one")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http or https URL")
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
Url = Annotated[str, AfterValidator(_web_address)]


class _Outputs(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        strict=True,
        defer_build=True,  # the program only exports; it never validates its own outputs
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class Transport(_Outputs):
    """What the mobile Transport SDK is configured with."""

    deployment_id: Text = Field(description="id of the Messenger deployment")
    domain: Text = Field(description="Genesys Cloud domain, for example mypurecloud.de")


class SiteOutputs(_Outputs):
    """One web site and the Messenger deployment that belongs to it."""

    name: Text = Field(description="short name of the site")
    url: Url = Field(description="public URL of the site, ending in a slash")
    redirect_uri: Url = Field(description="where the provider sends visitors after sign-in")
    post_logout_redirect_uri: Url = Field(
        description="where the provider sends visitors after sign-out"
    )
    deployment_id: Text = Field(description="id of the Messenger deployment")
    configuration_id: Text = Field(description="id of the Messenger configuration")
    configuration_version: Text = Field(description="published version of the configuration")
    snippet: Text = Field(description="HTML that the deployment wants on each page")
    languages: tuple[Text, ...] = Field(min_length=1, description="languages of the Messenger")
    default_language: Text = Field(description="language where the visitor's is not offered")
    display_name: Text = Field(description="the site's name as visitors see it")
    primary_color: Text = Field(
        pattern=r"^#[0-9a-fA-F]{6}$", description="colour of the Messenger, for example #0f4c81"
    )
    launcher: Literal["On", "OnDemand", "Off"] = Field(
        description="when the launcher shows: On, OnDemand or Off"
    )
    session_upgrade: bool = Field(
        description="whether a conversation may start before sign-in: true or false"
    )
    transport: Transport = Field(description="the mobile SDK's deploymentId and domain")


class StackOutputs(_Outputs):
    """Everything that a deployed stack tells the outside.

    Further outputs that a team adds to its stack are left alone; inside ours nothing unknown is
    accepted.
    """

    model_config = ConfigDict(extra="ignore")

    schema_version: Literal[1] = Field(description="version of this description")
    environment: Text = Field(description="name of the stack, for example dev")
    issuer: Url = Field(description="issuer of the tokens")
    discovery_uri: Url = Field(description="URL of the provider's discovery document")
    authorization_endpoint: Url = Field(description="URL where a sign-in starts")
    end_session_endpoint: Url | None = Field(
        default=None,
        description="URL where a sign-out starts; null when the provider has none",
    )
    scopes: tuple[Text, ...] = Field(min_length=1, description="scopes that a sign-in asks for")
    pkce: bool = Field(description="whether a sign-in proves its origin (PKCE): true or false")
    # The engine leaves a null at this level out of what it prints.
    max_age: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="highest age of a sign-in in seconds, or null"
    )
    clients: Literal["separate", "shared"] = Field(description="separate or shared")
    website_client_id: Text = Field(description="client id of the site's own sign-in")
    messenger_client_id: Text = Field(description="client id whose codes Genesys redeems")
    region: Text = Field(description="Genesys Cloud region, for example eu-central-1")
    messenger_domain: Text = Field(description="Genesys Cloud domain, for example mypurecloud.de")
    messenger_environment: Text = Field(
        description="environment name in the snippet, for example prod-euc1"
    )
    integration_id: Text = Field(description="id of the OpenID Connect integration")
    sites: tuple[SiteOutputs, ...] = Field(min_length=1, description="a list of sites")


def load_outputs(source: str | bytes | Mapping[str, Any]) -> StackOutputs:
    """Return the outputs from what `pulumi stack output --json` printed, or the like parsed.

    Raises OutputsError, which names every field that is missing or mistyped, or says that the
    outputs were written by a newer version of the program.
    """
    outputs = source if isinstance(source, Mapping) else _parse(source)
    _refuse_newer(outputs.get("schemaVersion"))
    try:
        # By way of JSON: there, strict means JSON's own types, and a list is fit for a tuple.
        return StackOutputs.model_validate_json(json.dumps(dict(outputs)), by_name=False)
    except ValidationError as error:
        mistakes = list_mistakes(error, StackOutputs)
        raise OutputsError(
            "\n".join(
                [
                    f"The stack's outputs cannot be used, {counted(mistakes)}:",
                    *(f"  {mistake}" for mistake in mistakes),
                    "Run `pulumi up` for the stack, then hand over `pulumi stack output --json` "
                    "anew.",
                ]
            )
        ) from None


def to_exports(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the program exports, by exported name.

    `outputs` has the shape of StackOutputs by Python name, without `schema_version`; its values
    may be Pulumi Outputs. Raises OutputsError for a name that is missing or not described.
    """
    return _exports(StackOutputs, {"schema_version": SCHEMA_VERSION, **outputs}, "outputs")


def _exports(model: type[BaseModel], values: Mapping[str, Any], path: str) -> dict[str, Any]:
    if wrong := sorted(set(values) ^ set(model.model_fields)):
        raise OutputsError(f"{path}: missing or not described in infra/outputs.py: {wrong}")
    exports = {}
    for name, value in values.items():
        nested = nested_model(model.model_fields[name].annotation)
        if nested is None:
            exported = value
        elif isinstance(value, Mapping):
            exported = _exports(nested, value, f"{path}.{name}")
        else:
            exported = [
                _exports(nested, item, f"{path}.{name}[{index}]")
                for index, item in enumerate(value)
            ]
        exports[str(model.model_fields[name].alias)] = exported
    return exports


def _parse(text: str | bytes) -> Mapping[str, Any]:
    try:
        outputs = json.loads(text)
    except ValueError as error:
        raise OutputsError(
            f"The stack's outputs are no JSON ({error}). "
            "Hand over what `pulumi stack output --json` prints."
        ) from None
    if not isinstance(outputs, dict):
        raise OutputsError(
            f"The stack's outputs are {shown(outputs)}, expected a JSON object. "
            "Hand over what `pulumi stack output --json` prints."
        )
    return outputs


def _refuse_newer(version: Any) -> None:
    if type(version) is int and version > SCHEMA_VERSION:
        raise OutputsError(
            f"schemaVersion: found {version}, this version of the project knows {SCHEMA_VERSION}. "
            "The stack was deployed by a newer one: update this checkout and try again."
        )
