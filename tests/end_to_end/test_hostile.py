"""Hostile and broken requests: what each is answered, and what the journal says about it.

The rows are in `hostile/`, by topic. Each begins with both clouds as the stack declares them.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.end_to_end.clouds import PASSWORD
from tests.end_to_end.hostile import (
    around,
    authorize_pages,
    authorize_redirects,
    clients,
    codes,
    entrances,
    exchange,
    forged,
    frames,
    id_tokens,
    refresh_tokens,
    sign_ins,
    sockets,
)
from tests.end_to_end.hostile.cases import Case
from tests.end_to_end.visitor import Visitor
from tests.local.okta.oidc.conftest import VERIFIER

pytestmark = pytest.mark.engine

TOPICS = (
    around,
    authorize_pages,
    authorize_redirects,
    clients,
    codes,
    entrances,
    exchange,
    forged,
    frames,
    id_tokens,
    refresh_tokens,
    sign_ins,
    sockets,
)
CASES: list[Case] = [case for topic in TOPICS for case in topic.CASES]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_it_is_refused_and_the_journal_says_why(visitor: Visitor, case: Case) -> None:
    """R5, M72: never silent, never more than the vendor tells, the reason where operators look."""
    case.refusal.check(case.act(visitor), visitor)
    journals = {cloud: visitor.clouds.journal(cloud) for cloud in ("okta", "genesys")}
    statuses = set()
    for cloud, reason in (("okta", case.okta), ("genesys", case.genesys)):
        refused = [one for one in journals[cloud] if "reason" in one]
        found = [one["reason"] for one in refused]
        assert not [one for one in found if "defect" in one]
        assert found == [] if not reason else found[-1].startswith(reason), (cloud, found)
        statuses |= {one["status"] for one in refused[-1:]}
    assert not statuses or case.refusal.status in statuses
    written = json.dumps(journals)
    assert not [one for one in (PASSWORD, VERIFIER, visitor.secret) if one in written]


def test_the_table_is_as_large_as_was_asked_for_and_says_nothing_twice() -> None:
    assert len(CASES) >= 110
    assert [id for id, count in Counter(case.id for case in CASES).items() if count > 1] == []
