"""An OpenID provider that does as it is told, well or badly."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.emulator.server import Server

Json = dict[str, Any]

CLIENT_ID = "messenger-client"
CLIENT_SECRET = "a secret:with/odd+characters"
REDIRECT_URI = "https://www.example.com/callback.html"
VERIFIER = "v" * 43
ACCESS_TOKEN = "provider-access-token"

# Generating RSA keys is slow, and nothing depends on which they are.
KEYS = [RSAKey.generate_key(2048, {"kid": f"key-{number}"}) for number in range(2)]
FOREIGN_KEY = RSAKey.generate_key(2048, {"kid": "key-0"})


def public(key: RSAKey) -> Json:
    """Return a key as a provider publishes it."""
    return dict(key.as_dict(private=False)) | {"use": "sig", "alg": "RS256"}


@dataclass
class Provider:
    """What the provider will do; every test begins with a well-behaved one."""

    url: str
    keys: list[RSAKey] = field(default_factory=lambda: [KEYS[0]])
    signing_key: Any = field(default_factory=lambda: KEYS[0])
    header: Json = field(default_factory=lambda: {"alg": "RS256", "kid": "key-0"})
    claims: Json = field(default_factory=dict)
    without: tuple[str, ...] = ()
    answer: Json = field(default_factory=dict)
    discovery: Json = field(default_factory=dict)
    cache: str = "max-age=3600"
    subject: str = "ada"
    now: Callable[[], float] = time.time
    replies: dict[str, Callable[[], Response]] = field(default_factory=dict)
    before_answer: Callable[[], None] = lambda: None
    tamper: Callable[[str], str] = lambda token: token
    seen: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    form: dict[str, str] = field(default_factory=dict)

    def code(self) -> str:
        """Return a code that can be redeemed once."""
        code = f"code-{len(self.seen)}-{len(self.codes)}"
        self.codes.add(code)
        return code

    def id_token(self) -> str:
        """Return an ID token with the ordered flaws."""
        now = int(self.now())
        claims: Json = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.subject,
            "iat": now,
            "exp": now + 3600,
            "auth_time": now,
            "nonce": "nonce",
            "email": f"{self.subject}@example.com",
            "given_name": self.subject.capitalize(),
            "family_name": "Lovelace",
        } | self.claims
        kept = {name: value for name, value in claims.items() if name not in self.without}
        if self.header["alg"] == "none":
            parts = [jwt.encode({"alg": "HS256"}, kept, OctKey.generate_key()).split(".")[1]]
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            return f"{head}.{parts[0]}."
        token = jwt.encode(self.header, kept, self.signing_key, [self.header["alg"]])
        return self.tamper(token)


class ProviderServer:
    """Serves whatever `provider` says."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.provider = Provider(server.url)
        server.start(
            Starlette(
                routes=[
                    Route("/.well-known/openid-configuration", self._discovery),
                    Route("/keys", self._keys),
                    Route("/token", self._token, methods=["POST"]),
                ]
            )
        )

    def _reply(self, name: str) -> Response | None:
        self.provider.seen.append(name)
        reply = self.provider.replies.get(name)
        return reply() if reply else None

    async def _discovery(self, _: Request) -> Response:
        document = {
            "issuer": self.url,
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        } | self.provider.discovery
        return self._reply("discovery") or JSONResponse(document, headers=self._caching())

    async def _keys(self, _: Request) -> Response:
        keys = [public(key) for key in self.provider.keys]
        return self._reply("keys") or JSONResponse({"keys": keys}, headers=self._caching())

    def _caching(self) -> dict[str, str]:
        return {"Cache-Control": self.provider.cache}

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        provider = self.provider
        provider.form = form
        ordered = self._reply("token")
        provider.before_answer()
        if ordered:
            return ordered
        if not _proven(request, form):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        if form["grant_type"] == "refresh_token":
            return JSONResponse(self._tokens())
        if form.get("redirect_uri") != REDIRECT_URI or form["code"] not in provider.codes:
            hint = {"error": "invalid_grant", "error_description": f"no {form['code']}"}
            return JSONResponse(hint, status_code=400)
        provider.codes.remove(form["code"])
        return JSONResponse(self._tokens())

    def _tokens(self) -> Json:
        return {
            "access_token": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 3600,
            "id_token": self.provider.id_token(),
        } | self.provider.answer


def _proven(request: Request, form: dict[str, str]) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
    id, _, secret = base64.b64decode(encoded).decode().partition(":")
    return scheme == "Basic" and (unquote(id), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
