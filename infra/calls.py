"""HTTP calls that the program makes itself: few, short, and never in vain for long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt

from infra.mistakes import ProgramError
from infra.web_address import is_loopback

_TIMEOUT = httpx.Timeout(10, connect=5)
_ATTEMPTS = 3
_LONGEST_WAIT = 15.0
_BUSY = (429, 503)


class CallError(ProgramError):
    """A service did not give the answer that the program needs."""


class Caller:
    """Calls one service; to be used as a context manager.

    A busy service (429, 503) is asked again after its `Retry-After`, twice at most. `transport`
    takes the network's place in tests.
    """

    def __init__(
        self, url: str, *, proxy: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        host = urlsplit(url).hostname or ""
        self._client = httpx.Client(
            timeout=_TIMEOUT,
            proxy=proxy,
            transport=transport,
            # Loading the trusted authorities takes longer than a call: only where they are needed.
            verify=url.startswith("https:"),
            trust_env=not is_loopback(host),
        )

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def authorize(self, token: str) -> None:
        """Send the token with every further call."""
        self._client.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Return the service's answer, whatever its status.

        Raises CallError when there is none.
        """
        retrying = Retrying(
            retry=retry_if_result(lambda response: response.status_code in _BUSY),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=_announced_wait,
            retry_error_callback=lambda state: state.outcome and state.outcome.result(),
        )
        try:
            response: httpx.Response = retrying(self._client.request, method, url, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CallError(f"{url} cannot be reached: {_reason(error)}.") from None
        return response


def read_object(response: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object that a service answered with.

    Raises CallError when the answer is anything else.
    """
    try:
        content = response.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise CallError(
            f"{response.url} answered {response.status_code} with something else than a JSON "
            "object: the address may belong to another service."
        )
    return content


def _announced_wait(state: RetryCallState) -> float:
    response = state.outcome.result() if state.outcome else None
    announced = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(announced) if announced.isdigit() else 1.0, _LONGEST_WAIT)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return str(error) or type(error).__name__
