"""What a Messenger configuration may say: members, limits, and the rules between them.

Members: the SDK model `WebDeploymentConfigurationVersion`. Limits and choices: those that the
vendor's Terraform provider checks (resource `genesyscloud_webdeployments_configuration`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from local.genesys.models.knowledge_portal import KnowledgePortal, Reference
from local.genesys.models.shapes import ColourOrNone, Guid, Shape

# Assumption: the languages that the vendor's own sample page offers are all that there are.
LANGUAGES: Final = frozenset(
    [
        *("ar", "cs", "da", "de", "en-us", "es", "fi", "fr", "he", "it", "ja"),
        *("ko", "nl", "no", "pl", "pt-br", "ru", "sv", "th", "tr", "zh-cn", "zh-tw"),
    ]
)
# A guest session lasts from 15 minutes to 18 months (Genesys, "Configure Messenger").
_SESSION_SECONDS: Final = (900, 548 * 86_400)

Texts = list[str]


class _Switch(Shape):
    enabled: bool = False


class _LocalizedLabel(Shape):
    key: Literal[
        "MessengerHomeHeaderTitle",
        "MessengerHomeHeaderSubTitle",
        "PushNotificationTitle",
        "PushNotificationBody",
        "MessengerLauncherButtonText",
    ]
    value: str


class _CustomLabels(Shape):
    language: str = ""
    localized_labels: list[_LocalizedLabel] = []


class _Position(Shape):
    alignment: Literal["Auto", "Left", "Right"] = "Auto"
    side_space: int = Field(default=0, ge=0)
    bottom_space: int = Field(default=0, ge=0)


class _Styles(Shape):
    primary_color: ColourOrNone = ""


class _Icon(Shape):
    url: str = ""


class _LauncherButton(Shape):
    visibility: Literal["On", "Off", "OnDemand"] = "On"
    display_type: Literal["Icon", "Text", "IconAndText"] = "Icon"
    icon: _Icon | None = None


class _HomeScreen(_Switch):
    logo_url: str = ""


class _FileUploadMode(Shape):
    file_types: Texts = []
    max_file_size_kb: int = Field(default=10_240, ge=0, le=10_240, alias="maxFileSizeKB")


class _FileUpload(Shape):
    enable_attachments: bool = False
    modes: list[_FileUploadMode] = []


class _Disconnect(_Switch):
    type: Literal["Send", "ReadOnly", ""] = ""


class _Bot(Shape):
    name: str = ""
    avatar_url: str = ""


class _Humanize(_Switch):
    bot: _Bot | None = None


class _Notifications(_Switch):
    notification_content_type: (
        Literal["IncludeMessagesContent", "ExcludeMessagesContent"] | None
    ) = None


class _Conversations(_Switch):
    show_agent_typing_indicator: bool = False
    show_user_typing_indicator: bool = False
    auto_start: _Switch | None = None
    markdown: _Switch | None = None
    conversation_disconnect: _Disconnect | None = None
    conversation_clear: _Switch | None = None
    humanize: _Humanize | None = None
    notifications: _Notifications | None = None
    session_duration_seconds: int | None = Field(
        default=None, ge=_SESSION_SECONDS[0], le=_SESSION_SECONDS[1]
    )


class _Knowledge(_Switch):
    knowledge_base: Reference | None = None


class _Apps(Shape):
    conversations: _Conversations | None = None
    knowledge: _Knowledge | None = None


class _Messenger(_Switch):
    styles: _Styles | None = None
    launcher_button: _LauncherButton | None = None
    home_screen: _HomeScreen | None = None
    file_upload: _FileUpload | None = None
    session_persistence_type: Literal["AcrossSubdomains", "DomainOrSubdomainOnly"] | None = None
    apps: _Apps | None = None


class _PauseCriterion(Shape):
    url_fragment: str
    condition: Literal["Includes", "DoesNotInclude", "StartsWith", "EndsWith", "Equals"]


class _Cobrowse(_Switch):
    allow_agent_control: bool = False
    allow_agent_navigation: bool = False
    allow_draw: bool = False
    channels: list[Literal["Webmessaging", "Voice"]] = []
    mask_selectors: Texts = []
    readonly_selectors: Texts = []
    pause_criteria: list[_PauseCriterion] = []


class _BackgroundImage(Shape):
    url: str = ""


class _UserVideo(Shape):
    allow_camera: bool = False
    allow_screen_share: bool = False
    allow_microphone: bool = False


class _AgentVideo(_UserVideo):
    background: Literal["BLUR", "NONE", "IMAGE"] | None = None
    background_image: _BackgroundImage | None = None


class _Video(_Switch):
    channels: Texts = []
    agent: _AgentVideo | None = None
    user: _UserVideo | None = None


class _SelectorEvent(Shape):
    selector: str
    event_name: str


class _FormEvent(Shape):
    selector: str
    form_name: str
    capture_data_on_form_abandon: bool
    capture_data_on_form_submit: bool


class _IdleEvent(Shape):
    event_name: str
    idle_after_seconds: int | None = Field(default=None, ge=30)


class _ScrollEvent(Shape):
    event_name: str
    percentage: int = Field(ge=0, le=100)


class _IpFilter(Shape):
    ip_address: str
    name: str


class _Tracking(Shape):
    should_keep_url_fragment: bool = False
    search_query_parameters: Texts = Field(default=[], max_length=50)
    excluded_query_parameters: Texts = Field(default=[], max_length=50)
    ip_filters: list[_IpFilter] = Field(default=[], max_length=10)


class _JourneyEvents(_Switch):
    excluded_query_parameters: Texts = []
    should_keep_url_fragment: bool = False
    search_query_parameters: Texts = []
    pageview_config: Literal["Auto", "Once", "Off"] | None = None
    click_events: list[_SelectorEvent] = []
    forms_track_events: list[_FormEvent] = []
    idle_events: list[_IdleEvent] = []
    in_viewport_events: list[_SelectorEvent] = []
    scroll_depth_events: list[_ScrollEvent] = []
    tracking_settings: _Tracking | None = None


class _Authentication(Shape):
    # The service does not look whether the integration exists: the vendor's acceptance tests save
    # configurations with made-up ids.
    enabled: bool
    integration_id: Guid
    allow_session_upgrade: bool = False


class ConfigurationBody(Shape):
    """The body of a new configuration and of a new draft."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: str = ""
    languages: Annotated[Texts, Field(min_length=1)]
    default_language: str
    headless_mode: _Switch | None = None
    custom_i18n_labels: list[_CustomLabels] = Field(default=[], alias="customI18nLabels")
    messenger: _Messenger | None = None
    position: _Position | None = None
    support_center: KnowledgePortal | None = None
    cobrowse: _Cobrowse | None = None
    journey_events: _JourneyEvents | None = None
    authentication_settings: _Authentication | None = None
    video: _Video | None = None

    @field_validator("languages")
    @classmethod
    def _are_known(cls, languages: Texts) -> Texts:
        unknown = [text for text in languages if text not in LANGUAGES]
        if unknown:
            raise ValueError(
                f"Messenger does not know {', '.join(unknown)}; "
                f"it knows {', '.join(sorted(LANGUAGES))}"
            )
        return languages

    @field_validator("default_language")
    @classmethod
    def _is_offered(cls, default: str, info: ValidationInfo) -> str:
        if default not in info.data.get("languages", [default]):
            raise ValueError(f"{default} is not among languages")
        return default
