"""The configuration: what is accepted, and how every mistake is put."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.setting_types import SettingsModel
from infra.settings import Configuration, Settings, SettingsError, load_settings
from infra.stack_config import StackConfig, decode, read_stack_config
from tests.infra.program import PROVIDERS, SECRET_KEYS, run_inside, stack_values

SHOP = {"name": "shop", "url": "https://shop.example.com/"}
ELSEWHERE = {
    "issuer": "https://login.example.net",
    "discoveryUri": "https://login.example.net/.well-known/openid-configuration",
    "clientId": "abc",
    "clientSecret": "idp-secret-in-clear",
    "websiteClientId": "site",
}


def load(
    environment: str = "dev", secret_keys: tuple[str, ...] = SECRET_KEYS, **own: Any
) -> Settings:
    values = stack_values(**{"sites": [SHOP], **own})
    return load_settings(StackConfig("messenger-sso", environment, values, secret_keys))


def mistakes(secret_keys: tuple[str, ...] = SECRET_KEYS, **own: Any) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(secret_keys=secret_keys, **own)
    head, *lines, next_step = str(refused.value).splitlines()
    counted = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    assert head == f"messenger-sso: {counted} in the configuration of stack dev"
    assert next_step.startswith("Correct Pulumi.dev.yaml")
    return [line.strip() for line in lines]


def test_a_name_and_a_url_are_all_that_a_site_needs() -> None:
    settings = load()
    (site,) = settings.sites
    assert site.display_name == "Shop"
    assert site.languages == ("en-us",)
    assert site.default_language == "en-us"
    assert site.launcher == "OnDemand"
    assert site.session_upgrade is False
    assert site.redirect_uri == "https://shop.example.com/callback.html"
    assert site.post_logout_redirect_uri == "https://shop.example.com/signed-out.html"
    assert settings.clients == "separate"
    assert settings.pkce is True
    assert settings.scopes == ("openid", "profile", "email")
    assert settings.refresh_token is False
    assert settings.max_age is None
    assert settings.token_endpoint_auth_method == "client_secret_basic"
    assert settings.assignment is None
    assert settings.identity_provider is None
    assert settings.authorization_server is not None
    assert settings.environment == "dev"


def test_what_is_written_differently_but_means_the_same_is_normalised() -> None:
    site = {
        "name": "shop",
        "url": "https://Shop.Example.com:443",
        "displayName": "  The Shop ",
        "languages": ["DE", "en-US"],
        "defaultLanguage": "en-us",
        "primaryColor": "#AbC",
        "launcher": True,  # a bare On, to a YAML 1.1 reader
        "flowId": "0A0A0A0A-1111-2222-3333-444444444444",
    }
    settings = load(sites=[site], scopes="openid email", assignment=["B", "A"], maxAge=0)
    (shop,) = settings.sites
    assert (shop.url, shop.display_name) == ("https://shop.example.com/", "The Shop")
    assert (shop.languages, shop.default_language) == (("de", "en-us"), "en-us")
    assert (shop.primary_color, shop.launcher) == ("#aabbcc", "On")
    assert shop.flow_id == "0a0a0a0a-1111-2222-3333-444444444444"
    assert settings.scopes == ("openid", "email")
    assert settings.assignment == ("B", "A")
    assert settings.max_age == 0


@pytest.mark.parametrize(("environment", "protect"), [("dev", False), ("prod", True)])
def test_production_is_protected_unless_the_configuration_says_otherwise(
    environment: str, protect: bool
) -> None:
    assert load(environment).protect is protect
    assert load(environment, protect=not protect).protect is not protect


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"sites": None}, "sites: missing, expected web sites that offer Messenger."),
        ({"sites": []}, "sites: found [], expected a list that is not empty (web sites"),
        ({"sites": "shop"}, 'sites: found "shop", expected a list'),
        ({"sites": ["shop"]}, 'sites[0]: found "shop", expected an object with named values'),
        ({"sites": [{"name": "shop"}]}, "sites[0].url: missing, expected public URL of the site"),
        ({"sites": [{"url": SHOP["url"]}]}, "sites[0].name: missing, expected short name"),
        ({"sites": [SHOP | {"name": "My Shop"}]}, 'sites[0].name: found "My Shop", expected small'),
        ({"sites": [SHOP | {"name": "x" * 41}]}, "at most 40 characters"),
        ({"sites": [SHOP | {"name": "x" * 99}]}, f'found "{"x" * 58}…, expected small letters'),
        ({"sites": [SHOP | {"name": 5}]}, "sites[0].name: found 5, expected a text"),
        (
            {"sites": [SHOP | {"url": "http://shop.example.com/"}]},
            'sites[0].url: found "http://shop.example.com/", expected https, as http is for '
            "loopback hosts only.",
        ),
        (
            {"sites": [SHOP | {"url": "https://shop.example.com/?a=b"}]},
            "expected a URL without query and fragment.",
        ),
        (
            {"sites": [SHOP | {"url": "https://shop.example.com/#a"}]},
            "expected a URL without query and fragment.",
        ),
        (
            {"sites": [SHOP, SHOP | {"url": "https://www.example.com/"}]},
            'sites[1].name: found "shop", expected another one than that of sites[0].',
        ),
        (
            {"sites": [SHOP, {"name": "other", "url": "HTTPS://shop.example.com:443"}]},
            'sites[1].url: found "HTTPS://shop.example.com:443", expected another one than that '
            "of sites[0].",
        ),
        (
            {"sites": [SHOP | {"languages": ["klingon"]}]},
            'sites[0].languages[0]: found "klingon", expected a language that Messenger knows; '
            "known are ar, cs,",
        ),
        (
            {"sites": [SHOP | {"languages": ["en"]}]},
            'found "en", expected a language that Messenger knows; did you mean en-us',
        ),
        ({"sites": [SHOP | {"languages": []}]}, "sites[0].languages: found [], expected a list"),
        ({"sites": [SHOP | {"languages": ["de", "DE"]}]}, "expected each of them once"),
        (
            {"sites": [SHOP | {"languages": ["de", "fr"], "defaultLanguage": "en-us"}]},
            'sites[0].defaultLanguage: found "en-us", expected one of the site\'s languages: de, '
            "fr.",
        ),
        (
            {"sites": [SHOP | {"primaryColor": "blue"}]},
            'sites[0].primaryColor: found "blue", expected a colour such as #0f4c81.',
        ),
        ({"sites": [SHOP | {"primaryColor": "#12345"}]}, "expected a colour"),
        (
            {"sites": [SHOP | {"launcher": "Always"}]},
            "sites[0].launcher: found \"Always\", expected 'On', 'OnDemand' or 'Off'",
        ),
        ({"sites": [SHOP | {"flowId": "main"}]}, 'sites[0].flowId: found "main", expected the id'),
        (
            {"sites": [SHOP | {"sessionUpgrade": "no"}]},
            'sites[0].sessionUpgrade: found "no", expected true or false',
        ),
        ({"sites": [SHOP | {"displayName": "x" * 61}]}, "at most 60 characters"),
        (
            {"sites": [SHOP | {"primaryColour": "#fff"}]},
            "sites[0].primaryColour: unknown key, did you mean primaryColor?",
        ),
        (
            {"sites": [SHOP | {"zzz": 1}]},
            "sites[0].zzz: unknown key, known are defaultLanguage, displayName,",
        ),
        ({"site": []}, "site: unknown key, did you mean sites?"),
        ({"refresh_token": True}, "refresh_token: unknown key, did you mean refreshToken?"),
        ({"clients": "both"}, "clients: found \"both\", expected 'separate' or 'shared'"),
        ({"pkce": "maybe"}, 'pkce: found "maybe", expected true or false'),
        ({"pkce": 1}, "pkce: found 1, expected true or false"),
        ({"scopes": ["profile"]}, 'scopes: found ["profile"], expected openid among them'),
        (
            {"scopes": "openid,email"},
            "expected openid among them (a list, or names with spaces between them).",
        ),
        ({"scopes": ["openid", "a b"]}, 'scopes[1]: found "a b", expected a scope name'),
        ({"scopes": "openid openid"}, "expected each of them once"),
        ({"scopes": ["openid", "orders"]}, "authorizationServer.scopes; orders is neither"),
        (
            {"refreshToken": True},
            "refreshToken: found true, expected false, or offline_access among the scopes.",
        ),
        (
            {"scopes": "openid offline_access"},
            "refreshToken: found false, expected true, or scopes without offline_access.",
        ),
        ({"maxAge": -1}, "maxAge: found -1, expected 0 or more"),
        ({"maxAge": 10**24}, "expected 315360000 or less"),
        ({"maxAge": "soon"}, 'maxAge: found "soon", expected a whole number'),
        ({"maxAge": True}, "maxAge: found true, expected a whole number"),
        (
            {"tokenEndpointAuthMethod": "none"},
            "tokenEndpointAuthMethod: found \"none\", expected 'client_secret_basic' or",
        ),
        (
            {"authorizationServer": "Default"},
            'authorizationServer: found "Default", expected default or an object',
        ),
        (
            {"authorizationServer": {"name": "default"}},
            'authorizationServer.name: found "default", expected another name; for the server '
            "that is there: authorizationServer: default.",
        ),
        (
            {"authorizationServer": {"scopes": ["email"]}},
            'authorizationServer.scopes[0]: found "email", expected a name of your own',
        ),
        (
            {"authorizationServer": {"claims": {"given_name": "user.firstName"}}},
            "expected claim names that Okta does not reserve; it does given_name",
        ),
        (
            {"authorizationServer": {"claims": {"": "user.firstName"}}},
            'authorizationServer.claims: found "", expected a text that is not empty',
        ),
        (
            {"authorizationServer": {"audiences": ["a"]}},
            "authorizationServer.audiences: unknown key, did you mean audience?",
        ),
        (
            {"assignment": "Customers"},
            'assignment: found "Customers", expected everyone or a list of group names',
        ),
        ({"assignment": []}, "assignment: found [], expected everyone or a list of group names"),
        ({"assignment": ["A", "A"]}, "expected each of them once"),
        ({"integration": "find"}, 'integration: found "find", expected discover or an object'),
        ({"integration": {"typeId": "a"}}, "integration.credentialSlot: missing, expected key of"),
        ({"protect": "yes"}, 'protect: found "yes", expected true or false'),
        (
            {"applicationName": "  "},
            'applicationName: found "  ", expected a text that is not empty',
        ),
        ({"applicationName": ["a"]}, 'applicationName: found ["a"], expected a text'),
        ({"applicationName": ""}, 'applicationName: found "", expected a text that is not empty'),
        (
            {"identityProvider": ELSEWHERE | {"issuer": 5}},
            "identityProvider.issuer: found a value that is not shown, expected a text (issuer of",
        ),
        (
            {"identityProvider": ELSEWHERE | {"issuer": "http://login.example.net"}},
            "identityProvider.issuer: found a value that is not shown, expected https, as http",
        ),
        (
            {"identityProvider": ELSEWHERE | {"discoveryUri": "https://login.example.net/"}},
            "expected a URL that ends in /.well-known/openid-configuration.",
        ),
        (
            {"identityProvider": ELSEWHERE | {"websiteClientId": None}},
            'clients: found "separate", expected shared, or identityProvider.websiteClientId as '
            "well.",
        ),
        (
            {"identityProvider": ELSEWHERE, "clients": "shared"},
            'clients: found "shared", expected separate, or no identityProvider.websiteClientId.',
        ),
        *(
            (
                {"identityProvider": ELSEWHERE, key: value},
                f"{key}: found {json.dumps(value)}, expected nothing, as identityProvider takes "
                "Okta's place.",
            )
            for key, value in {
                "assignment": ["A"],
                "applicationName": "Sign-in",
                "authorizationServer": "default",
                "tokenEndpointAuthMethod": "client_secret_post",
                "refreshToken": True,
            }.items()
        ),
    ],
)
def test_each_mistake_is_named_with_what_was_found_and_what_is_expected(
    own: dict[str, Any], expected: str
) -> None:
    lines = mistakes(secret_keys=(*SECRET_KEYS, "messenger-sso:identityProvider"), **own)
    assert len([line for line in lines if expected in line]) == 1, lines


def test_all_mistakes_come_at_once_each_once() -> None:
    found = mistakes(
        sites=[SHOP | {"url": "http://a.example/", "colour": 1}, SHOP | {"languages": ["xx"]}],
        pkce="no",
        scopes="profile",
        clints="shared",
    )
    places = [line.partition(":")[0] for line in found]
    assert sorted(places) == sorted(
        [
            "sites[0].url",
            "sites[0].colour",
            "sites[1].languages[0]",
            "pkce",
            "scopes",
            "clints",
            "sites[1].name",
        ]
    )


def test_secrets_are_never_repeated() -> None:
    """Neither a secret in the wrong place nor one of the wrong type (M13)."""
    secret = (*SECRET_KEYS, "messenger-sso:identityProvider", "messenger-sso:clients")
    found = mistakes(
        secret_keys=secret,
        clients="top-secret",
        identityProvider=ELSEWHERE | {"clientSecret": [1234567], "issuer": "swapped-secret"},
    )
    text = "\n".join(found)
    assert "found a value that is not shown" in text
    assert not any(word in text for word in ("top-secret", "1234567", "swapped-secret", "in-clear"))


def test_a_secret_is_not_repeated_even_where_it_was_not_marked_as_one() -> None:
    """A client secret in clear, a password in a URL."""
    text = "\n".join(
        mistakes(
            sites=[SHOP | {"url": "https://me:hunter2@shop.example.com/"}],
            identityProvider=ELSEWHERE | {"clientSecret": 7654321},
        )
    )
    assert 'sites[0].url: found "https://…@shop.example.com/"' in text
    assert "identityProvider.clientSecret: found a value that is not shown" in text
    assert "hunter2" not in text
    assert "7654321" not in text


@pytest.mark.parametrize("secret", ["thirteen-long", "x" * 101, "has a space in it", "ümlaut-" * 3])
def test_a_client_secret_that_okta_would_refuse_is_refused_unseen(secret: str) -> None:
    keys = (*SECRET_KEYS, "messenger-sso:clientSecret")
    (line,) = mistakes(secret_keys=keys, clientSecret=secret)
    assert line.startswith("clientSecret: found a value that is not shown, expected 14 to 100")


def test_a_text_that_looks_like_a_number_stays_what_was_written() -> None:
    """The engine hands over texts only; a name may be a year, and a secret all digits."""
    settings = load(
        secret_keys=(*SECRET_KEYS, "messenger-sso:clientSecret"),
        applicationName="2024",
        clientSecret="00123456789012",
    )
    assert settings.application_name == "2024"
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "00123456789012"


def test_a_provider_that_is_no_object_is_not_repeated() -> None:
    (line,) = mistakes(identityProvider=["the-secret"])
    assert line.startswith("identityProvider: found a value that is not shown, expected an object")


def test_a_password_inside_a_providers_setting_is_refused_in_clear() -> None:
    values = stack_values(sites=[SHOP]) | {
        "genesyscloud:proxy": json.dumps({"host": "proxy", "auth": {"password": "open-sesame"}})
    }
    with pytest.raises(SettingsError, match="genesyscloud:proxy: found a password in clear") as no:
        load_settings(StackConfig("messenger-sso", "dev", values, SECRET_KEYS))
    assert "sesame" not in str(no.value)
    assert load_settings(
        StackConfig("messenger-sso", "dev", values, (*SECRET_KEYS, "genesyscloud:proxy"))
    ).genesys.proxy


def test_a_misspelt_key_of_a_provider_is_among_the_mistakes() -> None:
    values = stack_values(sites=[SHOP]) | {"okta:orgname": "x"}
    with pytest.raises(SettingsError, match="okta:orgname: unknown key, did you mean orgName"):
        load_settings(StackConfig("messenger-sso", "dev", values, SECRET_KEYS))


def test_a_secret_in_clear_is_refused_wherever_it_is() -> None:
    found = mistakes(
        secret_keys=(), identityProvider=ELSEWHERE, clientSecret="in-clear-for-all-to-see"
    )
    text = "\n".join(found)
    for key in (
        "clientSecret",
        "identityProvider.clientSecret",
        "okta:apiToken",
        "genesyscloud:oauthclientSecret",
    ):
        assert f"{key}: found in clear, expected an encrypted value: `pulumi config set" in text
    assert "in-clear" not in text


def test_another_provider_needs_no_okta() -> None:
    """M17, M59: any OpenID provider, and then nothing of Okta is asked for."""
    values = stack_values(identityProvider=ELSEWHERE)
    values = {key: text for key, text in values.items() if not key.startswith("okta:")}
    secret = ("messenger-sso:identityProvider", *SECRET_KEYS)
    settings = load_settings(StackConfig("messenger-sso", "dev", values, secret))
    assert settings.identity_provider is not None
    assert "idp-secret-in-clear" not in repr(settings)


def test_settings_show_no_secret() -> None:
    assert "in-clear" not in repr(load())
    assert "in-clear" not in repr(StackConfig("messenger-sso", "dev", PROVIDERS))


@given(st.text(max_size=200), st.text(min_size=1, max_size=100))
def test_labels_carry_the_environment_and_never_grow_too_long(text: str, stack: str) -> None:
    label = load(stack).label(text, longest=50)
    assert 1 <= len(label) <= 50
    if len(text) + len(stack) <= 40:
        assert label == f"{text} ({stack})"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("86400", 86400),
        ("null", None),
        ("[1]", [1]),
        ('{"a": 1}', {"a": 1}),
        ("shared", "shared"),
        ("[broken", "[broken"),
        ("007", "007"),
        ("", ""),
    ],
)
def test_configuration_texts_are_decoded_as_they_were_meant(text: str, value: object) -> None:
    assert decode(text) == value


def test_the_configuration_is_read_however_the_host_hands_it_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The stock Python host uses the environment; one that stays in its process sets it."""
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"okta:orgName": "a", "okta:apiToken": "t"}))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(["okta:apiToken"]))
    found: list[StackConfig] = []
    run = run_inside(
        lambda: found.append(read_stack_config()),
        values={"okta:orgName": "b", "messenger-sso:clientSecret": "c"},
        secret_keys=["messenger-sso:clientSecret"],
    )
    assert run.error is None
    (config,) = found
    assert config.values == {
        "okta:orgName": "b",
        "okta:apiToken": "t",
        "messenger-sso:clientSecret": "c",
    }
    assert set(config.secret_keys) == {"okta:apiToken", "messenger-sso:clientSecret"}


def test_every_setting_has_a_description() -> None:
    """They are what a mistake's message says is expected."""

    def undescribed(model: type[SettingsModel]) -> list[str]:
        return [name for name, field in model.model_fields.items() if not field.description]

    models: list[type[SettingsModel]] = [*SettingsModel.__subclasses__()]
    assert Configuration in models
    assert {model.__name__: undescribed(model) for model in models if undescribed(model)} == {}
