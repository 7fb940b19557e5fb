"""What each change is called, how severe it is, and which site it belongs to."""

from __future__ import annotations

import random
from typing import Any

import pytest

from review.report import KINDS
from review.rules import RULES, Severity
from tests.review.captured import load, names, report_on
from tests.review.making import (
    CLAIM,
    CONFIGURATION,
    CREDENTIAL,
    DEPLOYMENT,
    RESOURCES,
    SCOPE,
    UNKNOWN,
    Step,
    plan,
    reported,
    rows,
    setting,
    step,
    update,
    whole,
)

HELP = "http://help.localhost:8080"
SHOP = "http://localhost:8080"
OTHER = "https://other.example"


def redirects(*hosts: str) -> list[str]:
    return [f"{host}/callback.html" for host in hosts]


def origin(address: str, **more: Any) -> dict[str, Any]:
    return {"origin": address, "name": address, "scopes": [{"type": "CORS"}], **more}


REDIRECTS = redirects(HELP, SHOP)
ORIGINS = {"help": "origin-http-8080-help.localhost", "shop": "origin-http-8080-localhost"}
WITHOUT_AUTHENTICATION = {
    key: value
    for key, value in RESOURCES["help-configuration"]["inputs"].items()
    if key != "authenticationSettings"
}
# A change, and what must be among the rows: rule, site, and a part of the words.
CASES: list[tuple[Step, str, str | None, str]] = [
    # Redirect URIs: what a site still needs, what it moves away from, what nobody knows.
    (
        setting("messenger-client", "redirectUris", redirects(HELP)),
        "redirect-removed",
        "storefront",
        "Redirect URI http://localhost:8080/callback.html removed",
    ),
    (
        setting("messenger-client", "redirectUris", [*REDIRECTS, *redirects(OTHER)]),
        "redirect-opened",
        None,
        "other.example",
    ),
    (
        setting("messenger-client", "redirectUris", REDIRECTS, before=redirects(HELP)),
        "redirect-added",
        "storefront",
        "added",
    ),
    (
        setting("messenger-client", "redirectUris", REDIRECTS, before=[*REDIRECTS, "https://x.y/"]),
        "redirect-tidied",
        None,
        "https://x.y/",
    ),
    (
        setting("messenger-client", "redirectUris", [*REDIRECTS, "https://*.example.com/"]),
        "wildcard-redirect",
        None,
        "*.example.com",
    ),
    (
        setting("messenger-client", "redirectUris", [*REDIRECTS, "http://plain.example/"]),
        "plain-http",
        None,
        "plain.example",
    ),
    (setting("messenger-client", "redirectUris", REDIRECTS[::-1]), "order-changed", None, "Order"),
    (
        setting("website-client", "postLogoutRedirectUris", [f"{SHOP}/signed-out.html"]),
        "sign-out-address",
        "help",
        "help.localhost:8080/signed-out.html removed",
    ),
    # The clients.
    (setting("messenger-client", "pkceRequired", False), "pkce-off", None, "PKCE switched off"),
    (setting("messenger-client", "pkceRequired", None), "pkce-off", None, "PKCE switched off"),
    (setting("messenger-client", "pkceRequired", True, before=False), "safer", None, "PKCE"),
    (
        setting("website-client", "grantTypes", ["authorization_code", "implicit"]),
        "unsafe-grant",
        None,
        "implicit",
    ),
    (
        setting("website-client", "responseTypes", ["code", "id_token"]),
        "unsafe-grant",
        None,
        "id_token",
    ),
    (
        setting("website-client", "grantTypes", ["authorization_code", "refresh_token"]),
        "tokens-live-longer",
        None,
        "Refresh tokens switched on",
    ),
    (setting("website-client", "grantTypes", ["implicit"]), "sign-in-stops", None, "not allowed"),
    (
        setting("messenger-client", "tokenEndpointAuthMethod", "client_secret_post"),
        "client-method-changes",
        None,
        "client_secret_basic → client_secret_post",
    ),
    (
        setting("website-client", "refreshTokenRotation", "STATIC", before="ROTATE"),
        "tokens-live-longer",
        None,
        "ROTATE → STATIC",
    ),
    (
        setting("messenger-client", "wildcardRedirect", "SUBDOMAIN"),
        "wildcard-redirect",
        None,
        "Wildcards",
    ),
    (
        setting("messenger-client", "implicitAssignment", True),
        "no-assignment-needed",
        None,
        "switched on",
    ),
    (setting("messenger-client", "status", "INACTIVE"), "sign-in-stops", None, "switched off"),
    (
        setting("messenger-client", "clientBasicSecret", "a-new-one-here", before="an-old-one"),
        "secret-rotated",
        None,
        "Client secret changes",
    ),
    (
        setting("messenger-client", "clientBasicSecretWoVersion", 2, before=1),
        "secret-rotated",
        None,
        "Client secret changes",
    ),
    (setting("messenger-client", "label", "Chat"), "text-changed", None, "→ Chat"),
    (setting("messenger-client", "authenticationPolicy", "r"), "sign-on-policy", None, "→ r"),
    (whole("replace", "messenger-client"), "client-id-changes", None, "Messenger client"),
    (whole("delete", "website-client"), "client-deleted", None, "Website client"),
    # Who may sign in.
    (
        whole("create", "messenger-client-everyone"),
        "assignment-widened",
        None,
        "Everyone is assigned",
    ),
    (
        whole("delete", "messenger-client-everyone"),
        "assignment-narrowed",
        None,
        "Everyone is not assigned",
    ),
    (
        setting("access-rule", "groupWhitelists", ["EVERYONE", "00g1"]),
        "assignment-widened",
        None,
        "Group 00g1 added",
    ),
    (
        setting("access-rule", "userBlacklists", ["00u1"]),
        "assignment-narrowed",
        None,
        "Excluded user 00u1 added",
    ),
    # Trusted origins.
    (whole("delete", ORIGINS["shop"]), "origin-removed", "storefront", "removed"),
    (
        step("create", "origin-x", "okta:trustedorigin/origin:Origin", None, origin(OTHER)),
        "origin-opened",
        None,
        f"Trusted origin {OTHER} added",
    ),
    (
        step("delete", "origin-x", "okta:trustedorigin/origin:Origin", origin(OTHER)),
        "origin-tidied",
        None,
        OTHER,
    ),
    (
        step(
            "create", "o", "okta:trustedorigin/origin:Origin", None, origin("http://plain.example")
        ),
        "plain-http",
        None,
        "plain.example",
    ),
    (setting(ORIGINS["shop"], "status", "INACTIVE"), "origin-removed", "storefront", "off"),
    (
        setting(ORIGINS["shop"], "status", "ACTIVE", before="INACTIVE"),
        "origin-added",
        "storefront",
        "switched on again",
    ),
    (setting(ORIGINS["shop"], "origin", OTHER), "origin-opened", None, OTHER),
    (
        setting(ORIGINS["shop"], "scopes", [{"type": "CORS"}]),
        "origin-removed",
        "storefront",
        "loses the right REDIRECT",
    ),
    # The authorization server.
    (whole("replace", "authorization-server"), "issuer-changes", None, "gets a new id"),
    (setting("authorization-server", "issuerMode", "DYNAMIC"), "issuer-changes", None, "Issuer"),
    (setting("authorization-server", "audiences", ["api://b"]), "claim-changes", None, "api://b"),
    (setting("authorization-server", "status", "INACTIVE"), "sign-in-stops", None, "off"),
    (step("create", "s", SCOPE, None, {"name": "orders"}), "rights-added", None, "orders is new"),
    (step("delete", "s", SCOPE, {"name": "orders"}), "rights-removed", None, "orders removed"),
    (step("delete", "c", CLAIM, {"name": "nick"}), "claim-changes", None, "nick removed"),
    (setting("claim-first_name", "value", "user.nickName"), "claim-changes", None, "user.nickName"),
    (
        setting("access-policy", "clientWhitelists", ["ALL_CLIENTS"]),
        "any-client",
        None,
        "all clients",
    ),
    (setting("access-policy", "priority", 3), "order-of-rules", None, "1 → 3"),
    (whole("delete", "access-policy"), "sign-in-stops", None, "Access policy"),
    (setting("access-policy", "status", "INACTIVE"), "sign-in-stops", None, "off"),
    (whole("delete", "access-rule"), "sign-in-stops", None, "Access rule"),
    (
        setting("access-rule", "scopeWhitelists", ["openid"]),
        "rights-removed",
        None,
        "Scope email removed",
    ),
    (
        setting("access-rule", "grantTypeWhitelists", ["authorization_code", "implicit"]),
        "unsafe-grant",
        None,
        "implicit",
    ),
    (
        setting("access-rule", "accessTokenLifetimeMinutes", 120, before=60),
        "tokens-live-longer",
        None,
        "60 min → 120 min",
    ),
    (
        setting("access-rule", "refreshTokenLifetimeMinutes", 600, before=0),
        "safer",
        None,
        "no end → 600 min",
    ),
    # Genesys Cloud: the integration.
    (
        setting("integration", "intendedState", "DISABLED"),
        "sign-in-stops",
        None,
        "Integration switched off",
    ),
    (whole("replace", "integration"), "integration-id-changes", None, "Integration"),
    (whole("delete", "credential"), "sign-in-stops", None, "Credential deleted"),
    (
        setting(
            "integration",
            "config.properties",
            '{"discoveryUri": "https://b/"}',
            before='{"discoveryUri": "https://a/"}',
        ),
        "integration-changes",
        None,
        "Discovery URI: https://a/ → https://b/",
    ),
    # A site's Messenger.
    (
        setting("help-configuration", "authenticationSettings.enabled", False),
        "authentication-off",
        "help",
        "Authentication switched off",
    ),
    (
        update(
            "help-configuration",
            CONFIGURATION,
            RESOURCES["help-configuration"]["inputs"],
            WITHOUT_AUTHENTICATION,
        ),
        "authentication-off",
        "help",
        "Authentication switched off",
    ),
    (
        setting("help-configuration", "authenticationSettings.allowSessionUpgrade", True),
        "session-upgrade-on",
        "help",
        "before sign-in",
    ),
    (
        setting("help-configuration", "messenger.styles.primaryColor", "#000000"),
        "version-published",
        "help",
        "is published",
    ),
    (setting("help-configuration", "messenger.enabled", False), "messenger-off", "help", "off"),
    (
        setting("help-configuration", "messenger.launcherButton.visibility", "Off"),
        "launcher-hidden",
        "help",
        "OnDemand → Off",
    ),
    (setting("help-configuration", "cobrowse.enabled", True), "watching-on", "help", "Co-browsing"),
    (
        setting("help-configuration", "messenger.fileUpload.modes", ["x"]),
        "feature-changed",
        "help",
        "messenger.fileUpload.modes",
    ),
    (setting("help-configuration", "newThing", 1), "setting-changed", "help", "newThing"),
    (whole("delete", "help-deployment"), "deployment-deleted", "help", "Deployment deleted"),
    (whole("replace", "help-deployment"), "deployment-id-changes", "help", "new id"),
    (setting("help-deployment", "allowAllDomains", True), "all-domains", "help", "Every domain"),
    (
        setting("help-deployment", "allowedDomains", ["help.localhost", "*"]),
        "all-domains",
        "help",
        "*",
    ),
    (
        setting("help-deployment", "allowedDomains", ["help.localhost", "x.example"]),
        "domain-opened",
        "help",
        "x.example",
    ),
    (setting("help-deployment", "allowedDomains", []), "domain-removed", "help", "help.localhost"),
    (setting("help-deployment", "flowId", None, before="f"), "flow-removed", "help", "f → not set"),
    (setting("help-deployment", "flowId", "g", before="f"), "flow-changed", "help", "f → g"),
    (setting("help-deployment", "status", "Inactive"), "messenger-off", "help", "Inactive"),
    (
        setting("help-deployment", "status", "Active", before="Inactive"),
        "feature-changed",
        "help",
        "Inactive → Active",
    ),
    # A version that this plan does not publish itself.
    (
        setting("help-deployment", "configuration.version", "9", before="4"),
        "version-published",
        "help",
        "4 → 9",
    ),
]


@pytest.mark.parametrize(
    ("change", "rule", "site", "words"),
    CASES,
    ids=[f"{number}-{rule}" for number, (_, rule, _, _) in enumerate(CASES)],
)
def test_a_change_has_its_rule_its_site_and_its_words(
    change: Step, rule: str, site: str | None, words: str
) -> None:
    found = [row for row in rows(plan(change)) if row["rule"] == rule and row["site"] == site]
    assert any(words in row["what"] for row in found), rows(plan(change))
    assert all(row["severity"] == RULES[rule].severity.word for row in found)
    assert all(change["urn"] in row["resources"] for row in found)


def test_new_resources_are_looked_at_for_what_is_never_harmless() -> None:
    client = whole("create", "messenger-client")
    client["newState"]["inputs"] |= {"pkceRequired": False, "grantTypes": ["implicit"]}
    deployment = whole("create", "help-deployment")
    deployment["newState"]["inputs"] |= {"allowAllDomains": True, "allowedDomains": []}
    configuration = whole("create", "help-configuration")
    configuration["newState"]["inputs"]["authenticationSettings"] = {"enabled": False}
    found = {row["rule"] for row in rows(plan(client, deployment, configuration))}
    assert {"pkce-off", "unsafe-grant", "all-domains", "authentication-off"} <= found


def test_a_first_deployment_has_nothing_to_warn_of() -> None:
    worst = report_on(load("first")).worst
    assert worst == Severity.NOTICE


def test_the_same_change_of_both_clients_is_one_row() -> None:
    both = [
        setting(client, "redirectUris", redirects(SHOP))
        for client in ("messenger-client", "website-client")
    ]
    (found,) = rows(plan(*both))
    assert found["of"] == ["Messenger client", "Website client"]
    assert len(found["resources"]) == 2
    assert found["means"] == "sign-in from Help Centre will fail"


def test_a_site_that_moves_is_told_from_one_that_loses_its_address() -> None:
    found = {(row["rule"], row["site"]) for row in report_on(load("move-site")).as_json()["rows"]}
    assert ("redirect-moved", "help") in found
    assert ("redirect-removed", "help") not in found


def test_a_secret_is_told_by_the_engine_s_paths_alone() -> None:
    """Both sides read `[secret]`; only the detailed difference says which field it is."""
    hidden = {"fields": "[secret]", "name": "Messenger"}
    change = update(
        "credential",
        CREDENTIAL,
        hidden,
        hidden,
        detailedDiff={"fields.clientSecret": {"kind": "update", "inputDiff": False}},
    )
    (row,) = rows(plan(change))
    assert (row["rule"], row["what"]) == ("secret-rotated", "Secret that Genesys uses changes")
    change["detailedDiff"] = None
    change["diffReasons"] = ["fields"]
    (row,) = rows(plan(change))
    assert (row["rule"], row["what"]) == ("secret-rotated", "Credential changes")


def test_what_only_the_provider_sees_is_not_dropped() -> None:
    same = {"name": "x", "allowedDomains": ["help.localhost"]}
    seen = update(
        "help-deployment",
        DEPLOYMENT,
        same,
        same,
        detailedDiff={"status": {"kind": "update", "inputDiff": False}},
    )
    (row,) = rows(plan(seen))
    assert (row["rule"], row["what"]) == (
        "unexplained",
        "status changes, the program's own value does not",
    )
    (row,) = rows(plan(update("help-deployment", DEPLOYMENT, same, same)))
    assert row["rule"] == "unexplained"


BUCKET = "aws:s3/bucket:Bucket"
UNKNOWN_TYPE = {
    "unknown-created": step("create", "b", BUCKET, None, {"x": 1}),
    "unknown-deleted": step("delete", "b", BUCKET, {"x": 1}),
    "unknown-replaced": step("replace", "b", BUCKET, {"x": 1}, {"x": 2}),
    "setting-changed": update("b", BUCKET, {"x": 1}, {"x": 2}),
    "secret-rotated": update("b", BUCKET, {"password": "abc123"}, {"password": "def456"}),
    "imported": step("import", "b", BUCKET, None, {"x": 1}),
    "dropped-from-state": step("discard", "b", BUCKET, {"x": 1}),
    "unexplained": step("a-newer-word", "b", BUCKET, {"x": 1}, {"x": 1}),
}


@pytest.mark.parametrize("rule", UNKNOWN_TYPE)
def test_an_unknown_type_is_described_in_general_words(rule: str) -> None:
    assert rule in {row["rule"] for row in rows(plan(UNKNOWN_TYPE[rule]))}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (whole("delete", "help-deployment"), "protected-touched"),
        (whole("replace", "messenger-client"), "protected-touched"),
        (setting("help-deployment", "description", "x"), "protected-updated"),
    ],
)
def test_a_protected_resource_is_named(change: Step, rule: str) -> None:
    change["oldState"]["protect"] = True
    if "newState" in change:
        change["newState"]["protect"] = True
    assert rule in {row["rule"] for row in rows(plan(change))}


@pytest.mark.parametrize(
    ("was", "will_be", "rule"), [(True, False, "protection-off"), (False, True, "protection-on")]
)
def test_switching_protection_is_named_though_nothing_else_changes(
    was: bool, will_be: bool, rule: str
) -> None:
    inputs = RESOURCES["help-deployment"]["inputs"]
    change = step("same", "help-deployment", DEPLOYMENT, inputs, inputs)
    change["oldState"]["protect"] = was
    change["newState"]["protect"] = will_be
    (row,) = rows(plan(change))
    assert (row["rule"], row["site"]) == (rule, "help")


def provider(version: str, name: str = "default") -> str:
    return f"urn:pulumi:local::messenger-sso::pulumi:providers:okta::{name}_{version}::some-id"


def test_a_plugin_s_new_version_is_one_row_for_all_its_resources() -> None:
    changes = [
        setting("messenger-client", "label", "A"),
        setting("website-client", "label", "B"),
    ]
    for change in changes:
        change["oldState"]["provider"] = provider("7_0_1")
        change["newState"]["provider"] = provider("7_1_0")
    (row,) = [row for row in rows(plan(*changes)) if row["rule"] == "provider-version"]
    assert row["what"] == "Plugin okta: 7.0.1 → 7.1.0"
    assert len(row["resources"]) == 2


def test_a_provider_s_settings_are_named_and_its_secrets_are_not() -> None:
    kind = "pulumi:providers:okta"
    old = {"orgName": "a", "apiToken": "the-first-token", "version": "7.0.1"}
    new = {"orgName": "b", "apiToken": "the-second-token", "version": "7.0.2"}
    found = rows(plan(update("okta", kind, old, new)))
    assert [row["what"] for row in found] == [
        "version: 7.0.1 → 7.0.2",
        "apiToken: [secret] → [secret]",
        "orgName: a → b",
    ]


def test_lowered_guard_rails_are_named_where_something_changes() -> None:
    lowered = {"messenger-sso:guardRails": "false", "messenger-sso:acceptedDangers": '["any"]'}
    change = setting("messenger-client", "label", "Chat")
    document = plan(change)
    document["config"] = {**document["config"], **lowered}
    found = [row["what"] for row in rows(document) if row["rule"] == "guard-rails-lowered"]
    assert found == ['Accepted dangers: ["any"]', "The guard rails are off"]
    document["steps"].remove(change)
    assert rows(document) == []


def test_what_only_the_outputs_show_is_found_in_the_configuration() -> None:
    """The highest age of a sign-in touches no resource: the engine's plan says nothing of it."""
    (row,) = report_on(load("max-age")).as_json()["rows"]
    assert row["rule"] == "site-rebuild"
    assert row["what"] == "Highest age of a sign-in in seconds: 86400 → 3600"


def test_a_plan_without_changes_has_no_rows() -> None:
    report = report_on(load("nothing"))
    assert report.rows == ()
    assert report.worst is None
    assert report.judged == "nothing changes"


def test_unknown_values_are_words() -> None:
    change = setting("access-rule", "policyId", UNKNOWN, before="00p1")
    (row,) = rows(plan(change))
    assert row["what"] == "Policy: was 00p1, known after the update"


def test_sites_are_known_without_a_configuration_that_can_be_read() -> None:
    document = plan(whole("delete", "help-deployment"))
    document["config"] = {**document["config"], "messenger-sso:sites": "[secret]"}
    (row,) = rows(document)
    assert row["site"] == "help"
    assert reported(document).sites["help"].title == "Help Centre"
    for step_of in document["steps"]:
        step_of.get("oldState", {}).pop("outputs", None)
    assert reported(document).sites["help"].title == "Help Centre"


@pytest.mark.parametrize("name", names())
def test_the_order_of_a_plan_is_of_no_matter(name: str) -> None:
    document = load(name)
    shuffled = {**document, "steps": list(document["steps"])}
    random.Random(7).shuffle(shuffled["steps"])  # noqa: S311 (any order will do)
    shuffled["diagnostics"] = list(reversed(document.get("diagnostics") or []))
    assert reported(shuffled).as_json() == reported(document).as_json()


def test_every_type_of_the_stack_has_a_kind() -> None:
    types = {state["type"] for state in RESOURCES.values() if state["custom"]}
    assert types == set(KINDS)


def test_every_rule_can_be_met() -> None:
    """A rule that no plan of the tests leads to would be one that nobody has looked at."""
    met = {rule for _, rule, _, _ in CASES} | set(UNKNOWN_TYPE)
    for name in names():
        met |= {row["rule"] for row in report_on(load(name)).as_json()["rows"]}
    in_tests_of_their_own = {
        *("protected-updated", "protection-off", "provider-version", "provider-settings"),
        *("guard-rails-lowered", "said"),
    }
    assert set(RULES) - met == in_tests_of_their_own - met
