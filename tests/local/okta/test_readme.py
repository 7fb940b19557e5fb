"""The room's README says what the emulator does."""

from __future__ import annotations

import re
from pathlib import Path

import local.okta
from local.okta.api.calls import API_TOKEN
from local.okta.model.seed import PEOPLE
from tests.local.okta.conftest import Okta

README = (Path(local.okta.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_table_of_operations_is_the_table_of_routes(okta: Okta) -> None:
    listed = re.findall(r"^\| `(GET|POST|PUT|DELETE) (\S+)` \|", README, re.MULTILINE)
    served = [(operation.method, operation.path) for operation in okta.emulator.operations()]
    assert sorted(listed) == sorted(served)
    assert len(set(served)) == len(served)


def test_token_and_people_are_those_of_the_emulator() -> None:
    assert f"SSWS {API_TOKEN}" in README
    assert all(person.login in README and person.password in README for person in PEOPLE)
