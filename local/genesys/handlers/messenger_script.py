"""What the snippet loads: the Messenger stand-in, its modules, and the pages of its frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from local.genesys.http import open_route
from local.genesys.models.snippet import BOOTSTRAP_PATH

_STATIC: Final = Path(__file__).parent.parent / "static"
_MODULES: Final = _STATIC / "messenger"
# In the script's text, where the digest of the modules goes.
_VERSION: Final = b"VERSION"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # Pages of other origins are what all this is for, also those that isolate themselves.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# Every change must be seen at once; the vendor's content network caches for some minutes.
_ASK_AGAIN: Final = {"Cache-Control": "no-cache"}
_KEEP: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
# The frames show and ask; what is said and who is signed in is the script's affair, in the page.
_FRAME_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' https:; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
}


def routes() -> Sequence[BaseRoute]:
    """Return the routes of this family.

    The script's address stays and leads to modules below a digest of them all: they are asked for
    once, and an edit is seen at the next load.
    """
    versions: dict[str, Mapping[str, bytes]] = {}

    def newest() -> str:
        files = {
            path.relative_to(_MODULES).as_posix(): path.read_bytes()
            for path in sorted(_MODULES.rglob("*"))
            if path.suffix in _TYPES
        }
        version = sha256(repr(files).encode()).hexdigest()[:16]
        versions[version] = files
        return version

    async def bootstrap(request: Request) -> Response:
        content = (_STATIC / "bootstrap.js").read_bytes().replace(_VERSION, newest().encode())
        headers = _HEADERS | _ASK_AGAIN | {"ETag": f'"{sha256(content).hexdigest()[:32]}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=_TYPES[".js"], headers=headers)

    async def module(request: Request) -> Response:
        version, path = request.path_params["version"], request.path_params["path"]
        if version not in versions:
            newest()  # this process has begun after the page's script was served
        content = versions.get(version, {}).get(path)
        if content is None:
            raise HTTPException(404)
        suffix = PurePosixPath(path).suffix
        headers = _HEADERS | _KEEP | (_FRAME_HEADERS if suffix == ".html" else {})
        return Response(content, media_type=_TYPES[suffix], headers=headers)

    return [
        open_route("GET", BOOTSTRAP_PATH, bootstrap),
        open_route("GET", "/genesys-bootstrap/messenger/{version}/{path:path}", module),
    ]
