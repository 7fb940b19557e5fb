"""A stack's life on the local cloud, from nothing to nothing."""

from __future__ import annotations

import json
from typing import Any

from tests.stack.vendor_plugins import either_plugins
from tests.stack.workbench import Workbench

OKTA_LISTS = (
    "/api/v1/apps?limit=200",
    "/api/v1/trustedOrigins",
    "/api/v1/authorizationServers",
    "/api/v1/groups",
    "/api/v1/authorizationServers/default/policies",
)
GENESYS_LISTS = (
    "/api/v2/integrations?pageSize=100",
    "/api/v2/integrations/credentials/listing?pageSize=100",
    "/api/v2/webdeployments/configurations",
    "/api/v2/webdeployments/deployments",
)


def everything(bench: Workbench) -> dict[str, Any]:
    """Return what both clouds hold, as their administrators see it."""
    return {
        **{path: bench.okta("GET", path).json() for path in OKTA_LISTS},
        **{path: bench.genesys("GET", path).json() for path in GENESYS_LISTS},
    }


def assert_whole_life(bench: Workbench) -> None:
    """Up, no-change preview, refresh, export and import of state, destroy."""
    before = everything(bench)
    bench.up()
    outputs = json.loads(bench.pulumi("stack", "output", "--json"))
    assert [site["name"] for site in outputs["sites"]] == ["storefront", "help"]

    bench.forget_requests()
    assert bench.preview("--expect-no-changes").changes == {}
    bench.up("--expect-no-changes")
    bench.pulumi("refresh", "--yes", "--expect-no-changes")
    assert bench.written() == {}

    state = bench.pulumi("stack", "export", "--show-secrets")
    assert len(json.loads(state)["deployment"]["resources"]) > 20

    bench.pulumi("destroy", "--yes")
    left = json.loads(bench.pulumi("stack", "export"))["deployment"]
    assert left.get("resources", []) == []
    assert everything(bench) == before


def assert_state_is_what_the_engine_tells(bench: Workbench) -> None:
    """The workbench reads the backend's file where only the state is wanted."""
    exported = json.loads(bench.pulumi("stack", "export"))
    assert bench.state() == exported["deployment"]["resources"]
    assert bench.outputs() == json.loads(bench.pulumi("stack", "output", "--json"))


@either_plugins
def test_up_from_nothing_then_no_change_then_destroy_leaves_both_clouds_as_they_were(
    workbench: Workbench,
) -> None:
    assert_whole_life(workbench)


@either_plugins
def test_a_preview_from_nothing_creates_everything_and_writes_nothing(
    workbench: Workbench,
) -> None:
    workbench.forget_requests()
    preview = workbench.preview()
    assert set(preview.changes.values()) == {"create"}
    assert {"storefront-deployment", "help-deployment"} <= set(preview.changes)
    assert workbench.written() == {}
    before = everything(workbench)
    workbench.up()
    assert set(preview.changes) >= set(workbench.resources())
    assert_state_is_what_the_engine_tells(workbench)
    assert everything(workbench) != before


def test_the_whole_life_with_state_in_s3(workbench: Workbench, bucket: str) -> None:
    workbench.environment |= {
        "PULUMI_BACKEND_URL": bucket,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    workbench.pulumi("stack", "init", workbench.stack)
    assert_whole_life(workbench)
    assert "destroy" in workbench.pulumi("stack", "history")
