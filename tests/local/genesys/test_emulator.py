"""The organisation as a whole: what it serves, remembers, forgets and writes down."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.routing import Route

import local.genesys
from local.emulator.store import Store
from local.genesys.models.tokens import LOCAL_CLIENT_SECRET
from tests.local.genesys.conftest import Cloud, new_token, running

README = Path(local.genesys.__file__).with_name("README.md")


def test_the_readme_lists_exactly_the_operations_that_are_served(cloud: Cloud) -> None:
    served = {
        f"{method} {route.path}"
        for route in cloud.emulator.routes()
        if isinstance(route, Route) and route.methods is not None
        for method in route.methods - {"HEAD"}
    }
    listed = re.findall(r"^\| `([A-Z]+ /\S*)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == served


def test_what_was_made_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "genesys.sqlite"
    store = Store(path)
    with running(store) as cloud:
        configuration = cloud.add_configuration()
        deployment = cloud.add_deployment(configuration)
        token = cloud.api.headers["authorization"]
    store.close()
    store = Store(path)
    with running(store) as cloud:
        cloud.api.headers["authorization"] = token
        found = cloud.ask("GET", f"/api/v2/webdeployments/deployments/{deployment}")
    store.close()
    assert found["configuration"]["id"] == configuration
    assert found["configuration"]["version"] == "1"
    assert found["status"] == "Active"


def test_a_reset_leaves_a_new_organisation_whose_old_tokens_are_void(cloud: Cloud) -> None:
    organization = cloud.ask("GET", "/api/v2/organizations/me")
    cloud.add_deployment(cloud.add_configuration())
    cloud.anyone.post("/_local/rate-limit", json={"allowance": 7})
    assert cloud.anyone.post("/_local/reset").status_code == 204
    assert cloud.api.get("/api/v2/organizations/me").status_code == 401
    cloud.api.headers["Authorization"] = f"Bearer {new_token(cloud)}"
    assert cloud.ask("GET", "/api/v2/organizations/me") == organization
    assert cloud.ask("GET", "/api/v2/webdeployments/deployments")["entities"] == []
    assert cloud.ask("GET", "/api/v2/webdeployments/configurations")["entities"] == []
    assert cloud.anyone.get("/_local/rate-limit").json()["allowance"] > 7


def test_no_secret_reaches_journal_or_log(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        credential = cloud.add_credential()
        fields = {"hidden-field": "hidden-value"}
        wrong = {"type": {"name": "basicAuth"}, "credentialFields": fields}
        cloud.api.put(f"/api/v2/integrations/credentials/{credential}", json=wrong)
        new_token(cloud)
    written = json.dumps(cloud.log()) + caplog.text
    assert "POST /api/v2/integrations/credentials" in caplog.text
    for secret in (
        "hidden-value",
        LOCAL_CLIENT_SECRET,
        cloud.api.headers["authorization"].removeprefix("Bearer "),
    ):
        assert secret not in written


def test_the_journal_tells_why_something_was_refused(cloud: Cloud) -> None:
    cloud.api.get("/api/v2/integrations/nothing")
    cloud.api.get("/api/v2/users/me")
    first, second = cloud.log()[-2:]
    assert first["reason"] == "Unable to find the integration with id nothing."
    assert second["reason"] == "not emulated, see local/genesys/README.md"


def test_pages_of_other_origins_may_call_but_not_the_control_routes(cloud: Cloud) -> None:
    page = {"Origin": "https://www.example.com"}
    asked = page | {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization",
    }
    path = "/api/v2/integrations"
    assert cloud.anyone.options(path, headers=asked).is_success
    refused = cloud.anyone.get(path, headers=page)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "ININ-Correlation-Id" in refused.headers["access-control-expose-headers"]
    assert cloud.anyone.get("/_local/rate-limit", headers=page).status_code == 403


def test_an_ordered_fault_has_the_vendors_error_body(cloud: Cloud) -> None:
    fault = {"path": "/api/v2/organizations/me", "status": 503, "headers": {"Retry-After": "1"}}
    assert cloud.anyone.post("/_local/faults", json=fault).status_code == 201
    answer = cloud.api.get("/api/v2/organizations/me")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["code"] == "service.unavailable"
    assert answer.json()["contextId"] == answer.headers["inin-correlation-id"]
    assert cloud.api.get("/api/v2/organizations/me").status_code == 200
