"""Finding the object of a resource whose neighbours are in the state already."""

from __future__ import annotations

from typing import Any

import httpx

from adopt.directory import Directory
from adopt.matching import Matches, find_all
from adopt.plan import Planned
from doctor.ledger import Ledger
from doctor.wire import Wire
from tests.adopt.test_directory import GENESYS, OKTA

SERVER = "/api/v1/authorizationServers/aus1"
LISTS: dict[str, Any] = {
    "/api/v1/apps/0oa1/groups/00g1": {"id": "00g1"},
    f"{SERVER}/policies": [
        {"id": "00p1", "name": "Other", "conditions": {"clients": {"include": ["0oa9"]}}},
        {"id": "00p2", "name": "By hand", "conditions": {"clients": {"include": ["0oa1"]}}},
    ],
    f"{SERVER}/policies/00p2/rules": [{"id": "0pr1", "name": "By hand"}],
}


def answer(request: httpx.Request) -> httpx.Response:
    found = LISTS.get(request.url.path)
    return httpx.Response(404) if found is None else httpx.Response(200, json=found)


def find(*planned: Planned) -> Matches:
    with Wire(Ledger(), transport=httpx.MockTransport(answer)) as wire:
        return find_all(planned, Directory(wire, OKTA, wire, GENESYS), {})


def test_an_assignment_alone_is_found_by_the_client_that_it_names() -> None:
    inputs = {"appId": "0oa1", "groupId": "00g1"}
    kind = "okta:app/groupAssignment:GroupAssignment"
    matches = find(Planned("messenger-client-everyone", kind, inputs))
    assert matches.import_ids == {"messenger-client-everyone": "0oa1/00g1"}


def test_an_assignment_whose_client_nobody_knows_is_not_found() -> None:
    kind = "okta:app/groupAssignment:GroupAssignment"
    matches = find(Planned("messenger-client-everyone", kind, {"groupId": "00g1"}))
    assert matches.reasons == {
        "messenger-client-everyone": "its client, which it belongs to, was not found"
    }


def test_a_policy_alone_is_found_by_the_clients_that_it_names() -> None:
    inputs = {"name": "Sign-in", "authServerId": "aus1", "clientWhitelists": ["0oa1"]}
    matches = find(Planned("access-policy", "okta:auth/serverPolicy:ServerPolicy", inputs))
    assert matches.import_ids == {"access-policy": "aus1/00p2"}


def test_a_rule_alone_is_found_by_the_policy_that_it_names() -> None:
    inputs = {"name": "Sign-in", "authServerId": "aus1", "policyId": "00p2"}
    matches = find(Planned("access-rule", "okta:auth/serverPolicyRule:ServerPolicyRule", inputs))
    assert matches.import_ids == {"access-rule": "aus1/00p2/0pr1"}
