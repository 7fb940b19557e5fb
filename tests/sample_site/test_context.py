"""Outputs that no page can be built from are refused, all mistakes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.outputs import load_outputs
from sample_site.approaches import Choice, choose_approaches
from sample_site.build import TEMPLATES
from sample_site.context import SiteContext, site_contexts
from sample_site.errors import SiteError, WrongUse
from sample_site.okta_sdk import OktaSdk, find_sdk
from tests.sample_site.samples import (
    Outputs,
    local_stack,
    okta_package,
    production_stack,
    snippet,
)


def contexts(
    outputs: Outputs, only: str | None = None, sdk: OktaSdk | None = None
) -> list[SiteContext]:
    stack = load_outputs(outputs)
    approaches = choose_approaches(stack, Choice.parse(["endpoint"]), sdk=sdk is not None)
    return site_contexts(stack, TEMPLATES / "messages", approaches, sdk, only)


def changed(outputs: Outputs, path: str, value: Any) -> Outputs:
    """Return the outputs with one value of the stack or, after `site.`, of its first site set."""
    target = outputs["sites"][0] if path.startswith("site.") else outputs
    target[path.removeprefix("site.")] = value
    return outputs


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("messengerDomain", "x.example; script-src *", "messengerDomain: found"),
        ("messengerDomain", "user@mypurecloud.de", "messengerDomain: found"),
        ("messengerEnvironment", "prod/../x", "messengerEnvironment: found"),
        ("region", "eu central", "region: found"),
        ("issuer", "https://a.example; script-src * ", "issuer: found"),
        ("authorizationEndpoint", "https://me:pw@a.example/", "authorizationEndpoint: found"),
        ("endSessionEndpoint", "https://a.example'x/", "endSessionEndpoint: found"),
        ("site.name", "../elsewhere", "sites[0].name: found"),
        ("site.name", "-", "sites[0].name: found"),
        ("site.url", "https://www.example.com/help", "sites[0].url: found"),
        ("site.url", "https://www.example.com/?a=/", "sites[0].url: found"),
        ("site.url", "https://me@www.example.com/", "sites[0].url: found"),
        ("site.snippet", "<script src=x></script>", "sites[0].snippet: found a script element"),
        ("site.deploymentId", "11111111-0000", "does not name the deployment 11111111-0000"),
        ("messengerDomain", "mypurecloud.ie", "loads from apps.mypurecloud.de, expected a host of"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(path: str, value: Any, named: str) -> None:
    with pytest.raises(SiteError) as refusal:
        contexts(changed(production_stack(), path, value))
    assert named in str(refusal.value)


def test_all_mistakes_are_told_at_once() -> None:
    outputs = local_stack()
    outputs["region"] = "?"
    first, second = outputs["sites"]
    second.update(name=first["name"], url=first["url"], snippet="nothing")
    with pytest.raises(SiteError) as refusal:
        contexts(outputs)
    told = str(refusal.value)
    assert "No site can be built for local, 4 mistakes:" in told
    for words in ("region: found", "sites[1].snippet", "have the name", "have the url"):
        assert words in told


@pytest.mark.parametrize("host", ["mypurecloud.de.evil.example", "evil-mypurecloud.de"])
def test_a_snippet_must_not_load_from_a_look_alike_of_the_region(host: str) -> None:
    outputs = production_stack()
    site = outputs["sites"][0]
    site["snippet"] = snippet(site["deploymentId"], environment="x", origin=f"https://{host}")
    with pytest.raises(SiteError, match="loads from"):
        contexts(outputs)


def test_one_site_can_be_asked_for_by_name() -> None:
    assert [context.site.name for context in contexts(local_stack(), "help")] == ["help"]
    with pytest.raises(WrongUse, match=r"no site 'helb'.*storefront, help"):
        contexts(local_stack(), "helb")


@pytest.mark.parametrize(
    ("language", "text_language"), [("de", "de"), ("de-CH", "de"), ("en-us", "en"), ("fr", "en")]
)
def test_texts_are_in_the_sites_language_or_in_english(language: str, text_language: str) -> None:
    outputs = changed(production_stack(), "site.defaultLanguage", language)
    assert contexts(outputs)[0].variables["textLanguage"] == text_language


def test_settings_for_scripts_are_the_outputs_under_their_own_names() -> None:
    outputs = local_stack()
    settings = contexts(outputs)[0].variables["settings"]
    stack = {name: value for name, value in outputs.items() if name != "sites"}
    assert {name: settings[name] for name in stack} == stack
    site = {name: value for name, value in outputs["sites"][0].items() if name != "snippet"}
    assert settings["site"] == site
    assert all(name.startswith("script_") for name in settings["text"])


def test_settings_say_which_approach_is_used_and_which_there_are(tmp_path: Path) -> None:
    """M30, M31: the SDK's address and hash are there when the build has it."""
    sdk = find_sdk(okta_package(tmp_path))
    assert sdk is not None
    settings = contexts(local_stack(), sdk=sdk)[0].variables["settings"]
    assert settings["approach"] == "endpoint"
    assert settings["approaches"] == ("okta-auth-js", "endpoint", "separate")
    assert settings["oktaAuthJs"] == {"src": sdk.script.path, "integrity": sdk.integrity}
    without = contexts(local_stack())[0].variables["settings"]
    assert without["approaches"] == ("endpoint", "separate")
    assert without["oktaAuthJs"] is None
