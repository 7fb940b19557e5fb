"""What a reader must have and be allowed to do, as README.md says it, against what is declared."""

from __future__ import annotations

import pytest

from tests.infra.program import ROOT, SECRET_KEYS, run_program, stack_values

README = (ROOT / "README.md").read_text(encoding="utf-8")

# The permissions or scopes that declaring a resource takes, and looking one up.
NEEDED = {
    "genesyscloud:index/integration:Integration": "`integrations:integration:view`, `add`, `edit`",
    "genesyscloud:index/integrationCredential:IntegrationCredential": "integration and credential",
    "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration": (
        "`webDeployments:configuration:view`, `add`, `edit`"
    ),
    "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment": (
        "`webDeployments:deployment:view`, `add`, `edit`"
    ),
    "okta:app/oAuth:OAuth": "`okta.apps.manage`",
    "okta:app/groupAssignment:GroupAssignment": "`okta.groups.read`",
    "okta:trustedorigin/origin:Origin": "`okta.trustedOrigins.manage`",
    "okta:auth/server:Server": "`okta.authorizationServers.manage`",
    "okta:auth/serverScope:ServerScope": "`okta.authorizationServers.manage`",
    "okta:auth/serverClaim:ServerClaim": "`okta.authorizationServers.manage`",
    "okta:auth/serverPolicy:ServerPolicy": "`okta.authorizationServers.manage`",
    "okta:auth/serverPolicyRule:ServerPolicyRule": "`okta.authorizationServers.manage`",
}


def test_every_resource_of_the_stack_has_its_permission_named() -> None:
    """M3, R18."""
    found = run_program(stack_values(), secret_keys=SECRET_KEYS)
    declared = {one.type for one in found.resources.values() if one.request.custom}
    assert declared == set(NEEDED)
    for kind, words in NEEDED.items():
        assert words in README, f"README.md does not say what {kind} takes"


@pytest.mark.parametrize(
    "words",
    ["CX 1 Digital Add-on II, CX 2, CX 3", "*Client Credentials*", "API Access Management", "role"],
)
def test_prerequisites_are_written_down(words: str) -> None:
    """M2: licence, role, and the Okta organisation."""
    assert words in README
