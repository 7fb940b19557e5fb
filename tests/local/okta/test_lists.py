"""Pages and filters of lists, and the system log as the longest of them."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.okta.api.filters import filtered
from local.okta.errors import OktaError
from tests.local.okta.bodies import app_body, origin_body
from tests.local.okta.conftest import Okta

ORIGINS = "/api/v1/trustedOrigins"
NEXT = re.compile(r'<([^>]+)>; rel="next"')


def pages(okta: Okta, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Return all pages of a list, following the links as they are."""
    found = []
    answer = okta.client.get(path, params=query)
    while True:
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        links = answer.headers.get_list("link")
        assert any('rel="self"' in link for link in links)
        following = NEXT.search(", ".join(links))
        if following is None:
            return found
        assert following[1].startswith(f"{okta.url}{path}?")
        answer = okta.client.get(following[1])


def add_origins(okta: Okta, count: int) -> list[str]:
    return [
        okta.post(ORIGINS, origin_body(f"https://shop-{number}.test"))["id"]
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "limit", "sizes"),
    [(0, 2, [0]), (2, 2, [2]), (5, 2, [2, 2, 1]), (3, 200, [3])],
)
def test_a_list_comes_in_pages(okta: Okta, count: int, limit: int, sizes: list[int]) -> None:
    ids = add_origins(okta, count)
    found = pages(okta, ORIGINS, limit=limit)
    assert [len(page) for page in found] == sizes
    assert [one["id"] for page in found for one in page] == ids


def test_a_list_has_200_entries_a_page_unless_fewer_are_asked_for(okta: Okta) -> None:
    add_origins(okta, 201)
    assert [len(page) for page in pages(okta, ORIGINS)] == [200, 1]
    assert [len(page) for page in pages(okta, ORIGINS, limit=1000)] == [200, 1]


@pytest.mark.parametrize("gone", [1, 2, 4], ids=["earlier", "last of the page", "later"])
def test_pages_keep_their_filter_and_skip_nothing_when_an_entry_goes(okta: Okta, gone: int) -> None:
    ids = add_origins(okta, 5)
    okta.post(f"{ORIGINS}/{ids[0]}/lifecycle/deactivate")
    query: dict[str, str | int] = {"filter": 'status eq "ACTIVE"', "limit": 2}
    first = okta.client.get(ORIGINS, params=query)
    assert [one["id"] for one in first.json()] == ids[1:3]
    following = NEXT.search(", ".join(first.headers.get_list("link")))
    assert following is not None
    okta.delete(f"{ORIGINS}/{ids[gone]}")
    rest = [id for id in ids[3:] if id != ids[gone]]
    assert [one["id"] for one in okta.client.get(following[1]).json()] == rest


def test_name_and_origin_are_free_again_when_they_are_given_up(okta: Okta) -> None:
    id = okta.post(ORIGINS, origin_body("https://a.test"))["id"]
    okta.put(f"{ORIGINS}/{id}", origin_body("https://b.test"))
    okta.post(ORIGINS, origin_body("https://a.test"))
    okta.delete(f"{ORIGINS}/{id}")
    okta.post(ORIGINS, origin_body("https://b.test"))


PEOPLE: list[dict[str, Any]] = [
    {"name": "Alice", "age": 30, "tags": [{"id": "a"}, {"id": "b"}], "active": True},
    {"name": 'Bob "Q"', "age": 40, "tags": [], "active": False},
    {"name": "Carol", "age": None, "tags": [{"id": "b"}]},
]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('name eq "alice"', "A"),
        ('name ne "alice"', "BC"),
        ('name sw "A" or name ew "OL"', "AC"),
        ('name co "o"', "BC"),
        ('name co "\\"q\\""', "B"),
        ("age eq 30", "A"),
        ("age pr", "AB"),
        ("not (age pr)", "C"),
        ("not active eq true", "BC"),
        ('tags.id eq "b" and name sw "c"', "C"),
        ('(name eq "Alice" or name eq "Carol") and tags.id eq "a"', "A"),
        ('name eq "Alice" or name eq "Carol" and tags.id eq "a"', "A"),
        ('name ge "b" and name lt "c"', "B"),
        ("NAME pr", None),
        ("name", None),
        ("name is", None),
        ("name eq", None),
        ("name eq alice", None),
        ('name eq "alice', None),
        ('(name eq "alice"', None),
        ('name eq "alice")', None),
        ('name eq "alice" name', None),
        ("and", None),
        ("(" * 5000, None),
    ],
)
def test_a_filter_picks_or_is_refused(expression: str, names: str | None) -> None:
    def pick() -> str:
        found = filtered(PEOPLE, expression, ("name", "age", "active", "tags."))
        return "".join(str(one["name"])[0] for one in found)

    if names is None:
        with pytest.raises(OktaError, match="E0000031"):
            pick()
    else:
        assert pick() == names


@given(st.text(alphabet='ab ()"\\eqandornot.', max_size=40))
def test_any_filter_is_understood_or_refused(expression: str) -> None:
    with contextlib.suppress(OktaError):
        assert len(filtered(PEOPLE, expression, ("a.", "b."))) <= len(PEOPLE)


def test_the_system_log_tells_who_changed_what(okta: Okta) -> None:
    app = okta.post("/api/v1/apps", app_body("Shop"))
    okta.client.delete(f"/api/v1/apps/{app['id']}")
    okta.post(f"/api/v1/apps/{app['id']}/lifecycle/deactivate")
    okta.delete(f"/api/v1/apps/{app['id']}")
    events = okta.get("/api/v1/logs", filter=f'target.id eq "{app["id"]}"')
    # The refused deletion of the active application has happened nowhere.
    assert [event["eventType"] for event in events] == [
        "application.lifecycle.create",
        "application.lifecycle.deactivate",
        "application.lifecycle.delete",
    ]
    assert {event["actor"]["alternateId"] for event in events} == {"ada.admin@example.com"}
    assert {event["target"][0]["displayName"] for event in events} == {"Shop"}
    assert okta.get("/api/v1/logs", q="shop delete") == events[2:]


def test_the_system_log_is_read_by_time(okta: Okta) -> None:
    okta.emulator.clock.advance(3600)
    since = okta.emulator.clock.now().isoformat()
    (id,) = add_origins(okta, 1)
    okta.emulator.clock.advance(3600)
    until = okta.emulator.clock.now().isoformat()
    okta.delete(f"{ORIGINS}/{id}")

    def types(**query: str) -> list[str]:
        return [event["eventType"] for event in okta.get("/api/v1/logs", **query)]

    made, gone = "security.trusted_origin.create", "security.trusted_origin.delete"
    assert types(since=since, until=until) == [made]
    assert types(since=since) == [made, gone]
    assert types(since=since, sortOrder="DESCENDING") == [gone, made]
    okta.emulator.clock.advance(8 * 86_400)
    assert types() == []


def test_the_system_log_can_be_polled(okta: Okta) -> None:
    add_origins(okta, 1)
    since = "2020-01-01T00:00:00Z"
    answer = okta.client.get("/api/v1/logs", params={"since": since, "limit": 1000})
    for _ in range(2):
        following = NEXT.search(", ".join(answer.headers.get_list("link")))
        assert following is not None
        answer = okta.client.get(following[1])
        assert answer.json() == []
    add_origins_again = okta.post(ORIGINS, origin_body("https://new.test"))["id"]
    following = NEXT.search(", ".join(answer.headers.get_list("link")))
    assert following is not None
    (event,) = okta.client.get(following[1]).json()
    assert event["target"][0]["id"] == add_origins_again


def test_the_system_log_forgets_the_oldest(okta: Okta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.okta.model.system_log._KEPT", 10)
    monkeypatch.setattr("local.okta.model.system_log._TRIMMED_EVERY", 5)
    ids = add_origins(okta, 30)
    events = okta.get("/api/v1/logs", limit=1000)
    assert 10 <= len(events) < 15
    assert events[-1]["target"][0]["id"] == ids[-1]
