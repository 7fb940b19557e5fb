"""Values keep their meaning and their secrecy on the way from and to the engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.plugins.wire import (
    UNKNOWN,
    Marks,
    Values,
    decode,
    decode_marks,
    encode,
    has_unknown,
    merge_marks,
)
from tests.local.plugins.engine_client import (
    UNKNOWN as UNKNOWN_TEXT,
)
from tests.local.plugins.engine_client import (
    from_struct,
    is_secret,
    secret,
    to_struct,
)

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"

_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(UNKNOWN)
)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(st.dictionaries(st.text(min_size=1), _values))
def test_what_is_encoded_decodes_to_the_same(values: Values) -> None:
    assert decode(encode(values)) == values


def test_whole_numbers_arrive_as_integers_and_booleans_as_booleans() -> None:
    found = decode(to_struct({"minutes": 60, "share": 0.5, "on": True}))
    assert found == {"minutes": 60, "share": 0.5, "on": True}
    assert [type(found[key]) for key in ("minutes", "share", "on")] == [int, float, bool]


@pytest.mark.parametrize(
    ("sent", "plain", "marks"),
    [
        (secret("s"), "s", True),
        (secret(UNKNOWN_TEXT), UNKNOWN, True),
        ([1, secret("s")], [1, "s"], True),
        ({"open": 1, "shut": secret("s")}, {"open": 1, "shut": "s"}, {"shut": True}),
        ({_SIGNATURE: _OUTPUT, "value": "v", "secret": True}, "v", True),
        ({_SIGNATURE: _OUTPUT, "value": "v"}, "v", False),
        ({_SIGNATURE: _OUTPUT}, UNKNOWN, False),
        ({_SIGNATURE: _REFERENCE, "urn": "u", "id": "i"}, "i", False),
        (UNKNOWN_TEXT, UNKNOWN, False),
    ],
)
def test_special_forms_are_unwrapped_and_their_secrecy_is_noted(
    sent: Any, plain: Any, marks: bool | Marks
) -> None:
    struct = to_struct({"it": sent})
    assert decode(struct) == {"it": plain}
    assert decode_marks(struct) == ({"it": marks} if marks else {})


def test_marked_values_leave_as_secrets_and_nothing_else_does() -> None:
    values = {"a": 1, "b": {"c": "x", "d": UNKNOWN}, "e": [1]}
    sent = from_struct(encode(values, {"b": {"d": True}, "e": True, "absent": True}))
    assert sent["a"] == 1
    assert sent["b"]["c"] == "x"
    assert is_secret(sent["b"]["d"])
    assert sent["b"]["d"]["value"] == UNKNOWN_TEXT
    assert is_secret(sent["e"])
    assert sent["e"]["value"] == [1]
    assert "absent" not in sent


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ({}, {"a": True}, {"a": True}),
        ({"a": {"x": True}}, {"a": {"y": True}}, {"a": {"x": True, "y": True}}),
        ({"a": {"x": True}}, {"a": True}, {"a": True}),
        ({"a": True}, {"a": {"x": True}}, {"a": True}),
    ],
)
def test_merged_marks_hide_what_either_hides(first: Marks, second: Marks, merged: Marks) -> None:
    assert merge_marks(first, second) == merged


def test_unknown_is_found_at_any_depth() -> None:
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": "UNKNOWN"}]})


def test_what_the_protocol_has_no_form_for_is_refused() -> None:
    with pytest.raises(TypeError, match="set cannot be sent"):
        encode({"a": {1, 2}})
