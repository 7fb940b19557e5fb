"""Messenger configurations, property by property: what the vendor's provider sends and reads.

Switches without a value are sent as false and choices without one are left out, as the vendor's
provider does (resource `genesyscloud_webdeployments_configuration`, v1.84.1).
"""

from __future__ import annotations

from typing import Final

from local.plugins.genesyscloud.fields import Field, plain, switches, texts

_SELECTOR_EVENT: Final = plain("selector", "eventName")

_CONVERSATIONS: Final = [
    *switches("enabled", "showAgentTypingIndicator", "showUserTypingIndicator"),
    Field("autoStartEnabled", "autoStart.enabled", False),
    Field("markdownEnabled", "markdown.enabled", False),
    Field("conversationClearEnabled", "conversationClear.enabled", False),
    Field("conversationDisconnect", inner=[*switches("enabled"), *texts("type")]),
    Field(
        "humanize",
        inner=[*switches("enabled"), Field("bot", inner=texts("name", "avatarUrl"))],
    ),
    Field("notifications", inner=[*switches("enabled"), *plain("notificationContentType")]),
    *plain("sessionDurationSeconds"),
]

_MESSENGER: Final = [
    *switches("enabled"),
    Field("styles", inner=texts("primaryColor")),
    Field(
        "launcherButton",
        inner=[*plain("visibility", "displayType"), Field("icon", inner=texts("url"))],
    ),
    Field("homeScreen", inner=[*switches("enabled"), *texts("logoUrl")]),
    Field(
        "fileUpload",
        inner=[
            *switches("enableAttachments"),
            Field(
                "modes",
                inner=[Field("fileTypes", unset=[]), Field("maxFileSizeKb", "maxFileSizeKB", 0)],
            ),
        ],
    ),
    *plain("sessionPersistenceType"),
    Field(
        "apps",
        inner=[
            Field("conversations", inner=_CONVERSATIONS),
            Field(
                "knowledge",
                inner=[*switches("enabled"), Field("knowledgeBaseId", "knowledgeBase.id", "")],
            ),
        ],
    ),
]

_COBROWSE: Final = [
    *switches("enabled", "allowAgentControl", "allowAgentNavigation", "allowDraw"),
    *(Field(name, unset=[]) for name in ("channels", "maskSelectors", "readonlySelectors")),
    Field("pauseCriterias", "pauseCriteria", inner=plain("urlFragment", "condition")),
]

_USER_VIDEO: Final = switches("allowCamera", "allowScreenShare", "allowMicrophone")
_VIDEO: Final = [
    *switches("enabled"),
    Field(
        "agent",
        inner=[
            *_USER_VIDEO,
            *plain("background"),
            Field("backgroundImage", inner=texts("url")),
        ],
    ),
    Field("user", inner=_USER_VIDEO),
]

_JOURNEY: Final = [
    *switches("enabled"),
    Field("excludedQueryParameters", unset=[]),
    *plain("shouldKeepUrlFragment"),
    Field("searchQueryParameters", unset=[]),
    *plain("pageviewConfig"),
    Field("clickEvents", inner=_SELECTOR_EVENT),
    Field(
        "formTrackEvents",
        "formsTrackEvents",
        inner=[
            *plain("selector", "formName"),
            *switches("captureDataOnFormAbandon", "captureDataOnFormSubmit"),
        ],
    ),
    Field("idleEvents", inner=plain("eventName", "idleAfterSeconds")),
    Field("inViewportEvents", inner=_SELECTOR_EVENT),
    Field("scrollDepthEvents", inner=[*plain("eventName"), Field("percentage", unset=0)]),
    Field(
        "trackingSettings",
        inner=[
            *switches("shouldKeepUrlFragment"),
            *plain("searchQueryParameters", "excludedQueryParameters"),
            Field("ipFilters", inner=plain("ipAddress", "name")),
        ],
    ),
]

_IMAGE: Final = Field("imageUri", "image.source.defaultUrl")
_SUPPORT_CENTER: Final = [
    *switches("enabled"),
    Field("knowledgeBaseId", "knowledgeBase.id"),
    Field("customMessages", inner=plain("defaultValue", "type")),
    *plain("routerType"),
    Field(
        "screens",
        inner=[
            *plain("type"),
            Field(
                "moduleSettings",
                inner=[
                    *plain("type"),
                    *switches("enabled"),
                    Field(
                        "compactCategoryModuleTemplateActive",
                        "compactCategoryModuleTemplate.active",
                        False,
                    ),
                    Field(
                        "detailedCategoryModuleTemplate",
                        inner=[
                            *switches("active"),
                            Field("sidebarEnabled", "sidebar.enabled", False),
                        ],
                    ),
                ],
            ),
        ],
    ),
    Field("enabledCategories", inner=[Field("categoryId", "id"), _IMAGE]),
    Field("labelFilter", inner=[Field("labelIds", "labels", reference=True)]),
    Field(
        "styleSetting",
        inner=[
            Field(
                "heroStyleSetting",
                "heroStyle",
                inner=[*plain("backgroundColor", "textColor"), _IMAGE],
            ),
            Field(
                "globalStyleSetting",
                "globalStyle",
                inner=plain(
                    "backgroundColor",
                    "primaryColor",
                    "primaryColorDark",
                    "primaryColorLight",
                    "textColor",
                    "fontFamily",
                ),
            ),
        ],
    ),
    Field("feedbackEnabled", "feedback.enabled", False),
]

CONFIGURATION: Final = [
    *plain("name", "description", "languages", "defaultLanguage"),
    # Never sent as false, and a configuration without it says nothing about it.
    Field("headlessModeEnabled", "headlessMode.enabled"),
    Field(
        "customI18nLabels",
        inner=[*texts("language"), Field("localizedLabels", inner=plain("key", "value"))],
    ),
    Field(
        "position",
        inner=[*plain("alignment"), Field("sideSpace", unset=0), Field("bottomSpace", unset=0)],
    ),
    Field("messenger", inner=_MESSENGER),
    Field("cobrowse", inner=_COBROWSE),
    Field("video", inner=_VIDEO),
    Field("journeyEvents", inner=_JOURNEY),
    Field("supportCenter", inner=_SUPPORT_CENTER),
    Field(
        "authenticationSettings",
        inner=[*switches("enabled", "allowSessionUpgrade"), *plain("integrationId")],
    ),
]
