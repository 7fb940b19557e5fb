"""HTTPS calls: short, counted, patient with a busy service and impatient with a dead one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from doctor.ledger import Ledger
from doctor.reading import Unread
from infra.web_address import is_loopback

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
LONGEST_WAIT = 30.0
_ATTEMPTS = 4
_REDIRECTS = 5
_BUSY = (429, 503)
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """What a service answered; `url` is where the answer came from in the end."""

    url: str
    status: int
    headers: httpx.Headers
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


class Wire:
    """Calls services for one run; a context manager. Threads may share it.

    A busy service (429, 503) is asked again when its `Retry-After` says, three times at most and
    never after more than 30 s. A host that could not be reached is not tried a second time.
    `transport` takes the network's place in tests.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        proxy: str | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.ledger = ledger
        self._proxy = proxy
        self._transport = transport
        self._sleep = sleep
        self._say = say
        self._dead: dict[str, str] = {}
        self._clients: dict[bool, httpx.Client] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()

    def get(self, service: str, url: str) -> Answer:
        """Return what is at an address, redirects followed. Raises Unread when nobody answers."""
        for _ in range(_REDIRECTS):
            answer = self.send(service, "GET", url)
            target = answer.headers.get("Location")
            if answer.status not in _MOVED or not target:
                return answer
            url = urljoin(url, target)
        raise Unread(f"{url} leads from one redirect to the next.")

    def send(self, service: str, method: str, url: str, **options: Any) -> Answer:
        """Return a service's answer, whatever its status. Raises Unread when there is none."""
        for attempt in range(_ATTEMPTS):
            answer = self._once(service, method, url, **options)
            if answer.status not in _BUSY or attempt == _ATTEMPTS - 1:
                break
            seconds = _announced(answer.headers)
            if seconds > LONGEST_WAIT:
                break
            self._say(f"{service} is busy: asking again in {seconds:.0f} s")
            self._sleep(seconds)
        return answer

    def _once(self, service: str, method: str, url: str, **options: Any) -> Answer:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            if parts.scheme not in ("http", "https") or not host:
                raise ValueError
        except ValueError:
            raise Unread(f"{url} is no address of the web.") from None
        if reason := self._dead.get(parts.netloc):
            raise Unread(f"{url} cannot be reached: {reason}.")
        self.ledger.count(service)
        headers = dict(options.pop("headers", None) or {})
        address = url
        if host.endswith(".localhost"):
            # Such names are this machine (RFC 6761, 6.3), though not every resolver knows it.
            address = parts._replace(netloc=_with_port("127.0.0.1", parts.port)).geturl()
            headers["Host"] = parts.netloc
        try:
            response = self._client(is_loopback(host)).request(
                method, address, headers=headers, **options
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = describe(error)
            if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
                self._dead[parts.netloc] = reason
            raise Unread(f"{url} cannot be reached: {reason}.") from None
        self.ledger.note_date(service, response.headers.get("Date"))
        return Answer(url, response.status_code, response.headers, response.text)

    def _client(self, on_this_machine: bool) -> httpx.Client:
        with self._lock:
            if on_this_machine not in self._clients:
                self._clients[on_this_machine] = httpx.Client(
                    timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                    headers={"User-Agent": "messenger-sso-doctor"},
                    transport=self._transport,
                    proxy=None if on_this_machine else self._proxy,
                    trust_env=not on_this_machine,
                )
            return self._clients[on_this_machine]


def describe(error: BaseException) -> str:
    """Return why a call failed, in words that a person can act on."""
    text = str(error)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return "no answer in time"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not to be trusted"
    for mark in ("Name or service not known", "No address associated", "Temporary failure in name"):
        if mark in text:
            return "no such host name"
    if "refused" in text.lower() or "Connect call failed" in text:
        return "nothing listens there"
    return text.rstrip(".") or type(error).__name__


def _announced(headers: Mapping[str, str]) -> float:
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else 1.0


def _with_port(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"
