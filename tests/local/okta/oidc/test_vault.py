"""What lasts for a while: found by its handle, hashed on disk, swept away when it is long over."""

from __future__ import annotations

import json

import pytest

from local.emulator.clock import Clock
from local.emulator.store import Store
from local.okta.model.state import State
from local.okta.oidc.vault import Vault


@pytest.fixture
def state() -> State:
    """An empty store and a clock to move."""
    return State(Store(), Clock(), "http://127.0.0.1")


def test_a_handle_opens_until_the_time_is_over(state: State) -> None:
    vault = Vault(state, "things")
    handle = vault.issue({"what": "this"}, 60)
    found = vault.live(handle)
    assert found is not None
    assert found["what"] == "this"
    assert vault.live("") is None
    assert vault.live(handle + "x") is None
    state.clock.advance(60)
    assert vault.live(handle) is None
    assert vault.find(handle) == found  # the journal can still say that it is over
    vault.forget(handle)
    vault.forget(handle)
    assert vault.find(handle) is None


def test_no_file_holds_what_opens_anything(state: State) -> None:
    handle = Vault(state, "things").issue({}, 60)
    assert handle not in json.dumps(state.store.query("SELECT * FROM documents"))


def test_what_is_long_over_is_swept_away(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.okta.oidc.vault._PURGED_EVERY", 1)
    vault = Vault(state, "things")
    old, young = vault.issue({}, 60), vault.issue({}, 120)
    state.clock.advance(60 + 3600 + 1)
    vault.issue({}, 60)
    assert vault.find(old) is None
    assert vault.find(young) is not None
