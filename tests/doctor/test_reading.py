"""Reads that are made once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from doctor.reading import Notebook, Unread


def test_many_askers_cause_one_read() -> None:
    notes, barrier, made = Notebook(), Barrier(8), Counter[str]()

    def read() -> str:
        made["thing"] += 1
        return "value"

    def ask(_: int) -> str:
        barrier.wait(timeout=10)
        return notes.once("thing", read)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"value"}
    assert made["thing"] == 1


def test_a_read_that_failed_is_not_tried_again() -> None:
    """One that failed in a way that nobody foresaw tells its kind, and nothing that it says."""
    notes, made = Notebook(), []

    def fail() -> str:
        made.append(1)
        raise KeyError("token=s3cret")

    for _ in range(2):
        with pytest.raises(Unread, match=r"something unforeseen \(KeyError\)") as caught:
            notes.once("thing", fail)
        assert "s3cret" not in str(caught.value)
    assert made == [1]
