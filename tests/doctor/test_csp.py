"""What a Content Security Policy lets Messenger do."""

from __future__ import annotations

import pytest

from doctor.csp import allows, allows_inline, parse_policy, policies_of
from infra.outputs import load_outputs
from sample_site.csp import page_policy, policy_text
from sample_site.snippet import hash_source
from tests.sample_site.samples import production_stack

PAGE = "https://www.example.com/help/"
APPS = "https://apps.mypurecloud.de/genesys-bootstrap/genesys.min.js"


@pytest.mark.parametrize(
    ("policy", "directive", "url", "allowed"),
    [
        ("script-src https://*.mypurecloud.de", "script-src-elem", APPS, True),
        ("script-src *.mypurecloud.de", "script-src-elem", APPS, True),
        (
            "script-src https://apps.mypurecloud.de/genesys-bootstrap/",
            "script-src-elem",
            APPS,
            True,
        ),
        ("script-src https:", "script-src-elem", APPS, True),
        ("script-src *", "script-src-elem", APPS, True),
        ("script-src 'nonce-r' 'strict-dynamic'", "script-src-elem", APPS, True),
        ("script-src-elem https://apps.mypurecloud.de", "script-src-elem", APPS, True),
        ("script-src HTTPS://APPS.MyPureCloud.de", "script-src-elem", APPS, True),
        ("img-src 'none'", "script-src-elem", APPS, True),
        ("script-src 'self'", "script-src-elem", APPS, False),
        ("default-src 'self'", "script-src-elem", APPS, False),
        ("script-src 'none'", "script-src-elem", APPS, False),
        ("script-src", "script-src-elem", APPS, False),
        ("script-src http:", "script-src-elem", APPS, True),
        ("script-src https://mypurecloud.de", "script-src-elem", APPS, False),
        ("script-src https://*.apps.mypurecloud.de", "script-src-elem", APPS, False),
        ("script-src https://*.purecloud.de", "script-src-elem", APPS, False),
        ("script-src https://*.mypurecloud.de:8443", "script-src-elem", APPS, False),
        ("script-src-elem 'self'; script-src *", "script-src-elem", APPS, False),
        ("script-src 'self'; script-src *", "script-src-elem", APPS, False),
        ("connect-src wss://*.mypurecloud.de", "connect-src", "wss://web.mypurecloud.de", True),
        ("connect-src *.mypurecloud.de", "connect-src", "wss://web.mypurecloud.de", True),
        ("connect-src https://*.mypurecloud.de", "connect-src", "wss://w.mypurecloud.de", False),
        ("child-src https://*.mypurecloud.de", "frame-src", "https://apps.mypurecloud.de", True),
        ("frame-src 'self'", "frame-src", "https://www.example.com", True),
        ("frame-src http://127.0.0.1:8082", "frame-src", "http://127.0.0.1:8082", True),
        ("frame-src http://127.0.0.1", "frame-src", "http://127.0.0.1:8082", False),
    ],
)
def test_a_source_allows_what_the_specification_says(
    policy: str, directive: str, url: str, allowed: bool
) -> None:
    assert allows(parse_policy(policy), directive, url, PAGE) is allowed


@pytest.mark.parametrize(
    ("sources", "allowed"),
    [
        ("'unsafe-inline'", True),
        (hash_source("run()"), True),
        ("'nonce-r4nd0m'", True),
        ("'self'", False),
        (hash_source("other()"), False),
        ("'nonce-other'", False),
        ("'unsafe-inline' 'nonce-other'", False),  # a nonce switches 'unsafe-inline' off
    ],
)
def test_an_inline_script_runs_as_the_specification_says(sources: str, allowed: bool) -> None:
    assert allows_inline(parse_policy(f"script-src {sources}"), "run()", "r4nd0m") is allowed


def test_headers_and_meta_elements_hold_together() -> None:
    html = '<meta http-equiv="Content-Security-Policy" content="img-src *; frame-src a.test">'
    found = policies_of(["script-src 'self', connect-src *"], html)
    assert [list(policy) for policy in found] == [
        ["script-src"],
        ["connect-src"],
        ["img-src", "frame-src"],
    ]


def test_the_sample_sites_own_policy_lets_messenger_in() -> None:
    """What the site build writes for a region is enough for the doctor."""
    outputs = load_outputs(production_stack())
    policy = parse_policy(policy_text(page_policy(outputs), header=False))
    for directive, url in (
        ("script-src-elem", APPS),
        ("connect-src", "https://api-cdn.mypurecloud.de"),
        ("connect-src", "wss://webmessaging.mypurecloud.de"),
        ("frame-src", "https://apps.mypurecloud.de"),
    ):
        assert allows(policy, directive, url, PAGE), directive
