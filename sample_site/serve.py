"""Serves a built site on this machine, each of its sites under its own host and path."""

from __future__ import annotations

import hashlib
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sample_site.csp import is_loopback
from sample_site.errors import SiteError, WrongUse
from sample_site.files import FOR_EVERY_FILE
from sample_site.manifest import MANIFEST_FILE, BuiltFile, Manifest, read_manifest
from sample_site.render import template_environment

LOOPBACK = "127.0.0.1"
HEALTH_PATH = "/_site/health"
STYLE_PATH = "/_site/style.css"

_OWN_HEADERS = {
    **FOR_EVERY_FILE,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
}


@dataclass(frozen=True)
class ServedSite:
    """One site in memory: where it belongs, and its files by path."""

    host: str
    prefix: str
    files: dict[str, tuple[BuiltFile, bytes]]


@dataclass(frozen=True)
class Snapshot:
    """One build in memory. Only what its manifest names can ever be answered."""

    manifest: Manifest
    sites: tuple[ServedSite, ...]

    @classmethod
    def load(cls, folder: Path) -> Snapshot:
        """Read a build; raise SiteError when files and manifest do not belong together."""
        manifest = read_manifest(folder)
        sites = []
        for site in manifest.sites:
            parts = urlsplit(site.url)
            files = {
                file.path: (file, _read(folder / site.folder / file.path, file))
                for file in site.files
            }
            sites.append(ServedSite(parts.hostname or "", unquote(parts.path), files))
        return cls(manifest, tuple(sites))

    def find(self, host: str, path: str) -> ServedSite | None:
        """Return the site of a host whose path is the longest that the request's begins with."""
        fitting = [
            site for site in self.sites if site.host == host and f"{path}/".startswith(site.prefix)
        ]
        return max(fitting, key=lambda site: len(site.prefix), default=None)

    def style(self) -> bytes:
        """Return the style sheets of the first site: its colours, then the rest."""
        built = self.sites[0].files
        return b"\n".join(
            content
            for prefix in ("assets/theme-", "assets/site-")
            for path, (_, content) in built.items()
            if path.startswith(prefix) and path.endswith(".css")
        )


class Builds:
    """The newest build in a folder; a build that is being replaced is kept until then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mark = self._look()
        self._current = Snapshot.load(folder)

    def current(self) -> Snapshot:
        """Return the newest whole build."""
        mark = self._look()
        if mark != self._mark and mark is not None:
            try:
                self._current = Snapshot.load(self._folder)
            except SiteError:
                return self._current  # between two builds: look again at the next request
            self._mark = mark
        return self._current

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = (self._folder / MANIFEST_FILE).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def site_application(folder: Path, templates: Path) -> Starlette:
    """Return the application that serves a built folder; raise SiteError when there is no build."""
    builds = Builds(folder)
    listing = template_environment(templates).get_template("sites.html")

    async def health(_: Request) -> Response:
        manifest = builds.current().manifest
        return JSONResponse(
            {
                "status": "ok",
                "buildId": manifest.build_id,
                "environment": manifest.environment,
                "sites": [{"name": site.name, "url": site.url} for site in manifest.sites],
            },
            headers=_OWN_HEADERS,
        )

    async def style(_: Request) -> Response:
        return Response(builds.current().style(), 200, _OWN_HEADERS, "text/css; charset=utf-8")

    async def answer(request: Request) -> Response:
        build = builds.current()
        host, path = _host(request), str(request.scope["path"])
        site = build.find(host, path)
        if site is None:
            page = listing.render(
                host=host,
                style=STYLE_PATH,
                environment=build.manifest.environment,
                sites=[
                    {"name": built.name, "url": _address_here(built.url, request)}
                    for built in build.manifest.sites
                ],
            )
            return Response(page, 404, _OWN_HEADERS, "text/html; charset=utf-8")
        if not path.startswith(site.prefix):
            return RedirectResponse(site.prefix, 308, _OWN_HEADERS)
        return _file(site, path.removeprefix(site.prefix), request)

    return Starlette(
        routes=[
            Route(HEALTH_PATH, health, methods=["GET"]),
            Route(STYLE_PATH, style, methods=["GET"]),
            Route("/{path:path}", answer, methods=["GET"]),
        ]
    )


def run(folder: Path, templates: Path, port: int, ready: Callable[[Manifest], None]) -> None:
    """Serve the folder on loopback until SIGTERM or SIGINT; `ready` is called before the first
    request is taken.

    Raises WrongUse when the port cannot be had.
    """
    app = site_application(folder, templates)
    listener = _listen(port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)

    # The server raises the signal that stopped it once more; asked to stop is no failure here.
    def stop(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with listener:
        ready(read_manifest(folder))
        server.run([listener])


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise WrongUse(
            f"Port {port} on {LOOPBACK} cannot be used ({error.strerror}). "
            "Stop what listens there or choose another --port."
        ) from None
    return listener


def _file(site: ServedSite, path: str, request: Request) -> Response:
    name = f"{path}index.html" if path == "" or path.endswith("/") else path
    status = 200 if name in site.files else 404
    file, content = site.files[name if status == 200 else "404.html"]
    etag = f'"{file.sha256}"'
    headers = {**file.headers, "ETag": etag}
    if status == 200 and _knows(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers={**headers})
    return Response(content, status, headers)


def _knows(condition: str, etag: str) -> bool:
    """Tell whether an If-None-Match header names the entity (RFC 9110, 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return "*" in tags or etag in tags


def _read(path: Path, file: BuiltFile) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SiteError(f"{path} is missing from the built site ({error.strerror}).") from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise SiteError(f"{path} is not what was built. Build the site anew.")
    return content


def _host(request: Request) -> str:
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".")


def _address_here(url: str, request: Request) -> str:
    """Return where a site can be opened: here, if its host is this machine."""
    parts = urlsplit(url)
    if not is_loopback(parts.netloc):
        return url
    return f"http://{parts.hostname}:{request.scope['server'][1]}{parts.path}"
