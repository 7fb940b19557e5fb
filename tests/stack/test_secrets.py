"""Secrets stay secret, wherever one might look."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.genesys.models.tokens import LOCAL_CLIENT_SECRET
from local.okta.api.calls import API_TOKEN
from tests import loopback
from tests.stack.cloud import Cloud
from tests.stack.workbench import Workbench


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The secrets of `deployed` once they have been asked for: every test finds the same."""
    return set()


@pytest.fixture
def secrets(deployed: Workbench, known: set[str]) -> set[str]:
    """Every secret value of a stack that is up: what was given and what was made."""
    if not known:
        known |= secrets_of(deployed)
        deployed.said.clear()
    return known


def secrets_of(bench: Workbench) -> set[str]:
    """Ask the engine for all secrets of a stack that is up."""
    clear = json.loads(bench.pulumi("stack", "export", "--show-secrets"))
    found = {API_TOKEN, LOCAL_CLIENT_SECRET}
    for resource in clear["deployment"]["resources"]:
        made = resource.get("outputs", {}).get("clientSecret", {})
        if isinstance(made, dict) and made.get("plaintext"):
            found.add(json.loads(made["plaintext"]))
    assert len(found) >= 3, "the Genesys client's secret is expected in the state"
    return found


def assert_absent(secrets: set[str], text: str, where: str) -> None:
    for secret in secrets:
        assert secret not in text, f"a secret is in {where}"


def test_state_on_disk_holds_no_secret_in_clear(deployed: Workbench, secrets: set[str]) -> None:
    assert_absent(secrets, deployed.state_text(), "the state")


def test_previews_and_updates_show_no_secret(deployed: Workbench, secrets: set[str]) -> None:
    deployed.configure(
        lambda config: config.update(
            {"messenger-sso:tokenEndpointAuthMethod": "client_secret_post"}
        )
    )
    deployed.pulumi("preview", "--diff")
    deployed.pulumi("preview", "--json")
    deployed.up("--diff")
    deployed.pulumi("refresh", "--yes", "--diff")
    deployed.pulumi("stack", "output", "--json")
    assert_absent(secrets, "\n".join(deployed.said), "what the engine printed")


def test_the_new_secret_of_a_changed_authentication_method_reaches_the_credential(
    deployed: Workbench, secrets: set[str]
) -> None:
    """Okta issues a new secret then (facts okta.md 7, #109); the integration must follow."""
    deployed.configure(
        lambda config: config.update(
            {"messenger-sso:tokenEndpointAuthMethod": "client_secret_post"}
        )
    )
    deployed.up()
    clear = json.loads(deployed.pulumi("stack", "export", "--show-secrets"))
    kept = {
        resource["type"]: resource
        for resource in clear["deployment"]["resources"]
        if resource["type"].endswith((":IntegrationCredential", ":OAuth"))
        and resource.get("outputs", {}).get("type") in (None, "web")
    }
    client = json.loads(kept["okta:app/oAuth:OAuth"]["outputs"]["clientSecret"]["plaintext"])
    (credential,) = (
        resource for name, resource in kept.items() if name.endswith(":IntegrationCredential")
    )
    fields = json.loads(credential["inputs"]["fields"]["plaintext"])
    assert fields["clientSecret"] == client
    assert client not in secrets
    assert deployed.preview("--expect-no-changes").changes == {}


def test_the_clients_secret_is_rotated_by_its_setting_alone(workbench: Workbench) -> None:
    """Okta has the new one before Genesys gets it; neither is ever printed."""
    setting = ("config", "set", "--secret", "messenger-sso:clientSecret")
    chosen = ["the-first-secret-of-ours", "the-second-secret-of-ours"]
    for secret in chosen:
        workbench.pulumi(*setting, secret)
        if workbench.resources():  # a rotation, as opposed to the first `up`, touches nothing else
            changes = workbench.preview().changes
            assert changes == {"messenger-client": "update", "credential": "update"}
        workbench.up()
        assert workbench.preview("--expect-no-changes").changes == {}
        (client,) = (
            app
            for app in workbench.okta("GET", "/api/v1/apps").json()
            if app["settings"]["oauthClient"]["application_type"] == "web"
        )
        issuer = workbench.outputs()["issuer"]
        client_id = client["credentials"]["oauthClient"]["client_id"]
        for given in chosen:
            answer = loopback.post(
                f"{issuer}/v1/introspect", auth=(client_id, given), data={"token": "x"}, timeout=20
            )
            assert answer.status_code == (200 if given == secret else 401)
    assert_absent(set(chosen), workbench.state_text(), "the state")
    assert_absent(set(chosen), "\n".join(workbench.said), "what the engine printed")


def test_logs_and_journals_of_the_clouds_hold_no_secret(cloud: Cloud, workbench: Workbench) -> None:
    workbench.up()
    secrets = secrets_of(workbench)
    for file in cloud.layout.logs.glob("*.log*"):
        assert_absent(secrets, file.read_text(errors="replace"), file.name)
    for url in (workbench.okta_url, workbench.genesys_url):
        journal = loopback.get(f"{url}/_local/log").text
        assert_absent(secrets, journal, f"the journal of {url}")


def test_outputs_name_no_secret(deployed: Workbench, secrets: set[str]) -> None:
    text = deployed.pulumi("stack", "output", "--json", "--show-secrets")
    assert_absent(secrets, text, "the outputs, even with --show-secrets")
    assert "[secret]" not in deployed.pulumi("stack", "output", "--json")


def test_the_site_holds_no_secret(deployed: Workbench, secrets: set[str], tmp_path: Path) -> None:
    """Rule R2: nothing that a browser gets can redeem a code."""
    outputs = deployed.pulumi("stack", "output", "--json", "--show-secrets")
    site = tmp_path / "site"
    build = [sys.executable, "-m", "sample_site", "build", "--outputs", "-", "--out", str(site)]
    subprocess.run(build, cwd=deployed.project, input=outputs, text=True, check=True)
    pages = [file for file in site.rglob("*") if file.is_file()]
    assert any(file.name == "index.html" for file in pages)
    for file in pages:
        assert_absent(secrets, file.read_bytes().decode(errors="replace"), str(file))


def test_committed_configuration_holds_secrets_only_encrypted(
    cloud: Cloud, secrets: set[str]
) -> None:
    for file in sorted(Path(cloud.layout.root).glob("Pulumi*.yaml")):
        assert_absent(secrets, file.read_text(encoding="utf-8"), file.name)
