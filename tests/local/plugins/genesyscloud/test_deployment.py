"""Messenger deployments: which version they offer, and which drift is seen."""

from __future__ import annotations

import pytest

from tests.local.genesys.conftest import Cloud
from tests.local.plugins.engine_client import UNKNOWN, CallError, EngineClient
from tests.local.plugins.genesyscloud.conftest import (
    CONFIGURATION,
    DEPLOYMENT,
    calls,
    configuration,
    deployment,
)


def test_a_deployment_follows_its_configuration(cloud: Cloud, engine: EngineClient) -> None:
    messenger, _, _ = engine.make(CONFIGURATION, configuration())
    mark = len(cloud.log())
    wanted = deployment(messenger, configuration={"id": messenger, "version": "1"})
    id, state, inputs = engine.make(DEPLOYMENT, wanted)
    assert calls(cloud, mark) == [
        "GET webdeployments/configurations/*/versions",
        "POST webdeployments/deployments",
        "GET webdeployments/deployments/*",
        "GET webdeployments/deployments/*",
    ]
    assert id in state["snippet"]
    assert (state["status"], state["allowAllDomains"]) == ("Active", False)
    assert not engine.diff(DEPLOYMENT, state, inputs).changed
    cloud.publish(messenger)
    follow = inputs | {"configuration": {"id": messenger, "version": "2"}}
    found = engine.diff(DEPLOYMENT, state, follow)
    assert (set(found.paths), found.replaces) == ({"configuration.version"}, [])
    unknown = inputs | {"configuration": {"id": messenger, "version": UNKNOWN}}
    assert engine.diff(DEPLOYMENT, state, unknown).changed
    mark = len(cloud.log())
    after = engine.update(DEPLOYMENT, id, state, follow)
    assert calls(cloud, mark) == [
        "GET webdeployments/configurations/*/versions",
        "PUT webdeployments/deployments/*",
        "GET webdeployments/deployments/*",
        "GET webdeployments/deployments/*",
    ]
    assert after["configuration"]["version"] == "2"
    assert cloud.log()[mark + 1]["body"]["status"] == "Active"
    cloud.publish(messenger)
    pinned = engine.update(DEPLOYMENT, id, after, follow | {"description": "x"})
    assert pinned["configuration"]["version"] == "3", "an update takes the newest version"
    assert engine.diff(DEPLOYMENT, pinned, follow).changed
    engine.delete(DEPLOYMENT, id, pinned)
    assert engine.read(DEPLOYMENT, id, state=pinned, inputs=follow)[0] == ""


def test_a_deployment_without_a_version_takes_the_newest(
    cloud: Cloud, engine: EngineClient
) -> None:
    messenger, _, _ = engine.make(CONFIGURATION, configuration())
    cloud.publish(messenger)
    id, state, inputs = engine.make(DEPLOYMENT, deployment(messenger))
    assert state["configuration"] == {"id": messenger, "version": "2"}
    assert not engine.diff(DEPLOYMENT, state, inputs).changed
    _, imported, imported_inputs = engine.read(DEPLOYMENT, id)
    assert imported["allowedDomains"] == ["shop.example.com"]
    assert "snippet" not in imported_inputs
    assert not engine.diff(DEPLOYMENT, state, imported_inputs).changed


def test_a_version_that_does_not_exist_is_refused_before_the_post(
    cloud: Cloud, engine: EngineClient
) -> None:
    messenger, _, _ = engine.make(CONFIGURATION, configuration())
    wanted = deployment(messenger, configuration={"id": messenger, "version": "7"})
    with pytest.raises(CallError, match="wants version 7 of the configuration"):
        engine.make(DEPLOYMENT, wanted)
    assert cloud.ask("GET", "/api/v2/webdeployments/deployments")["entities"] == []


def test_drift_is_seen_where_the_vendors_provider_sees_it(
    cloud: Cloud, engine: EngineClient
) -> None:
    messenger, _, _ = engine.make(CONFIGURATION, configuration())
    id, state, inputs = engine.make(DEPLOYMENT, deployment(messenger, description="ours"))
    path = f"/api/v2/webdeployments/deployments/{id}"
    reference = {"id": messenger, "version": "1"}
    body = {"name": "theirs", "allowedDomains": ["evil.test"], "configuration": reference}
    cloud.ask("PUT", path, body)
    _, refreshed, followed = engine.read(DEPLOYMENT, id, state=state, inputs=inputs)
    assert (refreshed["name"], refreshed["allowedDomains"]) == ("theirs", ["evil.test"])
    assert refreshed["description"] == "ours", "what the service leaves out stays as it was"
    assert followed["name"] == "theirs"
    assert set(engine.diff(DEPLOYMENT, refreshed, inputs).paths) == {"name", "allowedDomains[0]"}
    cloud.ask("PUT", path, body | {"status": "Inactive"})
    _, inactive, _ = engine.read(DEPLOYMENT, id, state=state, inputs=inputs)
    assert inactive["status"] == "Inactive"
    with pytest.raises(CallError, match="is Inactive, not Active") as caught:
        engine.update(DEPLOYMENT, id, inactive, inputs)
    assert caught.value.left is not None
