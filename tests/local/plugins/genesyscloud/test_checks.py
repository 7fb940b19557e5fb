"""Mistakes in the inputs of all four resource types."""

from __future__ import annotations

import pytest

from tests.local.genesys.conftest import Cloud
from tests.local.plugins.engine_client import UNKNOWN, EngineClient, Values
from tests.local.plugins.genesyscloud.conftest import (
    CONFIGURATION,
    CREDENTIAL,
    DEPLOYMENT,
    INTEGRATION,
    calls,
    configuration,
    deployment,
)


@pytest.mark.parametrize(
    ("token", "given", "path", "said"),
    [
        (CONFIGURATION, configuration(name="x" * 101), "name", "expected 1 to 100"),
        (CONFIGURATION, configuration(languages=[]), "languages", "at least one"),
        (CONFIGURATION, {"name": "x", "languages": ["en-us"]}, "defaultLanguage", ""),
        (
            CONFIGURATION,
            configuration(messenger={"launcherButton": {"visibility": "on"}}),
            "messenger.launcherButton.visibility",
            "Did you mean On?",
        ),
        (
            CONFIGURATION,
            configuration(messenger={"styles": {"primaryColor": "blue"}}),
            "messenger.styles.primaryColor",
            "a colour such as",
        ),
        (
            CONFIGURATION,
            configuration(messenger={"fileUpload": {"modes": [{"maxFileSizeKb": 10_241}]}}),
            "messenger.fileUpload.modes[0].maxFileSizeKb",
            "0 to 10240",
        ),
        (
            CONFIGURATION,
            configuration(messenger={"apps": {"conversations": {"sessionDurationSeconds": 1.5}}}),
            "messenger.apps.conversations.sessionDurationSeconds",
            "whole number",
        ),
        (
            CONFIGURATION,
            configuration(cobrowse={"pauseCriterias": [{"urlFragment": "", "condition": "is"}]}),
            "cobrowse.pauseCriterias[0].condition",
            "expected one of",
        ),
        (
            CONFIGURATION,
            configuration(
                journeyEvents={"trackingSettings": {"searchQueryParameters": ["q"] * 51}}
            ),
            "journeyEvents.trackingSettings.searchQueryParameters",
            "at most 50",
        ),
        (
            CONFIGURATION,
            configuration(
                supportCenter={
                    "enabled": True,
                    "enabledCategories": [
                        {"categoryId": "c", "imageUri": "http://example.com/c.png"}
                    ],
                }
            ),
            "supportCenter.enabledCategories[0].imageUri",
            "https address",
        ),
        (
            CONFIGURATION,
            configuration(authenticationSettings={"enabled": True}),
            "authenticationSettings.integrationId",
            "",
        ),
        (CONFIGURATION, configuration(languagez=["de"]), "languagez", "Did you mean languages?"),
        (INTEGRATION, {}, "integrationType", ""),
        (INTEGRATION, {"integrationType": "x", "intendedState": "ON"}, "intendedState", "ENABLED"),
        (
            INTEGRATION,
            {"integrationType": "x", "config": {"properties": "[]"}},
            "config.properties",
            "no JSON object",
        ),
        (CREDENTIAL, {"name": "x"}, "credentialTypeName", ""),
        (DEPLOYMENT, deployment("c", allowedDomains=[]), "allowedDomains", "is empty"),
        (DEPLOYMENT, deployment("c", allowAllDomains=True), "allowedDomains", "drop one"),
        (DEPLOYMENT, deployment("c", status="On"), "status", "expected one of"),
        (
            DEPLOYMENT,
            deployment("c", pushIntegrations=[{"id": "i", "provider": "SMS"}]),
            "pushIntegrations[0].provider",
            "APNS, FCM",
        ),
    ],
)
def test_mistakes_are_found_before_any_call(
    cloud: Cloud, engine: EngineClient, token: str, given: Values, path: str, said: str
) -> None:
    mark = len(cloud.log())
    failures = engine.check(token, given).failures
    assert path in failures
    assert said in failures[path]
    assert calls(cloud, mark) == []


def test_what_is_not_known_yet_is_no_mistake(engine: EngineClient) -> None:
    for token, given in (
        (DEPLOYMENT, deployment(UNKNOWN, allowedDomains=UNKNOWN)),
        (DEPLOYMENT, deployment("c", allowedDomains=[UNKNOWN])),
        (INTEGRATION, {"integrationType": UNKNOWN, "config": {"properties": UNKNOWN}}),
        (CONFIGURATION, configuration(messenger={"styles": {"primaryColor": UNKNOWN}})),
        (CONFIGURATION, configuration(name=UNKNOWN, languages=UNKNOWN)),
    ):
        assert engine.check(token, given).failures == {}
