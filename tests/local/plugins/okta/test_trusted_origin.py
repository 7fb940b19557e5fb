"""Trusted origins have the shape and the habits of the provider's version 7."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.plugins.engine_client import UNKNOWN, CallError, EngineClient
from tests.local.plugins.okta.double import OktaDouble

ORIGIN = "okta:trustedorigin/origin:Origin"
_ORIGINS = "/api/v1/trustedOrigins"
_MINE: dict[str, Any] = {
    "name": "site",
    "origin": "https://www.example.com",
    "scopes": [{"type": "CORS"}, {"type": "REDIRECT"}],
}


def test_creation_is_one_call_without_a_status(engine: EngineClient, okta: OktaDouble) -> None:
    _, state, inputs = engine.make(ORIGIN, {**_MINE, "status": "ACTIVE"})
    assert okta.lines() == [f"POST {_ORIGINS}"]
    assert okta.calls[0].body == _MINE
    assert state["status"] == "ACTIVE"
    assert engine.diff(ORIGIN, state, inputs).paths == {}


def test_an_origin_cannot_begin_inactive(engine: EngineClient, okta: OktaDouble) -> None:
    with pytest.raises(CallError, match="The trusted origin site cannot be created INACTIVE"):
        engine.make(ORIGIN, {**_MINE, "status": "INACTIVE"})
    assert okta.calls == []


def test_every_update_is_one_call_with_the_status(engine: EngineClient, okta: OktaDouble) -> None:
    id, state, inputs = engine.make(ORIGIN, _MINE)
    okta.forget()
    after = engine.update(ORIGIN, id, state, inputs | {"name": "other"})
    assert okta.lines() == [f"PUT {_ORIGINS}/{id}"]
    assert okta.calls[0].body == {**_MINE, "name": "other", "status": "ACTIVE"}
    engine.update(ORIGIN, id, after, inputs | {"status": "INACTIVE"})
    assert okta.calls[1].body["status"] == "INACTIVE"
    assert okta.objects[f"{_ORIGINS}/{id}"]["status"] == "INACTIVE"


def test_who_changed_it_last_is_unknown_until_an_update_is_done(engine: EngineClient) -> None:
    state = {**_MINE, "status": "ACTIVE", "created": "t1", "lastUpdated": "t2", "createdBy": "u"}
    news = {**_MINE, "name": "other"}
    planned = engine.update(ORIGIN, "tos1", state, news, preview=True)
    assert (planned["created"], planned["createdBy"], planned["status"]) == ("t1", "u", "ACTIVE")
    assert planned["lastUpdated"] == UNKNOWN


def test_embedding_names_its_apps_and_others_have_no_list(
    engine: EngineClient, okta: OktaDouble
) -> None:
    scopes = [{"type": "IFRAME_EMBED", "allowedOktaApps": ["OKTA_ENDUSER"]}, {"type": "CORS"}]
    id, state, inputs = engine.make(ORIGIN, {**_MINE, "scopes": scopes})
    assert state["scopes"] == scopes
    okta.objects[f"{_ORIGINS}/{id}"]["scopes"][1]["allowedOktaApps"] = []
    assert engine.read(ORIGIN, id, state=state, inputs=inputs)[1]["scopes"] == scopes


@pytest.mark.parametrize(
    ("scopes", "path"),
    [
        (None, "scopes"),
        ([], "scopes"),
        ([{"type": "CORS"}, {"type": "Redirect"}], "scopes[1].type"),
        (["CORS"], "scopes[0]"),
    ],
)
def test_wrong_scopes_are_named(engine: EngineClient, scopes: Any, path: str) -> None:
    """Among them the shape of version 6, a list of texts."""
    assert list(engine.check(ORIGIN, {**_MINE, "scopes": scopes}).failures) == [path]


def test_drift_import_and_removal(engine: EngineClient, okta: OktaDouble) -> None:
    id, state, inputs = engine.make(ORIGIN, _MINE)
    okta.objects[f"{_ORIGINS}/{id}"]["scopes"] = [{"type": "CORS"}]
    _, read, followed = engine.read(ORIGIN, id, state=state, inputs=inputs)
    assert followed["scopes"] == [{"type": "CORS"}]
    assert engine.diff(ORIGIN, read, inputs).paths == {"scopes[1]": "ADD"}
    found, imported, taken = engine.read(ORIGIN, id)
    assert (found, imported["origin"]) == (id, _MINE["origin"])
    assert taken["scopes"] == [{"type": "CORS"}]
    engine.delete(ORIGIN, id, state)
    engine.delete(ORIGIN, id, state)
    assert okta.objects == {}
