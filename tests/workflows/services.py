"""What workflows talk to, on loopback: GitHub's comments, and web hosts that read from a bucket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.sample_site.storage import Storage

Answer = Callable[[httpx.Request], httpx.Response]


def web_host(storage: Storage, bucket: str) -> Answer:
    """Return a host that shows a bucket, with index pages as docs/publish.md has them set up."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/")
        if not path or path.endswith("/"):
            path += "index.html"
        found = storage.get(bucket, path)
        kept = {"content-type", "cache-control"}
        headers = {name: value for name, value in found.headers.items() if name in kept}
        return httpx.Response(found.status_code, headers=headers, content=found.content)

    return answer


@contextmanager
def answering(answer: Answer, port: int = 0) -> Iterator[str]:
    """Serve on loopback until the end of the block; yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            url = f"http://{self.headers['Host']}{self.path}"
            headers = dict(self.headers.items())
            request = httpx.Request(
                self.command, url, headers=headers, content=self.rfile.read(length)
            )
            answered = answer(request)
            self.send_response(answered.status_code)
            for name, value in answered.headers.items():
                if name != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answered.content)))
            self.end_headers()
            self.wfile.write(answered.content)

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
