"""Groups are assigned to applications by the vendor provider's calls."""

from __future__ import annotations

import pytest

from tests.local.plugins.engine_client import CallError, EngineClient
from tests.local.plugins.okta.double import OktaDouble

ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
_PATH = "/api/v1/apps/0oa1/groups/00g1"
_MINE = {"appId": "0oa1", "groupId": "00g1"}


def test_an_assignment_is_put_and_read(engine: EngineClient, okta: OktaDouble) -> None:
    id, state, inputs = engine.make(ASSIGNMENT, _MINE)
    assert (id, okta.lines()) == ("00g1", [f"PUT {_PATH}", f"GET {_PATH}"])
    assert okta.calls[0].body == {}
    assert engine.diff(ASSIGNMENT, state, inputs).paths == {}


def test_priority_and_profile_are_sent(engine: EngineClient, okta: OktaDouble) -> None:
    given = {**_MINE, "priority": 3, "profile": '{"role":  "visitor"}'}
    id, state, inputs = engine.make(ASSIGNMENT, given)
    assert okta.calls[0].body == {"priority": 3, "profile": {"role": "visitor"}}
    assert state["priority"] == 3
    assert engine.diff(ASSIGNMENT, state, inputs).paths == {}, "spaces in JSON mean nothing"
    after = engine.update(ASSIGNMENT, id, state, inputs | {"priority": 4})
    assert (after["priority"], okta.lines()[2:]) == (4, [f"PUT {_PATH}", f"GET {_PATH}"])
    assert engine.diff(ASSIGNMENT, state, _MINE).paths == {
        "priority": "DELETE",
        "profile": "DELETE",
    }


@pytest.mark.parametrize("name", ["appId", "groupId"])
def test_another_application_or_group_replaces(engine: EngineClient, name: str) -> None:
    _, state, inputs = engine.make(ASSIGNMENT, _MINE)
    found = engine.diff(ASSIGNMENT, state, inputs | {name: "other"})
    assert (found.paths, found.replaces) == ({name: "UPDATE_REPLACE"}, [name])


def test_an_internal_error_is_tried_again(engine: EngineClient, okta: OktaDouble) -> None:
    okta.fail("PUT .*", 500, {"errorCode": "E0000009", "errorSummary": "Internal Server Error"})
    engine.make(ASSIGNMENT, _MINE)
    assert okta.lines().count(f"PUT {_PATH}") == 2


def test_a_refused_assignment_names_both_sides(engine: EngineClient, okta: OktaDouble) -> None:
    okta.fail("PUT .*", 404, {"errorCode": "E0000007", "errorSummary": "Not found: 00g1 (Group)"})
    with pytest.raises(CallError, match="refused to assign group 00g1 to application 0oa1: Not"):
        engine.make(ASSIGNMENT, _MINE)


def test_it_imports_by_application_and_group(engine: EngineClient) -> None:
    _, state, inputs = engine.make(ASSIGNMENT, _MINE)
    found, imported, _ = engine.read(ASSIGNMENT, "0oa1/00g1")
    assert (found, imported) == ("00g1", state)
    assert engine.diff(ASSIGNMENT, imported, inputs).paths == {}


@pytest.mark.parametrize("retained", [False, True])
def test_it_is_removed_unless_it_is_to_be_retained(
    engine: EngineClient, okta: OktaDouble, retained: bool
) -> None:
    id, state, _ = engine.make(ASSIGNMENT, {**_MINE, "retainAssignment": retained})
    engine.delete(ASSIGNMENT, id, state)
    assert (_PATH in okta.objects) is retained


def test_a_profile_that_is_no_json_object_is_named(engine: EngineClient) -> None:
    failures = engine.check(ASSIGNMENT, {**_MINE, "profile": "visitor"}).failures
    assert list(failures) == ["profile"]
