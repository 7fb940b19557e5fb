"""What an edit of the configuration or the program does, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import loopback
from tests.stack.cloud import Cloud
from tests.stack.vendor_plugins import either_plugins
from tests.stack.workbench import Config, Workbench

Sites = list[dict[str, Any]]
OFFER = {"url": "http://offer.localhost:8085/", "name": "offer", "displayName": "Offer"}
HELP = ("help-configuration", "help-deployment")


def add_site(config: Config) -> None:
    config["messenger-sso:sites"].append(OFFER)


def add_site_in_front(config: Config) -> None:
    config["messenger-sso:sites"].insert(0, OFFER)


def remove_help(config: Config) -> None:
    config["messenger-sso:sites"] = [
        site for site in config["messenger-sso:sites"] if site["name"] != "help"
    ]


def reverse_sites(config: Config) -> None:
    config["messenger-sso:sites"].reverse()


def of_help(**changes: object) -> Callable[[Config], None]:
    def change(config: Config) -> None:
        (site,) = (site for site in config["messenger-sso:sites"] if site["name"] == "help")
        site.update(changes)

    return change


def setting(key: str, value: object) -> Callable[[Config], None]:
    return lambda config: config.update({f"messenger-sso:{key}": value})


CLIENTS = {"messenger-client": "update", "website-client": "update"}
# Column by column: what is changed, what `preview` must say, name by name.
CHANGES: list[tuple[str, Callable[[Config], object], dict[str, str]]] = [
    (
        "add a site",
        add_site,
        CLIENTS
        | dict.fromkeys(
            ("offer-configuration", "offer-deployment", "origin-http-8085-offer.localhost"),
            "create",
        ),
    ),
    (
        "add a site in front",
        add_site_in_front,
        CLIENTS
        | dict.fromkeys(
            ("offer-configuration", "offer-deployment", "origin-http-8085-offer.localhost"),
            "create",
        ),
    ),
    (
        "remove a site",
        remove_help,
        CLIENTS | dict.fromkeys((*HELP, "origin-http-HELP"), "delete"),
    ),
    ("list the sites in another order", reverse_sites, {}),
    (
        "rename a site's display name",
        of_help(displayName="Support"),
        dict.fromkeys(HELP, "update"),
    ),
    ("another colour", of_help(primaryColor="#123456"), dict.fromkeys(HELP, "update")),
    ("another launcher", of_help(launcher="On"), dict.fromkeys(HELP, "update")),
    (
        "allow conversations before sign-in",
        of_help(sessionUpgrade=True),
        dict.fromkeys(HELP, "update"),
    ),
    (
        "move a site under a path: its redirect URIs change, its origin and domain do not",
        of_help(url="http://help.localhost:SITE/deep/"),
        # The address is part of both descriptions.
        CLIENTS | dict.fromkeys(HELP, "update"),
    ),
    (
        "move a site to another host",
        of_help(url="http://support.localhost:SITE/"),
        CLIENTS
        | dict.fromkeys(HELP, "update")
        | {"origin-http-HELP": "delete", "origin-http-SITE-support.localhost": "create"},
    ),
    ("no PKCE for the Messenger's client", setting("pkce", False), {"messenger-client": "update"}),
    (
        "refresh tokens",
        lambda config: config.update(
            {
                "messenger-sso:refreshToken": True,
                "messenger-sso:scopes": ["openid", "profile", "email", "offline_access"],
            }
        ),
        CLIENTS | {"access-rule": "update"},
    ),
    (
        "one client for both",
        setting("clients", "shared"),
        {
            "website-client": "delete",
            "website-client-everyone": "delete",
            "access-policy": "update",
        },
    ),
]


def place(value: Any, port: int) -> Any:
    """Put the tests' own port in the place of its marker."""
    if isinstance(value, dict):
        return {
            key.replace("HELP", f"{port}-help.localhost").replace("SITE", str(port)): operation
            for key, operation in value.items()
        }
    return value.replace("SITE", str(port))


def identities(bench: Workbench) -> dict[str, object]:
    """Return what a published site depends on."""
    outputs = bench.outputs()
    found = {site["name"]: site["deploymentId"] for site in outputs["sites"]}
    return found | {"client": outputs["messengerClientId"], "integration": outputs["integrationId"]}


@either_plugins
@pytest.mark.parametrize(
    ("change", "expected"),
    [(change, expected) for _, change, expected in CHANGES],
    ids=[title for title, _, _ in CHANGES],
)
def test_a_change_touches_exactly_what_it_must(
    cloud: Cloud,
    deployed: Workbench,
    change: Callable[[Config], object],
    expected: dict[str, str],
) -> None:
    before = identities(deployed)
    port = cloud.ports.site
    deployed.configure(change)
    deployed.sites(lambda sites: [site.update(url=place(site["url"], port)) for site in sites])
    deployed.forget_requests()

    assert deployed.preview().changes == place(expected, port)
    assert deployed.written() == {}
    deployed.up()
    assert deployed.preview("--expect-no-changes", "--refresh").changes == {}

    after = identities(deployed)
    assert {name: after[name] for name in before if name in after} == {
        name: value for name, value in before.items() if name in after
    }


@either_plugins
def test_a_new_publish_reaches_the_deployment_in_the_same_update(deployed: Workbench) -> None:
    first = {site["name"]: site for site in deployed.outputs()["sites"]}
    deployed.configure(of_help(primaryColor="#123456"))
    deployed.up()
    second = {site["name"]: site for site in deployed.outputs()["sites"]}
    assert int(second["help"]["configurationVersion"]) == (
        int(first["help"]["configurationVersion"]) + 1
    )
    assert second["storefront"] == first["storefront"]
    deployment = deployed.genesys(
        "GET", f"/api/v2/webdeployments/deployments/{second['help']['deploymentId']}"
    ).json()
    assert deployment["configuration"]["version"] == second["help"]["configurationVersion"]


@either_plugins
def test_the_shared_client_and_the_default_server_come_up_too(workbench: Workbench) -> None:
    def blueprint(config: Config) -> None:
        config["messenger-sso:clients"] = "shared"
        config["messenger-sso:authorizationServer"] = "default"

    workbench.configure(blueprint)
    workbench.up()
    outputs = workbench.outputs()
    assert outputs["websiteClientId"] == outputs["messengerClientId"]
    assert outputs["issuer"] == f"{workbench.okta_url}/oauth2/default"
    assert workbench.resources("okta:auth/server:") == {}
    assert workbench.preview("--expect-no-changes", "--refresh").changes == {}
    workbench.pulumi("destroy", "--yes")


@either_plugins
def test_moving_to_another_server_replaces_what_is_tied_to_the_old_one(
    deployed: Workbench,
) -> None:
    before = identities(deployed)
    deployed.configure(setting("authorizationServer", "default"))
    changes = deployed.preview().changes
    assert changes["access-policy"] == "replace"
    assert changes["access-rule"] == "replace"
    assert changes["authorization-server"] == "delete"
    assert changes["integration"] == "update"
    deployed.up()
    assert identities(deployed) == before
    assert deployed.preview("--expect-no-changes", "--refresh").changes == {}


@either_plugins
def test_another_integration_type_replaces_the_integration(deployed: Workbench) -> None:
    types = deployed.genesys("GET", "/api/v2/integrations/types?pageSize=100").json()["entities"]
    state = deployed.resources("genesyscloud:index/integration:")["integration"]
    other = next(kind for kind in types if kind["id"] != state["inputs"]["integrationType"])
    config = {
        "typeId": other["id"],
        "discoveryUriProperty": "discoveryUri",
        "credentialType": "basicAuth",
        "credentialSlot": "basicAuth",
    }
    deployed.configure(setting("integration", config))
    preview = deployed.preview()
    assert preview.changes["integration"] == "replace"
    assert preview.replaces("integration") == ["integrationType"]


@either_plugins
def test_protected_identities_cannot_be_deleted(workbench: Workbench) -> None:
    workbench.configure(setting("protect", True))
    # The guard rails come with it, and the sites of this machine are plain http.
    workbench.configure(setting("guardRails", False))
    workbench.up()
    before = identities(workbench)
    said = workbench.pulumi("destroy", "--yes", code=1)
    assert "protected" in said
    assert identities(workbench) == before
    workbench.configure(setting("protect", False))
    workbench.up()
    workbench.pulumi("destroy", "--yes")


def test_a_mistake_in_the_configuration_stops_before_anything_is_touched(
    workbench: Workbench,
) -> None:
    workbench.configure(of_help(url="ftp://help.example", primaryColour="#fff"))
    workbench.forget_requests()
    said = workbench.up(code=1)
    assert "sites[1].url" in said
    assert "primaryColor" in said
    assert "Traceback" not in said
    assert workbench.written() == {}
    assert workbench.resources() == {}


def test_a_refused_create_is_explained_and_the_next_up_goes_on_from_there(
    workbench: Workbench,
) -> None:
    fault = {"method": "POST", "path": "/api/v1/trustedOrigins", "status": 403}
    loopback.post(f"{workbench.okta_url}/_local/faults", json=fault).raise_for_status()
    said = workbench.up(code=1)
    assert "origin-http" in said
    assert "Traceback" not in said
    made = identities_of_clients(workbench)
    workbench.up()
    assert identities_of_clients(workbench).items() >= made.items()
    assert workbench.preview("--expect-no-changes", "--refresh").changes == {}


def test_an_object_that_was_made_but_not_finished_is_kept_and_finished(
    workbench: Workbench,
) -> None:
    """A failing second call leaves the integration in the state, to be updated, not lost."""
    fault = {"method": "PUT", "path": "*/config/current", "status": 403, "times": 1}
    loopback.post(f"{workbench.genesys_url}/_local/faults", json=fault).raise_for_status()
    workbench.up(code=1)
    assert "integration" in workbench.resources("genesyscloud:index/integration:")
    workbench.up()
    found = workbench.genesys("GET", "/api/v2/integrations?pageSize=100").json()["entities"]
    assert len(found) == 1
    assert workbench.preview("--expect-no-changes", "--refresh").changes == {}


@pytest.mark.usefixtures("deployed")
def test_an_edit_of_the_program_is_seen_by_the_next_preview(own_project: Workbench) -> None:
    file = own_project.project / "infra" / "messenger.py"
    text = file.read_text(encoding="utf-8")
    assert "Messenger on {site.url}" in text
    file.write_text(text.replace("Messenger on {site.url}", "Edited for {site.url}"))
    assert own_project.preview().changes == dict.fromkeys(
        (*HELP, "storefront-configuration", "storefront-deployment"), "update"
    )


def identities_of_clients(bench: Workbench) -> dict[str, str]:
    return {name: state["id"] for name, state in bench.resources("okta:app/oAuth").items()}
