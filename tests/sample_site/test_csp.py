"""The Content Security Policy of the pages, per region."""

from __future__ import annotations

from typing import Any

import pytest

from infra.outputs import StackOutputs, load_outputs
from sample_site import environments
from sample_site.csp import (
    frame_policy,
    is_loopback,
    messenger_sources,
    page_policy,
    policy_text,
    provider_origins,
)
from tests.sample_site.samples import local_stack, production_stack

# AWS region, domain, environment, second domain, host of the upload bucket (X10, X8).
REGIONS = [
    ("us-east-1", "mypurecloud.com", "prod", "use1.pure.cloud", "shyrka-prod.s3.amazonaws.com"),
    (
        "us-east-2",
        "use2.us-gov-pure.cloud",
        "fedramp-use2-core",
        None,
        "shyrka-fedramp-use2-core.s3-fips.us-east-2.amazonaws.com",
    ),
    *(
        (region, domain, environment, second, f"shyrka-{environment}.s3.{region}.amazonaws.com")
        for region, domain, environment, second in [
            ("us-west-2", "usw2.pure.cloud", "prod-usw2", None),
            ("ca-central-1", "cac1.pure.cloud", "prod-cac1", None),
            ("mx-central-1", "mxc1.pure.cloud", "prod-mxc1", None),
            ("sa-east-1", "sae1.pure.cloud", "prod-sae1", None),
            ("eu-west-1", "mypurecloud.ie", "prod-euw1", "euw1.pure.cloud"),
            ("eu-west-2", "euw2.pure.cloud", "prod-euw2", None),
            ("eu-central-1", "mypurecloud.de", "prod-euc1", "euc1.pure.cloud"),
            ("eu-central-2", "euc2.pure.cloud", "prod-euc2", None),
            ("me-central-1", "mec1.pure.cloud", "prod-mec1", None),
            ("ap-south-1", "aps1.pure.cloud", "prod-aps1", None),
            ("ap-northeast-1", "mypurecloud.jp", "prod-apne1", "apne1.pure.cloud"),
            ("ap-northeast-2", "apne2.pure.cloud", "prod-apne2", None),
            ("ap-northeast-3", "apne3.pure.cloud", "prod-apne3", None),
            ("ap-southeast-1", "apse1.pure.cloud", "prod-apse1", None),
            ("ap-southeast-2", "mypurecloud.com.au", "prod-apse2", "apse2.pure.cloud"),
        ]
    ),
    (
        "eusc-de-east-1",
        "edee1.eusc-pure.cloud",
        "eusc-edee1-core",
        None,
        "shyrka-eusc-edee1-core.s3.eusc-de-east-1.amazonaws.eu",
    ),
]


@pytest.mark.parametrize(("region", "domain", "environment", "second", "bucket"), REGIONS)
def test_a_regions_messenger_is_allowed_and_no_other(
    region: str, domain: str, environment: str, second: str | None, bucket: str
) -> None:
    sources = messenger_sources(domain=domain, environment=environment, region=region)
    domains = [domain, second] if second else [domain]
    new_relic = {"https://*.newrelic.com", "https://*.nr-data.net"}
    hosts = {f"https://*.{name}" for name in domains}
    assert set(sources.hosts) == hosts
    assert set(sources.scripts) == hosts | new_relic
    assert set(sources.connections) == (
        hosts | {f"wss://*.{name}" for name in domains} | {f"https://{bucket}"} | new_relic
    )


@pytest.mark.parametrize("domain", ["127.0.0.1:8082", "localhost:9000", "genesys.localhost:1"])
def test_a_local_genesys_is_one_origin_without_encryption(domain: str) -> None:
    sources = messenger_sources(domain=domain, environment="local", region="us-east-1")
    assert sources.scripts == sources.hosts == (f"http://{domain}",)
    assert sources.connections == (f"http://{domain}", f"ws://{domain}")


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8:80", True),
        ("[::1]:8082", True),
        ("LOCALHOST", True),
        ("mypurecloud.de", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_told_from_its_look_alikes(domain: str, expected: bool) -> None:
    assert is_loopback(domain) is expected


@pytest.mark.parametrize("messenger", [True, False])
def test_everything_not_named_is_forbidden_and_nothing_inline_is_allowed(messenger: bool) -> None:
    policy = page_policy(
        load_outputs(production_stack()), messenger=messenger, regions=environments.VENDOR_REGIONS
    )
    assert policy["default-src"] == policy["base-uri"] == ("'none'",)
    everything = policy_text(policy, header=True)
    for loose in ("unsafe-inline", "unsafe-eval", "data:", "http:", " * ", " https: "):
        assert loose not in everything


def test_the_provider_may_be_asked_framed_and_sent_forms() -> None:
    policy = page_policy(load_outputs(production_stack()), inline=["'sha256-x'"])
    for directive in ("connect-src", "frame-src", "form-action"):
        assert "https://login.example.com" in policy[directive]
    assert "https://login.example.com" not in policy["script-src"]
    assert policy["script-src"][:2] == ("'self'", "'sha256-x'")


def test_a_page_for_every_region_reaches_each_messenger_and_one_provider() -> None:
    """X10: and its header stays short."""
    outputs = load_outputs(production_stack())
    policy = page_policy(outputs, regions=environments.VENDOR_REGIONS)
    for one in environments.all_environments(outputs):
        for directive in ("script-src", "connect-src", "frame-src"):
            assert f"https://*.{one.domain}" in policy[directive], one.name
    for directive in ("connect-src", "frame-src", "form-action"):
        assert [s for s in policy[directive] if "example.com" in s] == ["https://login.example.com"]
    assert frame_policy(policy) == {"frame-ancestors": ("'self'",)}


def test_a_page_without_messenger_talks_to_nobody() -> None:
    policy = page_policy(load_outputs(local_stack()), messenger=False)
    assert policy["script-src"] == policy["form-action"] == ("'self'",)
    assert not {"connect-src", "frame-src"} & set(policy)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["https://login.example.com"]),
        ({"endSessionEndpoint": None}, ["https://login.example.com"]),
        (
            {
                "issuer": "https://accounts.google.com",
                "discoveryUri": "https://accounts.google.com/.well-known/openid-configuration",
                "authorizationEndpoint": "https://accounts.google.com/o/oauth2/v2/auth",
                "endSessionEndpoint": "https://Logout.Google.example:8443/end",
            },
            ["https://accounts.google.com", "https://logout.google.example:8443"],
        ),
    ],
)
def test_each_origin_of_the_provider_is_named_once(
    changes: dict[str, Any], expected: list[str]
) -> None:
    outputs: StackOutputs = load_outputs({**production_stack(), **changes})
    assert list(provider_origins(outputs)) == expected


def test_frame_ancestors_go_into_the_header_only() -> None:
    """Browsers ignore them in a meta element and say so in the console."""
    policy = page_policy(load_outputs(local_stack()))
    assert "frame-ancestors 'self'" in policy_text(policy, header=True)
    assert "frame-ancestors" not in policy_text(policy, header=False)
