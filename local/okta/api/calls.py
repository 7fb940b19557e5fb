"""From a request to a function of the model, and from what that returns to an answer."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.emulator.store import Document, Store
from local.okta.api.paging import Listing, paged
from local.okta.errors import OktaError, malformed

# The only API token of the local organization. It opens nothing but a server on this machine's
# loopback interface, so it is public.
API_TOKEN: Final = "local-okta-api-token"  # noqa: S105 - see above

_SCHEME: Final = "SSWS"
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Call:
    """A request, as far as handlers need it; `note` tells the journal why one was refused."""

    path: Mapping[str, str]
    query: QueryParams
    headers: Headers
    content: bytes
    address: str
    method: str
    cookies: Mapping[str, str]
    note: Callable[[str], None]

    def parse(self, shape: type[Shape]) -> Shape:
        """Return the JSON body in a shape; an absent body is an empty object.

        Wrong JSON, types and enum values are Okta's E0000003, another media type its E0000021.
        """
        if not self.content.strip():
            return shape()
        if "json" not in self.headers.get("content-type", ""):
            raise OktaError("E0000021", reason="the body's Content-Type is not JSON")
        try:
            return shape.model_validate_json(self.content)
        except ValidationError as error:
            raise malformed(error) from None

    def flag(self, name: str, default: bool) -> bool:
        """Return a yes or no of the query."""
        return self.query.get(name, str(default)).lower() == "true"


Result = Document | Listing | Response | None


@dataclass(frozen=True)
class Operation:
    """One call that clients may make. Without `public` it needs the API token."""

    method: str
    path: str
    handle: Callable[[Call], Result]
    status: int = 200
    public: bool = False


def routes_of(operations: Sequence[Operation], store: Store, base_url: str) -> list[Route]:
    """Return one route per path. Each call is one transaction: refused, it has changed nothing."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [_route(path, methods, store, base_url) for path, methods in by_path.items()]


def _route(path: str, methods: Mapping[str, Operation], store: Store, base_url: str) -> Route:
    async def endpoint(request: Request) -> Response:
        operation = methods["GET" if request.method == "HEAD" else request.method]
        if not operation.public:
            _authorize(request.headers.get("authorization", ""))
        call = Call(
            path=request.path_params,
            query=request.query_params,
            headers=request.headers,
            content=await request.body(),
            # Never the Host header, which the vendor's provider sends without a port.
            address=f"{base_url}{request.url.path}",
            method=request.method,
            cookies=request.cookies,
            note=partial(setattr, request.state, "reason"),
        )
        with store.transaction():
            result = operation.handle(call)
            return _answer(result, call, operation.status)

    return Route(path, endpoint, methods=list(methods))


def _answer(result: Result, call: Call, status: int) -> Response:
    if isinstance(result, Response):
        return result
    if isinstance(result, Listing):
        return paged(result, call.address, call.query)
    if result is None:
        return Response(status_code=204)
    return JSONResponse(result, status_code=status)


def _authorize(header: str) -> None:
    """Let the API token pass.

    A request without credentials has no session either: E0000005 (okta/okta-powershell-cli #94). A
    wrong token is E0000011. Okta's Python SDK writes no space after the scheme.
    """
    if not header.startswith((_SCHEME, "Bearer ")):
        raise OktaError("E0000005", reason="no API token")
    token = header.removeprefix(_SCHEME).strip()
    if not hmac.compare_digest(token.encode(), API_TOKEN.encode()):
        raise OktaError("E0000011", reason="not the local API token")
