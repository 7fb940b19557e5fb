"""Documents that survive a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.emulator.store import Store, StoreError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.text(), st.dictionaries(st.text(), json_values))))
def test_a_collection_behaves_like_a_dictionary(
    writes: list[tuple[str, dict[str, object]]],
) -> None:
    store, expected = Store(), dict[str, dict[str, object]]()
    collection = store.collection("things")
    for key, document in writes:
        collection[key] = document
        expected[key] = document
    assert dict(collection) == expected
    assert list(collection) == list(expected)
    assert collection.documents() == list(expected.values())
    assert len(collection) == len(expected)
    store.close()


def test_what_is_read_is_a_copy() -> None:
    collection = Store().collection("things")
    collection["a"] = {"list": [1]}
    collection["a"]["list"].append(2)
    assert collection["a"] == {"list": [1]}


def test_collections_do_not_see_each_other() -> None:
    store = Store()
    store.collection("one")["a"] = {}
    assert "a" not in store.collection("two")
    with pytest.raises(KeyError):
        del store.collection("two")["a"]


def test_a_failed_transaction_leaves_nothing() -> None:
    store = Store()
    collection = store.collection("things")

    def write_one_and_fail() -> None:
        with store.transaction():
            collection["a"] = {}
            with store.transaction():
                collection["b"] = {"value": 1 / 0}

    with pytest.raises(ZeroDivisionError):
        write_one_and_fail()
    assert store.is_empty()


def test_a_broken_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "okta.sqlite"
    file.write_bytes(b"not a database, but long enough to look like something" * 30)
    with pytest.raises(StoreError, match=r"okta\.sqlite.*python -m local reset"):
        Store(file)
