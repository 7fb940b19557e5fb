"""Integrations and credentials: the calls that are made, and what counts as a change."""

from __future__ import annotations

import json

import pytest

from tests.local.genesys.conftest import DISCOVERY_URI, Cloud
from tests.local.plugins.engine_client import (
    CallError,
    EngineClient,
    from_struct,
    is_secret,
    secret,
)
from tests.local.plugins.genesyscloud.conftest import (
    CREDENTIAL,
    INTEGRATION,
    calls,
    credential,
    integration,
)


def test_a_credential_lives_and_its_secret_is_never_read(
    cloud: Cloud, engine: EngineClient
) -> None:
    mark = len(cloud.log()) + 1
    id, state, inputs = engine.make(CREDENTIAL, credential(cloud))
    assert calls(cloud, mark) == [
        "POST integrations/credentials",
        "GET integrations/credentials/*",
    ]
    assert is_secret(state["fields"])
    assert state["integrationCredentialId"] == id
    assert engine.read(CREDENTIAL, id, state=state, inputs=inputs)[1] == state
    changed = inputs | {"fields": secret({"clientId": "client", "clientSecret": "second"})}
    assert engine.diff(CREDENTIAL, state, changed).replaces == []
    assert set(engine.diff(CREDENTIAL, state, changed).paths) == {"fields.clientSecret"}
    mark = len(cloud.log())
    after = engine.update(CREDENTIAL, id, state, changed)
    assert calls(cloud, mark) == [
        "PUT integrations/credentials/*",
        "GET integrations/credentials/*",
    ]
    assert after["fields"]["value"]["clientSecret"] == "second"
    assert cloud.emulator.credentials.secrets(id)["clientSecret"] == "second"
    without = {key: value for key, value in changed.items() if key != "fields"}
    assert not engine.diff(CREDENTIAL, after, without).changed, "leaving them out is no change"
    _, imported, imported_inputs = engine.read(CREDENTIAL, id)
    assert "fields" not in imported_inputs
    assert imported["name"] == "okta"
    mark = len(cloud.log())
    engine.delete(CREDENTIAL, id, after)
    assert calls(cloud, mark) == [
        "DELETE integrations/credentials/*",
        "GET integrations/credentials/*",
    ]
    engine.delete(CREDENTIAL, id, after)


def test_an_integration_is_installed_set_up_and_switched_on(
    cloud: Cloud, engine: EngineClient
) -> None:
    secret_id, _, _ = engine.make(CREDENTIAL, credential(cloud))
    wanted = integration(cloud, secret_id)
    mark = len(cloud.log())
    id, state, inputs = engine.make(INTEGRATION, wanted)
    assert calls(cloud, mark) == [
        "POST integrations",
        "GET integrations/*/config/current",
        "GET integrations/*/config/current",
        "PUT integrations/*/config/current",
        "PATCH integrations/*",
        "GET integrations/*",
        "GET integrations/*/config/current",
    ]
    assert cloud.ask("GET", f"/api/v2/integrations/{id}")["reportedState"]["code"] == "ACTIVE"
    assert not engine.diff(INTEGRATION, state, inputs).changed
    spaced = json.dumps({"discoveryUri": DISCOVERY_URI}, indent=4)
    same = inputs | {"config": wanted["config"] | {"properties": spaced}}
    assert not engine.diff(INTEGRATION, state, same).changed, "JSON that means the same"
    _, _, followed = engine.read(INTEGRATION, id, state=state, inputs=same)
    assert followed["config"]["properties"] == spaced
    off = inputs | {"intendedState": "DISABLED"}
    mark = len(cloud.log())
    state = engine.update(INTEGRATION, id, state, off)
    assert calls(cloud, mark) == [
        "PATCH integrations/*",
        "GET integrations/*",
        "GET integrations/*/config/current",
    ]
    other = off | {"config": wanted["config"] | {"notes": "by hand"}}
    mark = len(cloud.log())
    after = engine.update(INTEGRATION, id, state, other)
    assert "PATCH integrations/*" not in calls(cloud, mark)
    assert after["config"]["notes"] == "by hand"
    assert json.loads(after["config"]["properties"]) == {"discoveryUri": DISCOVERY_URI}
    bare = off | {"config": {"properties": wanted["config"]["properties"]}}
    assert set(engine.diff(INTEGRATION, after, bare).paths) == {"config.credentials"}
    after = engine.update(INTEGRATION, id, after, bare)
    present = cloud.ask("GET", f"/api/v2/integrations/{id}/config/current")
    assert present["credentials"] == {}, "the credentials are replaced as a whole"
    assert (present["name"], present["notes"]) == ("Sign-in", "by hand"), "others stay"
    _, _, imported = engine.read(INTEGRATION, id)
    assert imported["config"]["name"] == "Sign-in"
    assert "integrationId" not in imported
    engine.delete(INTEGRATION, id, after)
    assert engine.read(INTEGRATION, id, state=after, inputs=other)[0] == ""


def test_what_the_service_keeps_in_place_of_empty_notes_reads_as_empty(
    cloud: Cloud, engine: EngineClient
) -> None:
    id, state, inputs = engine.make(INTEGRATION, {"integrationType": "webhook"})
    cloud.ask("PATCH", f"/api/v2/integrations/{id}", {"notes": "node_dynamodb_empty_string"})
    assert engine.read(INTEGRATION, id, state=state, inputs=inputs)[1] == state


def test_another_integration_type_never_converges(cloud: Cloud, engine: EngineClient) -> None:
    id, state, inputs = engine.make(INTEGRATION, {"integrationType": "webhook"})
    assert state["intendedState"] == "DISABLED"
    other = inputs | {"integrationType": "embedded-client-app"}
    found = engine.diff(INTEGRATION, state, other)
    assert (set(found.paths), found.replaces) == ({"integrationType"}, [])
    mark = len(cloud.log())
    after = engine.update(INTEGRATION, id, state, other)
    assert {call.partition(" ")[0] for call in calls(cloud, mark)} == {"GET"}
    assert after["integrationType"] == "webhook"
    assert engine.diff(INTEGRATION, after, other).changed


def test_a_refused_set_up_keeps_the_integration_for_the_next_attempt(
    cloud: Cloud, engine: EngineClient
) -> None:
    wanted = integration(cloud, "nothing")
    with pytest.raises(CallError) as caught:
        engine.make(INTEGRATION, wanted)
    assert "Unable to find the credential with id nothing" in caught.value.text
    left = caught.value.left
    assert left is not None
    path = f"/api/v2/integrations/{left.id}"
    assert cloud.ask("GET", path)["intendedState"] == "DISABLED"
    state = from_struct(left.properties)
    assert engine.diff(INTEGRATION, state, wanted).changed, "the same inputs are sent again"
    secret_id, _, _ = engine.make(CREDENTIAL, credential(cloud))
    engine.update(INTEGRATION, left.id, state, integration(cloud, secret_id))
    assert cloud.ask("GET", path)["reportedState"]["code"] == "ACTIVE"


def test_a_stale_version_is_read_again(cloud: Cloud, engine: EngineClient) -> None:
    secret_id, _, _ = engine.make(CREDENTIAL, credential(cloud))
    fault = {
        "method": "PUT",
        "path": "*/config/current",
        "times": 2,
        "status": 400,
        "body": {"message": "The version 1 does not match the current version 2.", "status": 400},
    }
    assert cloud.anyone.post("/_local/faults", json=fault).status_code == 201
    mark = len(cloud.log())
    engine.make(INTEGRATION, integration(cloud, secret_id))
    assert calls(cloud, mark).count("PUT integrations/*/config/current") == 3
