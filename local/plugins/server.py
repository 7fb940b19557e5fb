"""A gRPC service on the loopback interface, for an engine that attaches by port."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final

import grpc
from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc

from local.layout import LOOPBACK
from local.plugins.language_host import LanguageHost
from local.plugins.resource import Provider
from local.plugins.service import ProviderService

# The engine raises its own limit to the same 400 MiB.
_MAX_MESSAGE: Final = 400 * 1024 * 1024
# The engine's default parallelism is four times the cores; calls mostly wait for the cloud.
_THREADS: Final = 32
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", _MAX_MESSAGE),
    ("grpc.max_send_message_length", _MAX_MESSAGE),
    ("grpc.so_reuseport", 0),
)


class PluginServer:
    """Serves one plugin until it is stopped; also a context manager.

    `port` 0 takes any free port; one that is taken raises OSError. `close` is called at the end.
    """

    def __init__(
        self,
        name: str,
        register: Callable[[grpc.Server], object],
        port: int = 0,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._close = close
        self._server = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix=name), options=_OPTIONS
        )
        register(self._server)
        try:
            self.port = self._server.add_insecure_port(f"{LOOPBACK}:{port}")
        except RuntimeError as error:
            raise OSError(f"Port {port} of {LOOPBACK} is in use or cannot be used.") from error

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self, grace: float = 1.0) -> None:
        """Refuse new calls, give running ones `grace` seconds, and close what was served."""
        self._server.stop(grace).wait()
        self._close()

    def __enter__(self) -> PluginServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class ProviderServer(PluginServer):
    """Serves one Provider: attach it with `PULUMI_DEBUG_PROVIDERS=<plugin name>:<port>`."""

    def __init__(self, provider: Provider[Any], port: int = 0) -> None:
        service = ProviderService(provider)

        def register(server: grpc.Server) -> None:
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(service, server)

        super().__init__(provider.name, register, port, close=service.close)


class LanguageServer(PluginServer):
    """Serves the language host: attach it with `PULUMI_DEBUG_LANGUAGES=python:<port>`."""

    def __init__(self, port: int = 0) -> None:
        def register(server: grpc.Server) -> None:
            language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(), server)

        super().__init__("language", register, port)
