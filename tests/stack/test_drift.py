"""Changes made behind Pulumi's back, on each kind of resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.stack.vendor_plugins import either_plugins
from tests.stack.workbench import Workbench

State = dict[str, Any]
Meddle = Callable[[Workbench, State], object]


def okta_put(bench: Workbench, path: str, **changes: Any) -> None:
    current = bench.okta("GET", path).json()
    bench.okta("PUT", path, json={**current, **changes})


def rename_application(bench: Workbench, state: State) -> None:
    okta_put(bench, f"/api/v1/apps/{state['id']}", label="Renamed by hand")


def rename_origin(bench: Workbench, state: State) -> None:
    okta_put(bench, f"/api/v1/trustedOrigins/{state['id']}", name="Renamed by hand")


def server(state: State) -> str:
    return f"/api/v1/authorizationServers/{state['inputs']['authServerId']}"


def describe_server(bench: Workbench, state: State) -> None:
    okta_put(bench, f"/api/v1/authorizationServers/{state['id']}", description="By hand")


def describe_scope(bench: Workbench, state: State) -> None:
    okta_put(bench, f"{server(state)}/scopes/{state['id']}", description="By hand")


def change_claim(bench: Workbench, state: State) -> None:
    okta_put(bench, f"{server(state)}/claims/{state['id']}", value="user.email")


def describe_policy(bench: Workbench, state: State) -> None:
    okta_put(bench, f"{server(state)}/policies/{state['id']}", description="By hand")


def shorten_tokens(bench: Workbench, state: State) -> None:
    path = f"{server(state)}/policies/{state['inputs']['policyId']}/rules/{state['id']}"
    rule = bench.okta("GET", path).json()
    rule["actions"]["token"]["accessTokenLifetimeMinutes"] = 6
    bench.okta("PUT", path, json=rule)


def unassign(bench: Workbench, state: State) -> None:
    inputs = state["inputs"]
    bench.okta("DELETE", f"/api/v1/apps/{inputs['appId']}/groups/{inputs['groupId']}")


def disable_integration(bench: Workbench, state: State) -> None:
    body = {"intendedState": "DISABLED"}
    bench.genesys("PATCH", f"/api/v2/integrations/{state['id']}", json=body)


def rename_credential(bench: Workbench, state: State) -> None:
    path = f"/api/v2/integrations/credentials/{state['id']}"
    current = bench.genesys("GET", path).json()
    fields = {"clientId": "by-hand", "clientSecret": "by-hand"}
    bench.genesys(
        "PUT",
        path,
        json={"name": "By hand", "type": {"name": current["type"]["name"]}}
        | {"credentialFields": fields},
    )


def open_domains(bench: Workbench, state: State) -> None:
    path = f"/api/v2/webdeployments/deployments/{state['id']}"
    current = bench.genesys("GET", path).json()
    bench.genesys("PUT", path, json={**current, "allowedDomains": ["by-hand.example"]})


# Refresh reads the version in the state: see the last test of this module.
UNSEEN = "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration"
MEDDLING: dict[str, Meddle] = {
    "okta:app/oAuth:OAuth": rename_application,
    "okta:app/groupAssignment:GroupAssignment": unassign,
    "okta:trustedorigin/origin:Origin": rename_origin,
    "okta:auth/server:Server": describe_server,
    "okta:auth/serverScope:ServerScope": describe_scope,
    "okta:auth/serverClaim:ServerClaim": change_claim,
    "okta:auth/serverPolicy:ServerPolicy": describe_policy,
    "okta:auth/serverPolicyRule:ServerPolicyRule": shorten_tokens,
    "genesyscloud:index/integration:Integration": disable_integration,
    "genesyscloud:index/integrationCredential:IntegrationCredential": rename_credential,
    "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment": open_domains,
}


@either_plugins
def test_refresh_sees_every_meddling_and_up_puts_it_right(deployed: Workbench) -> None:
    # A kind of resource that the program gains needs a way to drift here.
    assert {state["type"] for state in deployed.resources().values()} == {*MEDDLING, UNSEEN}
    expected = {}
    for kind, meddle in MEDDLING.items():
        name, state = next(iter(deployed.resources(kind).items()))
        meddle(deployed, state)
        expected[name] = "create" if kind.endswith(":GroupAssignment") else "update"

    assert deployed.preview().changes == {}, "without a look at the clouds nothing is known"
    deployed.pulumi("refresh", "--preview-only", "--expect-no-changes", code=7)
    assert deployed.preview("--refresh").changes == expected
    deployed.up("--refresh")
    deployed.pulumi("refresh", "--preview-only", "--expect-no-changes")


def deactivate_origin(bench: Workbench, state: State) -> None:
    bench.okta("POST", f"/api/v1/trustedOrigins/{state['id']}/lifecycle/deactivate")


def deactivate_deployment(bench: Workbench, state: State) -> None:
    path = f"/api/v2/webdeployments/deployments/{state['id']}"
    bench.genesys("PUT", path, json={**bench.genesys("GET", path).json(), "status": "Inactive"})


@either_plugins
def test_what_was_switched_off_by_hand_is_switched_on_again(deployed: Workbench) -> None:
    """Only what the program declares comes back: a status that is left out is the vendor's."""
    assert deployed.preview("--refresh").changes == {}
    (origin, *_), (deployment, *_) = (
        sorted(deployed.resources(kind).items())
        for kind in ("trustedorigin", "webdeploymentsDeployment")
    )
    deactivate_origin(deployed, origin[1])
    deactivate_deployment(deployed, deployment[1])
    assert deployed.preview("--refresh").changes == {origin[0]: "update", deployment[0]: "update"}
    deployed.up("--refresh")
    found = deployed.okta("GET", f"/api/v1/trustedOrigins/{origin[1]['id']}").json()
    assert found["status"] == "ACTIVE"
    found = deployed.genesys(
        "GET", f"/api/v2/webdeployments/deployments/{deployment[1]['id']}"
    ).json()
    assert found["status"] == "Active"
    assert deployed.preview("--refresh").changes == {}


@either_plugins
def test_what_was_deleted_by_hand_is_made_again(deployed: Workbench) -> None:
    gone = {
        **delete_all(deployed, "deployments", "webdeploymentsDeployment"),
        **delete_all(deployed, "configurations", "webdeploymentsConfiguration"),
    }
    assert deployed.preview("--refresh").changes == dict.fromkeys(gone, "create")
    deployed.up("--refresh")
    for state in deployed.resources("webdeploymentsDeployment").values():
        found = deployed.genesys("GET", f"/api/v2/webdeployments/deployments/{state['id']}")
        assert found.json()["status"] == "Active"
    assert deployed.preview("--refresh", "--expect-no-changes").changes == {}


def delete_all(bench: Workbench, collection: str, kind: str) -> dict[str, State]:
    found = bench.resources(kind)
    for state in found.values():
        bench.genesys("DELETE", f"/api/v2/webdeployments/{collection}/{state['id']}")
    return found


@either_plugins
def test_a_version_published_elsewhere_is_not_drift_as_with_the_vendors_provider(
    deployed: Workbench,
) -> None:
    """Refresh reads the version in the state (facts genesys-cloud.md 1.3, measured)."""
    state = deployed.resources("webdeploymentsConfiguration")["storefront-configuration"]
    path = f"/api/v2/webdeployments/configurations/{state['id']}/versions/draft"
    draft = deployed.genesys("GET", path).json()
    deployed.genesys("PUT", path, json={**draft, "description": "By hand"})
    assert deployed.genesys("GET", path).json()["status"] == "Active"
    deployed.genesys("POST", f"{path}/publish")
    deployed.pulumi("refresh", "--preview-only", "--expect-no-changes")
