"""Groups and authorization servers are found by name as the vendor's provider finds them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.local.plugins.engine_client import CallError, EngineClient
from tests.local.plugins.okta.double import OktaDouble

EVERYONE = "okta:group/getEveryoneGroup:getEveryoneGroup"
GROUP = "okta:group/getGroup:getGroup"
SERVER = "okta:auth/getServer:getServer"
_GROUPS = "/api/v1/groups"
_SERVERS = "/api/v1/authorizationServers"


def _group(id: str, name: str, kind: str = "OKTA_GROUP") -> dict[str, Any]:
    return {"id": id, "type": kind, "profile": {"name": name, "description": f"about {name}"}}


def _list(okta: OktaDouble, path: str, *found: dict[str, Any]) -> None:
    okta.lists[path] = [httpx.Response(200, json=list(found))]


def test_everyone_is_found_among_its_like(engine: EngineClient, okta: OktaDouble) -> None:
    _list(okta, _GROUPS, _group("00g1", "Everyone else"), _group("00g2", "Everyone"))
    results, _ = engine.invoke(EVERYONE, {"includeUsers": False})
    assert results == {"id": "00g2", "description": "about Everyone", "includeUsers": False}
    assert okta.calls[0].query["q"] == "Everyone"


def test_a_group_is_found_by_name(engine: EngineClient, okta: OktaDouble) -> None:
    _list(okta, _GROUPS, _group("00g1", "Visitors"), _group("00g2", "Visitors abroad"))
    results, _ = engine.invoke(GROUP, {"name": "Visitors", "type": "OKTA_GROUP"})
    assert (results["id"], results["name"], results["type"]) == ("00g1", "Visitors", "OKTA_GROUP")
    assert results["users"] == []
    assert okta.calls[0].query["filter"] == 'type eq "OKTA_GROUP"'


def test_a_single_group_whose_name_begins_so_counts(engine: EngineClient, okta: OktaDouble) -> None:
    _list(okta, _GROUPS, _group("00g2", "Visitors abroad"))
    assert engine.invoke(GROUP, {"name": "Visitors"})[0]["name"] == "Visitors abroad"


def test_a_group_is_found_by_id_with_its_members(engine: EngineClient, okta: OktaDouble) -> None:
    okta.objects[f"{_GROUPS}/00g1"] = _group("00g1", "Visitors")
    _list(okta, f"{_GROUPS}/00g1/users", {"id": "00u1"}, {"id": "00u2"})
    results, _ = engine.invoke(GROUP, {"id": "00g1", "includeUsers": True})
    assert (results["name"], results["users"]) == ("Visitors", ["00u1", "00u2"])


@pytest.mark.parametrize(
    ("arguments", "found", "words"),
    [
        ({"name": "V"}, [], "Okta has no group named 'V'. Check the name"),
        ({"name": "V", "type": "APP_GROUP"}, [], "no group named 'V' of type APP_GROUP"),
        ({"name": "V"}, ["Va", "Vb"], "no group named 'V', but 2 whose names begin so"),
        ({}, [], "Give the name or the id"),
        ({"id": "00g1", "name": "V"}, [], "not both"),
        ({"name": "V", "delayReadSeconds": "soon"}, [], "expected a whole number of seconds"),
    ],
)
def test_groups_that_cannot_be_told_are_clear_errors(
    engine: EngineClient,
    okta: OktaDouble,
    arguments: dict[str, Any],
    found: list[str],
    words: str,
) -> None:
    _list(okta, _GROUPS, *(_group(name, name) for name in found))
    with pytest.raises(CallError, match=words):
        engine.invoke(GROUP, arguments)


def test_a_server_is_found_by_its_exact_name(engine: EngineClient, okta: OktaDouble) -> None:
    signing = {"kid": "k", "rotationMode": "AUTO", "lastRotated": "t1", "nextRotation": "t2"}
    found = {
        "id": "aus1",
        "name": "default",
        "description": "",
        "audiences": ["api://default"],
        "issuer": "https://acme.okta.test/oauth2/default",
        "issuerMode": "ORG_URL",
        "status": "ACTIVE",
        "credentials": {"signing": signing},
    }
    _list(okta, _SERVERS, {**found, "id": "aus0", "name": "default two"}, found)
    results, _ = engine.invoke(SERVER, {"name": "default"})
    assert results == {
        "id": "aus1",
        "name": "default",
        "description": "",
        "audiences": ["api://default"],
        "issuer": "https://acme.okta.test/oauth2/default",
        "issuerMode": "ORG_URL",
        "status": "ACTIVE",
        "kid": "k",
        "credentialsRotationMode": "AUTO",
        "credentialsLastRotated": "t1",
        "credentialsNextRotation": "t2",
    }
    assert okta.calls[0].query == {"limit": "200", "q": "default"}


def test_a_server_that_is_not_there_is_a_clear_error(
    engine: EngineClient, okta: OktaDouble
) -> None:
    _list(okta, _SERVERS, {"id": "aus0", "name": "default two"})
    with pytest.raises(CallError, match="no authorization server named 'default'"):
        engine.invoke(SERVER, {"name": "default"})
