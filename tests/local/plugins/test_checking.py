"""Check names every mistake in the inputs, by its path, and fills in what may be left out."""

from __future__ import annotations

from typing import Any

import pytest

from local.plugins.checking import Naming, add_defaults, check_values
from local.plugins.properties import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    ListOf,
    MapOf,
    ObjectOf,
    Property,
)
from local.plugins.wire import UNKNOWN

_PART = ObjectOf(
    "shop:index/Part:Part",
    (
        Property("kind", required=True, choices=("big", "small")),
        Property("count", INTEGER, default=1),
        Property("weight", NUMBER),
    ),
)
_SHAPE = ObjectOf(
    "shop:index/order:Order",
    (
        Property("name"),
        Property("customer", required=True),
        Property("parts", ListOf(_PART)),
        Property("tags", STRINGS),
        Property("labels", MapOf(STRING)),
        Property("gift", BOOLEAN, default=False),
        Property("pin", secret=True, choices=("1", "2")),
        Property("extra", ANY),
        Property("number", INTEGER, output=True),
    ),
)


def _mistakes(news: dict[str, Any], **marks: bool) -> dict[str, str]:
    return dict(check_values(_SHAPE, {"customer": "c", **news}, marks)[1])


@pytest.mark.parametrize(
    ("news", "path", "words"),
    [
        ({"customer": None}, "customer", "customer is missing"),
        ({"custmer": "x"}, "custmer", "Did you mean customer?"),
        ({"qqq": 1}, "qqq", "Known: customer, extra"),
        ({"number": 4}, "number", "set by the service"),
        ({"gift": "perhaps"}, "gift", "gift is a text, expected true or false"),
        ({"gift": 1}, "gift", "gift is a number, expected true or false"),
        ({"customer": ["c"]}, "customer", "customer is a list, expected a text"),
        ({"tags": "one"}, "tags", "tags is a text, expected a list"),
        ({"tags": ["a", {}]}, "tags[1]", "tags[1] is an object, expected a text"),
        ({"tags": [None]}, "tags[0]", "tags[0] is null, expected a text"),
        ({"labels": {"a b": []}}, 'labels["a b"]', "is a list, expected a text"),
        ({"parts": {}}, "parts", "parts is an object, expected a list"),
        ({"parts": [{"kind": "Big"}]}, "parts[0].kind", "'Big', expected one of: big, small. Did"),
        ({"parts": [{}]}, "parts[0].kind", "parts[0].kind is missing"),
        ({"parts": [{"kind": "big", "cont": 1}]}, "parts[0].cont", "Did you mean count?"),
        ({"parts": [{"kind": "big", "count": 1.5}]}, "parts[0].count", "expected a whole number"),
        ({"parts": [{"kind": "big", "weight": "x"}]}, "parts[0].weight", "expected a number"),
        ({"parts": [{"kind": "big", "weight": "nan"}]}, "parts[0].weight", "expected a number"),
    ],
)
def test_each_mistake_is_named_with_its_path(news: dict[str, Any], path: str, words: str) -> None:
    found = _mistakes(news)
    assert list(found) == [path]
    assert words in found[path]


def test_all_mistakes_are_told_at_once() -> None:
    news = {"customer": None, "gift": "x", "parts": [{"kind": "x"}, {"count": "many"}]}
    expected = {"customer", "gift", "parts[0].kind", "parts[1].count", "parts[1].kind"}
    assert set(_mistakes(news)) == expected


@pytest.mark.parametrize("marks", [{}, {"parts": True}])
def test_no_mistake_tells_a_secret_value(marks: dict[str, bool]) -> None:
    """Neither of a property that is declared secret, nor of one that the program made secret."""
    text = str(_mistakes({"pin": "hush-1", "parts": [{"kind": "hush-2"}]}, **marks))
    assert "hush-1" not in text
    assert ("hush-2" in text) == (not marks)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"gift": "true"}, {"gift": True}),
        ({"customer": 5}, {"customer": "5"}),
        ({"customer": True}, {"customer": "true"}),
        ({"parts": [{"kind": "big", "count": "3"}]}, {"parts": [{"kind": "big", "count": 3}]}),
        ({"parts": [{"kind": "big"}]}, {"parts": [{"kind": "big", "count": 1}]}),
        ({"extra": {"any": [1]}}, {"extra": {"any": [1]}}),
        ({"labels": {"a": None, "b": 1}}, {"labels": {"b": "1"}}),
        ({"tags": None}, {}),
        ({"__defaults": ["gift"]}, {}),
    ],
)
def test_values_convert_and_nested_defaults_fill_in(
    given: dict[str, Any], kept: dict[str, Any]
) -> None:
    inputs, mistakes = check_values(_SHAPE, {"customer": "c", **given})
    assert not mistakes
    assert inputs == {"customer": "c", **kept}


def test_unknown_values_fit_everywhere() -> None:
    news = {"customer": UNKNOWN, "gift": UNKNOWN, "parts": [{"kind": UNKNOWN}], "tags": UNKNOWN}
    inputs, mistakes = check_values(_SHAPE, news)
    assert not mistakes
    assert inputs["tags"] is UNKNOWN


def _defaults(
    inputs: dict[str, Any], olds: dict[str, Any] | None = None, **naming: Any
) -> dict[str, Any]:
    mistakes = add_defaults(_SHAPE, "name", inputs, olds or {}, Naming("order", **naming))
    return inputs | {"mistakes": mistakes}


def test_defaults_and_invented_names_are_recorded() -> None:
    found = _defaults({"customer": "c"})
    assert found["gift"] is False
    assert found["__defaults"] == ["gift", "name"]
    logical, _, suffix = found["name"].rpartition("-")
    assert logical == "order"
    assert len(suffix) == 7
    assert set(suffix) <= set("0123456789abcdef")


def test_a_given_name_is_no_default() -> None:
    assert _defaults({"name": "mine", "gift": True}).get("__defaults") is None


def test_an_invented_name_stays_and_a_dropped_name_is_replaced_by_an_invented_one() -> None:
    assert _defaults({}, {"name": "order-1234567", "__defaults": ["name"]})["name"] == (
        "order-1234567"
    )
    assert _defaults({}, {"name": "mine"})["name"].startswith("order-")


def test_the_seed_decides_the_invented_name() -> None:
    first, again, other = (_defaults({}, seed=seed)["name"] for seed in (b"1", b"1", b"2"))
    assert first == again != other


def test_invented_names_have_at_most_255_characters() -> None:
    assert len(Naming("x" * 400).invent()) == 255


def test_settings_of_the_stack_propose_or_forbid_names() -> None:
    assert _defaults({}, proposed="order-of-today")["name"] == "order-of-today"
    forbidden = _defaults({}, allowed=False)
    assert "name" not in forbidden
    assert "forbid automatic names" in forbidden["mistakes"][0].reason
