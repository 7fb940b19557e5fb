"""`python -m adopt`: what was made by hand comes under Pulumi's care, ids and all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stack.workbench import Workbench

ADOPTED_SITE = {"name": "shop", "url": "https://shop.example.com/", "displayName": "Shop"}
SECRET_SETTING = ("config", "set", "--secret", "messenger-sso:clientSecret")
# What neither vendor's provider reads back, so that the first update sends it once more.
SENT_AGAIN = {"messenger-client": "update", "credential": "update"}


def adopt(workbench: Workbench, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(workbench.engine.parent), workbench.environment["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "adopt", "--stack", workbench.stack, *arguments],
        cwd=workbench.project,
        env={**workbench.environment, "PATH": path, "NO_COLOR": "1", "COLUMNS": "300"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def begin_anew(workbench: Workbench, folder: Path) -> None:
    """Give the stack a backend that knows nothing of what is there."""
    folder.mkdir()
    workbench.environment["PULUMI_BACKEND_URL"] = folder.as_uri()
    workbench.pulumi("stack", "init", workbench.stack)


def import_all(workbench: Workbench, file: Path) -> None:
    workbench.pulumi(
        "import", "--file", str(file), "--yes", "--protect=false", "--generate-code=false"
    )


def test_a_stack_that_lost_its_state_finds_everything_again(
    workbench: Workbench, tmp_path: Path
) -> None:
    workbench.pulumi(*SECRET_SETTING, "the-secret-of-our-client")
    workbench.up()
    ids = {name: state["id"] for name, state in workbench.resources().items()}
    begin_anew(workbench, tmp_path / "anew")
    workbench.forget_requests()
    said = adopt(workbench, "--out", str(tmp_path / "import.json"))
    assert f"Found {len(ids)} objects." in said.stderr
    assert "Not found" not in said.stderr
    assert workbench.written() == {}

    import_all(workbench, tmp_path / "import.json")
    assert {name: state["id"] for name, state in workbench.resources().items()} == ids
    assert workbench.preview().changes == SENT_AGAIN
    workbench.up()
    assert workbench.preview("--expect-no-changes").changes == {}
    assert {name: state["id"] for name, state in workbench.resources().items()} == ids


def test_without_the_clients_secret_nothing_is_half_applied(
    deployed: Workbench, tmp_path: Path
) -> None:
    """Okta does not tell it again, so whoever adopts a client has to."""
    begin_anew(deployed, tmp_path / "anew")
    said = adopt(deployed, "--out", str(tmp_path / "import.json"))
    assert "pulumi config set --secret messenger-sso:clientSecret" in said.stderr
    import_all(deployed, tmp_path / "import.json")
    deployed.forget_requests()
    said_by_engine = deployed.up(code=1)
    assert "pulumi config set --secret messenger-sso:clientSecret" in said_by_engine
    assert "Traceback" not in said_by_engine
    assert deployed.written() == {}


@pytest.fixture
def blueprint(workbench: Workbench) -> dict[str, str]:
    """The objects that the vendor's blueprint has an administrator make, with names of their own.

    The stack is given the client's secret, as its administrator would copy it.

    Returns the ids that must not change, because sites and people know them.
    """
    app = workbench.okta(
        "POST",
        "/api/v1/apps",
        json={
            "name": "oidc_client",
            "label": "My Messenger",
            "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
            "settings": {
                "oauthClient": {
                    "application_type": "web",
                    "grant_types": ["authorization_code"],
                    "response_types": ["code"],
                    "redirect_uris": ["https://shop.example.com/callback.html"],
                }
            },
        },
    ).json()
    client = app["credentials"]["oauthClient"]
    (everyone,) = workbench.okta("GET", "/api/v1/groups?q=Everyone").json()
    workbench.okta("PUT", f"/api/v1/apps/{app['id']}/groups/{everyone['id']}", json={})
    scopes = [{"type": "CORS"}, {"type": "REDIRECT"}]
    origin = {"name": "our shop", "origin": "https://shop.example.com", "scopes": scopes}
    workbench.okta("POST", "/api/v1/trustedOrigins", json=origin)

    (kind,) = (
        one
        for one in workbench.genesys("GET", "/api/v2/integrations/types?pageSize=100").json()[
            "entities"
        ]
        if one["name"].startswith("OpenID Connect Messenger")
    )
    described = workbench.genesys("GET", f"/api/v2/integrations/types/{kind['id']}").json()
    ((slot, specification),) = described["credentials"].items()
    schema = workbench.genesys(
        "GET", f"/api/v2/integrations/types/{kind['id']}/configschemas/properties"
    ).json()
    discovery = next(key for key in schema["properties"] if "iscovery" in key)
    credential = workbench.genesys(
        "POST",
        "/api/v2/integrations/credentials",
        json={
            "name": "by hand",
            "type": {"name": specification["credentialTypes"][0]},
            "credentialFields": {
                "clientId": client["client_id"],
                "clientSecret": client["client_secret"],
            },
        },
    ).json()
    integration = workbench.genesys(
        "POST", "/api/v2/integrations", json={"integrationType": {"id": kind["id"]}}
    ).json()
    at = f"{workbench.okta_url}/oauth2/default/.well-known/openid-configuration"
    workbench.genesys(
        "PUT",
        f"/api/v2/integrations/{integration['id']}/config/current",
        json={
            "version": 1,
            "name": "Okta by hand",
            "properties": {discovery: at},
            "advanced": {},
            "notes": "",
            "credentials": {slot: {"id": credential["id"]}},
        },
    )
    configuration = workbench.genesys(
        "POST",
        "/api/v2/webdeployments/configurations",
        json={
            "name": "Messenger by hand",
            "version": "draft",
            "languages": ["en-us"],
            "defaultLanguage": "en-us",
            "messenger": {"enabled": True},
            "authenticationSettings": {"enabled": True, "integrationId": integration["id"]},
        },
    ).json()
    versions = f"/api/v2/webdeployments/configurations/{configuration['id']}/versions"
    workbench.genesys("GET", f"{versions}/draft")
    workbench.genesys("POST", f"{versions}/draft/publish")
    deployment = workbench.genesys(
        "POST",
        "/api/v2/webdeployments/deployments",
        json={
            "name": "Shop by hand",
            "configuration": {"id": configuration["id"], "version": "1"},
            "allowAllDomains": False,
            "allowedDomains": ["shop.example.com"],
        },
    ).json()
    settings: dict[str, Any] = {
        "messenger-sso:sites": [ADOPTED_SITE],
        "messenger-sso:clients": "shared",
        "messenger-sso:authorizationServer": "default",
        "messenger-sso:pkce": False,
    }
    workbench.configure(lambda config: config.update(settings))
    workbench.pulumi(*SECRET_SETTING, client["client_secret"])
    return {
        "messenger-client": app["id"],
        "credential": credential["id"],
        "integration": integration["id"],
        "shop-configuration": configuration["id"],
        "shop-deployment": deployment["id"],
    }


def test_objects_made_by_hand_are_taken_over_and_keep_their_ids(
    workbench: Workbench, blueprint: dict[str, str], tmp_path: Path
) -> None:
    """From the blueprint's hand-made objects to code: found by what they are, not by name."""
    said = adopt(workbench, "--out", str(tmp_path / "import.json"))
    assert "Not found, so the next `pulumi up` creates them: 2" in said.stderr
    assert "access-policy: none of 1 has the name or client" in said.stderr
    import_all(workbench, tmp_path / "import.json")
    workbench.up()
    found = {name: state["id"] for name, state in workbench.resources().items()}
    assert blueprint.items() <= found.items()
    assert workbench.preview("--expect-no-changes").changes == {}
    app = workbench.okta("GET", f"/api/v1/apps/{blueprint['messenger-client']}").json()
    assert app["label"] == "Messenger (local)"
    deployments = workbench.genesys("GET", "/api/v2/webdeployments/deployments").json()["entities"]
    assert [one["id"] for one in deployments] == [blueprint["shop-deployment"]]


def test_what_is_not_clear_is_asked_for_and_can_be_chosen(
    workbench: Workbench, blueprint: dict[str, str], tmp_path: Path
) -> None:
    deployment = workbench.genesys(
        "GET", f"/api/v2/webdeployments/deployments/{blueprint['shop-deployment']}"
    ).json()
    twin = workbench.genesys(
        "POST",
        "/api/v2/webdeployments/deployments",
        json={
            key: deployment[key] for key in ("configuration", "allowAllDomains", "allowedDomains")
        }
        | {"name": "Another"},
    ).json()
    said = adopt(workbench, "--out", str(tmp_path / "import.json"))
    assert "shop-deployment: 2 have the allowed domain; choose with --id" in said.stderr
    assert f"{twin['id']} (Another)" in said.stderr
    chosen = adopt(workbench, "--id", f"shop-deployment={twin['id']}")
    entries = {one["name"]: one for one in json.loads(chosen.stdout)["resources"]}
    assert entries["shop-deployment"]["id"] == twin["id"]
    wrong = adopt(workbench, "--id", "shop-deployment=nothing").stderr
    assert "the id nothing, given by hand, is not among the 2 there" in wrong


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--id", "shop-deployment"], "--id: found shop-deployment, expected NAME=ID."),
        (
            ["--id", "shop=1"],
            "--id: no resource is called shop; there are access-policy, access-rule",
        ),
    ],
)
def test_wrong_use_is_explained(workbench: Workbench, arguments: list[str], expected: str) -> None:
    assert expected in adopt(workbench, *arguments, code=1).stderr


def test_a_stack_can_take_back_what_was_removed_from_its_state(
    deployed: Workbench, tmp_path: Path
) -> None:
    """As after the upgrade of pulumi-okta from 6 to 7, whose trusted origins have no upgrader."""
    before = {name: state["id"] for name, state in deployed.resources().items()}
    for name, state in deployed.resources("trustedorigin").items():
        deployed.pulumi("state", "delete", state["urn"], "--yes")
        assert name not in deployed.resources()
    said = adopt(deployed, "--out", str(tmp_path / "import.json"))
    assert "Found 2 objects." in said.stderr
    import_all(deployed, tmp_path / "import.json")
    assert deployed.preview("--expect-no-changes").changes == {}
    assert {name: state["id"] for name, state in deployed.resources().items()} == before


def test_a_stack_that_lacks_nothing_has_nothing_to_adopt(deployed: Workbench) -> None:
    assert "there is nothing to adopt" in adopt(deployed, code=1).stderr


def test_an_organisation_that_refuses_is_named_without_the_credential(
    workbench: Workbench,
) -> None:
    workbench.pulumi("config", "set", "--secret", "okta:apiToken", "a-token-nobody-knows")
    said = adopt(workbench, code=1)
    assert "nobody-knows" not in said.stderr + said.stdout
    assert "401" in said.stderr
