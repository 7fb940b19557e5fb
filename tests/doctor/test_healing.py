"""What the doctor says to do heals."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest

from doctor.check import Status
from doctor.checks import ALL_CHECKS
from infra.outputs import load_outputs
from tests.doctor.organisation import Organisation
from tests.doctor.test_each_check import BREAKAGES, authentication_settings

pytestmark = pytest.mark.engine

# Each changes what the emulators hold, none hides another, and the cure is one command for all.
TOGETHER = {
    ("clients-active", "client deactivated"),
    ("redirect-uris", "one edited"),
    ("post-logout-uris", "all removed"),
    ("client-pkce", "box unticked"),
    ("client-authentication", "other method"),
    ("client-grants", "refresh token added"),
    ("assignment", "group taken off"),
    ("access-rule", "policy deactivated"),
    ("access-rule", "rule deactivated"),
    ("access-rule", "scope removed"),
    ("trusted-origins", "deactivated"),
    ("integration-state", "set to inactive"),
    ("integration-discovery-uri", "edited"),
    ("deployment-active", "set to inactive"),
}


def test_what_is_broken_by_hand_is_named_and_healed_by_the_cure(org: Organisation) -> None:
    """M64: much is broken at once, the doctor names it all, `pulumi up --refresh` heals it all."""
    chosen = [one for one in BREAKAGES if (one.check, one.name) in TOGETHER]
    assert len(chosen) == len(TOGETHER)
    cures = {check.id: check.cure for check in ALL_CHECKS}
    settings = authentication_settings(org)
    with ExitStack() as broken:
        for breakage in chosen:
            broken.enter_context(breakage.breaking(org))
        failed = {one.check.id for one in org.examine().results if one.status is Status.FAIL}
        assert failed == {check for check, _ in TOGETHER}
        assert [id for id in failed if "pulumi up --refresh" not in cures[id]] == []

        org.bench.up("--refresh")
        org.case = replace(org.case, outputs=load_outputs(org.bench.outputs()))
        org.have_authentication(settings)  # whatever the other tests have published meanwhile
        left = {one.check.id for one in org.examine().results if one.status is not Status.PASS}
        assert left == set()
    org.have_authentication(settings)


def test_a_version_published_elsewhere_is_healed_by_the_cure(org: Organisation) -> None:
    """Authentication is switched off in the web interface: a refresh does not see that, a
    replacement of the configuration puts it right, and the deployment stays."""
    off = {**authentication_settings(org), "enabled": False}
    org.use(org.publish(authenticationSettings=off))
    failed = {one.check.id for one in org.examine().results if one.status is Status.FAIL}
    assert {"configuration-authentication", "configuration-version"} <= failed

    (urn,) = (one["urn"] for name, one in org.state.items() if name == "storefront-configuration")
    org.bench.up("--replace", urn)
    deployment = org.storefront.deployment_id
    org.case = replace(org.case, outputs=load_outputs(org.bench.outputs()))
    assert org.storefront.deployment_id == deployment
    assert [one.check.id for one in org.examine().results if one.status is not Status.PASS] == []
