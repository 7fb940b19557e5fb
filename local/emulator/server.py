"""A real HTTP server on loopback, in a thread of this process."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp

from local.layout import LOOPBACK

_START_SECONDS = 15.0


class PortInUse(RuntimeError):
    """Another process listens on the wanted port."""


class Server:
    """Binds a loopback port at once, so that `url` is known before the application is built.

    Port 0 takes any free one. `start()` returns when the server answers; `stop()` ends open
    requests and frees the port. Also a context manager over `stop()`.
    """

    def __init__(self, port: int = 0) -> None:
        # Named, so that asyncio switches Nagle's algorithm off: it costs 40 ms an answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
            self._socket.listen(2048)
        except OSError as error:
            self._socket.close()
            raise PortInUse(
                f"Port {port} on {LOOPBACK} cannot be used ({error.strerror})."
            ) from error
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._uvicorn: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> None:
        """Serve the application; raise RuntimeError when it does not come up."""
        config = uvicorn.Config(
            app,
            # h11 answers 404 to the absolute-form request targets that the Okta provider sends
            # through its http_proxy setting; httptools routes them.
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        self._uvicorn = server
        self._thread = threading.Thread(
            target=server.run, args=([self._socket],), name=f"http-{self.port}", daemon=True
        )
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS / 0.01)):
            if server.started:
                return
            if not self._thread.is_alive():
                break
            waited.wait(0.01)
        raise RuntimeError(f"The server on port {self.port} did not start.")

    def stop(self) -> None:
        """Stop serving; harmless when it never started or has stopped before."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
