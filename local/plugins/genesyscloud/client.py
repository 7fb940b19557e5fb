"""Calls to the platform API, and what its refusals mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from local.plugins.genesyscloud.settings import Connection
from local.plugins.http import open_http
from local.plugins.resource import RemoteError

Json = dict[str, Any]

_SECONDS: Final = 30.0
# The vendor's SDK tries up to 20 times and waits up to 30 s each; a laptop should say so sooner.
_RETRIES: Final = 5
_LONGEST_WAIT: Final = 60.0
# Nothing was done when these are answered, so that even a POST may be repeated.
_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_PAGE_SIZE: Final = 100
_NEXT_STEPS: Final = {
    HTTPStatus.UNAUTHORIZED: "Check genesyscloud:oauthclientId and genesyscloud:oauthclientSecret.",
    HTTPStatus.FORBIDDEN: "Give the OAuth client's role the permission for this.",
    HTTPStatus.NOT_FOUND: "Run `pulumi refresh` if it was deleted outside Pulumi.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait a minute, or lower the parallelism "
    "(`pulumi up --parallel 4`).",
}


class GenesysCloudError(RemoteError):
    """Genesys Cloud said no; `status` and `message` are its own."""

    def __init__(self, text: str, status: int, message: str) -> None:
        super().__init__(
            text,
            missing=status in (HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GONE),
            uncertain=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        )
        self.status = status
        self.message = message


class GenesysCloudClient:
    """One organisation, reached with one token. Calls may come from many threads.

    Differences to the vendor's provider: one token instead of one per pool slot; five retries
    instead of twenty, and of a POST only where nothing was done.
    """

    def __init__(
        self, connection: Connection, transport: httpx.BaseTransport | None = None
    ) -> None:
        if transport is None and connection.proxy_url:
            transport = httpx.HTTPTransport(proxy=connection.proxy_url)
        headers = {"Accept": "application/json", "User-Agent": "messenger-sso-local-provider"}
        self._connection = connection
        self._http = open_http(connection.api_url, headers, _SECONDS, transport)
        self._closing = threading.Event()

    def hello(self) -> None:
        """Get a token unless one is given, and ask what the vendor's provider asks at first."""
        token = self._connection.access_token or self._new_token()
        self._http.headers["Authorization"] = f"Bearer {token}"
        organization = self.call("read the organisation", "GET", "/api/v2/organizations/me")
        if not organization.get("defaultCountryCode"):
            raise RemoteError(
                f"{self._connection.api_url} answers, but not as Genesys Cloud does: its "
                "organisation has no default country code."
            )
        self.call("list the products", "GET", "/api/v2/authorization/products")

    def close(self) -> None:
        """End waits and connections."""
        self._closing.set()
        self._http.close()

    def call(
        self,
        doing: str,
        method: str,
        path: str,
        *,
        body: Json | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Json:
        """Make one call and return the object it answers with ({} for an empty answer).

        `doing` completes "Genesys Cloud refused to …". Raises RemoteError.
        """
        answer = self._send(doing, method, path, json=body, params=query)
        if not answer.content:
            return {}
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise RemoteError(
                f"Genesys Cloud answered strangely to the attempt to {doing}: no JSON object. "
                f"Check that {self._connection.api_url} is a Genesys Cloud API."
            )
        return found

    def pages(
        self, doing: str, path: str, query: Mapping[str, str | int] | None = None
    ) -> Iterator[Json]:
        """Yield the entities of a listing by page number, until a page is not full."""
        number = 1
        while True:
            asked = {"pageSize": _PAGE_SIZE, "pageNumber": number, **(query or {})}
            entities = self.call(doing, "GET", path, query=asked).get("entities") or []
            yield from entities
            if len(entities) < _PAGE_SIZE:
                return
            number += 1

    def follow(self, doing: str, path: str, query: Mapping[str, str | int]) -> Iterator[Json]:
        """Yield the entities of a listing by cursor, as long as it names a next page."""
        asked: Mapping[str, str | int] | None = query
        while path:
            found = self.call(doing, "GET", path, query=asked)
            yield from found.get("entities") or []
            target = urlsplit(found.get("nextUri") or "")
            path = f"{target.path}?{target.query}" if target.path else ""
            asked = None

    def poll(
        self, attempt: Callable[[], bool], seconds: float, *, missing_is_fine: bool = False
    ) -> bool:
        """Attempt until it returns True, for so many seconds; tell whether it did.

        With `missing_is_fine` an object that is not (yet) there counts as a failed attempt.
        """
        pause = 0.25
        while True:
            try:
                if attempt():
                    return True
            except RemoteError as error:
                if not (error.missing and missing_is_fine):
                    raise
            if seconds <= 0 or self._closing.wait(min(pause, seconds)):
                return False
            seconds -= pause
            pause = min(pause * 2, 4.0)

    def fetch(self, doing: str, path: str, query: Mapping[str, str | int] | None = None) -> Json:
        """Read an object; one that is missing is asked for again for `customRetryTimeout`."""
        found: Json = {}
        refused: list[RemoteError] = []

        def attempt() -> bool:
            try:
                found.update(self.call(doing, "GET", path, query=query))
            except RemoteError as error:
                if not error.missing:
                    raise
                refused.append(error)
                return False
            return True

        if not self.poll(attempt, self._connection.missing_seconds):
            raise refused[-1]
        return found

    def delete(self, doing: str, path: str, gone: str, seconds: float = 30.0) -> None:
        """Delete an object and make sure that reading `gone` no longer finds it."""
        self.call(doing, "DELETE", path)

        def is_gone() -> bool:
            try:
                self.call(doing, "GET", gone)
            except RemoteError as error:
                if error.missing:
                    return True
                raise
            return False

        if not self.poll(is_gone, seconds):
            raise RemoteError(f"Genesys Cloud took the order to {doing}, but it is still there.")

    def _new_token(self) -> str:
        connection = self._connection
        answer = self._send(
            "issue an access token",
            "POST",
            f"{connection.login_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(connection.client_id, connection.client_secret),
        )
        try:
            return str(answer.json()["access_token"])
        except (ValueError, KeyError, TypeError):
            raise RemoteError(
                f"{connection.login_url} answered the request for an access token without one: "
                "check genesyscloud:awsRegion or genesyscloud:gateways."
            ) from None

    def _send(self, doing: str, method: str, path: str, **request: Any) -> httpx.Response:
        attempt, pause = 0, 0.25
        while True:
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TransportError as error:
                raise self._unreachable(doing, method, error) from None
            if answer.is_success:
                return answer
            attempt += 1
            if attempt > _RETRIES or not _may_repeat(method, answer.status_code):
                raise _refusal(doing, answer)
            told = answer.headers.get("Retry-After", "")
            seconds = float(told) if told.isdigit() else pause
            if seconds > _LONGEST_WAIT or self._closing.wait(seconds):
                raise _refusal(doing, answer)
            pause *= 2

    def _unreachable(self, doing: str, method: str, error: httpx.TransportError) -> RemoteError:
        started = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        return RemoteError(
            f"Genesys Cloud at {self._connection.api_url} cannot be reached to {doing} "
            f"({type(error).__name__}). Check that it is running and that genesyscloud:gateways or "
            "genesyscloud:awsRegion is right.",
            uncertain=started and method != "GET",
        )


def quoted(id: str) -> str:
    """Return an id as one step of a path."""
    return quote(id, safe="")


def _may_repeat(method: str, status: int) -> bool:
    if status in _BUSY:
        return True
    return status in (500, 502, 504) and method in ("GET", "PUT", "DELETE")


def _refusal(doing: str, answer: httpx.Response) -> GenesysCloudError:
    status = answer.status_code
    try:
        found = answer.json()
    except ValueError:
        found = None
    error: Json = found if isinstance(found, dict) else {}
    message = str(
        error.get("message") or error.get("error_description") or answer.reason_phrase or ""
    )
    code = error.get("code") or error.get("error")
    label = f"HTTP {status}, {code}" if code else f"HTTP {status}"
    text = f"Genesys Cloud refused to {doing}: {message.rstrip('.')} ({label})."
    step = _NEXT_STEPS.get(HTTPStatus(status), "") if status in _NEXT_STEPS else ""
    return GenesysCloudError(f"{text} {step}".rstrip(), status, message)
