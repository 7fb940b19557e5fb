"""Clients serve their own connections, and end when nobody needs them any more."""

from __future__ import annotations

import pytest

from local.plugins.instances import Instances


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def instances(closed: list[str]) -> Instances[str]:
    return Instances(closed.append, remembered=3)


def _serves(instances: Instances[str], peer: str) -> str:
    instance = instances.borrow(peer)
    instances.give_back(instance)
    return instance.client


def test_each_connection_has_its_own_client(instances: Instances[str]) -> None:
    instances.add("a", "first")
    instances.add("b", "second")
    assert (_serves(instances, "a"), _serves(instances, "b")) == ("first", "second")


def test_an_unheard_of_connection_goes_on_with_the_only_client_there_is(
    instances: Instances[str],
) -> None:
    with pytest.raises(LookupError):
        instances.borrow("x")
    instances.add("a", "first")
    assert _serves(instances, "x") == "first"
    instances.add("b", "second")
    with pytest.raises(LookupError):
        instances.borrow("x")


def test_a_new_configuration_replaces_the_client_of_its_connection(
    instances: Instances[str], closed: list[str]
) -> None:
    instances.add("a", "first")
    instances.add("a", "second")
    assert (_serves(instances, "a"), closed) == ("second", ["first"])


def test_the_oldest_client_ends_when_many_newer_ones_came(
    instances: Instances[str], closed: list[str]
) -> None:
    for name in ("a", "b", "c", "d"):
        instances.add(name, name.upper())
    assert closed == ["A"]


def test_a_client_ends_once_after_its_last_call(
    instances: Instances[str], closed: list[str]
) -> None:
    instances.add("a", "first")
    calls = [instances.borrow("a"), instances.borrow("a")]
    instances.remove("a")
    instances.remove("a")
    instances.give_back(calls[0])
    assert closed == []
    instances.give_back(calls[1])
    assert closed == ["first"]


def test_closing_ends_every_client(instances: Instances[str], closed: list[str]) -> None:
    instances.add("a", "first")
    instances.add("b", "second")
    instances.close()
    assert sorted(closed) == ["first", "second"]
