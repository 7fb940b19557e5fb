"""The visitors' OpenID provider, as a client of it: discovery, keys, token endpoint."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote

import httpx

from local.emulator.clock import Clock
from local.emulator.store import Document
from local.genesys.guest.entrance import ProviderClient
from local.genesys.models.addresses import check_web_address
from local.genesys.models.shapes import read_json

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_BASIC: Final = "client_secret_basic"
_POST: Final = "client_secret_post"
_JSON: Final = {"Accept": "application/json"}
_ERROR_NAME: Final = re.compile(r"[a-z_]{1,60}")


class ProviderError(Exception):
    """Why a visitor could not be signed in at the provider: for the journal, without secrets."""


@dataclass(frozen=True)
class Discovery:
    """What of a discovery document matters here; `auth_method` is empty where none fits."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    tells_issuer: bool
    auth_method: str


class OpenIdProvider:
    """Fetches from providers without ever blocking the emulator or following a redirect.

    What a provider lets caches keep (`Cache-Control: max-age`) is kept so long by the emulator's
    clock, and nothing else is. Assumption: the vendor's cache does the same. `seconds` limit each
    exchange with a provider.
    """

    def __init__(self, clock: Clock, seconds: float = 5.0) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Document]] = {}
        self.seconds = seconds

    def reset(self) -> None:
        """Forget what was kept."""
        self._kept.clear()

    async def discover(self, uri: str) -> Discovery:
        """Return a discovery document (OpenID Connect Discovery 1.0, sections 3 and 4.3)."""
        found = await self._fetch(uri, "discovery document")
        issuer = found.get("issuer")
        # Otherwise one provider could speak in the name of another.
        if not isinstance(issuer, str) or issuer.rstrip("/") + _WELL_KNOWN != uri:
            raise ProviderError("discovery document: its issuer does not belong to its address")
        return Discovery(
            issuer=issuer,
            token_endpoint=_endpoint(found, "token_endpoint"),
            jwks_uri=_endpoint(found, "jwks_uri"),
            tells_issuer=found.get("authorization_response_iss_parameter_supported") is True,
            auth_method=_auth_method(found),
        )

    async def keys(self, discovery: Discovery, *, fresh: bool = False) -> list[Document]:
        """Return the provider's JSON Web Keys; `fresh` ones do not come from the cache."""
        found = await self._fetch(discovery.jwks_uri, "key set", fresh=fresh)
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise ProviderError("key set: it has no keys")
        return [key for key in keys if isinstance(key, dict)]

    async def redeem(
        self, discovery: Discovery, client: ProviderClient, form: dict[str, str]
    ) -> Document:
        """Return the token endpoint's answer to a grant.

        The client proves itself by `client_secret_basic`, or by `client_secret_post` where the
        provider offers only that (RFC 6749, section 2.3.1). Assumption: Genesys does the same, and
        never tries the other one. So an application at Okta, which offers both, has to register
        `client_secret_basic`.
        """
        if not discovery.auth_method:
            raise ProviderError(f"token endpoint: it takes neither {_BASIC} nor {_POST}")
        proof = None
        if discovery.auth_method == _POST:
            form = form | {"client_id": client.client_id, "client_secret": client.client_secret}
        else:
            proof = httpx.BasicAuth(quote(client.client_id, ""), quote(client.client_secret, ""))
        request = httpx.Request("POST", discovery.token_endpoint, data=form, headers=_JSON)
        answer = await self._send(request, "token endpoint", proof)
        body = _object(answer, "token endpoint")
        if answer.status_code != 200:
            error = body.get("error")
            # Only a name as RFC 6749 has them: descriptions may repeat what was sent.
            named = error if isinstance(error, str) and _ERROR_NAME.fullmatch(error) else "no error"
            asked = f" to {discovery.auth_method}" if named == "invalid_client" else ""
            raise ProviderError(f"token endpoint: {named} (status {answer.status_code}){asked}")
        return body

    async def _fetch(self, uri: str, what: str, *, fresh: bool = False) -> Document:
        until, kept = self._kept.get(uri, (0.0, {}))
        if not fresh and self._clock.timestamp() < until:
            return kept
        answer = await self._send(httpx.Request("GET", uri, headers=_JSON), what)
        if answer.status_code != 200:
            raise ProviderError(f"{what}: status {answer.status_code}")
        found = _object(answer, what)
        seconds = _cache_seconds(answer.headers.get("cache-control", ""))
        self._kept[uri] = (self._clock.timestamp() + seconds, found)
        return found

    async def _send(
        self, request: httpx.Request, what: str, proof: httpx.Auth | None = None
    ) -> httpx.Response:
        try:
            async with (
                asyncio.timeout(self.seconds),
                httpx.AsyncClient(verify=self._trust, trust_env=False) as client,
            ):
                return await client.send(request, auth=proof)
        except TimeoutError:
            raise ProviderError(f"{what}: no answer within {self.seconds:g} s") from None
        except httpx.HTTPError as error:
            raise ProviderError(f"{what}: unreachable ({type(error).__name__})") from None

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        # Reading the certificates takes a while: once is enough.
        return ssl.create_default_context()


def _endpoint(document: Document, name: str) -> str:
    address = document.get(name)
    try:
        return check_web_address(address if isinstance(address, str) else "")
    except ValueError as error:
        raise ProviderError(f"discovery document: {name}: {error}") from None


def _auth_method(document: Document) -> str:
    # OpenID Connect Discovery 1.0, section 3: left out, it is client_secret_basic.
    offered = document.get("token_endpoint_auth_methods_supported", [_BASIC])
    for method in (_BASIC, _POST):
        if isinstance(offered, list) and method in offered:
            return method
    return ""


def _object(answer: httpx.Response, what: str) -> Document:
    try:
        return read_json(answer.content)
    except ValueError:
        raise ProviderError(f"{what}: no JSON object (status {answer.status_code})") from None


def _cache_seconds(header: str) -> int:
    directives = {part.strip().lower() for part in header.split(",")}
    if directives & {"no-store", "no-cache"}:
        return 0
    for directive in directives:
        name, _, value = directive.partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            return int(value[:9])
    return 0
