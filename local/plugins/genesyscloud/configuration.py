"""Messenger configurations: every change is written to the draft and published."""

from __future__ import annotations

from typing import Any, Final

from local.plugins.genesyscloud.client import GenesysCloudClient, quoted
from local.plugins.genesyscloud.configuration_fields import CONFIGURATION
from local.plugins.genesyscloud.declarations import (
    STATUSES,
    GenesysCloudResource,
    check_colour,
    check_https,
    check_length,
    check_range,
    declare,
    settled,
    token_of,
)
from local.plugins.genesyscloud.fields import to_body, to_values
from local.plugins.package_schema import Overlay
from local.plugins.resource import Found, Mistake, RemoteError
from local.plugins.values import keeping, occurrences
from local.plugins.wire import UNKNOWN, Values

CONFIGURATIONS: Final = "/api/v2/webdeployments/configurations"
DRAFT: Final = "DRAFT"

_DRAFT_SECONDS: Final = 30.0
_CONDITIONS: Final = ("Includes", "DoesNotInclude", "StartsWith", "EndsWith", "Equals")
_LABEL_KEYS: Final = (
    "MessengerHomeHeaderTitle",
    "MessengerHomeHeaderSubTitle",
    "PushNotificationTitle",
    "PushNotificationBody",
    "MessengerLauncherButtonText",
)
_MODULES: Final = (
    *("Search", "Categories", "FAQ", "Contact", "Results", "Article"),
    "TopViewedArticles",
)
_CHAT: Final = "messenger.apps.conversations"
_STYLE: Final = "supportCenter.styleSetting"
_TRACKING: Final = "journeyEvents.trackingSettings"

_COMPUTED: Final = (
    *("messenger.enabled", "messenger.sessionPersistenceType", "messenger.apps", _CHAT),
    *("messenger.homeScreen.enabled", "messenger.homeScreen.logoUrl"),
    "messenger.fileUpload.enableAttachments",
    *(
        f"{_CHAT}.{name}"
        for name in (
            "enabled",
            "showAgentTypingIndicator",
            "showUserTypingIndicator",
            "autoStartEnabled",
            "markdownEnabled",
            "conversationClearEnabled",
            "sessionDurationSeconds",
        )
    ),
    *(
        f"cobrowse.{name}"
        for name in ("enabled", "allowAgentControl", "allowAgentNavigation", "allowDraw")
    ),
    *("video.enabled", "video.agent", "video.user", "video.agent.backgroundImage"),
    *("video.agent.background", "video.agent.backgroundImage.url"),
    *(
        f"video.{person}.{name}"
        for person in ("agent", "user")
        for name in ("allowCamera", "allowScreenShare", "allowMicrophone")
    ),
)
_CHOICES: Final = {
    "position.alignment": ("Auto", "Left", "Right"),
    "messenger.launcherButton.visibility": ("On", "Off", "OnDemand"),
    "messenger.launcherButton.displayType": ("Icon", "Text", "IconAndText"),
    "messenger.sessionPersistenceType": ("AcrossSubdomains", "DomainOrSubdomainOnly"),
    f"{_CHAT}.conversationDisconnect.type": ("Send", "ReadOnly"),
    f"{_CHAT}.notifications.notificationContentType": (
        "IncludeMessagesContent",
        "ExcludeMessagesContent",
    ),
    "cobrowse.channels": ("Webmessaging", "Voice"),
    "video.agent.background": ("BLUR", "NONE", "IMAGE"),
    "journeyEvents.pageviewConfig": ("Auto", "Once", "Off"),
    "customI18nLabels.localizedLabels.key": _LABEL_KEYS,
    "supportCenter.routerType": ("Hash", "Browser"),
    "supportCenter.customMessages.type": ("Welcome", "Fallback"),
    "supportCenter.screens.type": ("Home", "Category", "SearchResults", "Article"),
    "supportCenter.screens.moduleSettings.type": _MODULES,
}
_INTEGERS: Final = (
    *("position.sideSpace", "position.bottomSpace", f"{_CHAT}.sessionDurationSeconds"),
    *("messenger.fileUpload.modes.maxFileSizeKb", "journeyEvents.idleEvents.idleAfterSeconds"),
    "journeyEvents.scrollDepthEvents.percentage",
)
_COLOURS: Final = (
    "messenger.styles.primaryColor",
    *(f"{_STYLE}.heroStyleSetting.{name}" for name in ("backgroundColor", "textColor")),
    *(
        f"{_STYLE}.globalStyleSetting.{name}"
        for name in (
            "backgroundColor",
            "primaryColor",
            "primaryColorDark",
            "primaryColorLight",
            "textColor",
        )
    ),
)
_ADDRESSES: Final = (
    f"{_STYLE}.heroStyleSetting.imageUri",
    "supportCenter.enabledCategories.imageUri",
)


def _same_condition(old: Any, new: Any) -> bool:
    return str(old).lower() == str(new).lower()


def _overlay() -> Overlay:
    overlay: dict[str, dict[str, Any]] = {path: {"computed": True} for path in _COMPUTED}
    for path, choices in _CHOICES.items():
        overlay.setdefault(path, {})["choices"] = choices
    return overlay | {
        "status": {"computed": True, "choices": STATUSES, "same": settled},
        "journeyEvents.enabled": {"default": True},
        "cobrowse.pauseCriterias.condition": {"same": _same_condition},
    }


class WebdeploymentsConfiguration(GenesysCloudResource):
    """`genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration`.

    Each create and each update ends in a publish. A refresh reads the version in the state, so one
    that was published elsewhere is no drift. Difference to the vendor's provider: a bad request is
    not repeated for 30 s.
    """

    token = token_of("webdeploymentsConfiguration")
    noun = "Messenger configuration"
    id_property = "webdeploymentsConfigurationId"
    properties = declare("webdeploymentsConfiguration", _overlay(), _INTEGERS)

    def check(self, inputs: Values) -> list[Mistake]:
        """Demand the limits that the vendor's provider demands."""
        mistakes = [
            *check_range(inputs, "messenger.fileUpload.modes.maxFileSizeKb", 0, 10_240),
            *check_range(inputs, "journeyEvents.idleEvents.idleAfterSeconds", 30),
            *check_range(inputs, "journeyEvents.scrollDepthEvents.percentage", 0, 100),
            *check_length(inputs, f"{_TRACKING}.searchQueryParameters", 50),
            *check_length(inputs, f"{_TRACKING}.excludedQueryParameters", 50),
            *check_length(inputs, f"{_TRACKING}.ipFilters", 10),
        ]
        for path in _COLOURS:
            mistakes += check_colour(inputs, path)
        for path in _ADDRESSES:
            mistakes += check_https(inputs, path)
        for where, value in occurrences(inputs, "cobrowse.pauseCriterias.condition"):
            if value.lower() not in (one.lower() for one in _CONDITIONS):
                expected = ", ".join(_CONDITIONS)
                mistakes.append(
                    Mistake(where, f"{where} is {value!r}, expected one of: {expected}.")
                )
        name = inputs.get("name")
        if name is not UNKNOWN and name is not None and not 1 <= len(name) <= 100:
            reason = f"name has {len(name)} characters, expected 1 to 100."
            mistakes.append(Mistake("name", reason))
        if inputs.get("languages") == []:
            mistakes.append(Mistake("languages", "languages is empty, expected at least one."))
        return mistakes

    def settles_anew(self, changed: set[str]) -> set[str]:
        """Every change publishes a version, which deployments are to follow."""
        return {"version"} if changed else set()

    def create(self, client: GenesysCloudClient, inputs: Values) -> Found:
        """POST the draft, publish it, read the version."""
        doing = f"create {self.title(inputs)}"
        made = client.call(doing, "POST", CONFIGURATIONS, body=to_body(CONFIGURATION, inputs))
        id = str(made["id"])
        with keeping(id, self.with_id(id, {"status": made.get("status")})):
            return Found(id, self._publish(client, id, inputs))

    def read(self, client: GenesysCloudClient, id: str, known: Values) -> Found | None:
        """GET the version in the state; on import, the newest one."""
        version = known.get("version") or newest_version(client, id)
        return Found(id, self._state(client, id, version, known))

    def update(self, client: GenesysCloudClient, id: str, old: Values, inputs: Values) -> Values:  # noqa: ARG002 - the draft is replaced whole
        """Replace the draft whole, publish it, read the version."""
        path = f"{CONFIGURATIONS}/{quoted(id)}/versions/draft"
        doing = f"update {self.title(inputs)}"
        client.call(doing, "PUT", path, body=to_body(CONFIGURATION, inputs))
        return self._publish(client, id, inputs)

    def delete(self, client: GenesysCloudClient, id: str, old: Values) -> None:
        """DELETE with all versions, and wait until it is gone."""
        path = f"{CONFIGURATIONS}/{quoted(id)}"
        client.delete(f"delete {self.title(old)}", path, f"{path}/versions/draft")

    def _publish(self, client: GenesysCloudClient, id: str, inputs: Values) -> Values:
        path = f"{CONFIGURATIONS}/{quoted(id)}/versions/draft"
        doing = f"publish {self.title(inputs)}"

        def is_active() -> bool:
            return bool(client.call(doing, "GET", path).get("status") == "Active")

        if not client.poll(is_active, _DRAFT_SECONDS, missing_is_fine=True):
            raise RemoteError(
                f"The draft of {self.title(inputs)} did not become active within "
                f"{_DRAFT_SECONDS:.0f} s, so it was not published. Run `pulumi up` again."
            )
        version = str(client.call(doing, "POST", f"{path}/publish")["version"])
        return self._state(client, id, version, inputs)

    def _state(self, client: GenesysCloudClient, id: str, version: str, values: Values) -> Values:
        path = f"{CONFIGURATIONS}/{quoted(id)}/versions/{quoted(version)}"
        found = client.fetch(f"read {self.title(values)}", path)
        told = to_values(CONFIGURATION, found)
        # What the version lacks is unset, but the headless mode keeps what it was.
        absent = {
            field.name: None for field in CONFIGURATION if field.name != "headlessModeEnabled"
        }
        rest = {"status": found.get("status"), "version": str(found.get("version", version))}
        return self.with_id(id, absent | told | rest)


def version_numbers(client: GenesysCloudClient, id: str) -> list[str]:
    """Return the versions that a configuration has, as the service lists them."""
    path = f"{CONFIGURATIONS}/{quoted(id)}/versions"
    doing = f"list the versions of the configuration {id}"
    return [str(one.get("version")) for one in client.follow(doing, path, {})]


def newest(versions: list[str]) -> str:
    """Return the highest number among some versions, `DRAFT` when there is none."""
    numbers = [int(version) for version in versions if version.isdigit()]
    return str(max(numbers)) if numbers else DRAFT


def newest_version(client: GenesysCloudClient, id: str) -> str:
    """Return the version of a configuration that was published last, `DRAFT` without any."""
    return newest(version_numbers(client, id))
