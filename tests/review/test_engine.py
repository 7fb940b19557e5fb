"""Plans of the real engine on the local cloud: what is stored is what the engine says today."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from review.plan import read_plan
from review.sentences import plain
from tests.review.captured import FOLDER, Document, load, ports_of, report_on, settled
from tests.stack.cloud import Cloud
from tests.stack.test_changes import CHANGES, of_help, place, setting
from tests.stack.workbench import Config, Workbench

pytestmark = pytest.mark.engine

IS_RECORDING = bool(os.environ.get("RECORD_PLANS"))
_TITLES = {
    "add a site": "add-site",
    "remove a site": "remove-site",
    "allow conversations before sign-in": "session-upgrade",
    "move a site to another host": "move-site",
    "no PKCE for the Messenger's client": "no-pkce",
    "refresh tokens": "refresh-tokens",
    "one client for both": "one-client",
}
_SERVER = {
    "name": "Other",
    "audience": "api://other",
    "scopes": ["messenger", "orders"],
    "claims": {"first_name": "user.firstName", "nick": "user.nickName"},
}
_OTHER_TYPE = {
    "typeId": "other-type",
    "discoveryUriProperty": "discoveryUri",
    "credentialType": "other",
    "credentialSlot": "slot",
}


def protect(config: Config) -> None:
    """Protect the stack as production is, apart from the guard rails: its sites are local."""
    config |= {"messenger-sso:protect": True, "messenger-sso:guardRails": False}


# What is changed on a stack that is up, and what the engine then plans.
SCENARIOS: dict[str, Callable[[Config], object]] = {
    **{_TITLES[title]: change for title, change, _ in CHANGES if title in _TITLES},
    "default-server": setting("authorizationServer", "default"),
    "server-settings": setting("authorizationServer", _SERVER),
    "assignment": setting("assignment", ["Customers"]),
    "client-method": setting("tokenEndpointAuthMethod", "client_secret_post"),
    "max-age": setting("maxAge", 3600),
    "protect": protect,
    "languages": of_help(languages=["en-us", "de", "fr"], defaultLanguage="de"),
    "integration-type": setting("integration", _OTHER_TYPE),
    "bad-settings": setting("clients", "nonsense"),
}
# The rest is made only when the plans are recorded: a preview costs most of a second.
LIVE = ("remove-site", "default-server", "max-age", "bad-settings")


def plan_of(bench: Workbench, cloud: Cloud, *arguments: str) -> Document:
    text = bench.pulumi("preview", "--json", *arguments, code=None)
    document = json.loads(text[text.index("{") :])
    return settled(document, ports_of(bench.okta_url, bench.genesys_url, cloud.ports.site))


def check(name: str, document: Document) -> None:
    """Compare what the report says with the stored plan's, or store the plan.

    The words may differ: other tests and the example stack change what is deployed.
    """
    if IS_RECORDING:
        text = json.dumps(document, indent=1, sort_keys=True) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    told, stored = report_on(document), report_on(load(name))
    assert {(row.rule.id, row.site) for row in told.rows} == {
        (row.rule.id, row.site) for row in stored.rows
    }
    assert (told.failed, told.worst) == (stored.failed, stored.worst)


def changed(bench: Workbench, cloud: Cloud, change: Callable[[Config], object]) -> None:
    bench.configure(change)
    bench.sites(
        lambda sites: [site.update(url=place(site["url"], cloud.ports.site)) for site in sites]
    )


def test_the_first_plan_is_the_one_stored(cloud: Cloud, workbench: Workbench) -> None:
    """The marks of secrets and unknowns come from the engine's source: a new one may differ."""
    document = plan_of(workbench, cloud)
    check("first", document)
    plan = read_plan(json.dumps(document))
    (credential,) = (step for step in plan.steps if step.name == "credential")
    assert str(credential.inputs["fields"]) == "[secret]"
    (deployment,) = (step for step in plan.steps if step.name == "help-deployment")
    assert str(deployment.inputs["configuration"]["id"]) == "known after the update"


def test_plans_of_changes_are_those_stored(cloud: Cloud, deployed: Workbench) -> None:
    check("nothing", plan_of(deployed, cloud))
    before = deployed.config_file.read_text(encoding="utf-8")
    for name in SCENARIOS if IS_RECORDING else LIVE:
        changed(deployed, cloud, SCENARIOS[name])
        check(name, plan_of(deployed, cloud))
        deployed.config_file.write_text(before, encoding="utf-8")


def test_what_was_changed_or_deleted_elsewhere_is_named(cloud: Cloud, deployed: Workbench) -> None:
    state = deployed.resources()
    client = f"/api/v1/apps/{state['messenger-client']['id']}"
    application = deployed.okta("GET", client).json()
    uris = application["settings"]["oauthClient"]["redirect_uris"]
    uris.append("https://elsewhere.example/callback.html")
    deployed.okta("PUT", client, json=application)
    deployment = state["help-deployment"]["id"]
    deployed.genesys("DELETE", f"/api/v2/webdeployments/deployments/{deployment}")
    check("drift", plan_of(deployed, cloud, "--refresh"))


def test_a_protected_deployment_that_would_go_is_a_failed_preview_that_says_so(
    cloud: Cloud, workbench: Workbench
) -> None:
    workbench.configure(protect)
    workbench.up()
    workbench.configure(lambda config: config["messenger-sso:sites"].pop())
    check("protected", plan_of(workbench, cloud))


def keep(bench: Workbench, key: str, secret: str) -> None:
    """Encrypt a setting, as a person would."""
    bench.pulumi("config", "set", "--secret", "--path", f"messenger-sso:{key}", secret)


def test_a_new_client_secret_is_told_in_okta_and_in_genesys(
    cloud: Cloud, deployed: Workbench
) -> None:
    keep(deployed, "clientSecret", "another-hidden-value-0123456789")
    rotated = plan_of(deployed, cloud)
    assert "hidden-value" not in json.dumps(rotated)
    check("client-secret", rotated)
    whats = {plain(row.what) for row in report_on(rotated).rows}
    assert {"Client secret set", "Secret that Genesys uses changes"} <= whats


def elsewhere(config: Config) -> None:
    """Let another provider sign people in; its client secret is set by command."""
    config["messenger-sso:clients"] = "shared"
    issuer = "https://accounts.example.com"
    config["messenger-sso:identityProvider"] = {
        "issuer": f"{issuer}/",
        "discoveryUri": f"{issuer}/.well-known/openid-configuration",
        "authorizationEndpoint": f"{issuer}/authorize",
        "endSessionEndpoint": f"{issuer}/logout",
        "clientId": "client-1",
    }


def test_another_provider_and_its_next_secret_are_told_without_the_secret(
    cloud: Cloud, deployed: Workbench
) -> None:
    deployed.configure(elsewhere)
    keep(deployed, "identityProvider.clientSecret", "first-hidden-value")
    check("other-provider", plan_of(deployed, cloud))
    deployed.up()
    keep(deployed, "identityProvider.clientSecret", "second-hidden-value")
    rotated = plan_of(deployed, cloud)
    assert "hidden-value" not in json.dumps(rotated)
    check("secret-rotated", rotated)


def command(bench: Workbench, *arguments: str, code: int) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(bench.engine.parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "review", "preview", *arguments],
        cwd=bench.project,
        env={**bench.environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_the_command_asks_the_engine_and_ends_as_the_severity_says(
    workbench: Workbench, tmp_path: Path
) -> None:
    """From nothing to a plan that `pulumi up --plan` takes, a failing check and errors."""
    comment, kept = tmp_path / "comment.md", tmp_path / "plan.json"
    said = command(
        workbench, "--markdown", str(comment), "--save-plan", str(kept), "--refresh", code=0
    )
    assert "Storefront" in said.stdout
    assert "### *Storefront*" in comment.read_text(encoding="utf-8")
    workbench.pulumi("up", "--yes", "--skip-preview", "--plan", str(kept))
    workbench.configure(setting("pkce", False))
    assert "PKCE switched off" in command(workbench, code=1).stdout
    missing = command(workbench, "--stack", "nowhere", code=3)
    assert "no stack named 'nowhere'" in missing.stdout
