"""What the snippet loads: the Messenger stand-in, its modules, and the pages of its frames."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import open_route
from local.genesys.models.snippet import BOOTSTRAP_PATH

_STATIC: Final = Path(__file__).parent.parent / "static"
_MODULES: Final = _STATIC / "messenger"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_HEADERS: Final = {
    # Every change must be seen at once; the vendor's content network caches for some minutes.
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    # Pages of other origins are what all this is for, also those that isolate themselves.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# The frames show and ask; what is said and who is signed in is the script's affair, in the page.
_FRAME_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' https:; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
}


def routes() -> Sequence[BaseRoute]:
    """Return the routes of this family."""

    async def bootstrap(request: Request) -> Response:
        return _serve(request, _STATIC / "bootstrap.js")

    async def module(request: Request) -> Response:
        path = (_MODULES / request.path_params["path"]).resolve()
        if not path.is_relative_to(_MODULES) or path.suffix not in _TYPES or not path.is_file():
            raise HTTPException(404)
        return _serve(request, path)

    return [
        open_route("GET", BOOTSTRAP_PATH, bootstrap),
        open_route("GET", "/genesys-bootstrap/messenger/{path:path}", module),
    ]


def _serve(request: Request, path: Path) -> Response:
    content = path.read_bytes()
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = _HEADERS | {"ETag": tag} | (_FRAME_HEADERS if path.suffix == ".html" else {})
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_TYPES[path.suffix], headers=headers)
