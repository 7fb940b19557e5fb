"""Dangerous changes are stopped before any of them is applied, wherever they come from."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pulumi
import pulumi_genesyscloud as genesys
import pulumi_okta as okta
import pytest

from infra.guard_rails import DangerousChange, guard_rails
from infra.setting_types import Danger
from infra.settings import Settings, SettingsError, load_settings
from infra.stack_config import StackConfig
from tests.infra.program import (
    ROOT,
    SECRET_KEYS,
    SITES,
    Run,
    run_inside,
    run_program,
    stack_values,
)

DANGERS: tuple[Danger, ...] = get_args(Danger)


@pytest.fixture(autouse=True, scope="module")
def quiet_loop() -> Iterator[None]:
    """Silence asyncio, as language hosts do: every output of a refused resource fails as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("asyncio"), "disabled", True)
        yield
        gc.collect()


def settings(stack: str = "prod", **own: Any) -> Settings:
    return load_settings(StackConfig("messenger-sso", stack, stack_values(**own), SECRET_KEYS))


def declare(resource: Callable[[], Any], stack: str = "prod", **own: Any) -> Run:
    """Declare a resource inside the guard rails; nothing else is in the program."""

    def program() -> None:
        with guard_rails(settings(stack, **own)):
            resource()

    return run_inside(program, stack=stack)


def client(**inputs: Any) -> Callable[[], Any]:
    usual: dict[str, Any] = {
        "label": "x",
        "type": "web",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": ["https://shop.example.com/callback.html"],
    }
    return lambda: okta.app.OAuth("client", **{**usual, **inputs})


def deployment(**inputs: Any) -> Callable[[], Any]:
    of = genesys.WebdeploymentsDeploymentConfigurationArgs(id="c", version="1")
    usual: dict[str, Any] = {"configuration": of, "allowed_domains": ["shop.example.com"]}
    return lambda: genesys.WebdeploymentsDeployment("deployment", **{**usual, **inputs})


def configuration(authentication: Any) -> Callable[[], Any]:
    return lambda: genesys.WebdeploymentsConfiguration(
        "configuration",
        default_language="de",
        languages=["de"],
        authentication_settings=authentication,
    )


def authentication(enabled: Any, integration: Any = "i") -> Any:
    return genesys.WebdeploymentsConfigurationAuthenticationSettingsArgs(
        enabled=enabled, integration_id=integration
    )


def origin(address: Any) -> Callable[[], Any]:
    return lambda: okta.trustedorigin.Origin("origin", origin=address, scopes=[])


DANGEROUS: list[tuple[str, Callable[[], Any], str]] = [
    ("open-domains", deployment(allow_all_domains=True), "deployment.allowAllDomains: found true"),
    (
        "open-domains",
        deployment(allowed_domains=["shop.example.com", "*"]),
        'deployment.allowedDomains: found "*"',
    ),
    ("open-domains", deployment(allowed_domains=["*.example.com"]), 'found "*.example.com"'),
    ("open-domains", deployment(allowed_domains=["com"]), 'found "com", expected whole host names'),
    (
        "plain-http",
        origin("http://shop.example.com"),
        'origin.origin: found "http://shop.example.com", expected an https origin',
    ),
    ("plain-http", origin("HTTP://localhost:8080"), 'found "HTTP://localhost:8080"'),
    ("plain-http", client(redirect_uris=["http://x.example/"]), "client.redirectUris: found"),
    (
        "plain-http",
        client(post_logout_redirect_uris=["http://x.example/"]),
        "client.postLogoutRedirectUris: found",
    ),
    ("plain-http", client(login_uri="http://x.example/"), "client.loginUri: found"),
    *(
        (
            "plain-http",
            lambda kind=kind: kind("uri", app_id="a", uri="http://x.example/"),
            "uri.uri",
        )
        for kind in (okta.app.OAuthRedirectUri, okta.app.OAuthPostLogoutRedirectUri)
    ),
    (
        "no-authentication",
        configuration(authentication(False)),
        "configuration.authenticationSettings.enabled: found false, expected true",
    ),
    ("no-authentication", configuration({"enabled": False}), "found false, expected true"),
    ("no-authentication", configuration(None), "found null, expected true"),
    (
        "no-authentication",
        lambda: genesys.Integration("integration", integration_type="x", intended_state="DISABLED"),
        'integration.intendedState: found "DISABLED"',
    ),
    (
        "no-authentication",  # the provider's own default is off
        lambda: genesys.Integration("integration", integration_type="x"),
        "integration.intendedState: found null, expected ENABLED",
    ),
    (
        "unsafe-grant",
        client(grant_types=["authorization_code", "implicit"]),
        'client.grantTypes: found "implicit", expected authorization_code',
    ),
    ("unsafe-grant", client(grant_types=["password"]), 'found "password"'),
    ("unsafe-grant", client(response_types=["code", "id_token"]), 'found "id_token"'),
    (
        "unsafe-grant",
        lambda: okta.auth.ServerPolicyRule(
            "rule",
            auth_server_id="a",
            policy_id="p",
            priority=1,
            grant_type_whitelists=["implicit"],
        ),
        'rule.grantTypeWhitelists: found "implicit"',
    ),
    ("wildcard-redirect", client(wildcard_redirect="SUBDOMAIN"), 'found "SUBDOMAIN"'),
    (
        "wildcard-redirect",
        client(redirect_uris=["https://*.example.com/callback.html"]),
        'client.redirectUris: found "https://*.example.com/callback.html"',
    ),
    ("wildcard-redirect", origin("https://*.example.com"), "expected an origin written out"),
]


@pytest.mark.parametrize(("danger", "resource", "said"), DANGEROUS)
def test_a_danger_is_stopped_and_named(danger: str, resource: Callable[[], Any], said: str) -> None:
    """Resource, property, what was found and expected, and how to let it through on purpose."""
    run = declare(resource)
    assert run.resources == {}
    assert isinstance(run.error, DangerousChange)
    message = str(run.error)
    assert said in message
    assert f"({danger})." in message
    for words in (
        "stack prod: 1 danger",
        "acceptedDangers",
        "Pulumi.prod.yaml",
        "docs/guard-rails",
    ):
        assert words in message


@pytest.mark.parametrize(
    ("danger", "resource", "said"), {case[0]: case for case in DANGEROUS}.values()
)
def test_a_danger_that_was_accepted_on_purpose_passes_and_no_other(
    danger: str, resource: Callable[[], Any], said: str
) -> None:
    run = declare(resource, acceptedDangers=[danger])
    assert run.error is None
    assert len(run.resources) == 1
    others = [name for name in DANGERS if name != danger]
    assert said in str(declare(resource, acceptedDangers=others).error)


@pytest.mark.parametrize("preview", [False, True])
def test_what_is_known_only_later_is_stopped_before_its_resource(preview: bool) -> None:
    """An input that comes from another resource, at any depth; the rest of it may be unknown."""

    def program() -> None:
        with guard_rails(settings()):
            first = origin("https://shop.example.com")()
            okta.app.OAuth(
                "client",
                label="x",
                type="web",
                redirect_uris=[first.origin.apply(lambda text: text.replace("https", "http"))],
            )
            enabled = pulumi.Output.from_input(False)
            configuration(authentication(enabled, first.id))()

    run = run_inside(program, stack="prod", preview=preview)
    assert set(run.resources) <= {"origin"}
    assert isinstance(run.error, DangerousChange)
    assert "expected" in str(run.error)


def test_what_is_known_only_later_and_harmless_arrives_as_it_was() -> None:
    def program() -> None:
        with guard_rails(settings()):
            first = origin("https://shop.example.com")()
            okta.app.OAuth("client", label="x", type="web", redirect_uris=[first.origin])
            made = configuration(authentication(first.origin.apply(bool)))()
            assert made

    run = run_inside(program, stack="prod")
    assert run.error is None
    assert run["client"].inputs["redirectUris"] == ["https://shop.example.com"]
    assert run["client"].needs("redirectUris") == {"origin"}
    assert run["configuration"].inputs["authenticationSettings"]["enabled"] is True


def test_a_deployment_for_this_machine_is_no_open_door() -> None:
    """`localhost` has no dot either."""
    assert declare(deployment(allowed_domains=["localhost"])).error is None


def test_a_later_edit_of_the_program_is_stopped_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All dangers of a run at once, and nothing of it reaches the engine."""

    def open_to_all(logical: str, /, **inputs: Any) -> genesys.WebdeploymentsDeployment:
        return genesys.WebdeploymentsDeployment(logical, **{**inputs, "allowed_domains": ["*"]})

    def implicit(logical: str, /, **inputs: Any) -> okta.app.OAuth:
        return okta.app.OAuth(logical, **{**inputs, "grant_types": ["implicit"]})

    monkeypatch.setattr(
        "infra.messenger.genesys", Edited(genesys, "WebdeploymentsDeployment", open_to_all)
    )
    monkeypatch.setattr(
        "infra.sign_in.okta", Edited(okta, "app", Edited(okta.app, "OAuth", implicit))
    )
    refused = run_program(stack_values(), stack="prod", fails=True)
    assert refused.resources == {}
    assert refused.outputs == {}
    assert "stack prod: 4 dangers" in str(refused.error)
    for place in (
        "messenger-client.grantTypes",
        "website-client.grantTypes",
        "storefront-deployment.allowedDomains",
        "help-deployment.allowedDomains",
    ):
        assert f"{place}: found" in str(refused.error)
    assert len(run_program(stack_values(), stack="dev").resources) > 10


class Edited:
    """A module of which one thing is different."""

    def __init__(self, module: Any, name: str, different: Any) -> None:
        self.__module = module
        setattr(self, name, different)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__module, name)


def test_guard_rails_change_nothing_about_a_harmless_program() -> None:
    """The same requests to the engine, with them and without."""
    with_them, without = (
        run_program(stack_values(guardRails=on), stack="dev") for on in ("true", "false")
    )
    assert {name: one.request for name, one in with_them.resources.items()} == {
        name: one.request for name, one in without.resources.items()
    }


@pytest.mark.parametrize(
    ("stack", "own", "on"),
    [
        ("prod", {}, True),
        ("prod", {"protect": "false"}, True),
        ("prod", {"guardRails": "false"}, False),
        ("dev", {}, False),
        ("dev", {"protect": "true"}, True),
        ("dev", {"guardRails": "true"}, True),
        ("dev", {"protect": "true", "guardRails": "false"}, False),
    ],
)
def test_they_are_on_in_prod_and_where_things_are_protected(
    stack: str, own: dict[str, str], on: bool
) -> None:
    assert settings(stack, **own).guard_rails is on
    dangerous = declare(client(grant_types=["implicit"]), stack, **own)
    assert isinstance(dangerous.error, DangerousChange) is on


def test_addresses_in_clear_are_refused_with_the_other_settings() -> None:
    """Every one of them, unless that danger is accepted."""
    sites = [{**SITES[0], "url": "http://localhost:8080/"}]
    provider = {
        "issuer": "http://127.0.0.1:9000",
        "discoveryUri": "http://127.0.0.1:9000/.well-known/openid-configuration",
        "clientId": "x",
        "clientSecret": "y",
        "websiteClientId": "z",
        "authorizationEndpoint": "http://127.0.0.1:9000/authorize",
        "endSessionEndpoint": "http://127.0.0.1:9000/logout",
    }
    keys = (*SECRET_KEYS, "messenger-sso:identityProvider")
    values = stack_values(sites=sites, identityProvider=provider)
    with pytest.raises(SettingsError) as refused:
        load_settings(StackConfig("messenger-sso", "prod", values, keys))
    urls = ("issuer", "discoveryUri", "authorizationEndpoint", "endSessionEndpoint")
    for path in ("sites[0].url", *(f"identityProvider.{name}" for name in urls)):
        assert f"{path}: found" in str(refused.value)
    assert "5 mistakes" in str(refused.value)
    assert settings(sites=sites, acceptedDangers=["plain-http"]).sites


def test_an_unknown_danger_cannot_be_accepted() -> None:
    with pytest.raises(SettingsError, match="acceptedDangers"):
        settings(acceptedDangers=["open-domain"])


def test_the_page_explains_every_danger() -> None:
    page = (ROOT / "docs" / "guard-rails.md").read_text(encoding="utf-8")
    for danger in DANGERS:
        assert f"| `{danger}` |" in page
