"""Reading two organisations: page by page, each on its own wire, and why it did not work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from adopt.directory import Directory
from doctor.access import OktaAccess
from doctor.ledger import Ledger
from doctor.reading import Unread
from doctor.wire import Wire
from infra.provider_config import GenesysAccess
from infra.regions import REGIONS

OKTA = OktaAccess("https://example.okta.com", "SSWS", {"token": "okta-s3cret"})
GENESYS = GenesysAccess(
    region=REGIONS["eu-central-1"],
    api_url="https://api.mypurecloud.de",
    login_url="https://login.mypurecloud.de",
    client_id="client",
    client_secret="genesys-s3cret",
)

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Network:
    """Answers, and notes who was asked on which wire."""

    answer: Answer
    asked: list[tuple[str, str]] = field(default_factory=list)

    def wire(self, name: str) -> Wire:
        def handle(request: httpx.Request) -> httpx.Response:
            self.asked.append((name, str(request.url)))
            return self.answer(request)

        return Wire(Ledger(), transport=httpx.MockTransport(handle))


@contextmanager
def directory(answer: Answer) -> Iterator[tuple[Directory, Network]]:
    network = Network(answer)
    with network.wire("okta") as okta, network.wire("genesys") as genesys:
        yield Directory(okta, OKTA, genesys, GENESYS), network


def signing_in(answer: Answer) -> Answer:
    """Give a token to whoever asks for one, and else this answer."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "token-1"})
        return answer(request)

    return handle


def test_okta_is_read_page_by_page_as_its_links_say() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "SSWS okta-s3cret"
        if "after" in request.url.params:
            return httpx.Response(200, json=[{"id": "2"}])
        links = [
            ("Link", f'<{request.url}>; rel="self"'),
            ("Link", f'<{request.url}&after=1>; rel="next"'),
        ]
        return httpx.Response(200, headers=links, json=[{"id": "1"}])

    with directory(answer) as (found, network):
        for _ in range(2):
            assert [one["id"] for one in found.okta("/api/v1/apps?limit=200")] == ["1", "2"]
    assert network.asked == [
        ("okta", "https://example.okta.com/api/v1/apps?limit=200"),
        ("okta", "https://example.okta.com/api/v1/apps?limit=200&after=1"),
    ]


def test_genesys_is_read_page_by_page_by_number_and_by_cursor() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer token-1"
        values = request.url.params
        if request.url.path.endswith("/integrations"):
            assert (values["pageSize"], values["expand"]) == ("100", "config.current")
            page = int(values.get("pageNumber", "1"))
            return httpx.Response(200, json={"entities": [{"id": page}], "pageCount": 3})
        following = None if "after" in values else "/api/v2/things?pageSize=100&after=x"
        return httpx.Response(200, json={"entities": [{"id": len(values)}], "nextUri": following})

    with directory(signing_in(answer)) as (found, network):
        numbered = found.genesys("integrations?pageSize=100&expand=config.current")
        assert [one["id"] for one in numbered] == [1, 2, 3]
        assert [one["id"] for one in found.genesys("things?pageSize=100")] == [1, 2]
    assert {name for name, _ in network.asked} == {"genesys"}


def test_what_is_not_there_is_an_empty_list_and_what_is_alone_a_list_of_one() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if "gone" in request.url.path else 200, json={"id": "1"})

    with directory(signing_in(answer)) as (found, _):
        assert found.okta("/api/v1/apps/gone/groups/1") == []
        assert found.genesys("gone") == []
        assert [one["id"] for one in found.okta("/api/v1/apps/1")] == ["1"]
        assert [one["id"] for one in found.genesys("integrations/1/config/current")] == ["1"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(403, json={}), r"answered 403 to https://.*Check the stack's credentials"),
        (httpx.Response(200, text="<html>"), "with something else than JSON"),
    ],
)
def test_a_refusal_is_told_with_its_status_and_without_a_secret(
    answer: httpx.Response, reason: str
) -> None:
    with directory(lambda _: answer) as (found, _):
        for read, path in ((found.okta, "/api/v1/apps"), (found.genesys, "integrations")):
            with pytest.raises(Unread, match=reason) as caught:
                read(path)
            assert "s3cret" not in str(caught.value)


def test_a_sign_in_without_a_token_is_named() -> None:
    with (
        directory(lambda _: httpx.Response(200, json={})) as (found, _),
        pytest.raises(Unread, match=r"login\.mypurecloud\.de answers the sign-in with something"),
    ):
        found.genesys("integrations")


def test_okta_needs_a_token_for_this() -> None:
    wire = Wire(Ledger())
    access = OktaAccess(OKTA.url, "PrivateKey", {"privateKey": "k"})
    with pytest.raises(Unread, match="okta:apiToken"):
        Directory(wire, access, wire, GENESYS)
