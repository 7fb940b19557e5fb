"""Each check finds what it is for: one thing is broken, one check fails, nothing else is said.

Where the emulators can be brought into the state, they are; what they never answer is bent on the
way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from doctor.check import Status
from doctor.checks import ALL_CHECKS
from doctor.ledger import GENESYS
from tests.doctor.organisation import Document, Organisation

pytestmark = pytest.mark.engine

Break = Callable[[Organisation], AbstractContextManager[object]]


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

    @contextmanager
    def breaking(org: Organisation) -> Iterator[None]:
        path = f"/api/v2/integrations/{org.outputs.integration_id}/config/current"
        before = org.bench.genesys("GET", path).json()
        changed = org.bench.genesys("GET", path).json()
        change(changed)
        org.bench.genesys("PUT", path, json=changed)
        try:
            yield
        finally:
            version = org.bench.genesys("GET", path).json()["version"]
            org.bench.genesys("PUT", path, json={**before, "version": version})

    return breaking


@contextmanager
def unassigned(org: Organisation) -> Iterator[None]:
    path = f"/api/v1/apps/{org.id('website-client')}/groups/{org.id('website-client-everyone')}"
    org.bench.okta("DELETE", path)
    yield
    org.bench.okta("PUT", path, json={})


@contextmanager
def switched_off(org: Organisation) -> Iterator[None]:
    path = f"/api/v2/integrations/{org.outputs.integration_id}"
    org.bench.genesys("PATCH", path, json={"intendedState": "DISABLED"})
    yield
    org.bench.genesys("PATCH", path, json={"intendedState": "ENABLED"})


def authentication_settings(org: Organisation) -> Document:
    """Return what the stack declares about authentication."""
    return {
        "enabled": True,
        "integrationId": org.outputs.integration_id,
        "allowSessionUpgrade": False,
    }


def authentication(**changes: Any) -> Break:
    """Let the stack's own version say something else about authentication."""

    @contextmanager
    def breaking(org: Organisation) -> Iterator[None]:
        settings = authentication_settings(org)
        version = org.publish(authenticationSettings={**settings, **changes})
        org.use(version)
        org.says_version(version)
        yield
        org.heal_configuration(settings)

    return breaking


def published(*, is_ours: bool) -> Break:
    """Publish a version that the deployment does not use; is it the one that the stack names?"""

    @contextmanager
    def breaking(org: Organisation) -> Iterator[None]:
        version = org.publish(description="Edited by hand")
        if is_ours:
            org.says_version(version)
        yield
        org.use(version)
        org.says_version(version)

    return breaking


@contextmanager
def unreachable_site(org: Organisation) -> Iterator[None]:
    org.sites.status["localhost"] = 503 - 3
    yield
    org.sites.status.clear()


def page(change: Callable[[Organisation], bytes]) -> Break:
    @contextmanager
    def breaking(org: Organisation) -> Iterator[None]:
        org.sites.pages["localhost"] = change(org)
        yield
        org.sites.pages.clear()

    return breaking


@contextmanager
def strict_host(org: Organisation) -> Iterator[None]:
    org.sites.headers["localhost"] = {
        "Content-Security-Policy": f"connect-src 'self' http://{org.outputs.messenger_domain}"
    }
    yield
    org.sites.headers.clear()


@contextmanager
def slow_plugin(org: Organisation) -> Iterator[None]:
    case = org.case
    org.case = replace(case, variables={"PULUMI_HOME": "/home/somebody/.pulumi"})
    yield
    org.case = case


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


def late(org: Organisation) -> AbstractContextManager[None]:
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
        "not demanded, expected demanded",
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
        "DISABLED",
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
        "Inactive",
    ),
    Breakage("deployment-version", "stays behind", published(is_ours=True), "expected"),
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
