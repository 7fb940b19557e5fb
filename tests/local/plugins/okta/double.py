"""An organization in memory, behind an httpx transport: records calls and keeps what is written.

It knows just enough of Okta to test the provider's calls one by one; the emulator in
`local/okta` is the place for Okta's own rules.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from local.plugins.okta import okta_provider
from local.plugins.okta.client import OktaClient
from local.plugins.resource import Provider

Json = dict[str, Any]
BASE_URL = "https://acme.okta.test"
TOKEN = "token-0123456789"
SECRET = "client-secret-of-okta"


class Call(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    body: Any
    query: dict[str, str]
    headers: httpx.Headers

    @property
    def line(self) -> str:
        """Method and path, for comparing sequences."""
        return f"{self.method} {self.path}"


@dataclass
class OktaDouble:
    """`calls` are the requests since the last `forget`; `objects` are kept by their path."""

    calls: list[Call] = field(default_factory=list)
    objects: dict[str, Json] = field(default_factory=dict)
    claims: dict[str, Json] = field(default_factory=dict)
    faults: list[tuple[re.Pattern[str], httpx.Response]] = field(default_factory=list)
    lists: dict[str, list[httpx.Response]] = field(default_factory=dict)
    handlers: list[tuple[re.Pattern[str], Callable[[Call], httpx.Response]]] = field(
        default_factory=list
    )
    pipeline: str = "idx"
    _made: int = 0

    def provider(self, environ: dict[str, str] | None = None) -> Provider[OktaClient]:
        """Return the provider that reaches this organization."""
        return okta_provider(environ or {}, httpx.MockTransport(self.answer))

    def lines(self) -> list[str]:
        """Method and path of every call."""
        return [call.line for call in self.calls]

    def body_of(self, line: str) -> Any:
        """The body of the last call with this method and path."""
        return [call for call in self.calls if call.line == line][-1].body

    def forget(self) -> None:
        """Forget the calls, not the objects."""
        self.calls.clear()

    def fail(
        self, line: str, status: int, error: Json | None = None, headers: Json | None = None
    ) -> None:
        """Answer the next call that matches the pattern with an error."""
        response = httpx.Response(status, json=error or {}, headers=headers)
        self.faults.append((re.compile(line), response))

    def handle(self, line: str, handler: Callable[[Call], httpx.Response]) -> None:
        """Answer every call that matches the pattern by a function."""
        self.handlers.append((re.compile(line), handler))

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Serve one request."""
        kind = request.headers.get("content-type", "")
        body = json.loads(request.content) if request.content and "json" in kind else None
        query = dict(request.url.params)
        call = Call(request.method, request.url.path, body, query, request.headers)
        self.calls.append(call._replace(body=copy.deepcopy(body)))
        for fault in self.faults:
            if fault[0].fullmatch(call.line):
                self.faults.remove(fault)
                return fault[1]
        if request.method == "GET" and self.lists.get(call.path):
            return self.lists[call.path].pop(0)
        for own, handle in self.handlers:
            if own.fullmatch(call.line):
                return handle(call)
        for pattern, handler in _HANDLERS:
            if match := pattern.fullmatch(call.line):
                return handler(self, call, *match.groups())
        return _missing(call)

    def me(self, call: Call) -> httpx.Response:
        if call.headers["Authorization"] != f"SSWS {TOKEN}":
            summary = "Invalid token provided"
            return httpx.Response(401, json={"errorCode": "E0000011", "errorSummary": summary})
        return httpx.Response(200, json={"id": "00u1"})

    def organization(self, call: Call) -> httpx.Response:
        return httpx.Response(200, json={"id": "00o1", "pipeline": self.pipeline})

    def policies(self, call: Call) -> httpx.Response:
        found = [{"id": "rst1", "system": True}, {"id": "rst2", "system": False}]
        return httpx.Response(200, json=found)

    def write_claim(self, call: Call, app: str) -> httpx.Response:
        self.claims[app] = call.body
        return httpx.Response(200, json=call.body)

    def read_claim(self, call: Call, app: str) -> httpx.Response:
        return httpx.Response(200, json=self.claims.get(app, {}))

    def assign_policy(self, call: Call, app: str, policy: str) -> httpx.Response:
        href = f"{BASE_URL}/api/v1/policies/{policy}"
        self.objects[f"/api/v1/apps/{app}"]["_links"] = {"accessPolicy": {"href": href}}
        return httpx.Response(204)

    def assign_group(self, call: Call, app: str, group: str) -> httpx.Response:
        made = {"id": group, "priority": 0, "profile": {}, **call.body}
        self.objects[call.path] = made
        return httpx.Response(200, json=made)

    def lifecycle(self, call: Call, path: str, verb: str) -> httpx.Response:
        if path not in self.objects:
            return _missing(call)
        self.objects[path]["status"] = "ACTIVE" if verb == "activate" else "INACTIVE"
        return httpx.Response(204)

    def create_app(self, call: Call) -> httpx.Response:
        active = call.query["activate"] == "true"
        made = self._keep(call, {**call.body, "status": "ACTIVE" if active else "INACTIVE"})
        client = made["credentials"]["oauthClient"]
        client.setdefault("client_id", made["id"])
        return httpx.Response(200, json=_with_secret(made))

    def replace_app(self, call: Call) -> httpx.Response:
        before = self.objects[call.path]
        kept: Json = {key: before[key] for key in ("id", "status", "_links") if key in before}
        self.objects[call.path] = call.body | kept
        return httpx.Response(200, json=_with_secret(self.objects[call.path]))

    def create(self, call: Call) -> httpx.Response:
        made = self._keep(call, {"status": "ACTIVE", "system": False, **call.body})
        return httpx.Response(201, json=made)

    def replace(self, call: Call) -> httpx.Response:
        if call.path not in self.objects:
            return _missing(call)
        self.objects[call.path] = {**self.objects[call.path], **call.body}
        return httpx.Response(200, json=self.objects[call.path])

    def read(self, call: Call) -> httpx.Response:
        found = self.objects.get(call.path)
        return httpx.Response(200, json=found) if found else _missing(call)

    def delete(self, call: Call) -> httpx.Response:
        return httpx.Response(204) if self.objects.pop(call.path, None) else _missing(call)

    def _keep(self, call: Call, made: Json) -> Json:
        self._made += 1
        made["id"] = f"id{self._made}"
        self.objects[f"{call.path}/{made['id']}"] = made
        return made


def _with_secret(app: Json) -> Json:
    credentials = app["credentials"]
    client = {"client_secret": SECRET, **credentials["oauthClient"]}
    app["credentials"]["oauthClient"].pop("client_secret", None)
    return {**app, "credentials": {**credentials, "oauthClient": client}}


def _missing(call: Call) -> httpx.Response:
    summary = f"Not found: Resource not found: {call.path} (Thing)"
    return httpx.Response(404, json={"errorCode": "E0000007", "errorSummary": summary})


_CLAIM = "/api/v1/internal/apps/([^/]+)/settings/oauth/idToken"
_HANDLERS: list[tuple[re.Pattern[str], Callable[..., httpx.Response]]] = [
    (re.compile(pattern), handler)
    for pattern, handler in (
        ("GET /api/v1/users/me", OktaDouble.me),
        ("GET /.well-known/okta-organization", OktaDouble.organization),
        ("GET /api/v1/policies", OktaDouble.policies),
        (f"POST {_CLAIM}", OktaDouble.write_claim),
        (f"GET {_CLAIM}", OktaDouble.read_claim),
        ("PUT /api/v1/apps/([^/]+)/policies/([^/]+)", OktaDouble.assign_policy),
        ("PUT /api/v1/apps/([^/]+)/groups/([^/]+)", OktaDouble.assign_group),
        ("POST (/api/v1/.+)/lifecycle/(activate|deactivate)", OktaDouble.lifecycle),
        ("POST /api/v1/apps", OktaDouble.create_app),
        ("PUT /api/v1/apps/[^/]+", OktaDouble.replace_app),
        ("POST /api/v1/apps/[^/]+/logo", lambda double, call: httpx.Response(201)),
        ("POST /api/v1/.+", OktaDouble.create),
        ("PUT /api/v1/.+", OktaDouble.replace),
        ("GET /api/v1/.+", OktaDouble.read),
        ("DELETE /api/v1/.+", OktaDouble.delete),
    )
]
