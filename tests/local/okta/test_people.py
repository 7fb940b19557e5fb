"""People, groups, and who may use an application."""

from __future__ import annotations

import pytest

from local.okta.model.passwords import hash_password, matches
from tests.local.okta.bodies import app_body, user_body
from tests.local.okta.conftest import Okta

USERS = "/api/v1/users"
GROUPS = "/api/v1/groups"


@pytest.fixture
def app(okta: Okta) -> str:
    """The path of an application."""
    return f"/api/v1/apps/{okta.post('/api/v1/apps', app_body())['id']}"


def group_id(okta: Okta, name: str) -> str:
    return str(okta.get(GROUPS, q=name)[0]["id"])


def user_id(okta: Okta, name: str) -> str:
    return str(okta.get(f"{USERS}/{name}@example.com")["id"])


@pytest.mark.parametrize(
    ("password", "activate", "status"),
    [(None, "true", "PROVISIONED"), ("long-enough", "true", "ACTIVE"), (None, "false", "STAGED")],
)
def test_a_new_person_is_as_far_as_the_request_goes(
    okta: Okta, password: str | None, activate: str, status: str
) -> None:
    body = user_body()
    if password:
        body["credentials"] = {"password": {"value": password}}
    made = okta.client.post(f"{USERS}?activate={activate}", json=body).json()
    assert made["status"] == status
    assert ("password" in made["credentials"]) is bool(password)
    assert "passwordHash" not in made
    assert password is None or password not in okta.client.get(f"{USERS}/{made['id']}").text


def test_a_person_is_found_by_id_and_login_whatever_its_case(okta: Okta) -> None:
    alice = user_id(okta, "alice")
    assert okta.get(f"{USERS}/{alice}")["id"] == alice
    assert okta.get(f"{USERS}/ALICE@example.com")["id"] == alice


def test_a_profile_is_changed_in_part_by_post_and_whole_by_put(okta: Okta) -> None:
    path = f"{USERS}/{user_id(okta, 'alice')}"
    okta.post(path, {"profile": {"nickName": "Al"}})
    assert okta.get(path)["profile"]["firstName"] == "Alice"
    assert okta.get(path)["profile"]["nickName"] == "Al"
    okta.put(path, user_body("alicia@example.com", firstName="Alicia"))
    assert "nickName" not in okta.get(path)["profile"]
    assert okta.get(f"{USERS}/alicia@example.com")["profile"]["firstName"] == "Alicia"
    assert okta.client.get(f"{USERS}/alice@example.com").status_code == 404


def test_the_lifecycle_of_a_person(okta: Okta, app: str) -> None:
    alice = user_id(okta, "alice")
    path = f"{USERS}/{alice}"
    okta.post(f"{app}/users", {"id": alice})
    for action, status in (
        ("suspend", "SUSPENDED"),
        ("unsuspend", "ACTIVE"),
        ("deactivate", "DEPROVISIONED"),
    ):
        okta.post(f"{path}/lifecycle/{action}")
        assert okta.get(path)["status"] == status
        assigned = okta.client.post(f"{app}/users", json={"id": alice})
        assert assigned.is_success == (status == "ACTIVE")
    assert okta.get(f"{app}/users") == []
    assert alice not in [user["id"] for user in okta.get(USERS)]
    refused = okta.client.post(f"{app}/users", json={"id": alice})
    assert refused.json()["errorCode"] == "E0000117"
    changed = okta.client.post(path, json={"profile": {"nickName": "Al"}})
    assert changed.json()["errorCode"] == "E0000107"
    okta.delete(path)
    assert okta.client.get(path).status_code == 404
    okta.post(USERS, user_body("alice@example.com"))


def test_groups_are_found_by_the_beginning_of_their_name_and_by_filter(okta: Okta) -> None:
    for name in ("Everyone else", "every little thing", "Not everyone"):
        okta.post(GROUPS, {"profile": {"name": name}})

    def names(**query: str) -> list[str]:
        return sorted(group["profile"]["name"] for group in okta.get(GROUPS, **query))

    assert names(q="Every") == ["Everyone", "Everyone else", "every little thing"]
    assert names(q="Everyone", filter='type eq "BUILT_IN"') == ["Everyone"]
    assert names(search='profile.name eq "Customers"') == ["Customers"]


def test_memberships_are_seen_from_both_sides(okta: Okta) -> None:
    customers, carol = group_id(okta, "Customers"), user_id(okta, "carol")
    okta.put(f"{GROUPS}/{customers}/users/{carol}")
    okta.put(f"{GROUPS}/{customers}/users/{carol}")
    assert carol in [user["id"] for user in okta.get(f"{GROUPS}/{customers}/users")]
    names = [group["profile"]["name"] for group in okta.get(f"{USERS}/{carol}/groups")]
    assert names == ["Everyone", "Customers"]
    okta.delete(f"{GROUPS}/{customers}/users/{carol}")
    assert carol not in [user["id"] for user in okta.get(f"{GROUPS}/{customers}/users")]


def test_everyone_is_in_everyone(okta: Okta) -> None:
    made = okta.post(USERS, user_body())["id"]
    members = okta.get(f"{GROUPS}/{group_id(okta, 'Everyone')}/users")
    assert made in [user["id"] for user in members]


def test_a_group_assignment_is_made_changed_and_taken_away(okta: Okta, app: str) -> None:
    customers, everyone = group_id(okta, "Customers"), group_id(okta, "Everyone")
    assert okta.put(f"{app}/groups/{customers}")["priority"] == 0
    assert okta.put(f"{app}/groups/{everyone}")["priority"] == 1
    okta.put(f"{app}/groups/{everyone}", {"priority": 0, "profile": {"role": "guest"}})
    found = [(one["id"], one["priority"]) for one in okta.get(f"{app}/groups")]
    assert found == [(everyone, 0), (customers, 1)]
    assert okta.get(f"{app}/groups/{everyone}")["profile"] == {"role": "guest"}
    assert [one["id"] for one in okta.get(f"{app}/groups", q="cust")] == [customers]
    okta.delete(f"{app}/groups/{everyone}")
    assert [one["priority"] for one in okta.get(f"{app}/groups")] == [0]


def test_a_deleted_group_takes_its_assignments_and_memberships_along(okta: Okta, app: str) -> None:
    customers = group_id(okta, "Customers")
    okta.put(f"{app}/groups/{customers}")
    okta.delete(f"{GROUPS}/{customers}")
    assert okta.get(f"{app}/groups") == []
    names = [one["profile"]["name"] for one in okta.get(f"{USERS}/alice@example.com/groups")]
    assert names == ["Everyone"]


def test_people_use_an_application_themselves_or_through_a_group(okta: Okta, app: str) -> None:
    alice, carol = user_id(okta, "alice"), user_id(okta, "carol")
    okta.put(f"{app}/groups/{group_id(okta, 'Customers')}")
    own = {"id": carol, "credentials": {"userName": "cc"}, "profile": {"role": "vip"}}
    okta.post(f"{app}/users", own)
    found = {one["id"]: one for one in okta.get(f"{app}/users")}
    assert found[alice]["scope"] == "GROUP"
    assert found[alice]["_links"]["group"]["href"].endswith(group_id(okta, "Customers"))
    assert (found[carol]["scope"], found[carol]["credentials"]) == ("USER", {"userName": "cc"})
    okta.post(f"{app}/users/{carol}", {"profile": {"role": "guest"}})
    assert okta.get(f"{app}/users/{carol}")["profile"] == {"role": "guest"}
    okta.delete(f"{app}/users/{carol}")
    assert okta.client.get(f"{app}/users/{carol}").status_code == 404
    # Nobody can be taken out of a group's assignment alone.
    assert okta.client.delete(f"{app}/users/{alice}").status_code == 404


def test_a_password_is_recognised_and_not_kept() -> None:
    kept = hash_password("Local-Okta-1")
    assert matches("Local-Okta-1", kept)
    assert not matches("Local-Okta-2", kept)
    assert "Local-Okta-1" not in kept
    assert hash_password("Local-Okta-1") != kept
