"""Whoever cannot get in is told why, at once; nothing is guessed and nothing secret is said."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from doctor.access import OktaAccess
from doctor.check import Area, Status
from doctor.examine import Examination, examine
from doctor.show import to_json
from tests import loopback
from tests.doctor.organisation import Organisation

pytestmark = pytest.mark.engine

TOKEN = "00-wrong-token-s3cret"


def seen_by(org: Organisation, **changes: Any) -> Examination:
    """Examine the stack with other ways in."""
    with org.told(**changes):
        return org.examine()


def untold(examination: Examination, area: Area) -> set[str]:
    """Return the reasons of an area all of whose checks could not be made."""
    results = [result for result in examination.results if result.check.area is area]
    assert {result.status for result in results} == {Status.UNKNOWN}
    return {finding.found for result in results for finding in result.findings}


def statuses(examination: Examination, area: Area) -> set[Status]:
    return {result.status for result in examination.results if result.check.area is area}


def test_a_wrong_token_for_okta_is_named_without_being_repeated(org: Organisation) -> None:
    wrong = OktaAccess(org.bench.okta_url, "SSWS", {"token": TOKEN})
    examination = seen_by(org, okta=wrong)
    (reason,) = untold(examination, Area.OKTA)
    assert "Okta answers 401 (E0000011" in reason
    assert "okta:apiToken" in reason
    assert statuses(examination, Area.GENESYS) == {Status.PASS}
    assert TOKEN not in to_json(examination)
    assert examination.status is Status.UNKNOWN


def test_a_wrong_secret_for_genesys_is_named_without_being_repeated(org: Organisation) -> None:
    """`config.json` is public: that check is made all the same."""
    assert org.case.genesys is not None
    wrong = replace(org.case.genesys, client_secret=TOKEN)
    examination = seen_by(org, genesys=wrong)
    found = {
        result.check.id: result
        for result in examination.results
        if result.check.area is Area.GENESYS
    }
    assert found.pop("public-authentication").status is Status.PASS
    assert {result.status for result in found.values()} == {Status.UNKNOWN}
    reasons = {finding.found for result in found.values() for finding in result.findings}
    assert len(reasons) == 1, reasons
    assert "gives no token to the OAuth client local-genesys-client" in reasons.pop()
    assert statuses(examination, Area.OKTA) == {Status.PASS}
    assert TOKEN not in to_json(examination)


def test_clouds_that_are_down_are_noticed_at_once(org: Organisation) -> None:
    assert org.case.genesys is not None
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
        genesys = replace(org.case.genesys, api_url=nowhere, login_url=nowhere)
        okta = OktaAccess(nowhere, "SSWS", {"token": TOKEN})
        outputs = org.outputs.model_copy(
            update={"discovery_uri": f"{nowhere}/oauth2/default/.well-known/openid-configuration"}
        )
        begun = time.monotonic()
        examination = seen_by(org, genesys=genesys, okta=okta, outputs=outputs)
        seconds = time.monotonic() - begun
    assert seconds < 10  # a second, on a machine with nothing else to do
    (reason,) = untold(examination, Area.OKTA)
    assert reason == f"{nowhere} cannot be reached: nothing listens there."
    by_id = {result.check.id: result for result in examination.results}
    assert by_id["discovery-reachable"].status is Status.FAIL
    assert by_id["rs256-offered"].findings[0].waits_for == "discovery-reachable"
    assert f"{nowhere}/oauth/token cannot be reached" in by_id["integration-type"].findings[0].found
    assert examination.calls.get("Genesys Cloud API") == 1


def test_a_rate_limit_is_waited_for(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both vendors say when to come back; the run goes on then and misses nothing."""
    import okta.request_executor

    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    # Only the SDK's view of time: other threads of this process go on sleeping.
    monkeypatch.setattr(okta.request_executor, "asyncio", SimpleNamespace(sleep=sleep))
    orders: tuple[tuple[str, str, dict[str, str]], ...] = (
        (org.bench.okta_url, "/api/v1/trustedOrigins", {}),
        (org.bench.genesys_url, "/api/v2/webdeployments/deployments", {"Retry-After": "0"}),
    )
    for url, path, headers in orders:
        order = {"path": path, "status": 429, "headers": headers}
        loopback.post(f"{url}/_local/faults", json=order).raise_for_status()
    said: list[str] = []
    examination = examine(org.case, transport=org.wire, say=said.append)
    assert examination.status is Status.PASS
    (seconds,) = slept
    assert {line for line in said if "busy" in line} == {
        f"Okta is busy: asking again in {seconds:.0f} s",
        "Genesys Cloud API is busy: asking again in 0 s",
    }
    assert examination.calls["Okta API"] == 9
    assert examination.calls["Genesys Cloud API"] == 8


def test_a_rate_limit_that_lasts_is_not_waited_for(org: Organisation) -> None:
    """More than half a minute: what can be told is told now."""
    far = str(int(time.time()) + 300)
    order = {
        "path": "/api/v1/trustedOrigins",
        "status": 429,
        "headers": {"X-Rate-Limit-Reset": far},
    }
    url = f"{org.bench.okta_url}/_local/faults"
    loopback.post(url, json=order).raise_for_status()
    examination = org.examine()
    (troubled,) = (one for one in examination.results if one.status is not Status.PASS)
    assert troubled.check.id == "trusted-origins"
    assert "rate limit is spent for another" in troubled.findings[0].found


def test_an_answer_that_is_none_costs_its_checks_only(org: Organisation) -> None:
    """One read that is cut off in the middle, one that is no JSON, one refused."""
    drop = {"path": "/api/v1/trustedOrigins", "drop": True, "times": 5}
    refuse = {"path": "/api/v2/integrations/types/*", "status": 403, "times": 5}
    for url, order in ((org.bench.okta_url, drop), (org.bench.genesys_url, refuse)):
        loopback.post(f"{url}/_local/faults", json=order).raise_for_status()
    try:
        examination = org.examine()
    finally:
        for url in (org.bench.okta_url, org.bench.genesys_url):
            loopback.delete(f"{url}/_local/faults")
    troubled = {
        result.check.id: result.findings[0].found
        for result in examination.results
        if result.status is not Status.PASS
    }
    assert troubled.keys() == {"trusted-origins", "integration-type", "integration-credential"}
    assert f"{org.bench.okta_url} cannot be reached" in troubled["trusted-origins"]
    assert "docs/doctor.md" in troubled["integration-type"]


def test_objects_that_are_gone_are_named_once(org: Organisation) -> None:
    """What a missing object would tell waits for the check that misses it."""
    gone = "00000000-0000-4000-8000-000000000000"
    first, *others = org.outputs.sites
    outputs = org.outputs.model_copy(
        update={
            "website_client_id": "0oaGone",
            "integration_id": gone,
            "sites": (first.model_copy(update={"deployment_id": gone}), *others),
        }
    )
    examination = seen_by(org, outputs=outputs)
    failed = {result.check.id for result in examination.results if result.status is Status.FAIL}
    waited = {
        finding.waits_for for result in examination.results for finding in result.findings
    } - {""}
    assert {"clients-active", "integration-type", "deployment-active"} <= failed
    assert waited == {"clients-active", "integration-type", "deployment-active"}
    # Those that remain look at what is there, and it is not what these outputs say.
    assert failed - {"clients-active", "integration-type", "deployment-active"} == {
        "access-rule",
        "configuration-integration",
        "site-snippet",
    }
