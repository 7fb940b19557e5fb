"""A local S3 and CloudFront that note every request and can break a connection; builds for them."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from infra.outputs import load_outputs
from sample_site.files import File, hashed_asset
from sample_site.manifest import Manifest
from sample_site.write import new_build
from tests.sample_site.samples import Outputs

Start = Callable[..., Any]
Request = tuple[str, str]

CREDENTIALS = {"aws_access_key_id": "made-up-id", "aws_secret_access_key": "made-up-secret"}
REGION = "us-east-1"


@dataclass
class Storage:
    """The running server: `requests` are method and path, in the order in which they came."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    _breaks: Callable[[str, str], bool] = lambda method, path: False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str = "s3") -> Any:
        """Return a client of the server that is not the publisher's."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, **CREDENTIALS)

    @cached_property
    def _reader(self) -> Any:
        return self.client()

    @cached_property
    def _browser(self) -> httpx.Client:
        return httpx.Client(timeout=10, trust_env=False)

    def bucket(self) -> str:
        """Make a bucket that no other test knows."""
        name = f"bucket-{uuid.uuid4()}"
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, REGION)
        return name

    def put(self, bucket: str, key: str, content: bytes) -> str:
        """Put an object there behind the publisher's back, quickly; return its ETag."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        return str(backend.put_object(bucket, key, content).etag)

    def keys(self, bucket: str) -> set[str]:
        """Return what lies in a bucket."""
        found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(bucket).keys
        return {str(key) for key in found}

    def get(self, bucket: str, key: str) -> httpx.Response:
        """Return what a browser gets from a distribution that may read the bucket."""
        address = self._reader.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}
        )
        return self._browser.get(address)

    def forget(self) -> None:
        """Forget the requests that came so far."""
        self.requests.clear()

    def of(self, *methods: str) -> list[str]:
        """Return the paths of the requests with these methods."""
        return [path for method, path in self.requests if method in methods]

    @contextmanager
    def breaking(self, fits: Callable[[str, str], bool]) -> Iterator[None]:
        """Break the connection of each fitting request until the end of the block."""
        self._breaks = fits
        try:
            yield
        finally:
            self._breaks = lambda method, path: False

    def close(self) -> None:
        """Close what was opened to look at the server."""
        self._reader.close()
        self._browser.close()

    def around(self, app: Any) -> Any:
        """Return a WSGI application that notes requests, breaks them or passes them on."""

        def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            with self._lock:
                self.requests.append((method, path))
                broken = self._breaks(method, path)
            if broken:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                raise ConnectionResetError
            answered: Iterable[bytes] = app(environ, start)
            return answered

        return answer


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def local_storage() -> Iterator[Storage]:
    """Run a server until the end of the block."""
    storage = Storage()
    app = storage.around(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    storage.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield storage
    finally:
        storage.close()
        server.shutdown()
        thread.join()
        server.server_close()


def write_site(
    folder: Path, outputs: Outputs, *, style: str = "old", more: Mapping[str, str] | None = None
) -> Manifest:
    """Write a build of small files: an asset, pages that load it, and data; return its record."""
    loaded = load_outputs(outputs)
    sites = []
    for site in loaded.sites:
        asset = hashed_asset("site.css", f"/* {site.name} {style} */".encode())
        policy = f"default-src 'none'; style-src 'self' {asset.path}; frame-ancestors 'self'"
        pages = {"index.html": f"<link href={asset.path}>", "404.html": "<p>404</p>"}
        texts = {**pages, "transport.json": "{}", **(more or {})}
        sites.append(
            (
                site,
                [
                    asset,
                    *(
                        File.of_text(path, text, Content_Security_Policy=policy)
                        if path.endswith(".html")
                        else File.of_text(path, text)
                        for path, text in texts.items()
                    ),
                ],
            )
        )
    manifest = Manifest.of(loaded.environment, sites)
    with new_build(folder) as draft:
        for site, files in sites:
            draft.add(site.name, files)
        draft.finish(manifest)
    return manifest
