"""One web site that offers Messenger."""

from __future__ import annotations

from pydantic import Field, StrictBool, ValidationInfo, field_validator

from infra.setting_types import Color, FlowId, Languages, Launcher, SettingsModel, SiteName, SiteUrl
from infra.web_address import WebAddress, parse_site_url


class Site(SettingsModel):
    """One web site that offers Messenger."""

    name: SiteName = Field(description="short name of the site, part of resource names")
    url: SiteUrl = Field(
        description="public URL of the site, for example https://www.example.com/help/"
    )
    display_name: str = Field(
        default="",
        max_length=60,
        validate_default=True,
        description="the site's name as visitors see it",
    )
    languages: Languages = Field(
        default=("en-us",), min_length=1, description="languages that Messenger offers"
    )
    default_language: str = Field(
        default="", validate_default=True, description="language where the visitor's is not offered"
    )
    primary_color: Color = Field(default="#0f4c81", description="colour of Messenger")
    launcher: Launcher = Field(default="OnDemand", description="when Messenger's button shows")
    flow_id: FlowId | None = Field(default=None, description="inbound message flow that answers")
    session_upgrade: StrictBool = Field(
        default=False, description="whether a conversation may start before sign-in"
    )

    @property
    def address(self) -> WebAddress:
        """The URL taken apart."""
        return parse_site_url(self.url)

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends visitors after sign-in."""
        return f"{self.url}callback.html"

    @property
    def post_logout_redirect_uri(self) -> str:
        """Where the provider sends visitors after sign-out."""
        return f"{self.url}signed-out.html"

    @field_validator("display_name")
    @classmethod
    def _name_it(cls, value: str, info: ValidationInfo) -> str:
        return value.strip() or str(info.data.get("name", "")).replace("-", " ").title()

    @field_validator("default_language")
    @classmethod
    def _one_of_languages(cls, value: str, info: ValidationInfo) -> str:
        languages = info.data.get("languages")
        if languages and value and value.lower() not in languages:
            raise ValueError(f"one of the site's languages: {', '.join(languages)}")
        return value.lower() if value or not languages else str(languages[0])
