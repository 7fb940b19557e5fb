"""Reading what the engine printed."""

from __future__ import annotations

import json

import pytest

from review.plan import Action, PlanError, read_plan
from tests.review.captured import load, text_of
from tests.review.making import DEPLOYMENT, plan, setting, step, urn


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "found nothing, expected what `pulumi preview --json` prints"),
        ("error: no stack named 'x' found", "found \"error: no stack named 'x' found\""),
        ("[]", "found '[]'"),
        ('{"steps": [', "found JSON that is cut or broken"),
        ('{"version": 3, "deployment": {}}', "found JSON without steps"),
        ('{"sequence": 1}\n{"sequence": 2}', "found JSON without steps"),
        ("Authorization: SSWS abcdefgh", "SSWS [secret]"),
    ],
)
def test_what_is_no_plan_is_refused_with_what_was_expected(text: str, reason: str) -> None:
    with pytest.raises(PlanError) as refused:
        read_plan(text)
    assert reason in str(refused.value)


def test_lines_around_the_document_do_not_matter() -> None:
    text = text_of("add-site")
    assert read_plan(f"warning: something\n{text}\nmore\n") == read_plan(text)


@pytest.mark.parametrize(
    "document",
    [
        {"steps": None, "changeSummary": None},
        {"steps": [None, 1, {}, {"urn": 3}, {"urn": "x"}]},
        {"steps": [{"urn": "urn:pulumi:s::p::t::n", "op": 1, "oldState": [], "newState": "x"}]},
        {"steps": [{"urn": "a::b", "detailedDiff": [], "diffReasons": {}, "newState": {}}]},
        {"steps": [], "diagnostics": [1, {}, {"message": 3}], "config": []},
    ],
)
def test_a_plan_of_an_unexpected_shape_is_read_as_far_as_it_goes(
    document: dict[str, object],
) -> None:
    read_plan(json.dumps(document))


def test_the_steps_of_a_replacement_are_one() -> None:
    parts = [
        step("create-replacement", "d", DEPLOYMENT, {"a": 1}, {"a": 2}),
        step("replace", "d", DEPLOYMENT, {"a": 1}, {"a": 2}, replaceReasons=["a"]),
        step("delete-replaced", "d", DEPLOYMENT, {"a": 1}),
    ]
    (found,) = (one for one in read_plan(json.dumps(plan(*parts))).steps if one.name == "d")
    assert (found.action, found.replace_reasons) == (Action.REPLACE, ("a",))
    assert found.old is not None
    assert found.new is not None


def test_a_refreshed_resource_keeps_what_was_recorded_only_where_it_differs() -> None:
    refreshed = step("refresh", "d", DEPLOYMENT, {"a": 1}, {"a": 1})
    found = {
        drifted: read_plan(
            json.dumps(plan(refreshed, step("update", "d", DEPLOYMENT, {"a": drifted}, {"a": 3})))
        ).steps[0]
        for drifted in (1, 2)
    }
    assert found[1].recorded is None
    assert found[2].recorded is not None
    assert found[2].recorded.inputs == {"a": 1}


def test_a_resource_without_other_steps_that_is_refreshed_does_not_change() -> None:
    refreshed = step("refresh", "d", DEPLOYMENT, {"a": 1}, {"a": 1})
    assert all(not one.action.changes for one in read_plan(json.dumps(plan(refreshed))).steps)


def test_names_with_colons_stay_whole() -> None:
    change = setting("help-deployment", "name", "x")
    change["urn"] = urn("a::b", f"messenger-sso:infra:X${DEPLOYMENT}")
    (found,) = (one for one in read_plan(json.dumps(plan(change))).steps if "a::b" in one.urn)
    assert (found.name, found.type) == ("a::b", DEPLOYMENT)


def test_a_failed_preview_is_known_by_its_errors() -> None:
    failed = read_plan(json.dumps(load("bad-settings")))
    assert "expected 'separate' or 'shared'" in failed.errors[0].message
    assert read_plan(json.dumps(load("nothing"))).errors == ()
