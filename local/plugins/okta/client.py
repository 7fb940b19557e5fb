"""Calls to Okta's management API, and what its refusals mean."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from local.plugins.http import open_http
from local.plugins.resource import RemoteError

Json = dict[str, Any]

_NEXT_LINK = re.compile(r'<([^>]+)>\s*;\s*rel="next"')
_PAGE_SIZE: Final = 200
# Okta, "Error codes and descriptions": what a person can do about the common ones.
_NEXT_STEPS: Final = {
    "E0000001": "Correct the value and try again.",
    "E0000004": "Check the API token (okta:apiToken).",
    "E0000006": "Give the token's administrator the permission for this.",
    "E0000007": "Run `pulumi refresh` if it was deleted outside Pulumi.",
    "E0000011": "Check the API token (okta:apiToken): it is unknown, expired or revoked.",
    "E0000015": "Ask Okta for the feature (authorization servers need API Access Management).",
    "E0000047": "Wait a minute, or lower the parallelism (`pulumi up --parallel 4`).",
}


class OktaError(RemoteError):
    """Okta said no; `status` and `code` are Okta's own."""

    def __init__(self, text: str, status: int, code: str) -> None:
        super().__init__(
            text,
            missing=status == HTTPStatus.NOT_FOUND,
            uncertain=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        )
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Patience:
    """How often and how long a call waits for the rate limit (provider `maxRetries`, …)."""

    retries: int = 5
    longest_seconds: float = 300.0


class OktaClient:
    """One organization, reached with one credential.

    `api_token` tells an API token from an OAuth access token: some steps are done only with the
    former, as in the vendor's provider. Calls may come from many threads.
    """

    def __init__(
        self,
        base_url: str,
        authorization: str,
        *,
        api_token: bool = True,
        patience: Patience | None = None,
        seconds: float = 120.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {
            "Accept": "application/json",
            "Authorization": authorization,
            "User-Agent": "messenger-sso-local-provider",
        }
        self.api_token = api_token
        self.base_url = base_url
        # Parallel writes to the rules of one policy shuffle their priorities, so they queue up
        # (okta.md 1.4).
        self.rule_lock = threading.Lock()
        self._http = open_http(base_url, headers, seconds, transport)
        self._patience = patience or Patience()
        self._closing = threading.Event()
        self._pipeline: str | None = None
        self._pipeline_lock = threading.Lock()

    def wait(self, seconds: float) -> bool:
        """Wait, or until the client is closed; tell whether it was."""
        return self._closing.wait(seconds)

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
        logo: tuple[str, bytes] | None = None,
    ) -> Json:
        """Make one call and return the object it answers with ({} for an empty answer).

        `doing` completes "Okta refused to …". A rate limit is waited for as long as Okta says and
        patience lasts. Raises RemoteError.
        """
        answer = self._send(doing, method, path, body=body, query=query, logo=logo)
        if not answer.content:
            return {}
        found = _json(doing, answer)
        if not isinstance(found, dict):
            raise RemoteError(f"Okta answered strangely to the attempt to {doing}: no object.")
        return found

    def pages(
        self, doing: str, path: str, query: Mapping[str, str | int] | None = None
    ) -> Iterator[Json]:
        """Yield the objects of a list, following `Link: rel="next"` to the end."""
        parameters: Mapping[str, str | int] | None = {"limit": _PAGE_SIZE, **(query or {})}
        while path:
            answer = self._send(doing, "GET", path, query=parameters)
            yield from _json(doing, answer)
            links = ", ".join(answer.headers.get_list("link"))
            following = _NEXT_LINK.search(links)
            # Scheme and host of the link may differ from how Okta is reached from here.
            target = urlsplit(following[1]) if following else None
            path = f"{target.path}?{target.query}" if target else ""
            parameters = None

    def persist(
        self, attempt: Callable[[], object], again: Callable[[OktaError], bool], seconds: float
    ) -> None:
        """Attempt until it succeeds, an error is final, or `seconds` were spent waiting."""
        pause = 0.25
        while True:
            try:
                attempt()
                return
            except OktaError as error:
                if not again(error) or seconds <= 0 or self.wait(min(pause, seconds)):
                    raise
            seconds -= pause
            pause = min(pause * 2, 4.0)

    def is_classic(self) -> bool:
        """Tell whether the organization runs Okta Classic, which has no access policies."""
        with self._pipeline_lock:
            if self._pipeline is None:
                doing = "read the organization's metadata"
                found = self.call(doing, "GET", "/.well-known/okta-organization")
                self._pipeline = str(found.get("pipeline", "idx"))
            return self._pipeline == "v1"

    def _send(
        self,
        doing: str,
        method: str,
        path: str,
        *,
        body: Json | None = None,
        query: Mapping[str, str | int] | None = None,
        logo: tuple[str, bytes] | None = None,
    ) -> httpx.Response:
        # Okta, "Rate limit best practices": a retry names the request it repeats.
        headers = {"X-Okta-Request-Id": uuid.uuid4().hex}
        attempt = 0
        while True:
            try:
                answer = self._http.request(
                    method,
                    path,
                    json=body,
                    params=query,
                    headers=headers,
                    files={"file": logo} if logo else None,
                )
            except httpx.TransportError as error:
                raise self._unreachable(doing, method, error) from None
            if answer.is_success:
                return answer
            seconds = _told_to_wait(answer)
            if seconds is None or attempt >= self._patience.retries:
                raise _refusal(doing, answer)
            attempt += 1
            first = answer.headers.get("X-Okta-Request-Id", headers["X-Okta-Request-Id"])
            headers.setdefault("X-Okta-Retry-For", first)
            headers["X-Okta-Retry-Count"] = str(attempt)
            if self.wait(min(seconds, self._patience.longest_seconds)):
                raise _refusal(doing, answer)

    def _unreachable(self, doing: str, method: str, error: httpx.TransportError) -> RemoteError:
        started = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        return RemoteError(
            f"Okta at {self.base_url} cannot be reached to {doing} ({type(error).__name__}). "
            "Check that it is running and that okta:httpProxy, or okta:orgName and okta:baseUrl, "
            "are right.",
            uncertain=started and method != "GET",
        )


def as_list(value: object) -> list[Any]:
    """Return a list that Okta may have left out."""
    return list(value) if isinstance(value, list) else []


def dig(found: Mapping[str, Any], *path: str) -> Any:
    """Return the value at a path into nested objects, None when any step is absent."""
    value: Any = found
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def compact(body: Json) -> Json:
    """Return a body without what is unset: None, empty texts, lists and objects."""
    return {key: value for key, value in body.items() if value not in (None, "", [], {})}


def quoted(id: str) -> str:
    """Return an id as one step of a path."""
    return quote(id, safe="")


def _told_to_wait(answer: httpx.Response) -> float | None:
    """Return for how long a 429 asks to wait; without reset time and date it is final."""
    if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    try:
        reset = int(answer.headers["X-Rate-Limit-Reset"])
        now = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return None
    return max(reset - now, 0) + 1


def _json(doing: str, answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise RemoteError(
            f"Okta answered strangely to the attempt to {doing}: no JSON. Check that "
            "okta:httpProxy, or okta:orgName and okta:baseUrl, point to an Okta organization."
        ) from None


def _refusal(doing: str, answer: httpx.Response) -> OktaError:
    status = answer.status_code
    try:
        found = answer.json()
    except ValueError:
        found = None
    error: Json = found if isinstance(found, dict) else {}
    causes = "; ".join(
        str(cause.get("errorSummary", "")) for cause in as_list(error.get("errorCauses"))
    )
    summary = str(error.get("errorSummary") or answer.reason_phrase)
    code = str(error.get("errorCode", ""))
    label = f"HTTP {status}, {code}" if code else f"HTTP {status}"
    said = f"{summary}. {causes}" if causes else summary
    text = f"Okta refused to {doing}: {said.rstrip('.')} ({label})."
    return OktaError(f"{text} {_NEXT_STEPS.get(code, '')}".rstrip(), status, code)
