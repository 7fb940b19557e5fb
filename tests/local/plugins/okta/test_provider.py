"""The package `okta`: the same names and types as the published SDK, and a clear configuration."""

from __future__ import annotations

import collections.abc
import inspect
import re
import typing
from typing import Any

import pulumi._types as sdk_types
import pulumi_okta as okta
import pytest

from local.plugins.okta import okta_provider
from local.plugins.properties import ListOf, MapOf, ObjectOf, Property, Scalar, Type
from local.plugins.resource import Provider
from tests.local.plugins.engine_client import CallError, EngineClient, secret, serving
from tests.local.plugins.okta.double import TOKEN, OktaDouble

_PROVIDER: Provider[Any] = okta_provider({})
_RESOURCES = (
    "okta:app/oAuth:OAuth",
    "okta:app/groupAssignment:GroupAssignment",
    "okta:trustedorigin/origin:Origin",
    "okta:auth/server:Server",
    "okta:auth/serverScope:ServerScope",
    "okta:auth/serverClaim:ServerClaim",
    "okta:auth/serverPolicy:ServerPolicy",
    "okta:auth/serverPolicyRule:ServerPolicyRule",
)
_LOOKUPS = {
    "okta:group/getEveryoneGroup:getEveryoneGroup": "get_everyone_group",
    "okta:group/getGroup:getGroup": "get_group",
    "okta:auth/getServer:getServer": "get_server",
}
# Taken as filled in by Okta, see OAuth's assumption.
_FILLED_IN = {"appSettingsJson", "logo", "network", "userNameTemplatePushStatus"}
_SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}


def _sdk(token: str, name: str) -> Any:
    # Through its package, which loads at its first use: a module imported out of one that has
    # not been used yet leaves the package half loaded for the rest of the process.
    return getattr(getattr(okta, token.split(":")[1].partition("/")[0]), name)


def _sdk_class(token: str, suffix: str = "") -> Any:
    return _sdk(token, token.rpartition(":")[2] + suffix)


def _sdk_shape(hint: Any) -> Any:
    if typing.get_origin(hint) is typing.Union:
        hint = sdk_types.unwrap_type(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing.get_origin(hint) in (collections.abc.Sequence, list):
        return [_sdk_shape(typing.get_args(hint)[0])]
    if typing.get_origin(hint) is collections.abc.Mapping:
        return {"*": _sdk_shape(typing.get_args(hint)[1])}
    read = (
        sdk_types.input_type_types if sdk_types.is_input_type(hint) else sdk_types.output_type_types
    )
    return {name: _sdk_shape(inner) for name, inner in read(hint).items()}


def _shape(kind: Type) -> Any:
    match kind:
        case Scalar():
            return kind.name
        case ListOf():
            return [_shape(kind.item)]
        case MapOf():
            return {"*": _shape(kind.item)}
        case ObjectOf():
            return _shapes(kind.properties)


def _shapes(properties: tuple[Property, ...]) -> dict[str, Any]:
    return {one.name: _shape(one.type) for one in properties}


def _required(init: Any) -> set[str]:
    parameters = list(inspect.signature(init).parameters.values())[1:]
    return {one.name for one in parameters if one.default is inspect.Parameter.empty}


def test_every_resource_and_look_up_is_compared_here() -> None:
    assert set(_PROVIDER.resources) == set(_RESOURCES)
    assert set(_PROVIDER.lookups) == set(_LOOKUPS)


@pytest.mark.parametrize("token", _RESOURCES)
class TestResourcesAgreeWithTheSdk:
    def test_inputs_have_the_same_names_and_types(self, token: str) -> None:
        arguments = sdk_types.input_type_types(_sdk_class(token, "Args"))
        expected = {name: _sdk_shape(hint) for name, hint in arguments.items()}
        assert _shapes(_PROVIDER.resources[token].inputs.properties) == expected

    def test_outputs_have_the_same_names_and_types(self, token: str) -> None:
        outputs = sdk_types.resource_types(_sdk_class(token))
        expected = {name: _sdk_shape(hint) for name, hint in outputs.items()}
        assert _shapes(_PROVIDER.resources[token].properties) == expected

    def test_the_same_inputs_are_required(self, token: str) -> None:
        arguments = _sdk_class(token, "Args")
        names = sdk_types.input_type_py_to_pulumi_names(arguments)
        expected = {names[name] for name in _required(arguments.__init__)}
        assert _PROVIDER.resources[token].required == expected

    def test_the_same_outputs_are_always_there(self, token: str) -> None:
        """The SDK types as optional what neither the program must give nor Okta fills in."""
        source = inspect.getsource(_sdk_class(token))
        getters = re.findall(
            r'@pulumi\.getter(?:\(name="(\w+)"\))?\n(?:    @_utilities.*\n)?'
            r"    def (\w+)\(self\) -> pulumi\.Output\[(Optional)?",
            source,
        )
        expected = {wire or python for wire, python, optional in getters if not optional}
        resource = _PROVIDER.resources[token]
        always = {
            one.name
            for one in resource.properties
            if one.required or one.output or one.computed or one.name == resource.named_by
        }
        assert always - _FILLED_IN == expected

    def test_the_same_outputs_are_secret(self, token: str) -> None:
        source = inspect.getsource(_sdk_class(token))
        listed = re.search(r"additional_secret_outputs=\[([^]]*)\]", source)
        expected = set(re.findall(r'"(\w+)"', listed[1])) if listed else set()
        assert set(_PROVIDER.resources[token].secrets) == expected

    def test_the_token_is_the_same(self, token: str) -> None:
        assert _sdk_class(token).pulumi_type == token


@pytest.mark.parametrize("token", _LOOKUPS)
def test_look_ups_agree_with_the_sdk(token: str) -> None:
    lookup = _PROVIDER.lookups[token]
    source = inspect.getsource(_sdk(token, _LOOKUPS[token]))
    assert f"'{token}'" in source
    sent = set(re.findall(r"__args__\['(\w+)'\]", source))
    assert {one.name for one in lookup.arguments} == sent
    outputs = sdk_types.output_type_types(_sdk(token, f"G{token.rpartition(':')[2][1:]}Result"))
    expected = {name: _sdk_shape(hint) for name, hint in outputs.items()}
    assert _shapes(lookup.results) == expected


def test_the_configuration_agrees_with_the_sdk() -> None:
    arguments = okta.ProviderArgs
    expected = {
        name: _sdk_shape(hint) for name, hint in sdk_types.input_type_types(arguments).items()
    }
    assert _shapes(_PROVIDER.configuration) == expected


def test_only_these_properties_replace() -> None:
    replacing = {
        token: {one.name for one in resource.properties if one.replaces}
        for token, resource in _PROVIDER.resources.items()
    }
    assert {token: names for token, names in replacing.items() if names} == {
        "okta:app/oAuth:OAuth": {"type", "clientId"},
        "okta:app/groupAssignment:GroupAssignment": {"appId", "groupId"},
    }


def test_the_schema_names_modules_and_types_as_the_published_one() -> None:
    schema = _PROVIDER.schema()
    module_format = re.compile(schema["meta"]["moduleFormat"])
    match = module_format.fullmatch("trustedorigin/origin")
    assert match is not None
    assert match[1] == "trustedorigin"
    origin = schema["resources"]["okta:trustedorigin/origin:Origin"]["inputProperties"]
    reference = {"$ref": "#/types/okta:trustedorigin/OriginScope:OriginScope"}
    assert origin["scopes"]["items"] == reference
    assert "okta:trustedorigin/OriginScope:OriginScope" in schema["types"]


class TestConfiguration:
    def test_the_token_is_tried_and_sent(self, okta: OktaDouble) -> None:
        settings = {"orgName": "acme", "baseUrl": "okta.test", "apiToken": secret(TOKEN)}
        with serving(okta.provider()) as engine:
            engine.configure(settings)
        (call,) = okta.calls
        assert call.line == "GET /api/v1/users/me"
        assert (call.headers["Host"], call.headers["Authorization"]) == (
            "acme.okta.test",
            f"SSWS {TOKEN}",
        )

    def test_a_refused_token_stops_everything_without_being_told(self, okta: OktaDouble) -> None:
        settings = {"httpProxy": "http://127.0.0.1:1/", "apiToken": secret("hush")}
        with serving(okta.provider()) as engine:
            with pytest.raises(CallError, match=r"Invalid token.*E0000011.*okta:apiToken") as hit:
                engine.configure(settings)
            with pytest.raises(CallError, match="not configured"):
                engine.invoke("okta:auth/getServer:getServer", {"name": "x"})
        assert "hush" not in str(hit.value)

    def test_the_http_proxy_takes_the_organization_s_place(self, okta: OktaDouble) -> None:
        settings = {"httpProxy": "http://127.0.0.1:81/", "orgName": "acme", "apiToken": TOKEN}
        with serving(okta.provider()) as engine:
            engine.configure(settings)
        assert okta.calls[0].headers["Host"] == "127.0.0.1:81"

    def test_variables_fill_in_what_the_stack_does_not_say(self, okta: OktaDouble) -> None:
        environ = {
            "OKTA_ORG_NAME": "other",
            "OKTA_BASE_URL": "okta.test",
            "OKTA_API_TOKEN": TOKEN,
            "OKTA_HTTP_PROXY": "",
        }
        with serving(okta.provider(environ)) as engine:
            engine.configure({"orgName": "acme"})
        assert okta.calls[0].headers["Host"] == "acme.okta.test"

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({}, "no credentials. Set okta:apiToken or okta:accessToken"),
            ({"privateKey": "k"}, "cannot sign in with a private key"),
            ({"apiToken": "t"}, "okta:orgName and okta:baseUrl missing"),
            ({"apiToken": "t", "orgName": "acme"}, "its organization: okta:baseUrl missing"),
            ({"apiToken": "t", "httpProxy": "localhost:8081"}, "expected a URL such as http"),
        ],
    )
    def test_what_is_missing_or_wrong_is_named(
        self, okta: OktaDouble, settings: dict[str, Any], words: str
    ) -> None:
        with (
            serving(okta.provider()) as engine,
            pytest.raises(CallError, match=re.escape(words)),
        ):
            engine.configure(settings)
        assert okta.calls == []

    def test_an_access_token_comes_first_and_is_not_tried(self, okta: OktaDouble) -> None:
        settings = {"httpProxy": "http://a", "accessToken": "abc", "apiToken": TOKEN}
        with serving(okta.provider()) as engine:
            engine.configure(settings)
        assert okta.calls == []


def test_each_connection_reaches_its_own_organization(okta: OktaDouble) -> None:
    with serving(okta.provider()) as engine:
        other = EngineClient(engine.port)
        engine.configure({"httpProxy": "http://one", "apiToken": TOKEN})
        other.configure({"httpProxy": "http://two", "apiToken": TOKEN})
        okta.forget()
        for client in (engine, other):
            client.make("okta:auth/server:Server", {"name": "x", "audiences": ["y"]})
        other.close()
    hosts = [call.headers["Host"] for call in okta.calls if call.method == "POST"]
    assert hosts == ["one", "two"]
