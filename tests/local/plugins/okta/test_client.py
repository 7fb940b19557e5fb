"""Okta's refusals, rate limits and pages are understood; failures tell what to do next."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from local.plugins.okta.client import OktaClient, OktaError, Patience
from local.plugins.resource import RemoteError

Answer = httpx.Response | Exception


class _Line:
    """A network that answers in a fixed order and notes what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def reach() -> Any:
    """Return a function that connects a client to answers; its waits are noted, not waited."""
    made: list[OktaClient] = []

    def connect(*answers: Answer, **options: Any) -> tuple[OktaClient, _Line, list[float]]:
        line, waits = _Line(*answers), []
        client = OktaClient(
            "https://acme.okta.test", "SSWS hush", transport=httpx.MockTransport(line), **options
        )

        def wait(seconds: float) -> bool:
            waits.append(seconds)
            return False

        client.wait = wait  # type: ignore[method-assign]
        made.append(client)
        return client, line, waits

    yield connect
    for client in made:
        client.close()


Reach = Callable[..., tuple[OktaClient, _Line, list[float]]]


def _limit(reset: float, **more: str) -> httpx.Response:
    now = time.time()
    headers = {"X-Rate-Limit-Reset": str(int(now + reset)), "Date": formatdate(now, usegmt=True)}
    error = {"errorCode": "E0000047", "errorSummary": "API call exceeded rate limit"}
    return httpx.Response(429, headers=headers | more, json=error)


def _error(status: int, code: str, summary: str, *causes: str) -> httpx.Response:
    listed = [{"errorSummary": cause} for cause in causes]
    body = {"errorCode": code, "errorSummary": summary, "errorId": "oae1", "errorCauses": listed}
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            _error(
                400,
                "E0000001",
                "Api validation failed: origin",
                "origin: Origin value is not valid",
            ),
            "Okta refused to make it: Api validation failed: origin. "
            "origin: Origin value is not valid (HTTP 400, E0000001). Correct the value",
        ),
        (
            _error(403, "E0000006", "You do not have permission."),
            "You do not have permission (HTTP 403, E0000006). Give the token's",
        ),
        (
            _error(401, "E0000015", "You do not have permission to access the feature"),
            "authorization servers need API Access Management",
        ),
        (httpx.Response(502, text="<html>"), "Okta refused to make it: Bad Gateway (HTTP 502)."),
        (httpx.Response(400, json=["odd"]), "Bad Request (HTTP 400)."),
        (httpx.Response(200, text="<html>"), "no JSON. Check that okta:httpProxy"),
        (httpx.Response(200, json=[]), "no object"),
    ],
)
def test_refusals_tell_what_okta_said_and_what_to_do(
    reach: Reach, answer: httpx.Response, words: str
) -> None:
    client, _, _ = reach(answer)
    with pytest.raises(RemoteError) as caught:
        client.call("make it", "POST", "/api/v1/apps", body={"secret": "s"})
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "missing", "uncertain"),
    [(404, True, False), (400, False, False), (503, False, True)],
)
def test_errors_tell_whether_something_is_missing_or_uncertain(
    reach: Reach, status: int, missing: bool, uncertain: bool
) -> None:
    client, _, _ = reach(_error(status, "E0", "no"))
    with pytest.raises(OktaError) as caught:
        client.call("make it", "POST", "/x")
    assert (caught.value.missing, caught.value.uncertain) == (missing, uncertain)


@pytest.mark.parametrize(
    ("error", "method", "uncertain"),
    [
        (httpx.ConnectError("refused"), "POST", False),
        (httpx.ReadTimeout("slow"), "POST", True),
        (httpx.RemoteProtocolError("cut"), "PUT", True),
        (httpx.ReadTimeout("slow"), "GET", False),
    ],
)
def test_an_unreachable_okta_is_told_with_its_address(
    reach: Reach, error: Exception, method: str, uncertain: bool
) -> None:
    client, _, _ = reach(error)
    with pytest.raises(RemoteError, match=r"https://acme\.okta\.test cannot be reached") as caught:
        client.call("make it", method, "/x")
    assert caught.value.uncertain is uncertain


def test_an_empty_answer_is_an_empty_object(reach: Reach) -> None:
    client, _, _ = reach(httpx.Response(204))
    assert client.call("do it", "POST", "/x") == {}


class TestRateLimit:
    def test_it_is_waited_for_as_long_as_okta_says(self, reach: Reach) -> None:
        first = _limit(3, **{"X-Okta-Request-Id": "req1"})
        client, line, waits = reach(first, _limit(0), httpx.Response(200, json={"id": "x"}))
        assert client.call("do it", "GET", "/x") == {"id": "x"}
        assert waits == [pytest.approx(4, abs=1), pytest.approx(1, abs=1)]
        assert "X-Okta-Retry-For" not in line.requests[0].headers
        retries = [request.headers for request in line.requests[1:]]
        assert [one["X-Okta-Retry-For"] for one in retries] == ["req1", "req1"]
        assert [one["X-Okta-Retry-Count"] for one in retries] == ["1", "2"]

    def test_patience_has_an_end(self, reach: Reach) -> None:
        client, line, waits = reach(*(_limit(1) for _ in range(3)), patience=Patience(retries=2))
        with pytest.raises(OktaError, match=r"exceeded rate limit.*lower the parallelism"):
            client.call("do it", "GET", "/x")
        assert (len(line.requests), len(waits)) == (3, 2)

    def test_no_wait_is_longer_than_allowed(self, reach: Reach) -> None:
        client, _, waits = reach(
            _limit(3600), httpx.Response(204), patience=Patience(longest_seconds=7)
        )
        client.call("do it", "GET", "/x")
        assert waits == [7]

    @pytest.mark.parametrize("absent", ["X-Rate-Limit-Reset", "Date"])
    def test_without_reset_time_or_date_it_fails_at_once(self, reach: Reach, absent: str) -> None:
        answer = _limit(1)
        del answer.headers[absent]
        client, line, _ = reach(answer)
        with pytest.raises(OktaError):
            client.call("do it", "GET", "/x")
        assert len(line.requests) == 1

    def test_closing_ends_a_wait(self) -> None:
        transport = httpx.MockTransport(lambda request: _limit(3600))
        client = OktaClient("https://acme.okta.test", "SSWS x", transport=transport)
        client.close()
        assert client.wait(3600)


class TestPages:
    def test_they_are_followed_to_the_end_wherever_their_links_point(self, reach: Reach) -> None:
        """The host in a link may be another than the one Okta is reached by."""
        link = "<https://other.host/api/v1/things?after=2&limit=2>"
        pages = (
            httpx.Response(
                200,
                json=[{"id": 1}, {"id": 2}],
                headers=[("Link", '<https://other.host/x>; rel="self"'),
                         ("Link", f'{link}; rel="next"')],
            ),
            httpx.Response(200, json=[{"id": 3}], headers={"Link": '<https://o/x>; rel="self"'}),
        )  # fmt: skip
        client, line, _ = reach(*pages)
        found = list(client.pages("list them", "/api/v1/things", {"q": "a b"}))
        assert [one["id"] for one in found] == [1, 2, 3]
        assert [str(request.url) for request in line.requests] == [
            "https://acme.okta.test/api/v1/things?limit=200&q=a+b",
            "https://acme.okta.test/api/v1/things?after=2&limit=2",
        ]


class TestPersistence:
    def test_it_ends_with_success(self, reach: Reach) -> None:
        client, line, waits = reach(_error(500, "E9", "x"), httpx.Response(204))
        client.persist(lambda: client.call("do it", "DELETE", "/x"), lambda e: e.uncertain, 30)
        assert (len(line.requests), waits) == (2, [0.25])

    def test_it_ends_with_a_final_error_or_when_time_is_up(self, reach: Reach) -> None:
        client, line, _ = reach(_error(400, "E1", "x"))
        with pytest.raises(OktaError):
            client.persist(lambda: client.call("do", "DELETE", "/x"), lambda e: e.uncertain, 30)
        assert len(line.requests) == 1
        client, _, waits = reach(*(_error(500, "E9", "x") for _ in range(50)))
        with pytest.raises(OktaError):
            client.persist(lambda: client.call("do", "DELETE", "/x"), lambda e: e.uncertain, 20)
        assert sum(waits) == pytest.approx(20, abs=4)
