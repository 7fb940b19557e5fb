"""The vendor's SDK for Okta's management API: signed in, counted, and patient within bounds."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from doctor.access import OktaAccess
from doctor.ledger import OKTA, Ledger
from doctor.reading import Notebook, Unread
from doctor.wire import CONNECT_SECONDS, LONGEST_WAIT, READ_SECONDS, describe

T = TypeVar("T")

_MISSING = "E0000007"
_PLAIN_HTTP = "OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"


class OktaClient:
    """Calls one organisation; a context manager. It signs in, and loads the SDK, when first called.

    The SDK is asynchronous; everything else here is not.
    """

    def __init__(
        self,
        access: OktaAccess | None,
        missing: str,
        ledger: Ledger,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._access = access
        self._missing = missing
        self._ledger = ledger
        self._say = say
        self._notes = Notebook()
        self._client: Any = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> OktaClient:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._wait(self._client.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, method: str, *arguments: Any, **options: Any) -> tuple[Any, str | None]:
        """Return what a call of the SDK gives and the cursor of its next page; None for a 404.

        Raises Unread for every other refusal, and when there is no answer that can be understood.
        """
        client = self._notes.once("client", self._sign_in)
        from okta.pagination import PaginationHelper

        try:
            result = self._wait(getattr(client, method)(*arguments, **options))
        except Unread:
            raise
        except Exception as error:
            # The SDK raises whatever its models make of an answer that they do not know.
            raise Unread(
                f"Okta's answer to {method} was not understood ({type(error).__name__})."
            ) from None
        refusal = result[-1]
        if refusal is None:
            headers = getattr(result[1], "headers", None) or {}
            return result[0], PaginationHelper.extract_next_cursor(headers)
        if getattr(refusal, "error_code", None) == _MISSING:
            return None, None
        raise Unread(_explain(refusal, self._access))

    def _sign_in(self) -> Any:
        if self._access is None:
            raise Unread(f"There are no credentials for Okta: {self._missing}")
        self._say("Loading Okta's SDK")
        try:
            import okta.client
        except ImportError:
            raise Unread(
                "Okta's SDK is not installed: pip install -r requirements-doctor.txt"
            ) from None
        self._say("Reading Okta")
        options = {
            "orgUrl": self._access.url,
            "authorizationMode": self._access.mode,
            "requestTimeout": int(READ_SECONDS + LONGEST_WAIT),
            "logging": {"enabled": False},
            "httpClient": _http_client(self._ledger),
            "requestExecutor": _request_executor(self._say),
            **self._access.credentials,
        }
        try:
            with _plain_http_allowed(self._access.url):
                client = okta.client.Client(options)
        except ValueError:
            # Its text repeats what it was given.
            raise Unread(
                f"Okta's SDK does not accept the credentials for {self._access.url}: check "
                "okta:orgName, okta:baseUrl and the token or private key."
            ) from None
        self._client = self._wait(client.__aenter__())
        return self._client

    def _wait(self, call: Awaitable[T]) -> T:
        async def run() -> T:
            return await call

        coroutine: Coroutine[Any, Any, T] = run()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


def _explain(error: Any, access: OktaAccess | None) -> str:
    code = getattr(error, "error_code", None)
    if code is None:
        return f"{access.url if access else 'Okta'} gave an answer that is not Okta's."
    status = getattr(error, "status", "")
    text = f"Okta answers {status} ({code}: {getattr(error, 'error_summary', '')})".strip()
    if status == 401:
        return f"{text}. Check okta:apiToken or OKTA_API_TOKEN, and the organisation."
    if status == 403:
        return f"{text}. The token needs read access to this: docs/doctor.md lists it."
    return f"{text}."


def _http_client(ledger: Ledger) -> type[Any]:
    import aiohttp
    import okta.http_client

    unreachable: list[str] = []

    class Counting(okta.http_client.HTTPClient):  # type: ignore[misc]
        """The SDK's own HTTP client, counted, and impatient with a dead host.

        It raises what the SDK would stumble over: that nobody answered.
        """

        async def send_request(self, request: Any) -> Any:
            if unreachable:
                raise Unread(unreachable[0])
            self._timeout = aiohttp.ClientTimeout(total=READ_SECONDS, connect=CONNECT_SECONDS)
            ledger.count(OKTA)
            result = await super().send_request(request)
            _, response, _, error = result
            if error is not None:
                parts = urlsplit(request["url"])
                address = f"{parts.scheme}://{parts.netloc}"
                reason = f"{address} cannot be reached: {describe(error)}."
                if isinstance(error, (aiohttp.ClientConnectionError, TimeoutError)):
                    unreachable.append(reason)
                raise Unread(reason)
            ledger.note_date(OKTA, response.headers.get("Date"))
            return result

    return Counting


def _request_executor(say: Callable[[str], None]) -> type[Any]:
    import okta.request_executor

    class Bounded(okta.request_executor.RequestExecutor):  # type: ignore[misc]
        """The SDK's own executor, which waits as Okta's rate limit says, but not for long."""

        async def pause_for_backoff(self, backoff_time: float) -> None:
            if backoff_time > LONGEST_WAIT:
                raise Unread(
                    f"Okta's rate limit is spent for another {backoff_time:.0f} s. Try again then."
                )
            say(f"Okta is busy: asking again in {backoff_time:.0f} s")
            await super().pause_for_backoff(max(backoff_time, 0.0))

    return Bounded


@contextmanager
def _plain_http_allowed(url: str) -> Iterator[None]:
    """Let the SDK speak plain HTTP to this machine; it takes that switch from a variable only."""
    before = os.environ.get(_PLAIN_HTTP)
    if url.startswith("http://"):
        os.environ[_PLAIN_HTTP] = "true"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_PLAIN_HTTP, None)
        else:
            os.environ[_PLAIN_HTTP] = before
