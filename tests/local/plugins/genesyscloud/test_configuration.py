"""Messenger configurations: versions, every property there and back, and what is removed."""

from __future__ import annotations

import pytest

from tests.local.genesys.conftest import Cloud
from tests.local.plugins.engine_client import UNKNOWN, EngineClient, Values
from tests.local.plugins.genesyscloud.conftest import (
    CONFIGURATION,
    DEPLOYMENT,
    calls,
    configuration,
)


def test_a_configuration_publishes_with_every_change(cloud: Cloud, engine: EngineClient) -> None:
    mark = len(cloud.log())
    id, state, inputs = engine.make(CONFIGURATION, configuration())
    assert calls(cloud, mark) == [
        "POST webdeployments/configurations",
        "GET webdeployments/configurations/*/versions/draft",
        "POST webdeployments/configurations/*/versions/draft/publish",
        "GET webdeployments/configurations/*/versions/1",
    ]
    assert (state["version"], state["status"]) == ("1", "Active")
    assert not engine.diff(CONFIGURATION, state, inputs).changed
    changed = inputs | {"description": "other"}
    planned = engine.update(CONFIGURATION, id, state, changed, preview=True)
    assert planned["version"] == UNKNOWN, "deployments are to follow"
    assert cloud.emulator.configurations.newest(id) is not None
    mark = len(cloud.log())
    after = engine.update(CONFIGURATION, id, state, changed)
    assert calls(cloud, mark) == [
        "PUT webdeployments/configurations/*/versions/draft",
        "GET webdeployments/configurations/*/versions/draft",
        "POST webdeployments/configurations/*/versions/draft/publish",
        "GET webdeployments/configurations/*/versions/2",
    ]
    assert (after["version"], after["description"]) == ("2", "other")
    cloud.publish(id)
    _, refreshed, _ = engine.read(CONFIGURATION, id, state=after, inputs=changed)
    assert refreshed["version"] == "2", "a version published elsewhere is no drift"
    _, imported, _ = engine.read(CONFIGURATION, id)
    assert imported["version"] == "3"
    mark = len(cloud.log())
    engine.delete(CONFIGURATION, id, after)
    assert calls(cloud, mark) == [
        "DELETE webdeployments/configurations/*",
        "GET webdeployments/configurations/*/versions/draft",
    ]


WHOLE = configuration(
    description="all of it",
    headlessModeEnabled=True,
    customI18nLabels=[
        {
            "language": "de",
            "localizedLabels": [{"key": "MessengerHomeHeaderTitle", "value": "Hallo"}],
        }
    ],
    position={"alignment": "Left", "sideSpace": 4, "bottomSpace": 8},
    messenger={
        "enabled": True,
        "styles": {"primaryColor": "#1f6feb"},
        "launcherButton": {
            "visibility": "OnDemand",
            "displayType": "IconAndText",
            "icon": {"url": "https://example.com/i.svg"},
        },
        "homeScreen": {"enabled": True, "logoUrl": "https://example.com/logo.png"},
        "fileUpload": {
            "enableAttachments": True,
            "modes": [{"fileTypes": ["image/png"], "maxFileSizeKb": 512}],
        },
        "sessionPersistenceType": "AcrossSubdomains",
        "apps": {
            "conversations": {
                "enabled": True,
                "showAgentTypingIndicator": True,
                "showUserTypingIndicator": True,
                "autoStartEnabled": True,
                "markdownEnabled": True,
                "conversationClearEnabled": True,
                "conversationDisconnect": {"enabled": True, "type": "ReadOnly"},
                "humanize": {"enabled": True, "bot": {"name": "Robin", "avatarUrl": "x"}},
                "notifications": {
                    "enabled": True,
                    "notificationContentType": "ExcludeMessagesContent",
                },
                "sessionDurationSeconds": 3600,
            },
            "knowledge": {"enabled": True, "knowledgeBaseId": "base"},
        },
    },
    cobrowse={
        "enabled": True,
        "allowAgentControl": True,
        "allowAgentNavigation": True,
        "allowDraw": True,
        "channels": ["Webmessaging", "Voice"],
        "maskSelectors": [".m"],
        "readonlySelectors": [".r"],
        "pauseCriterias": [{"urlFragment": "/pay", "condition": "Includes"}],
    },
    video={
        "enabled": True,
        "agent": {
            "allowCamera": True,
            "allowScreenShare": True,
            "allowMicrophone": True,
            "background": "IMAGE",
            "backgroundImage": {"url": "https://example.com/b.png"},
        },
        "user": {"allowCamera": True, "allowScreenShare": True, "allowMicrophone": True},
    },
    journeyEvents={
        "enabled": True,
        "pageviewConfig": "Once",
        "clickEvents": [{"selector": "a", "eventName": "click"}],
        "formTrackEvents": [
            {
                "selector": "form",
                "formName": "f",
                "captureDataOnFormAbandon": True,
                "captureDataOnFormSubmit": False,
            }
        ],
        "idleEvents": [{"eventName": "idle", "idleAfterSeconds": 30}],
        "inViewportEvents": [{"selector": "b", "eventName": "seen"}],
        "scrollDepthEvents": [{"eventName": "deep", "percentage": 50}],
        "trackingSettings": {
            "shouldKeepUrlFragment": True,
            "searchQueryParameters": ["q"],
            "excludedQueryParameters": ["token"],
            "ipFilters": [{"ipAddress": "192.0.2.0/24", "name": "office"}],
        },
    },
    supportCenter={
        "enabled": True,
        "knowledgeBaseId": "base",
        "routerType": "Hash",
        "customMessages": [{"defaultValue": "Hi", "type": "Welcome"}],
        "screens": [
            {
                "type": "Home",
                "moduleSettings": [
                    {
                        "type": "Categories",
                        "enabled": True,
                        "compactCategoryModuleTemplateActive": True,
                        "detailedCategoryModuleTemplate": {
                            "active": True,
                            "sidebarEnabled": True,
                        },
                    }
                ],
            }
        ],
        "enabledCategories": [{"categoryId": "c", "imageUri": "https://example.com/c.png"}],
        "labelFilter": {"labelIds": ["one", "two"]},
        "styleSetting": {
            "heroStyleSetting": {
                "backgroundColor": "#fff",
                "textColor": "#000000",
                "imageUri": "https://example.com/h.png",
            },
            "globalStyleSetting": {
                "backgroundColor": "#ffffff",
                "primaryColor": "#111111",
                "primaryColorDark": "#222222",
                "primaryColorLight": "#333333",
                "textColor": "#444444",
                "fontFamily": "serif",
            },
        },
        "feedbackEnabled": True,
    },
    authenticationSettings={
        "enabled": True,
        "integrationId": "1f3a4b5c-0000-4000-8000-000000000001",
        "allowSessionUpgrade": True,
    },
)


def test_every_property_of_a_configuration_goes_there_and_back(engine: EngineClient) -> None:
    id, state, inputs = engine.make(CONFIGURATION, WHOLE)
    for name, value in WHOLE.items():
        told = dict(state[name]) if isinstance(value, dict) else state[name]
        if name == "journeyEvents":
            # Lists that the vendor's provider always sends.
            assert told.pop("excludedQueryParameters") == []
            assert told.pop("searchQueryParameters") == []
        assert told == value, name
    assert not engine.diff(CONFIGURATION, state, inputs).changed
    _, _, imported = engine.read(CONFIGURATION, id)
    assert not engine.diff(CONFIGURATION, state, imported).changed


@pytest.mark.parametrize(
    "given",
    [
        {"messenger": {}},
        {"messenger": {"launcherButton": {"visibility": "Off"}}},
        {"messenger": {"apps": {"conversations": {"enabled": True}}}},
        {"messenger": {"fileUpload": {"modes": [{"fileTypes": ["image/png"]}]}}},
        {"messenger": {"styles": {}, "homeScreen": {"enabled": False}}},
        {"messenger": {"apps": {"knowledge": {"enabled": False}}}},
        {"headlessModeEnabled": False},
        {"cobrowse": {"enabled": False}},
        {"video": {"enabled": True}},
        {"journeyEvents": {}},
        {"position": {"alignment": "Auto"}},
        {"supportCenter": {"enabled": False}},
        {"customI18nLabels": [{"localizedLabels": []}]},
        {"status": "Active"},
    ],
    ids=str,
)
def test_a_partial_configuration_settles_at_once(engine: EngineClient, given: Values) -> None:
    """Switches without a value are sent as false; none of that shows as a difference."""
    id, state, inputs = engine.make(CONFIGURATION, configuration(**given))
    assert state.get("headlessModeEnabled") == given.get("headlessModeEnabled"), "false is not sent"
    assert not engine.diff(CONFIGURATION, state, inputs).changed
    _, refreshed, followed = engine.read(CONFIGURATION, id, state=state, inputs=inputs)
    assert refreshed == state
    assert followed == inputs


def test_what_is_removed_from_the_program_is_removed_from_the_draft(
    cloud: Cloud, engine: EngineClient
) -> None:
    id, state, inputs = engine.make(CONFIGURATION, WHOLE)
    less = {key: inputs[key] for key in ("name", "languages", "defaultLanguage")}
    found = engine.diff(CONFIGURATION, state, less)
    assert found.paths["authenticationSettings"] == "DELETE"
    assert found.replaces == []
    after = engine.update(CONFIGURATION, id, state, less)
    shown = cloud.ask("GET", f"/api/v2/webdeployments/configurations/{id}/versions/2")
    assert not shown.keys() & {"authenticationSettings", "messenger", "headlessMode"}
    assert "authenticationSettings" not in after


@pytest.mark.parametrize("token", [CONFIGURATION, DEPLOYMENT])
def test_a_status_that_was_pending_may_have_become_another(
    engine: EngineClient, token: str
) -> None:
    pending = {"status": "Pending"}
    assert not engine.diff(token, pending, {"status": "Active"}).changed
    assert engine.diff(token, {"status": "Inactive"}, {"status": "Active"}).changed
