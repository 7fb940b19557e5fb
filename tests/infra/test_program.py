"""The whole program: what it asks the engine for."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

import infra.discovery
from infra.mistakes import ProgramError
from infra.settings import IntegrationType
from tests.infra.program import (
    CLIENT_SECRET,
    INTEGRATION,
    ROOT,
    SECRET_KEYS,
    SITES,
    Run,
    run_program,
    stack_values,
)

STOREFRONT, HELP = SITES
LOCAL = {"name": "local", "url": "http://localhost:8080/"}
PROVIDER_SECRET = "idp-secret-in-clear"
ELSEWHERE = {
    "issuer": "https://accounts.example.net",
    "discoveryUri": "https://accounts.example.net/.well-known/openid-configuration",
    "clientId": "messenger",
    "clientSecret": PROVIDER_SECRET,
    "websiteClientId": "site",
    "authorizationEndpoint": "https://accounts.example.net/auth",
}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def run(stack: str = "dev", preview: bool = False, **own: Any) -> Run:
    keys = [*SECRET_KEYS, "messenger-sso:identityProvider"]
    return run_program(stack_values(**own), secret_keys=keys, stack=stack, preview=preview)


def inputs(found: Run) -> dict[str, Any]:
    return {name: one.inputs for name, one in found.resources.items()}


@pytest.fixture(scope="module")
def usual() -> Run:
    return run()


# Sign-in


def test_the_genesys_client_is_a_confidential_web_application(usual: Run) -> None:
    """M4, M5: OpenID Connect, and a secret that Genesys keeps."""
    client = usual["messenger-client"]
    assert client.type == "okta:app/oAuth:OAuth"
    assert client.inputs["type"] == "web"
    assert client.inputs["tokenEndpointAuthMethod"] == "client_secret_basic"
    assert client.inputs["pkceRequired"] is True
    assert client.inputs["responseTypes"] == ["code"]


def test_applications_carry_the_chosen_name_and_the_environment() -> None:
    """M6."""
    found = run(applicationName="Chat", stack="staging")
    assert found["messenger-client"].inputs["label"] == "Chat (staging)"
    assert found["website-client"].inputs["label"] == "Chat website (staging)"


@pytest.mark.parametrize(
    ("own", "grants"),
    [
        ({}, ["authorization_code"]),
        (
            {"refreshToken": True, "scopes": "openid offline_access"},
            ["authorization_code", "refresh_token"],
        ),
    ],
)
def test_grant_types_are_the_code_and_on_request_the_refresh_token(
    own: dict[str, Any], grants: list[str]
) -> None:
    """M7: implicit never."""
    found = run(**own)
    for client in ("messenger-client", "website-client"):
        assert found[client].inputs["grantTypes"] == grants
    rotates = found["website-client"].inputs.get("refreshTokenRotation")
    assert rotates == ("ROTATE" if "refresh_token" in grants else None)


def test_redirects_of_every_site_are_registered_local_and_public_alike() -> None:
    """M8, M9."""
    found = run(sites=[STOREFRONT, LOCAL, HELP])
    for client in ("messenger-client", "website-client"):
        assert found[client].inputs["redirectUris"] == [
            "http://localhost:8080/callback.html",
            "https://shop.example.com/callback.html",
            "https://www.example.com/help/callback.html",
        ]
        assert found[client].inputs["postLogoutRedirectUris"] == [
            "http://localhost:8080/signed-out.html",
            "https://shop.example.com/signed-out.html",
            "https://www.example.com/help/signed-out.html",
        ]


def test_each_distinct_origin_is_trusted_once_for_cors_and_redirects() -> None:
    """M11: two sites under one origin share it."""
    found = run(sites=[STOREFRONT, HELP, {"name": "jobs", "url": "https://www.example.com/jobs/"}])
    origins = found.of_type("trustedorigin/origin:Origin")
    assert {one.inputs["origin"] for one in origins.values()} == {
        "https://shop.example.com",
        "https://www.example.com",
    }
    assert set(origins) == {
        "origin-https-443-shop.example.com",
        "origin-https-443-www.example.com",
    }
    for one in origins.values():
        assert {scope["type"] for scope in one.inputs["scopes"]} == {"CORS", "REDIRECT"}
        assert one.inputs["name"] == f"{one.inputs['origin']} (dev)"
        assert one.inputs["status"] == "ACTIVE"


def test_everyone_may_sign_in_unless_groups_are_named(usual: Run) -> None:
    """M12."""
    assert [name for name, _ in usual.calls] == ["okta:group/getEveryoneGroup:getEveryoneGroup"]
    assignments = usual.of_type("GroupAssignment")
    assert set(assignments) == {"messenger-client-everyone", "website-client-everyone"}
    assert assignments["messenger-client-everyone"].inputs == {
        "appId": "messenger-client-id",
        "groupId": "Everyone-id",
    }
    assert usual["access-rule"].inputs["groupWhitelists"] == ["EVERYONE"]


def test_named_groups_are_looked_up_once_and_assigned_to_every_client() -> None:
    """M12: free names, and still a logical name for each that no other has."""
    found = run(assignment=["Key Accounts", "key-accounts", "Käufer"])
    assert len(found.calls) == 3
    assert {arguments["name"] for _, arguments in found.calls} == {
        "Key Accounts",
        "key-accounts",
        "Käufer",
    }
    assignments = found.of_type("GroupAssignment")
    assert len(assignments) == 6
    assert "messenger-client-group-key-accounts" in assignments
    assert sorted(found["access-rule"].inputs["groupWhitelists"]) == [
        "Key Accounts-id",
        "Käufer-id",
        "key-accounts-id",
    ]


def test_the_clients_secret_travels_as_a_secret_and_is_no_output(usual: Run) -> None:
    """M13, M18."""
    fields = usual["credential"].secret("fields")
    assert fields == {"clientId": "0oa-messenger-client", "clientSecret": CLIENT_SECRET}
    others = {name: one.inputs for name, one in usual.resources.items() if name != "credential"}
    assert CLIENT_SECRET not in json.dumps([others, usual.outputs, usual.log])


def test_a_secret_of_ones_own_goes_to_the_client_and_then_to_the_credential() -> None:
    """So that it can be rotated; Genesys is told only when Okta knows it."""
    own = "one-of-our-own-making"
    found = run_program(
        stack_values(clientSecret=own),
        secret_keys=[*SECRET_KEYS, "messenger-sso:clientSecret"],
    )
    assert found["messenger-client"].secret("clientBasicSecret") == own
    assert found["credential"].secret("fields")["clientSecret"] == own
    assert "messenger-client" in found["credential"].dependencies
    rest = {name: one.inputs for name, one in found.resources.items()}
    del rest["messenger-client"], rest["credential"]
    assert own not in json.dumps([rest, found.outputs, found.log])


def test_a_secret_that_nobody_knows_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Okta never tells it again: with an imported client Genesys would be handed nothing."""
    monkeypatch.setattr("tests.infra.program._computed", lambda *_: {"clientId": "0oa"})
    found = run_program(fails=True)
    assert isinstance(found.error, pulumi.RunError)
    assert "pulumi config set --secret messenger-sso:clientSecret" in str(found.error)
    assert "credential" not in found.resources


def test_a_server_of_its_own_is_declared_with_scope_and_claims(usual: Run) -> None:
    server = usual["authorization-server"].inputs
    assert server["name"] == "messenger-sso (dev)"
    assert server["audiences"] == ["api://messenger-sso"]
    scope = usual["scope-messenger"].inputs
    assert scope == {
        "name": "messenger",
        "authServerId": "authorization-server-id",
        "metadataPublish": "ALL_CLIENTS",
    }
    for name, value in {"first_name": "user.firstName", "last_name": "user.lastName"}.items():
        claim = usual[f"claim-{name}"].inputs
        assert (claim["name"], claim["value"]) == (name, value)
        assert (claim["claimType"], claim["alwaysIncludeInToken"]) == ("IDENTITY", True)


def test_the_server_can_be_described_in_full() -> None:
    found = run(
        authorizationServer={
            "name": "Customers",
            "audience": "api://shop",
            "description": "Ours",
            "scopes": ["orders:read"],
            "claims": {"tier": "user.tier"},
        },
        scopes=["openid", "orders:read"],
    )
    assert found["authorization-server"].inputs == {
        "name": "Customers",
        "audiences": ["api://shop"],
        "description": "Ours",
    }
    (scope,) = found.of_type("ServerScope").values()
    (claim,) = found.of_type("ServerClaim").values()
    assert (scope.inputs["name"], claim.inputs["value"]) == ("orders:read", "user.tier")
    assert found["access-rule"].inputs["scopeWhitelists"] == ["openid", "orders:read"]
    assert scope.name in found["access-rule"].dependencies


def test_policy_and_rule_admit_exactly_our_clients_scopes_and_grant(usual: Run) -> None:
    policy, rule = usual["access-policy"].inputs, usual["access-rule"].inputs
    assert policy["clientWhitelists"] == ["0oa-messenger-client", "0oa-website-client"]
    assert policy["priority"] == rule["priority"] == 1
    assert rule["grantTypeWhitelists"] == ["authorization_code"]
    assert rule["scopeWhitelists"] == ["email", "openid", "profile"]
    assert rule["policyId"] == "access-policy-id"
    assert "access-policy" in usual["access-rule"].dependencies


def test_the_default_server_is_looked_up_and_still_gets_policy_and_rule() -> None:
    """M14, M16: its issuer is an output, and what the discovery URI is made of."""
    found = run(authorizationServer="default")
    assert found.of_type("okta:auth/server:Server") == {}
    assert found.of_type("ServerScope") == found.of_type("ServerClaim") == {}
    assert ("okta:auth/getServer:getServer", {"name": "default"}) in found.calls
    assert found["access-policy"].inputs["authServerId"] == "default-id"
    assert found["access-rule"].inputs["authServerId"] == "default-id"
    assert found.outputs["issuer"] == "https://example.okta.com/oauth2/default"
    properties = json.loads(found["integration"].inputs["config"]["properties"])
    expected = "https://example.okta.com/oauth2/default/.well-known/openid-configuration"
    assert properties == {"discoveryUri": expected}
    assert found.outputs["discoveryUri"] == expected
    assert found.outputs["authorizationEndpoint"] == f"{found.outputs['issuer']}/v1/authorize"
    assert found.outputs["endSessionEndpoint"] == f"{found.outputs['issuer']}/v1/logout"


def test_priorities_on_a_server_shared_with_others_are_left_alone(usual: Run) -> None:
    """Each new policy there pushes the others down; that is nobody's drift."""
    shared = run(authorizationServer="default")["access-policy"].request
    assert list(shared.ignoreChanges) == ["priority"]
    assert list(usual["access-policy"].request.ignoreChanges) == []


def test_sites_and_genesys_have_clients_of_their_own(usual: Run) -> None:
    """M66: the default."""
    assert set(usual.of_type("app/oAuth:OAuth")) == {"messenger-client", "website-client"}
    website = usual["website-client"].inputs
    assert website["type"] == "browser"
    assert website["responseTypes"] == ["code"]
    assert website["tokenEndpointAuthMethod"] == "none"
    assert website["pkceRequired"] is True
    assert usual.outputs["websiteClientId"] == "0oa-website-client"
    assert usual.outputs["messengerClientId"] == "0oa-messenger-client"


def test_one_client_can_serve_both() -> None:
    """M66: the blueprint's shape."""
    found = run(clients="shared", pkce=False, tokenEndpointAuthMethod="client_secret_post")
    assert set(found.of_type("app/oAuth:OAuth")) == {"messenger-client"}
    client = found["messenger-client"].inputs
    assert client["pkceRequired"] is False
    assert client["tokenEndpointAuthMethod"] == "client_secret_post"
    assert found.outputs["websiteClientId"] == found.outputs["messengerClientId"]
    assert found["access-policy"].inputs["clientWhitelists"] == ["0oa-messenger-client"]


# Another provider


def test_another_provider_needs_nothing_of_okta() -> None:
    """M17, M59, M67, M68: discovery URI and client credentials are all that Genesys gets."""
    found = run(identityProvider=ELSEWHERE)
    assert found.of_type("okta") == {}
    assert found.of_type("OktaSignIn") == {}
    assert found.calls == []
    assert found["credential"].secret("fields") == {
        "clientId": "messenger",
        "clientSecret": PROVIDER_SECRET,
    }
    properties = json.loads(found["integration"].inputs["config"]["properties"])
    assert properties == {"discoveryUri": ELSEWHERE["discoveryUri"]}
    assert found.outputs["authorizationEndpoint"] == ELSEWHERE["authorizationEndpoint"]
    assert found.outputs["websiteClientId"] == "site"
    assert PROVIDER_SECRET not in json.dumps([found.outputs, found.log])


def test_a_provider_whose_discovery_differs_is_warned_of() -> None:
    """M17."""
    found = run(identityProvider=ELSEWHERE | {"issuer": "https://accounts.example.org"})
    assert any(line.startswith("WARNING identityProvider.issuer") for line in found.log)


# Messenger


def test_the_integration_is_made_enabled_and_fed_by_the_sign_in(usual: Run) -> None:
    """M15, M16, M18, M19, M67."""
    integration = usual["integration"].inputs
    assert integration["integrationType"] == INTEGRATION["typeId"]
    assert integration["intendedState"] == "ENABLED"
    config = integration["config"]
    assert config["credentials"] == {INTEGRATION["credentialSlot"]: "credential-id"}
    assert config["advanced"] == "{}"
    assert json.loads(config["properties"]) == {
        "discoveryUri": f"{usual.outputs['issuer']}/.well-known/openid-configuration"
    }
    assert usual["credential"].inputs["credentialTypeName"] == INTEGRATION["credentialType"]
    assert usual.outputs["integrationId"] == "integration-id"


def test_each_site_has_a_configuration_bound_to_the_integration(usual: Run) -> None:
    """M20, M21, R6."""
    for site in ("storefront", "help"):
        settings = usual[f"{site}-configuration"].inputs["authenticationSettings"]
        assert settings == {
            "enabled": True,
            "integrationId": "integration-id",
            "allowSessionUpgrade": False,
        }


def test_each_site_has_a_deployment_that_follows_its_configuration(usual: Run) -> None:
    """M22, M23."""
    assert usual["help-deployment"].inputs == {
        "name": "Help (dev)",
        "description": "Messenger on https://www.example.com/help/",
        "configuration": {"id": "help-configuration-id", "version": "7"},
        "allowedDomains": ["www.example.com"],
        "allowAllDomains": False,
        "status": "Active",
    }
    assert usual["help-deployment"].needs("configuration") == {"help-configuration"}


def test_the_order_is_provider_integration_configuration_deployment(usual: Run) -> None:
    """M24, by the edges that the engine sees."""
    assert usual["credential"].needs("fields") == {"messenger-client"}
    assert usual["integration"].needs("config") == {"credential", "authorization-server"}
    for site in ("storefront", "help"):
        configuration, deployment = f"{site}-configuration", f"{site}-deployment"
        assert usual[configuration].needs("authenticationSettings") == {"integration"}
        assert usual[deployment].needs("configuration") == {configuration}


def test_a_sites_settings_reach_its_messenger() -> None:
    site = STOREFRONT | {
        "displayName": "Our Shop",
        "languages": ["de", "fr"],
        "defaultLanguage": "fr",
        "primaryColor": "#ABC",
        "launcher": "On",
        "flowId": "11111111-1111-1111-1111-111111111111",
        "sessionUpgrade": True,
    }
    found = run(sites=[site, HELP])
    configuration = found["storefront-configuration"].inputs
    assert configuration["name"] == "Our Shop (dev)"
    assert (configuration["languages"], configuration["defaultLanguage"]) == (["de", "fr"], "fr")
    conversations = {
        "enabled": True,
        "showAgentTypingIndicator": True,
        "showUserTypingIndicator": True,
        "markdownEnabled": True,
        "conversationClearEnabled": True,
        "autoStartEnabled": False,
    }
    assert configuration["messenger"] == {
        "enabled": True,
        "apps": {"conversations": conversations},
        "homeScreen": {"enabled": True},
        "launcherButton": {"visibility": "On"},
        "styles": {"primaryColor": "#aabbcc"},
        "sessionPersistenceType": "DomainOrSubdomainOnly",
    }
    assert configuration["authenticationSettings"]["allowSessionUpgrade"] is True
    titles = {
        label["language"]: label["localizedLabels"][0]["value"]
        for label in configuration["customI18nLabels"]
    }
    assert titles == {"de": "Our Shop", "fr": "Our Shop"}
    assert found["storefront-deployment"].inputs["flowId"] == site["flowId"]
    assert "flowId" not in found["help-deployment"].inputs
    assert found["help-configuration"].inputs["messenger"]["launcherButton"] == {
        "visibility": "OnDemand"  # the site's gatekeeper shows it
    }


def test_the_integration_type_is_looked_up_where_it_is_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M15: once in a run."""
    asked: list[str] = []

    def find(access: Any) -> IntegrationType:
        asked.append(access.api_url)
        return IntegrationType.model_validate(INTEGRATION | {"typeId": "found"})

    monkeypatch.setattr(infra.discovery, "find_integration_type", find)
    for integration in (None, "discover"):
        assert run(integration=integration)["integration"].inputs["integrationType"] == "found"
    assert asked == ["https://api.mypurecloud.de"] * 2


# Outputs


def test_deployment_id_environment_and_domain_are_told(usual: Run) -> None:
    """M28, M29."""
    assert usual.outputs["environment"] == "dev"
    assert usual.outputs["messengerEnvironment"] == "prod-euc1"
    site = usual.outputs["sites"][0]
    assert site["deploymentId"] == "storefront-deployment-id"
    assert site["transport"] == {
        "deploymentId": "storefront-deployment-id",
        "domain": "mypurecloud.de",
    }
    assert site["snippet"] == "<script>storefront-deployment</script>"


def test_a_preview_of_a_new_stack_leaves_open_what_nobody_can_know() -> None:
    found = run(preview=True)
    assert found.outputs["integrationId"] == UNKNOWN
    assert found.outputs["sites"][0]["deploymentId"] == UNKNOWN
    assert found.outputs["sites"][0]["url"] == STOREFRONT["url"]
    assert set(found.resources) == set(run().resources)


# Names, parents, options


def test_every_resource_belongs_to_one_of_two_components(usual: Run) -> None:
    components = {name: one for name, one in usual.resources.items() if not one.request.custom}
    assert {name: one.type for name, one in components.items()} == {
        "sign-in": "messenger-sso:infra:OktaSignIn",
        "messenger": "messenger-sso:infra:AuthenticatedMessenger",
    }
    for name, one in usual.resources.items():
        parent = one.parent
        if name in components:
            assert parent == "messenger-sso-dev"
        else:
            assert parent == ("sign-in" if one.type.startswith("okta:") else "messenger")


def test_nothing_is_left_to_auto_naming(usual: Run) -> None:
    """The bridge would add random letters to every name that is left out (okta.md 1.1)."""
    unnamed = {
        one.type.rpartition(":")[2] for one in usual.resources.values() if "name" not in one.inputs
    }
    assert unnamed == {
        "OktaSignIn",
        "AuthenticatedMessenger",
        "OAuth",  # has a label instead
        "GroupAssignment",
        "Integration",  # has it in its config
    }
    assert usual["integration"].inputs["config"]["name"] == "Messenger (dev)"


def test_another_site_touches_only_what_all_sites_share() -> None:
    """And so does taking it away: the same comparison, read backwards."""
    with_two, with_three = run(), run(sites=[LOCAL, STOREFRONT, HELP])
    before, after = inputs(with_two), inputs(with_three)
    assert set(after) - set(before) == {
        "local-configuration",
        "local-deployment",
        "origin-http-8080-localhost",
    }
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"messenger-client", "website-client"}


def test_the_order_of_sites_changes_no_resource() -> None:
    assert inputs(run(sites=[STOREFRONT, HELP])) == inputs(run(sites=[HELP, STOREFRONT]))


def test_the_order_of_groups_scopes_and_claims_changes_no_resource() -> None:
    claims = {"a": "user.a", "b": "user.b"}
    one = run(
        assignment=["A", "B"],
        scopes=["openid", "x", "email"],
        authorizationServer={"scopes": ["x", "y"], "claims": claims},
    )
    other = run(
        assignment=["B", "A"],
        scopes=["email", "openid", "x"],
        authorizationServer={
            "scopes": ["y", "x"],
            "claims": dict(reversed(claims.items())),
        },
    )
    assert inputs(one) == inputs(other)


def test_another_display_name_touches_that_site_alone() -> None:
    before = inputs(run())
    after = inputs(run(sites=[STOREFRONT | {"displayName": "Store"}, HELP]))
    assert {name for name in before if before[name] != after[name]} == {
        "storefront-configuration",
        "storefront-deployment",
    }


@pytest.mark.parametrize(
    ("stack", "own", "protected"),
    [
        ("dev", {}, False),
        ("dev", {"protect": True}, True),
        ("prod", {}, True),
        ("prod", {"protect": False}, False),
    ],
)
def test_clients_and_deployments_are_protected_where_asked(
    stack: str, own: dict[str, Any], protected: bool
) -> None:
    found = run(stack=stack, **own)
    kept = {name for name, one in found.resources.items() if one.request.protect}
    expected = {
        "messenger-client",
        "website-client",
        "storefront-deployment",
        "help-deployment",
    }
    assert kept == (expected if protected else set())


def test_what_cannot_move_is_replaced(usual: Run) -> None:
    """The providers would address a new parent with an old id, or never send the change."""
    tied = {
        name: list(one.request.replaceOnChanges)
        for name, one in usual.resources.items()
        if one.request.replaceOnChanges
    }
    assert tied == {
        "scope-messenger": ["authServerId"],
        "claim-first_name": ["authServerId"],
        "claim-last_name": ["authServerId"],
        "access-policy": ["authServerId"],
        "access-rule": ["authServerId", "policyId"],
        "integration": ["integrationType"],
    }


# As a program


def test_a_mistake_ends_the_run_in_one_message_before_any_resource() -> None:
    values = stack_values(pkce="maybe", sites=[STOREFRONT | {"url": "http://shop.example.com"}])
    found = run_program(values, fails=True)
    assert isinstance(found.error, pulumi.RunError)
    assert "2 mistakes in the configuration of stack dev" in str(found.error)
    assert found.error.__suppress_context__
    assert found.error.__cause__ is None
    assert found.resources == {}
    assert found.calls == []


def test_a_failed_look_up_ends_the_run_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_: Any) -> IntegrationType:
        raise ProgramError("no such type")

    monkeypatch.setattr(infra.discovery, "find_integration_type", find)
    found = run_program(stack_values(integration="discover"), fails=True)
    assert isinstance(found.error, pulumi.RunError)
    assert str(found.error) == "no such type"
    assert found.resources == {}


def test_it_runs_again_and_again_in_one_process_and_sees_every_edit(tmp_path: Path) -> None:
    """As under a language host that stays: the program's modules are dropped between runs."""
    folder = tmp_path / "project" / "infra"
    shutil.copytree(ROOT / "infra", folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_program(name)}
    try:
        first = run_program(folder=folder)
        assert Path(str(sys.modules["infra.settings"].__file__)).is_relative_to(tmp_path)
        for name in [name for name in sys.modules if _is_program(name)]:
            del sys.modules[name]
        source = folder / "settings.py"
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace('default="Messenger"', 'default="Edited"'), "utf-8")
        second = run_program(stack_values(sites=[LOCAL]), folder=folder)
    finally:
        for name in [name for name in sys.modules if _is_program(name)]:
            del sys.modules[name]
        sys.modules.update(before)
    assert first["messenger-client"].inputs["label"] == "Messenger (dev)"
    assert second["messenger-client"].inputs["label"] == "Edited (dev)"
    assert "local-deployment" in second.resources


def _is_program(name: str) -> bool:
    return name == "infra" or name.startswith("infra.")


def test_main_stays_a_page() -> None:
    assert len((ROOT / "infra" / "__main__.py").read_text("utf-8").splitlines()) < 40
