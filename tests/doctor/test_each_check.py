"""Each check finds what it is for: one thing is broken, one check fails, nothing else is said.

Where the emulators can be brought into the state, they are; what they never answer is bent on the
way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from doctor.check import Status
from doctor.checks import ALL_CHECKS
from doctor.ledger import GENESYS
from tests.doctor.organisation import Broken, Document, Organisation, between

pytestmark = pytest.mark.engine

Break = Callable[[Organisation], Broken]


@dataclass(frozen=True)
class Breakage:
    """A way to break the stack, the check that must say so, what it says, and what waits for it."""

    check: str
    name: str
    breaking: Break
    found: str
    waiting: frozenset[str] = frozenset()


def setting(path: str, value: Any) -> Callable[[Document], None]:
    """Return a function that sets a member deep inside a document."""
    *way, last = path.split(".")

    def change(document: Document) -> None:
        for step in way:
            document = document[step]
        document[last] = value

    return change


def application(client: str, path: str, value: Any) -> Break:
    return lambda org: org.okta_change(f"/api/v1/apps/{org.id(client)}", setting(path, value))


def server_of(org: Organisation) -> str:
    return f"/api/v1/authorizationServers/{org.id('authorization-server')}"


def policy_of(org: Organisation) -> str:
    return f"{server_of(org)}/policies/{org.id('access-policy')}"


def rule_of(org: Organisation) -> str:
    return f"{policy_of(org)}/rules/{org.id('access-rule')}"


def origin_of(org: Organisation) -> str:
    (name,) = (name for name in org.state if name.startswith("origin-") and "help" not in name)
    return f"/api/v1/trustedOrigins/{org.id(name)}"


def integration_config(change: Callable[[Document], None]) -> Break:
    """Change the integration's configuration, whose version has to be the present one."""

    def breaking(org: Organisation) -> Broken:
        path = f"/api/v2/integrations/{org.outputs.integration_id}/config/current"
        before = org.bench.genesys("GET", path).json()
        changed = json.loads(json.dumps(before))
        change(changed)

        def heal() -> None:
            version = org.bench.genesys("GET", path).json()["version"]
            org.bench.genesys("PUT", path, json={**before, "version": version})

        return between(lambda: org.bench.genesys("PUT", path, json=changed), heal)

    return breaking


def unassigned(org: Organisation) -> Broken:
    path = f"/api/v1/apps/{org.id('website-client')}/groups/{org.id('website-client-everyone')}"
    return between(
        lambda: org.bench.okta("DELETE", path), lambda: org.bench.okta("PUT", path, json={})
    )


def switched_off(org: Organisation) -> Broken:
    path = f"/api/v2/integrations/{org.outputs.integration_id}"
    return between(
        lambda: org.bench.genesys("PATCH", path, json={"intendedState": "DISABLED"}),
        lambda: org.bench.genesys("PATCH", path, json={"intendedState": "ENABLED"}),
    )


def authentication_settings(org: Organisation) -> Document:
    """Return what the stack declares about authentication."""
    return {
        "enabled": True,
        "integrationId": org.outputs.integration_id,
        "allowSessionUpgrade": False,
    }


def authentication(**changes: Any) -> Break:
    """Let the stack's own version say something else about authentication."""

    def breaking(org: Organisation) -> Broken:
        settings = authentication_settings(org)
        return between(
            lambda: org.have_authentication({**settings, **changes}),
            lambda: org.have_authentication(settings),
        )

    return breaking


def published(*, is_ours: bool) -> Break:
    """Publish a version that the deployment does not use; is it the one that the stack names?"""

    @contextmanager
    def breaking(org: Organisation) -> Iterator[None]:
        version = org.publish(description="Edited by hand")
        if is_ours:
            org.says_version(version)
        try:
            yield
        finally:
            org.use(version)
            org.says_version(version)

    return breaking


def unreachable_site(org: Organisation) -> Broken:
    return between(lambda: org.sites.status.update(localhost=500), org.sites.status.clear)


def page(change: Callable[[Organisation], bytes]) -> Break:
    def breaking(org: Organisation) -> Broken:
        return between(lambda: org.sites.pages.update(localhost=change(org)), org.sites.pages.clear)

    return breaking


def strict_host(org: Organisation) -> Broken:
    policy = f"connect-src 'self' http://{org.outputs.messenger_domain}"
    sent = {"Content-Security-Policy": policy}
    return between(lambda: org.sites.headers.update(localhost=sent), org.sites.headers.clear)


def slow_plugin(org: Organisation) -> Broken:
    return org.told(variables={"PULUMI_HOME": "/home/somebody/.pulumi"})


def of_discovery(path: str, value: Any) -> Break:
    return lambda org: org.wire.json("*/openid-configuration", setting(path, value))


def of_deployments(name: str, value: Any) -> Break:
    def change(listing: Document) -> None:
        listing["entities"][0][name] = value
        for entity in listing["entities"]:
            entity.setdefault("snippet", "")

    return lambda org: org.wire.json("/api/v2/webdeployments/deployments", change)


def elliptic(document: Document) -> None:
    for key in document["keys"]:
        key |= {"kty": "EC", "alg": "ES256"}


def late(org: Organisation) -> Broken:
    return org.wire.headers("/api/v2/*", Date=formatdate(time() + 300, usegmt=True))


AFTER_DISCOVERY = frozenset(
    {
        "issuer-equal",
        "endpoints-equal",
        "rs256-offered",
        "pkce-offered",
        "keys-reachable",
        "keys-rsa",
    }
)
CREDENTIALS = "credentials.oauthClient"
SETTINGS = "settings.oauthClient"

BREAKAGES = (
    Breakage(
        "discovery-reachable",
        "server deactivated",
        lambda org: org.okta_lifecycle(server_of(org)),
        "answers 404",
        AFTER_DISCOVERY,
    ),
    Breakage(
        "issuer-equal",
        "custom domain",
        of_discovery("issuer", "https://login.example.com/oauth2/default"),
        "https://login.example.com/oauth2/default, expected http",
    ),
    Breakage(
        "endpoints-equal",
        "other sign-out",
        of_discovery("end_session_endpoint", "https://login.example.com/logout"),
        "end_session_endpoint https://login.example.com/logout, expected http",
    ),
    Breakage(
        "rs256-offered",
        "shared secret",
        of_discovery("id_token_signing_alg_values_supported", ["HS256"]),
        "HS256, expected RS256",
    ),
    Breakage(
        "pkce-offered",
        "plain only",
        of_discovery("code_challenge_methods_supported", ["plain"]),
        "plain, expected S256",
    ),
    Breakage(
        "keys-reachable",
        "keys kept away",
        lambda org: org.fault(org.bench.okta_url, "*/v1/keys", 403),
        "answers 403",
        frozenset({"keys-rsa"}),
    ),
    Breakage(
        "keys-rsa",
        "elliptic curve",
        lambda org: org.wire.json("*/v1/keys", elliptic),
        "only EC ES256",
    ),
    Breakage(
        "clients-active",
        "client deactivated",
        lambda org: org.okta_lifecycle(f"/api/v1/apps/{org.id('website-client')}"),
        "INACTIVE",
    ),
    Breakage(
        "redirect-uris",
        "one edited",
        application(
            "messenger-client", f"{SETTINGS}.redirect_uris", ["https://old.example.com/cb"]
        ),
        "not of this stack https://old.example.com/cb",
    ),
    Breakage(
        "post-logout-uris",
        "all removed",
        application("website-client", f"{SETTINGS}.post_logout_redirect_uris", []),
        "missing http://help.localhost",
    ),
    Breakage(
        "client-pkce",
        "box unticked",
        application("messenger-client", f"{CREDENTIALS}.pkce_required", False),
        "not required, expected required",
    ),
    Breakage(
        "client-authentication",
        "other method",
        application(
            "messenger-client", f"{CREDENTIALS}.token_endpoint_auth_method", "client_secret_post"
        ),
        "client_secret_post, expected client_secret_basic",
    ),
    Breakage(
        "client-grants",
        "refresh token added",
        application(
            "messenger-client", f"{SETTINGS}.grant_types", ["authorization_code", "refresh_token"]
        ),
        "not of this stack refresh_token",
    ),
    Breakage("assignment", "group taken off", unassigned, "not for Everyone"),
    Breakage(
        "access-rule",
        "policy deactivated",
        lambda org: org.okta_lifecycle(policy_of(org)),
        "is inactive",
    ),
    Breakage(
        "access-rule",
        "rule deactivated",
        lambda org: org.okta_lifecycle(rule_of(org)),
        "inactive",
    ),
    Breakage(
        "access-rule",
        "scope removed",
        lambda org: org.okta_change(
            rule_of(org), setting("conditions.scopes.include", ["openid", "email"])
        ),
        "without the scopes profile",
    ),
    Breakage(
        "access-rule",
        "grant changed",
        lambda org: org.okta_change(
            rule_of(org), setting("conditions.grantTypes.include", ["client_credentials"])
        ),
        "without the grant authorization_code",
    ),
    Breakage(
        "access-rule",
        "client removed",
        lambda org: org.okta_change(
            policy_of(org),
            setting("conditions.clients.include", [org.outputs.messenger_client_id]),
        ),
        "no policy names the client",
    ),
    Breakage(
        "trusted-origins",
        "deactivated",
        lambda org: org.okta_lifecycle(origin_of(org)),
        "is inactive",
    ),
    Breakage(
        "trusted-origins",
        "without CORS",
        lambda org: org.okta_change(origin_of(org), setting("scopes", [{"type": "REDIRECT"}])),
        "lacks CORS",
    ),
    Breakage(
        "integration-type",
        "other type",
        lambda org: org.wire.json(
            "/api/v2/integrations/types/*", setting("name", "OpenID Connect Knowledge")
        ),
        "OpenID Connect Knowledge, expected OpenID Connect Messenger Configuration",
    ),
    Breakage(
        "integration-state",
        "set to inactive",
        switched_off,
        "DISABLED, expected ENABLED",
        frozenset({"integration-reported"}),
    ),
    Breakage(
        "integration-reported",
        "in error",
        lambda org: org.wire.json(
            f"/api/v2/integrations/{org.outputs.integration_id}",
            setting("reportedState", {"code": "ERROR", "detail": {"message": "no answer"}}),
        ),
        "ERROR: no answer",
    ),
    Breakage(
        "integration-discovery-uri",
        "edited",
        integration_config(
            setting(
                "properties.discoveryUri", "http://localhost:1/.well-known/openid-configuration"
            )
        ),
        "http://localhost:1/.well-known/openid-configuration, expected http",
    ),
    Breakage(
        "integration-credential",
        "slot emptied",
        lambda org: org.wire.json(
            f"/api/v2/integrations/{org.outputs.integration_id}/config/current",
            setting("credentials", {}),
        ),
        "the slot openIdConnectClient is empty",
    ),
    Breakage(
        "integration-credential",
        "of another type",
        lambda org: org.wire.json(
            "/api/v2/integrations/credentials/*", setting("type.name", "basicAuth")
        ),
        "openIdConnectClient holds a basicAuth, expected webdeploymentsOAuthClient",
    ),
    Breakage(
        "configuration-authentication",
        "switched off",
        authentication(enabled=False),
        "off in version",
        frozenset({"configuration-integration", "public-authentication"}),
    ),
    Breakage(
        "configuration-integration",
        "another chosen",
        authentication(integrationId="00000000-0000-4000-8000-000000000000"),
        "00000000-0000-4000-8000-000000000000, expected",
    ),
    Breakage(
        "configuration-version",
        "published elsewhere",
        published(is_ours=False),
        "is published, the stack's is",
    ),
    Breakage(
        "deployment-active",
        "set to inactive",
        lambda org: org.deployment_change(status="Inactive"),
        "Inactive, expected Active",
    ),
    Breakage("deployment-version", "stays behind", published(is_ours=True), ", expected version "),
    Breakage(
        "deployment-domains",
        "another domain",
        lambda org: org.deployment_change(allowedDomains=["localhost", "example.com"]),
        "localhost, example.com, expected localhost",
    ),
    Breakage(
        "deployment-domains",
        "all domains",
        lambda org: org.deployment_change(allowAllDomains=True, allowedDomains=[]),
        "all domains, expected localhost",
    ),
    Breakage(
        "deployment-snippet",
        "another snippet",
        of_deployments("snippet", "<script>another</script>"),
        "another one than in the outputs",
    ),
    Breakage(
        "public-authentication",
        "file missing",
        lambda org: org.fault(
            org.bench.genesys_url, f"*/{org.storefront.deployment_id}/config.json", 403
        ),
        "answers 403",
    ),
    Breakage(
        "public-authentication",
        "file stale",
        lambda org: org.wire.json(
            f"*/{org.storefront.deployment_id}/config.json", setting("auth.enabled", False)
        ),
        "auth.enabled is false",
    ),
    Breakage(
        "site-reachable",
        "server error",
        unreachable_site,
        "answers 500",
        frozenset({"site-policy", "site-snippet"}),
    ),
    Breakage("site-policy", "header of the host", strict_host, "keeps out connect-src ws://"),
    Breakage(
        "site-snippet",
        "built for another deployment",
        page(lambda org: org.sites.page("help.localhost")),
        "expected",
    ),
    Breakage("site-snippet", "no snippet", page(lambda _: b"<!doctype html><p>Soon"), "no snippet"),
    Breakage("clocks", "five minutes ahead", late, "s ahead of this machine's"),
    Breakage("plugin-speed", "usual home", slow_plugin, "PULUMI_HOME is /home/somebody/.pulumi"),
)


@pytest.mark.parametrize(
    "breakage", BREAKAGES, ids=lambda breakage: f"{breakage.check}: {breakage.name}"
)
def test_what_is_broken_is_named_and_nothing_else(org: Organisation, breakage: Breakage) -> None:
    """M64: the check fails, those that its description names wait for it, all others pass."""
    with breakage.breaking(org):
        examination = org.examine()
    found = {result.check.id: result for result in examination.results}
    failed = {id for id, result in found.items() if result.status is Status.FAIL}
    untold = {id for id, result in found.items() if result.status is Status.UNKNOWN}
    assert (failed, untold) == ({breakage.check}, set(breakage.waiting))
    said = [one for one in found[breakage.check].findings if one.status is Status.FAIL]
    assert any(breakage.found in one.found for one in said), said
    for id in untold:
        check = found[id].check
        for finding in found[id].findings:
            if finding.status is Status.UNKNOWN:
                assert finding.waits_for == breakage.check
                assert finding.waits_for in check.waits_for
    if any(finding.subject for finding in said):
        assert len(said) < len(found[breakage.check].findings) or breakage.check == "access-rule"


def test_every_check_is_broken_once() -> None:
    """A new check needs a way to break what it looks at."""
    assert {breakage.check for breakage in BREAKAGES} == {check.id for check in ALL_CHECKS}


def test_a_plugin_that_the_engine_attaches_to_need_not_start(org: Organisation) -> None:
    """As on the local cloud, wherever PULUMI_HOME is."""
    attached = org.bench.environment["PULUMI_DEBUG_PROVIDERS"]
    usual = {"PULUMI_HOME": "/home/somebody/.pulumi"}
    for variables, status in (
        ({**usual, "PULUMI_DEBUG_PROVIDERS": attached}, Status.PASS),
        ({**usual, "PULUMI_DEBUG_PROVIDERS": "okta:1"}, Status.FAIL),
    ):
        with org.told(variables=variables):
            found = {result.check.id: result.status for result in org.examine().results}
        assert found["plugin-speed"] is status


def test_a_healthy_stack_passes_every_check(org: Organisation) -> None:
    """All green, and each thing is read once: the calls do not grow with the number of checks."""
    examination = org.examine()
    assert {
        result.check.id: [finding.found for finding in result.findings]
        for result in examination.results
        if result.status is not Status.PASS
    } == {}
    assert [result.check.id for result in examination.results] == [check.id for check in ALL_CHECKS]
    assert examination.calls == {
        "Okta API": 8,
        GENESYS: 7,
        "sign-in provider": 2,
        "Messenger's public files": 2,
        "sites": 2,
    }
