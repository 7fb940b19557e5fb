"""The headers that S3 cannot send, as CloudFront takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from infra.outputs import load_outputs
from sample_site.build import build_site
from sample_site.files import FOR_EVERY_FILE
from sample_site.publish.response_headers import response_headers_policy
from tests.sample_site.samples import Outputs, local_stack, production_stack
from tests.sample_site.storage import write_site


@pytest.fixture(scope="module")
def shape() -> Any:
    """What CloudFront's own description says a policy looks like."""
    description = Loader().load_service_model("cloudfront", "service-2")
    return ServiceModel(description).operation_model("CreateResponseHeadersPolicy").input_shape


def policy(tmp_path: Path, outputs: Outputs) -> dict[str, Any]:
    return response_headers_policy(write_site(tmp_path / "site", outputs))


@pytest.mark.parametrize("outputs", [production_stack(), local_stack()])
def test_the_policy_is_one_that_cloudfront_takes(
    tmp_path: Path, outputs: Outputs, shape: Any
) -> None:
    made = policy(tmp_path, outputs)
    report = ParamValidator().validate({"ResponseHeadersPolicyConfig": made}, shape)
    assert not report.has_errors(), report.generate_report()
    config = shape.members["ResponseHeadersPolicyConfig"].members["SecurityHeadersConfig"]
    known = config.members["ReferrerPolicy"].members["ReferrerPolicy"].enum
    assert made["SecurityHeadersConfig"]["ReferrerPolicy"]["ReferrerPolicy"] in known


def test_it_carries_what_every_file_is_built_with_and_of_a_pages_policy_the_rest(
    tmp_path: Path,
) -> None:
    """A page's own Content Security Policy is in its meta element; the two add up."""
    made = policy(tmp_path, production_stack())
    security = made["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == "frame-ancestors 'self'"
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == FOR_EVERY_FILE["Referrer-Policy"]
    assert {item["Header"]: item["Value"] for item in made["CustomHeadersConfig"]["Items"]} == {
        "Permissions-Policy": FOR_EVERY_FILE["Permissions-Policy"]
    }
    assert made["Name"] == "messenger-sso-prod"


def test_the_pages_as_they_are_built_today_get_a_policy_as_well(tmp_path: Path, shape: Any) -> None:
    """Some of them have a referrer policy of their own, which a meta element repeats."""
    made = response_headers_policy(build_site(load_outputs(production_stack()), tmp_path / "site"))
    report = ParamValidator().validate({"ResponseHeadersPolicyConfig": made}, shape)
    assert not report.has_errors(), report.generate_report()
    security = made["SecurityHeadersConfig"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == FOR_EVERY_FILE["Referrer-Policy"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"].startswith("frame-ancestors")
    page = (tmp_path / "site" / "hilfe" / "callback.html").read_text(encoding="utf-8")
    assert '<meta name="referrer" content="no-referrer">' in page


def test_a_site_on_plain_http_gets_no_promise_of_https(tmp_path: Path) -> None:
    assert "StrictTransportSecurity" not in policy(tmp_path, local_stack())["SecurityHeadersConfig"]
