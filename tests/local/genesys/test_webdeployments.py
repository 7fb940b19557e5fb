"""Messenger configurations and deployments, and what the public sees of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.local.genesys.conftest import Cloud, configuration_body, deployment_body

CONFIGURATIONS = "/api/v2/webdeployments/configurations"
DEPLOYMENTS = "/api/v2/webdeployments/deployments"


def test_a_draft_is_pending_until_someone_looks_and_cannot_be_published_before(
    cloud: Cloud,
) -> None:
    made = cloud.ask("POST", CONFIGURATIONS, configuration_body())
    assert (made["status"], made["version"]) == ("Pending", "DRAFT")
    path = f"{CONFIGURATIONS}/{made['id']}/versions"
    refused = cloud.api.post(f"{path}/draft/publish")
    assert refused.status_code == 400
    assert cloud.ask("GET", f"{path}/DRAFT")["status"] == "Active"
    first = cloud.ask("POST", f"{path}/draft/publish")
    assert (first["version"], first["status"]) == ("1", "Active")
    assert first["datePublished"].endswith("Z")
    assert cloud.ask("PUT", f"{path}/draft", configuration_body())["status"] == "Pending"
    cloud.emulator.clock.advance(3)
    assert cloud.ask("POST", f"{path}/draft/publish")["version"] == "2", "time settles it as well"


def test_a_draft_is_replaced_whole_and_published_versions_stay_as_they_were(cloud: Cloud) -> None:
    settings = {"enabled": True, "integrationId": str(uuid4()), "allowSessionUpgrade": True}
    id = cloud.add_configuration(authenticationSettings=settings, description="first")
    path = f"{CONFIGURATIONS}/{id}/versions"
    cloud.ask("PUT", f"{path}/draft", configuration_body(name="other"))
    draft = cloud.ask("GET", f"{path}/draft")
    assert "authenticationSettings" not in draft
    assert "description" not in draft
    assert cloud.publish(id) == "2"
    assert cloud.publish(id) == "3", "publishing makes a version even without a change"
    first = cloud.ask("GET", f"{path}/1")
    assert (first["name"], first["description"]) == ("site", "first")
    assert first["authenticationSettings"] == settings
    assert cloud.ask("GET", f"{path}/3")["name"] == "other"
    listed = cloud.ask("GET", path)
    assert [one["version"] for one in listed["entities"]] == ["3", "2", "1"]
    assert listed["total"] == 3
    for missing in (f"{path}/4", f"{path}/0", f"{CONFIGURATIONS}/{uuid4()}/versions"):
        assert cloud.api.get(missing).status_code == 404


def test_what_is_given_is_given_back(cloud: Cloud) -> None:
    """The vendor's provider reads again until it finds what it has sent."""
    body = configuration_body(
        description="all of it",
        headlessMode={"enabled": False},
        customI18nLabels=[
            {
                "language": "de",
                "localizedLabels": [{"key": "MessengerHomeHeaderTitle", "value": "Hallo"}],
            }
        ],
        position={"alignment": "Left", "sideSpace": 4, "bottomSpace": 8},
        messenger={
            "enabled": True,
            "styles": {"primaryColor": "#1F6feb"},
            "launcherButton": {"visibility": "OnDemand", "displayType": "IconAndText"},
            "homeScreen": {"enabled": False, "logoUrl": ""},
            "fileUpload": {
                "enableAttachments": True,
                "modes": [{"fileTypes": ["image/png"], "maxFileSizeKB": 10_240}],
            },
            "sessionPersistenceType": "AcrossSubdomains",
            "apps": {
                "conversations": {
                    "enabled": True,
                    "autoStart": {"enabled": False},
                    "conversationDisconnect": {"enabled": True, "type": "Send"},
                    "humanize": {"enabled": True, "bot": {"name": "Robin", "avatarUrl": ""}},
                    "sessionDurationSeconds": 900,
                },
                "knowledge": {"enabled": False, "knowledgeBase": {"id": ""}},
            },
        },
        cobrowse={
            "enabled": True,
            "channels": ["Webmessaging"],
            "pauseCriteria": [{"urlFragment": "/pay", "condition": "Includes"}],
        },
        video={"enabled": True, "agent": {"background": "BLUR"}, "user": {"allowCamera": True}},
        journeyEvents={
            "enabled": True,
            "pageviewConfig": "Auto",
            "idleEvents": [{"eventName": "idle", "idleAfterSeconds": 30}],
            "scrollDepthEvents": [{"eventName": "deep", "percentage": 100}],
            "trackingSettings": {"ipFilters": [{"ipAddress": "192.0.2.0/24", "name": "office"}]},
        },
        supportCenter={
            "enabled": True,
            "routerType": "Hash",
            "screens": [{"type": "Home", "moduleSettings": [{"type": "Search", "enabled": True}]}],
            "labelFilter": {"labels": [{"id": "label"}]},
        },
        authenticationSettings={"enabled": False, "integrationId": str(uuid4())},
    )
    shown = cloud.ask("GET", f"{CONFIGURATIONS}/{cloud.add_configuration(**body)}/versions/1")
    assert {key: shown[key] for key in body} == body


def messenger(**members: Any) -> dict[str, Any]:
    return {"messenger": {"enabled": True, **members}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": None}, "name"),
        ({"languages": []}, "languages"),
        ({"languages": ["en-us", "klingon"]}, "languages"),
        ({"defaultLanguage": "fr"}, "defaultLanguage"),
        ({"headlessMode": {"enabled": "yes"}}, "headlessMode.enabled"),
        (messenger(styles={"primaryColor": "blue"}), "messenger.styles.primaryColor"),
        (
            messenger(launcherButton={"visibility": "Sometimes"}),
            "messenger.launcherButton.visibility",
        ),
        (
            messenger(fileUpload={"modes": [{"maxFileSizeKB": 10_241}]}),
            "messenger.fileUpload.modes[0].maxFileSizeKB",
        ),
        (
            messenger(apps={"conversations": {"sessionDurationSeconds": 899}}),
            "messenger.apps.conversations.sessionDurationSeconds",
        ),
        ({"position": {"alignment": "Top"}}, "position.alignment"),
        ({"cobrowse": {"channels": ["Email"]}}, "cobrowse.channels[0]"),
        (
            {"journeyEvents": {"idleEvents": [{"eventName": "i", "idleAfterSeconds": 29}]}},
            "journeyEvents.idleEvents[0].idleAfterSeconds",
        ),
        (
            {"journeyEvents": {"scrollDepthEvents": [{"eventName": "s", "percentage": 101}]}},
            "journeyEvents.scrollDepthEvents[0].percentage",
        ),
        ({"video": {"agent": {"background": "blur"}}}, "video.agent.background"),
        ({"authenticationSettings": {"enabled": True}}, "authenticationSettings.integrationId"),
        (
            {"authenticationSettings": {"enabled": True, "integrationId": "okta"}},
            "authenticationSettings.integrationId",
        ),
        (
            {"customI18nLabels": [{"localizedLabels": [{"key": "Title", "value": "x"}]}]},
            "customI18nLabels[0].localizedLabels[0].key",
        ),
    ],
)
def test_a_configuration_outside_the_limits_is_refused(
    cloud: Cloud, changes: dict[str, Any], field: str
) -> None:
    answer = cloud.api.post(CONFIGURATIONS, json=configuration_body(**changes))
    assert answer.status_code == 400
    (detail,) = answer.json()["details"]
    assert detail["fieldName"].startswith(field)
    assert cloud.ask("GET", CONFIGURATIONS)["entities"] == []


def test_a_deployment_becomes_active_and_can_be_switched_off(cloud: Cloud) -> None:
    configuration = cloud.add_configuration()
    made = cloud.ask("POST", DEPLOYMENTS, deployment_body(configuration, description="shop"))
    assert made["status"] == "Pending"
    path = f"{DEPLOYMENTS}/{made['id']}"
    shown = cloud.ask("GET", path)
    assert shown["status"] == "Active"
    assert shown["configuration"]["version"] == "1"
    assert (shown["allowAllDomains"], shown["allowedDomains"]) == (False, ["www.example.com"])
    cloud.publish(configuration)
    body = deployment_body(configuration, "2", status="Inactive", allowedDomains=["example.org"])
    assert cloud.ask("PUT", path, body)["status"] == "Pending"
    shown = cloud.ask("GET", path)
    assert (shown["status"], shown["configuration"]["version"]) == ("Inactive", "2")
    assert "description" not in shown, "replaced whole"
    offered = cloud.ask("GET", f"{path}/configurations")
    assert offered["configurationVersion"]["version"] == "2"
    assert offered["deployment"]["id"] == made["id"]


def test_the_snippet_names_script_and_deployment(cloud: Cloud) -> None:
    id = cloud.add_deployment(cloud.add_configuration())
    snippet = cloud.ask("GET", f"{DEPLOYMENTS}/{id}")["snippet"]
    assert snippet.startswith("<script")
    assert snippet.endswith("</script>")
    assert f"'{cloud.url}/genesys-bootstrap/genesys.min.js'" in snippet
    assert f"deploymentId: '{id}'" in snippet


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"allowAllDomains": True}, "allowedDomains"),
        ({"allowedDomains": ["https://www.example.com"]}, "allowedDomains[0]"),
        ({"allowedDomains": ["example.com", "localhost:8080"]}, "allowedDomains[1]"),
        ({"allowedDomains": ["*.example.com"]}, "allowedDomains[0]"),
        ({"configuration": None}, "configuration"),
        ({"configuration": {"id": "nothing", "version": "1"}}, "configuration"),
        ({"flow": {"id": "nothing"}}, "flow.id"),
        ({"status": "Deleting"}, "status"),
        ({"pushIntegrations": [{"id": "x", "provider": "SMS"}]}, "pushIntegrations[0].provider"),
    ],
)
def test_a_deployment_that_could_not_work_is_refused(
    cloud: Cloud, changes: dict[str, Any], field: str
) -> None:
    body = deployment_body(cloud.add_configuration()) | changes
    answer = cloud.api.post(DEPLOYMENTS, json=body)
    assert answer.status_code == 400
    (detail,) = answer.json()["details"]
    assert detail["fieldName"] == field


def test_what_is_deleted_leaves_nothing_behind(cloud: Cloud) -> None:
    count = "SELECT count(*) FROM documents"
    before = cloud.emulator.store.query(count)
    configuration = cloud.add_configuration()
    cloud.publish(configuration)
    deployment = f"{DEPLOYMENTS}/{cloud.add_deployment(configuration)}"
    cloud.ask("PUT", f"{deployment}/identityresolution", {"resolveIdentities": True})
    cloud.ask("DELETE", deployment)
    cloud.ask("DELETE", f"{CONFIGURATIONS}/{configuration}")
    assert cloud.emulator.store.query(count) == before


@pytest.mark.parametrize("version", ["2", "draft", "DRAFT", ""])
def test_only_a_published_version_can_be_deployed(cloud: Cloud, version: str) -> None:
    body = deployment_body(cloud.add_configuration(), version)
    assert cloud.api.post(DEPLOYMENTS, json=body).status_code == 400


def test_the_seeded_flow_can_be_used(cloud: Cloud) -> None:
    (flow,) = cloud.ask("GET", "/api/v2/flows?name=local*flow&type=inboundshortmessage")["entities"]
    assert cloud.ask("GET", "/api/v2/flows?type=inboundcall")["entities"] == []
    for other in ("other", "local", "loca?*", "[a-z]*"):
        assert cloud.ask("GET", f"/api/v2/flows?name={quote(other)}")["entities"] == []
    assert cloud.ask("GET", f"/api/v2/flows/{flow['id']}") == flow
    id = cloud.add_deployment(cloud.add_configuration(), flow={"id": flow["id"]})
    assert cloud.ask("GET", f"{DEPLOYMENTS}/{id}")["flow"]["id"] == flow["id"]


def test_a_configuration_in_use_stays_until_nobody_uses_it(cloud: Cloud) -> None:
    first, second = cloud.add_configuration(), cloud.add_configuration()
    deployment = cloud.add_deployment(first)
    assert cloud.api.delete(f"{CONFIGURATIONS}/{first}").status_code == 409
    cloud.ask("PUT", f"{DEPLOYMENTS}/{deployment}", deployment_body(second))
    assert cloud.api.delete(f"{CONFIGURATIONS}/{first}").status_code == 204
    assert cloud.api.delete(f"{CONFIGURATIONS}/{second}").status_code == 409
    assert cloud.api.delete(f"{DEPLOYMENTS}/{deployment}").status_code == 204
    assert cloud.api.get(f"{DEPLOYMENTS}/{deployment}").status_code == 404
    assert cloud.api.delete(f"{CONFIGURATIONS}/{second}").status_code == 204
    assert cloud.api.get(f"{CONFIGURATIONS}/{second}/versions/draft").status_code == 404


def test_configurations_are_listed_as_drafts_or_as_what_is_published(cloud: Cloud) -> None:
    published = cloud.add_configuration(name="published")
    cloud.publish(published)
    cloud.ask("POST", CONFIGURATIONS, configuration_body(name="draft"))
    listed = cloud.ask("GET", CONFIGURATIONS)["entities"]
    assert [(one["name"], one["version"]) for one in listed] == [
        ("published", "DRAFT"),
        ("draft", "DRAFT"),
    ]
    listed = cloud.ask("GET", f"{CONFIGURATIONS}?showOnlyPublished=true")["entities"]
    assert [(one["name"], one["version"]) for one in listed] == [("published", "2")]


def test_identity_resolution_is_off_until_it_is_set(cloud: Cloud) -> None:
    deployment = cloud.add_deployment(cloud.add_configuration())
    path = f"{DEPLOYMENTS}/{deployment}/identityresolution"
    assert cloud.ask("GET", path)["resolveIdentities"] is False
    wanted = {"resolveIdentities": True, "automerge": {"authenticatedWebMessaging": True}}
    assert cloud.ask("PUT", path, wanted).items() >= wanted.items()
    assert cloud.ask("GET", path).items() >= wanted.items()
    assert cloud.api.get(f"{DEPLOYMENTS}/nothing/identityresolution").status_code == 404


def test_the_public_files_tell_what_a_browser_needs_and_no_more(cloud: Cloud) -> None:
    integration = str(uuid4())
    configuration = cloud.add_configuration(
        description="internal remark",
        messenger={"enabled": True, "launcherButton": {"visibility": "Off"}},
        authenticationSettings={"enabled": True, "integrationId": integration},
    )
    id = cloud.add_deployment(configuration)
    page = {"Origin": "https://www.example.com"}
    answer = cloud.anyone.get(f"/webdeployments/v1/deployments/{id}/config.json", headers=page)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert integration not in answer.text
    assert "internal remark" not in answer.text
    config = answer.json()
    assert config["auth"] == {"enabled": True, "allowSessionUpgrade": False}
    assert "authenticationSettings" not in config
    assert (config["id"], config["version"], config["status"]) == (configuration, "1", "Active")
    assert config["apiEndpoint"] == cloud.url
    chat = config["messenger"]["apps"]["conversations"]
    assert chat["messagingEndpoint"] == cloud.url.replace("http", "ws", 1)
    assert config["messenger"]["launcherButton"] == {"visibility": "Off"}
    assert config["messenger"]["styles"]["primaryColor"].startswith("#")
    assert config["messenger"]["fileUpload"] == {"enableAttachments": False, "modes": []}
    assert config["journeyEvents"]["enabled"] is False
    domains = cloud.anyone.get(f"/webdeployments/v1/deployments/{id}/domains.json", headers=page)
    assert domains.json() == {"allowAllDomains": False, "allowedDomains": ["www.example.com"]}
    assert domains.headers["access-control-allow-origin"] == "*"
    cloud.ask("DELETE", f"{DEPLOYMENTS}/{id}")
    for name in ("config.json", "domains.json"):
        gone = cloud.anyone.get(f"/webdeployments/v1/deployments/{id}/{name}", headers=page)
        assert gone.status_code == 403
        assert gone.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("content", ["", "text", "[]", "7", '{"name":'])
def test_a_body_that_is_no_json_object_is_refused(cloud: Cloud, content: str) -> None:
    for path in (CONFIGURATIONS, DEPLOYMENTS, "/api/v2/integrations"):
        answer = cloud.api.post(path, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid.json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{DEPLOYMENTS}/nothing"),
        ("PUT", f"{DEPLOYMENTS}/nothing"),
        ("DELETE", f"{DEPLOYMENTS}/nothing"),
        ("DELETE", f"{CONFIGURATIONS}/nothing"),
        ("PUT", f"{CONFIGURATIONS}/nothing/versions/draft"),
        ("POST", f"{CONFIGURATIONS}/nothing/versions/draft/publish"),
        ("PATCH", "/api/v2/integrations/nothing"),
        ("DELETE", "/api/v2/integrations/nothing"),
        ("PUT", "/api/v2/integrations/nothing/config/current"),
        ("PUT", "/api/v2/integrations/credentials/nothing"),
        ("DELETE", "/api/v2/integrations/credentials/nothing"),
        ("GET", "/api/v2/integrations/types/nothing"),
        ("GET", "/api/v2/integrations/types/webhook/configschemas/nothing"),
        ("GET", "/api/v2/flows/nothing"),
    ],
)
def test_what_does_not_exist_is_not_found(cloud: Cloud, method: str, path: str) -> None:
    answer = cloud.api.request(method, path, json={} if method in ("PUT", "PATCH") else None)
    assert answer.status_code == 404
    body = answer.json()
    assert body["code"] == "not.found"
    assert body["status"] == 404
    assert body["contextId"] == answer.headers["inin-correlation-id"]
    assert body["messageParams"]["id"] == "nothing"
