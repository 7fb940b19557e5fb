"""Inputs follow what was seen in the cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.plugins.following import follow, with_defaults
from local.plugins.planning import compare
from local.plugins.wire import Values
from tests.local.plugins.declared import ORDER


@pytest.mark.parametrize(
    ("inputs", "state", "followed"),
    [
        ({"name": "a"}, {"name": "b", "price": 1}, {"name": "b"}),
        ({"name": "a"}, {}, {}),
        ({"tags": []}, {}, {"tags": []}),
        ({"options": ["a", "b"]}, {"options": ["b", "a"]}, {"options": ["a", "b"]}),
        ({"note": "x"}, {"note": " x"}, {"note": "x"}),
        ({"coupon": "c"}, {}, {"coupon": "c"}),
        ({"main": {"kind": "a"}}, {"main": {"kind": "b", "serial": "s"}}, {"main": {"kind": "b"}}),
    ],
)
def test_a_refresh_moves_what_the_program_gave_and_nothing_else(
    inputs: Values, state: Values, followed: Values
) -> None:
    assert follow(ORDER, inputs, state) == followed


def test_a_refreshed_default_is_still_a_default() -> None:
    followed = follow(ORDER, {"gift": False, "__defaults": ["gift"]}, {"gift": True})
    assert followed == {"gift": True, "__defaults": ["gift"]}


def test_an_import_takes_what_has_a_value_and_lists_the_defaults() -> None:
    state = {
        "name": "a",
        "gift": False,
        "tags": [],
        "price": 5,
        "number": "4",
        "main": {"kind": "b", "count": 0},
    }
    followed = follow(ORDER, {}, state)
    assert followed == {
        "name": "a",
        "gift": False,
        "price": 5,
        "main": {"kind": "b"},
        "__defaults": ["gift"],
    }


def test_importing_and_checking_again_changes_nothing() -> None:
    state: dict[str, Any] = {"name": "a", "options": ["x"], "parts": [{"kind": "b"}], "note": "n"}
    inputs = follow(ORDER, {}, json.loads(json.dumps(state)))
    assert compare(ORDER, state, inputs, ()).paths == {}


def test_an_imported_state_has_defaults_for_what_the_service_does_not_tell() -> None:
    assert with_defaults(ORDER, {"name": "a"}) == {"name": "a", "gift": False}
    assert with_defaults(ORDER, {"gift": True}) == {"gift": True}
