"""A change means what the vendor's provider would say it means."""

from __future__ import annotations

import pytest

from local.plugins.planning import compare, outputs, plan
from local.plugins.wire import UNKNOWN, Values
from tests.local.plugins.declared import ORDER


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"name": "a"}, {"name": "b"}, {"name": "UPDATE"}),
        ({}, {"name": "b"}, {"name": "ADD"}),
        ({"name": "a"}, {}, {"name": "DELETE"}),
        ({"name": "a"}, {"name": UNKNOWN}, {"name": "UPDATE"}),
        ({"tags": ["a", "b"]}, {"tags": ["a", "c"]}, {"tags[1]": "UPDATE"}),
        ({"tags": ["a"]}, {"tags": ["a", "b"]}, {"tags[1]": "ADD"}),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}, {"tags[1]": "DELETE"}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, {"tags[0]": "UPDATE", "tags[1]": "UPDATE"}),
        ({"options": ["a", "b"]}, {"options": ["a"]}, {"options[1]": "DELETE"}),
        ({"options": ["a"]}, {"options": ["b", "a"]}, {"options[0]": "ADD"}),
        ({"options": ["a"]}, {"options": ["b"]}, {"options[0]": "UPDATE"}),
        ({"options": ["a"]}, {"options": ["a", UNKNOWN]}, {"options": "UPDATE"}),
        ({"main": {"count": 1}}, {"main": {"count": 2}}, {"main.count": "UPDATE"}),
        ({"main": {"count": 1}}, {}, {"main": "DELETE"}),
        ({"parts": [{"kind": "a"}]}, {"parts": [{"kind": "b"}]}, {"parts[0].kind": "UPDATE"}),
        ({"parts": []}, {"parts": [{"kind": "b"}]}, {"parts[0]": "ADD"}),
        ({"labels": {"a": "1"}}, {"labels": {"a": "2"}}, {"labels.a": "UPDATE"}),
        ({"labels": {"b c": "1"}}, {"labels": {"a": "1"}}, {'labels["b c"]': "DELETE", "labels.a": "ADD"}),  # noqa: E501
        ({"price": 5}, {"price": 6}, {"price": "UPDATE"}),
    ],
)  # fmt: skip
def test_changes_are_named_by_their_path(old: Values, new: Values, paths: dict[str, str]) -> None:
    assert compare(ORDER, old, new, ()).paths == paths


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"name": ""}, {}),
        ({}, {"name": ""}),
        ({"gift": False, "tags": [], "labels": {}}, {}),
        ({}, {"gift": False, "tags": []}),
        ({"options": ["a", "b"]}, {"options": ["b", "a"]}),
        ({"parts": [{"kind": "a", "serial": "s"}]}, {"parts": [{"kind": "a"}]}),
        ({"main": {"kind": "a", "serial": "s"}}, {"main": {"kind": "a"}}),
        ({"price": 5}, {}),
        ({"note": " x "}, {"note": "x"}),
        ({}, {"coupon": "c"}),
        ({"number": "4", "unheard": 1}, {}),
    ],
)
def test_these_are_no_changes(old: Values, new: Values) -> None:
    """Empty equals absent, sets have no order, computed values may be left out."""
    assert compare(ORDER, old, new, ()).paths == {}


def test_only_declared_properties_replace() -> None:
    found = compare(ORDER, {"customer": "a", "name": "x"}, {"customer": "b", "name": "y"}, ())
    assert found.replacing == {"customer"}


def test_a_resource_may_replace_for_reasons_of_its_own() -> None:
    found = compare(ORDER, {"gift": True}, {"gift": False}, ())
    assert (found.paths, found.replacing) == ({"gift": "UPDATE"}, {"gift"})


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        (("customer",), {"parts[0].kind", "parts[1].kind"}),
        (("parts",), {"customer"}),
        (("parts[0].kind",), {"customer", "parts[1].kind"}),
        (("parts[*].kind",), {"customer"}),
        (("cust", "part"), {"customer", "parts[0].kind", "parts[1].kind"}),
    ],
)
def test_ignored_changes_are_left_out(ignored: tuple[str, ...], left: set[str]) -> None:
    old = {"customer": "a", "parts": [{"kind": "a"}, {"kind": "b"}]}
    new = {"customer": "b", "parts": [{"kind": "c"}, {"kind": "d"}]}
    found = compare(ORDER, old, new, ignored)
    assert set(found.paths) == left
    assert found.replacing == left & {"customer"}


def test_a_new_object_is_planned_with_what_only_the_service_knows_as_unknown() -> None:
    planned = plan(ORDER, None, {"name": "a", "coupon": "c", "parts": [{"kind": "x"}]})
    assert planned == {
        "name": "a",
        "parts": [{"kind": "x", "serial": UNKNOWN}],
        **dict.fromkeys(("price", "number", "changed", "version"), UNKNOWN),
    }


def test_an_update_keeps_what_the_service_said_but_for_what_it_will_say_anew() -> None:
    old = {"name": "a", "price": 5, "number": "4", "changed": "t1", "version": "1"}
    old["parts"] = [{"kind": "x", "serial": "s1"}]
    planned = plan(ORDER, old, {"name": "b", "parts": [{"kind": "x"}]})
    assert planned == old | {"name": "b", "changed": UNKNOWN}
    planned = plan(ORDER, old, {"name": "a", "parts": [{"kind": "y"}]})
    assert planned["version"] is UNKNOWN
    assert planned["parts"] == [{"kind": "y", "serial": "s1"}]


def test_an_update_keeps_empty_values_and_drops_others_that_are_not_given() -> None:
    planned = plan(ORDER, {"gift": False, "tags": [], "name": "a"}, {})
    assert (planned["gift"], planned["tags"], planned.get("name")) == (False, [], None)


def test_nothing_settles_anew_without_a_change() -> None:
    old = {"name": "a", "changed": "t1", "price": 5, "number": "4", "version": "1"}
    assert plan(ORDER, old, {"name": "a"}) == old


def test_outputs_are_what_a_verb_returned_on_top_of_what_was_asked_for() -> None:
    asked = {"name": "a", "gift": True, "coupon": "c", "__defaults": ["gift"]}
    assert outputs(ORDER, asked, {"number": "4", "gift": None}) == {"name": "a", "number": "4"}


def test_a_verb_that_returns_what_is_not_declared_is_mistaken() -> None:
    with pytest.raises(KeyError, match="declares no colour"):
        outputs(ORDER, {}, {"colour": "red"})
