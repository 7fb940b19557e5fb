"""Integration types, credentials and integrations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.genesys.conftest import DISCOVERY_URI, MESSENGER_TYPE_NAME, Cloud, Json


@pytest.fixture
def messenger(cloud: Cloud) -> Json:
    """Ids of a fresh integration and credential, and the slot that takes it."""
    (slot,) = cloud.messenger_type()["credentials"]
    return {
        "path": f"/api/v2/integrations/{cloud.add_integration()}",
        "slot": slot,
        "credential": cloud.add_credential(),
    }


def config(messenger: Json, **changes: Any) -> Json:
    return {
        "name": "Sign-in",
        "version": 1,
        "notes": "made by a test",
        "properties": {"discoveryUri": DISCOVERY_URI},
        "advanced": {},
        "credentials": {messenger["slot"]: {"id": messenger["credential"]}},
    } | changes


def state(cloud: Cloud, messenger: Json) -> str:
    return str(cloud.ask("GET", messenger["path"])["reportedState"]["code"])


def test_the_messenger_type_is_found_by_its_name_and_describes_itself(cloud: Cloud) -> None:
    """The four look-ups that a program needs, none of which takes an identifier for granted."""
    names, number = [], 1
    while page := cloud.ask("GET", f"/api/v2/integrations/types?pageSize=2&pageNumber={number}")[
        "entities"
    ]:
        names += [one["name"] for one in page]
        number += 1
    assert names.count(MESSENGER_TYPE_NAME) == 1
    assert len(names) > 3, "a program has to choose"
    id = cloud.messenger_type()["id"]
    ((_, slot),) = cloud.ask("GET", f"/api/v2/integrations/types/{id}")["credentials"].items()
    assert slot["required"] is True
    schema = cloud.ask("GET", f"/api/v2/integrations/types/{id}/configschemas/properties")
    titles = {one["title"]: key for key, one in schema["properties"].items()}
    assert schema["required"] == [titles["Discovery URI"]]
    assert schema["properties"][titles["Max Refresh Token Lifetime"]]["minimum"] == 900
    advanced = cloud.ask("GET", f"/api/v2/integrations/types/{id}/configschemas/advanced")
    assert advanced["properties"] == {}
    types = cloud.ask("GET", "/api/v2/integrations/credentials/types")["entities"]
    (kind,) = [one for one in types if one["name"] == slot["credentialTypes"][0]]
    assert kind["required"] == ["clientId", "clientSecret"]


def test_a_new_integration_is_disabled_and_its_configuration_has_every_member(
    cloud: Cloud, messenger: Json
) -> None:
    shown = cloud.ask("GET", messenger["path"])
    assert shown["name"] == MESSENGER_TYPE_NAME
    assert shown["intendedState"] == "DISABLED"
    current = cloud.ask("GET", f"{messenger['path']}/config/current")
    assert {"name", "version", "notes", "properties", "advanced", "credentials"} <= current.keys()
    assert (current["version"], current["properties"], current["credentials"]) == (1, {}, {})


def test_it_is_active_only_when_it_is_enabled_and_complete(cloud: Cloud, messenger: Json) -> None:
    path = messenger["path"]
    assert state(cloud, messenger) == "INACTIVE"
    cloud.ask("PATCH", f"{path}?pageSize=25&pageNumber=1", {"intendedState": "ENABLED"})
    assert state(cloud, messenger) == "ERROR"
    reported = cloud.ask("GET", path)["reportedState"]["detail"]["message"]
    assert "properties.discoveryUri: is required" in reported
    assert f"credentials.{messenger['slot']}: is required" in reported
    cloud.ask("PUT", f"{path}/config/current", config(messenger))
    assert state(cloud, messenger) == "ACTIVE"
    cloud.ask("PATCH", path, {"intendedState": "DISABLED"})
    assert state(cloud, messenger) == "INACTIVE"


def test_a_configuration_is_replaced_whole_and_only_on_top_of_the_present_version(
    cloud: Cloud, messenger: Json
) -> None:
    path = f"{messenger['path']}/config/current"
    saved = cloud.ask("PUT", path, config(messenger))
    assert saved["version"] == 2
    assert saved["properties"] == {"discoveryUri": DISCOVERY_URI}
    assert saved["credentials"][messenger["slot"]]["id"] == messenger["credential"]
    assert cloud.ask("GET", messenger["path"])["name"] == "Sign-in"
    stale = cloud.api.put(path, json=config(messenger))
    assert stale.status_code == 409
    assert "does not match the current version" in stale.json()["message"]
    emptied = cloud.ask("PUT", path, {"version": 2, "name": ""})
    assert (emptied["version"], emptied["properties"], emptied["notes"]) == (3, {}, "")
    assert emptied["name"] == "Sign-in", "an empty name keeps the present one"
    assert cloud.ask("GET", path) == emptied


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"properties": {"discoveryUri": "example.com"}}, "properties.discoveryUri", "absolute"),
        (
            {"properties": {"discoveryUri": "https://example.com/oauth2/default"}},
            "properties.discoveryUri",
            "/.well-known/openid-configuration",
        ),
        (
            {"properties": {"discoveryUri": DISCOVERY_URI.replace("https", "http")}},
            "properties.discoveryUri",
            "https",
        ),
        (
            {"properties": {"discoveryUri": DISCOVERY_URI.replace("okta", "ok\u200dta")}},
            "properties.discoveryUri",
            "absolute",
        ),
        ({"properties": {"discoveryUri": 7}}, "properties.discoveryUri", "string"),
        ({"properties": {"discoveryURI": DISCOVERY_URI}}, "properties.discoveryURI", "not known"),
        (
            {"properties": {"discoveryUri": DISCOVERY_URI, "maxRefreshTokenLifetime": 899}},
            "properties.maxRefreshTokenLifetime",
            "900",
        ),
        (
            {"properties": {"discoveryUri": DISCOVERY_URI, "implicitFlowSupport": "no"}},
            "properties.implicitFlowSupport",
            "True",
        ),
        ({"advanced": {"x": 1}}, "advanced.x", "not known"),
        ({"properties": "text"}, "properties", "dictionary"),
        ({"credentials": {"other": {"id": "x"}}}, "credentials.other", "no credential of"),
        ({"version": "1"}, "version", "integer"),
    ],
)
def test_settings_that_the_type_does_not_take_are_refused(
    cloud: Cloud, messenger: Json, changes: Json, field: str, reason: str
) -> None:
    answer = cloud.api.put(f"{messenger['path']}/config/current", json=config(messenger, **changes))
    assert answer.status_code == 400
    (detail,) = answer.json()["details"]
    assert detail["fieldName"] == field
    assert reason in detail["errorCode"]


def test_every_mistake_is_named_at_once(cloud: Cloud, messenger: Json) -> None:
    wrong = config(
        messenger,
        properties={"discoveryUri": "x", "y": 1},
        credentials={messenger["slot"]: {"id": "nothing"}},
    )
    details = cloud.api.put(f"{messenger['path']}/config/current", json=wrong).json()["details"]
    assert [detail["fieldName"] for detail in details] == [
        "properties.discoveryUri",
        "properties.y",
        f"credentials.{messenger['slot']}",
    ]


def test_a_credential_never_shows_its_fields_and_is_checked_against_its_type(cloud: Cloud) -> None:
    path = f"/api/v2/integrations/credentials/{cloud.add_credential()}"
    assert "hidden-value" not in cloud.api.get(path).text
    assert "hidden-value" not in cloud.api.get("/api/v2/integrations/credentials").text
    kind = cloud.ask("GET", path)["type"]
    wrong = {"type": kind, "credentialFields": {"clientSecret": "s", "realm": "r"}}
    answer = cloud.api.put(path, json=wrong)
    assert answer.status_code == 400
    fields = [detail["fieldName"] for detail in answer.json()["details"]]
    assert fields == ["credentialFields.clientId", "credentialFields.realm"]
    assert cloud.api.put(path, json={"type": {"name": "unheard"}}).status_code == 400
    free = {
        "name": "free",
        "type": {"name": "userDefinedOAuth"},
        "credentialFields": {"realm": "r"},
    }
    assert cloud.ask("PUT", path, free)["name"] == "free"


def test_a_credential_in_use_stays_until_nobody_uses_it(cloud: Cloud, messenger: Json) -> None:
    path = f"/api/v2/integrations/credentials/{messenger['credential']}"
    cloud.ask("PUT", f"{messenger['path']}/config/current", config(messenger))
    assert cloud.api.delete(path).status_code == 409
    listing = cloud.ask("GET", f"/api/v2/integrations?credentialId={messenger['credential']}")
    assert listing["total"] == 1
    cloud.ask("DELETE", messenger["path"])
    assert cloud.api.get(messenger["path"]).status_code == 404
    assert cloud.api.delete(path).status_code == 204
    assert cloud.api.get(path).status_code == 404


def test_listings_are_complete_by_page_and_by_cursor(cloud: Cloud) -> None:
    made = [cloud.add_credential() for _ in range(5)]
    path = "/api/v2/integrations/credentials"
    by_page: list[str] = []
    for number in (1, 2, 3, 4):
        page = cloud.ask("GET", f"{path}?pageSize=2&pageNumber={number}")
        assert (page["total"], page["pageCount"]) == (5, 3)
        assert ("nextUri" in page) == (number < 3)
        by_page += [one["id"] for one in page["entities"]]
    assert by_page == made
    by_cursor: list[str] = []
    target = f"{path}/listing?pageSize=2"
    while target:
        listing = cloud.ask("GET", target)
        by_cursor += [one["id"] for one in listing["entities"]]
        target = listing.get("nextUri", "")
    assert by_cursor == made
    assert cloud.ask("GET", f"{path}/listing?after={made[-1]}")["entities"] == []
    before = cloud.ask("GET", f"{path}/listing?pageSize=2&before={made[3]}")
    assert [one["id"] for one in before["entities"]] == made[1:3]
    for query in ("pageSize=0", "pageSize=501", "pageNumber=x", "pageSize=-1"):
        assert cloud.api.get(f"{path}?{query}").status_code == 400
    assert cloud.api.get(f"{path}/listing?after=nothing").status_code == 400
