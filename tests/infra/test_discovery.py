"""Finding out how an organisation calls the parts of its OpenID Connect integration."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from infra.calls import Caller
from infra.discovery import DISPLAY_NAME, DiscoveryError, find_integration_type
from infra.provider_config import GenesysAccess
from infra.regions import REGIONS, local_region
from local.emulator.server import Server
from local.emulator.store import Store
from local.genesys.emulator import GenesysEmulator
from local.genesys.models import catalogue
from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET

REGION = REGIONS["eu-central-1"]
ACCESS = GenesysAccess(
    region=REGION,
    api_url="https://api.mypurecloud.de",
    login_url="https://login.mypurecloud.de",
    client_id="client",
    client_secret="genesys-secret-in-clear",
)
TYPE = {"id": "type-1", "name": DISPLAY_NAME}
OTHERS = [{"id": f"other-{number}", "name": f"Data Action {number}"} for number in range(150)]
ORGANISATION: dict[str, Any] = {
    "types": [*OTHERS, TYPE, {"id": "beta", "name": f"{DISPLAY_NAME} (beta)"}],
    "type": {
        "credentials": {
            "spare": {"required": False, "credentialTypes": ["basicAuth"]},
            "slot": {"required": True, "credentialTypes": ["oidcClient"]},
        }
    },
    "properties": {
        "properties": {
            "maxAge": {"title": "Max Refresh Token Lifetime"},
            "discoUri": {"title": "Discovery URI"},
        }
    },
    "credential types": [
        {"name": "basicAuth", "properties": {"userName": {}, "password": {}}},
        {
            "name": "oidcClient",
            "properties": {
                "type": "object",
                "properties": {"id": {"title": "Client ID"}, "clientSecret": {}},
            },
        },
    ],
}


class Organisation:
    """An organisation's answers to the token call and the four look-ups, and what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = copy.deepcopy(ORGANISATION) | answers
        self.requests: list[httpx.Request] = []
        self.instead: list[Callable[[httpx.Request], httpx.Response | None]] = []

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        for rule in self.instead:
            if (answer := rule(request)) is not None:
                return answer
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "the-token", "expires_in": 3600})
        assert request.headers["Authorization"] == "Bearer the-token"
        path = request.url.path.removeprefix("/api/v2/integrations/")
        if path == "types":
            number, size = (int(request.url.params[key]) for key in ("pageNumber", "pageSize"))
            page = self.answers["types"][(number - 1) * size : number * size]
            return httpx.Response(200, json={"entities": page})
        if path == "credentials/types":
            return httpx.Response(200, json={"entities": self.answers["credential types"]})
        content = self.answers["properties" if path.endswith("/properties") else "type"]
        return httpx.Response(200, json=content)

    def find(self, access: GenesysAccess = ACCESS) -> dict[str, Any]:
        return find_integration_type(access, self.transport).model_dump(by_alias=True)

    def refusal(self, access: GenesysAccess = ACCESS) -> str:
        with pytest.raises(DiscoveryError) as refused:
            self.find(access)
        message = str(refused.value)
        assert "in-clear" not in message
        assert "the-token" not in message
        return message


def test_all_parts_are_found_by_what_people_see() -> None:
    """M15: the type is known by its display name only, on whatever page it comes."""
    organisation = Organisation()
    assert organisation.find() == {
        "typeId": "type-1",
        "discoveryUriProperty": "discoUri",
        "credentialType": "oidcClient",
        "credentialSlot": "slot",
        "clientIdField": "id",
        "clientSecretField": "clientSecret",
    }
    hosts = {request.url.host for request in organisation.requests}
    assert hosts == {"api.mypurecloud.de", "login.mypurecloud.de"}
    token = organisation.requests[0]
    assert token.headers["Authorization"].startswith("Basic ")
    assert token.content == b"grant_type=client_credentials"
    assert {request.method for request in organisation.requests[1:]} == {"GET"}


def test_an_access_token_spares_the_token_call() -> None:
    organisation = Organisation()
    organisation.find(GenesysAccess(REGION, ACCESS.api_url, ACCESS.login_url, "the-token"))
    assert "/oauth/token" not in [request.url.path for request in organisation.requests]


def test_it_agrees_with_the_local_genesys_cloud() -> None:
    store = Store(None)
    with Server() as server:
        server.start(GenesysEmulator(base_url=server.url, store=store).app)
        found = find_integration_type(
            GenesysAccess(
                region=local_region(server.url.removeprefix("http://")),
                api_url=server.url,
                login_url=server.url,
                client_id=LOCAL_CLIENT_ID,
                client_secret=LOCAL_CLIENT_SECRET,
            )
        )
    store.close()
    assert found.type_id == catalogue.MESSENGER_TYPE
    assert found.credential_slot == catalogue.MESSENGER_SLOT
    assert found.credential_type == catalogue.MESSENGER_CREDENTIAL_TYPE
    assert found.discovery_uri_property == "discoveryUri"
    assert (found.client_id_field, found.client_secret_field) == ("clientId", "clientSecret")


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ({"a": {"title": "discovery URI"}, "discoveryUri": {"title": "Old"}}, "a"),
        ({"discovery_uri": {}, "b": {}}, "discovery_uri"),
        ({"oidcDiscovery": {"title": "Where"}, "b": {}}, "oidcDiscovery"),
        ({"x": {"title": "OpenID discovery document"}, "b": {}}, "x"),
    ],
)
def test_the_discovery_property_is_found_by_title_then_by_key(
    properties: dict[str, Any], key: str
) -> None:
    found = Organisation(properties={"properties": properties}).find()
    assert found["discoveryUriProperty"] == key


@pytest.mark.parametrize(
    ("described", "fields"),
    [
        ([], ("clientId", "clientSecret")),
        ([{"name": "oidcClient", "properties": {"ClientID": {}, "client_secret": {}}}], None),
        ([{"name": "oidcClient", "properties": None}], ("clientId", "clientSecret")),
    ],
)
def test_fields_of_the_credential_keep_the_organisations_spelling(
    described: list[dict[str, Any]], fields: tuple[str, str] | None
) -> None:
    found = Organisation(**{"credential types": described}).find()
    expected = fields or ("ClientID", "client_secret")
    assert (found["clientIdField"], found["clientSecretField"]) == expected


def test_without_the_type_the_nearest_and_the_likely_reasons_are_named() -> None:
    types = [*OTHERS, {"id": "a", "name": "OpenID Connect Messenger"}]
    message = Organisation(types=types).refusal()
    assert f"no integration type called {DISPLAY_NAME!r} among 151" in message
    assert "the nearest are OpenID Connect Messenger" in message
    assert "licences that include Messenger" in message
    assert "integrations:integration:view" in message
    assert "messenger-sso:integration" in message
    assert "none is similar" in Organisation(types=OTHERS[:1]).refusal()


def test_an_organisation_whose_pages_never_end_is_left_alone() -> None:
    organisation = Organisation()
    page = httpx.Response(200, json={"entities": OTHERS[:1]})
    organisation.instead.append(
        lambda request: page if request.url.path.endswith("/integrations/types") else None
    )
    assert "among 50; none is similar" in organisation.refusal()


def test_several_types_of_that_name_have_to_be_chosen_from() -> None:
    message = Organisation(types=[TYPE, TYPE | {"id": "type-2"}]).refusal()
    assert "2 integration types" in message
    assert "type-1, type-2" in message


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"type": {"credentials": {}}}, "expected to take one credential; it has none"),
        ({"type": {}}, "expected to take one credential; it has none"),
        (
            {
                "type": {
                    "credentials": {
                        "one": {"credentialTypes": ["a"]},
                        "two": {"credentialTypes": ["b"]},
                    }
                }
            },
            "it has one, two",
        ),
        (
            {"type": {"credentials": {"one": {"credentialTypes": ["a", "b"]}}}},
            "takes several types of credential: a, b",
        ),
        ({"properties": {"properties": {"a": {}, "b": {}}}}, "it has a, b"),
        ({"properties": {}}, "it has none"),
        (
            {
                "properties": {
                    "properties": {
                        "discoA": {"title": "Discovery URI"},
                        "discoB": {"title": "Discovery URI"},
                    }
                }
            },
            "no property that is clearly the Discovery URI",
        ),
    ],
)
def test_what_is_ambiguous_is_listed_and_left_to_the_configuration(
    answers: dict[str, Any], said: str
) -> None:
    message = Organisation(**answers).refusal()
    assert said in message
    assert "messenger-sso:integration" in message


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/oauth/token", 400, "gives no token to the OAuth client client: status 400"),
        ("/oauth/token", 401, "genesyscloud:oauthclientSecret and the region"),
        ("types", 401, "the access token is not valid there"),
        ("types", 403, "needs the permission integrations:integration:view"),
        ("credentials/types", 500, "answers 500 to GET /api/v2/integrations/credentials/types"),
    ],
)
def test_a_refusal_names_what_to_check(path: str, status: int, said: str) -> None:
    organisation = Organisation()
    organisation.instead.append(
        lambda request: (
            httpx.Response(status, json={"message": "genesys-secret-in-clear"})
            if request.url.path.endswith(path)
            else None
        )
    )
    assert said in organisation.refusal()


def test_an_answer_that_is_no_json_says_where_it_came_from() -> None:
    organisation = Organisation()
    organisation.instead.append(lambda _: httpx.Response(200, text="<html>"))
    message = organisation.refusal()
    assert "login.mypurecloud.de" in message
    assert "something else than a JSON object" in message


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("")])
def test_an_unreachable_organisation_is_said_so(error: Exception) -> None:
    organisation = Organisation()

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    organisation.instead.append(fail)
    message = organisation.refusal()
    assert "https://login.mypurecloud.de/oauth/token cannot be reached" in message
    assert "genesyscloud:awsRegion" in message
    assert len(organisation.requests) == 1


def test_a_closed_port_is_noticed_at_once() -> None:
    server = Server()
    server.stop()
    access = GenesysAccess(local_region("local"), server.url, server.url, "t")
    started = time.monotonic()
    with pytest.raises(DiscoveryError, match="cannot be reached"):
        find_integration_type(access)
    assert time.monotonic() - started < 5


def test_a_busy_organisation_is_asked_again_after_the_time_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waits.append))
    organisation = Organisation()
    busy = [httpx.Response(429, headers={"Retry-After": "4"}), httpx.Response(503)]
    organisation.instead.append(lambda _: busy.pop(0) if busy else None)
    assert organisation.find()["typeId"] == "type-1"
    assert waits == [4, 1]


def test_an_organisation_that_stays_busy_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waits.append))
    organisation = Organisation()
    organisation.instead.append(lambda _: httpx.Response(429, headers={"Retry-After": "3600"}))
    assert "status 429" in organisation.refusal()
    assert len(organisation.requests) == 3
    assert all(wait <= 15 for wait in waits)


def test_a_proxy_in_the_environment_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    store = Store(None)
    with Server() as server:
        server.start(GenesysEmulator(base_url=server.url, store=store).app)
        with Caller(server.url) as caller:
            assert caller.send("GET", f"{server.url}/_local/health").is_success
    store.close()
