"""docs/doctor.md says what the code does."""

from __future__ import annotations

from pathlib import Path

from doctor.check import Area, Per
from doctor.checks import ALL_CHECKS
from doctor.exit_codes import EXIT_CODES, INTERRUPTED, WRONG_USE
from doctor.reference import reference

PAGE = Path(__file__).resolve().parents[2] / "docs" / "doctor.md"


def test_the_committed_tables_are_those_that_the_checks_give() -> None:
    """Renew them with `python -m doctor.reference`."""
    assert PAGE.read_text(encoding="utf-8").endswith(reference())


def test_every_exit_code_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for code in (*EXIT_CODES.values(), WRONG_USE, INTERRUPTED):
        assert f"\n| {code} | " in page


def test_checks_are_described_alike() -> None:
    """Ids are unique, nobody waits for themselves, and every sentence can be read as one."""
    ids = [check.id for check in ALL_CHECKS]
    assert len(set(ids)) == len(ids)
    for check in ALL_CHECKS:
        assert set(check.waits_for) <= set(ids) - {check.id}
        assert check.title[0].isupper()
        assert not check.title.endswith(".")
        assert not check.cause.endswith("."), check.id
        assert check.cure.endswith("."), check.id
        assert "|" not in check.cause + check.cure
    assert {check.area for check in ALL_CHECKS} == set(Area)
    assert {check.per for check in ALL_CHECKS} == set(Per)
