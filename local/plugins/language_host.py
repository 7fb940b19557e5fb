"""Runs the Pulumi program inside this process, for an engine that attaches by port."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import io
import runpy
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2
from pulumi.runtime.settings import SETTINGS

_LOOK_SECONDS = 0.1
_OWN_PACKAGE = __name__.partition(".")[0]


class LanguageHost(LanguageServer):
    """A `LanguageRuntime` for `PULUMI_DEBUG_LANGUAGES=python:PORT`.

    It does what the stock Python host does for a program in a folder (working directory, search
    path, standard output as diagnostics), without the cost of a new interpreter. Runs are serial:
    search path, working directory and modules belong to the whole process. The environment the
    program sees is this process's, not that of the command.
    """

    def __init__(self) -> None:
        super().__init__(program=lambda: None)
        self._engines: dict[str, str] = {}
        self._running = threading.Lock()

    def Handshake(
        self,
        request: language_pb2.LanguageHandshakeRequest,
        context: grpc.ServicerContext,
    ) -> language_pb2.LanguageHandshakeResponse:
        """Remember where the engine of this connection listens; without an answer it gives up."""
        self._engines[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Accept that the engine is about to end; the run notices by its closed connection."""
        del request
        self._engines.pop(context.peer(), None)
        return empty_pb2.Empty()

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program once, as it is on disk now."""
        engine = self._engines.get(context.peer(), "")
        program = request.info.entry_point or request.program
        folder = Path(request.info.program_directory or request.pwd or ".")
        root = Path(request.info.root_directory or folder)
        printed = io.StringIO()
        del request.args[:]
        request.args.append(engine)
        with self._running:
            self.program = partial(_run_program, folder / program)
            gc.freeze()  # what was there before the run is not looked through after it
            try:
                with _as_if_alone(folder, root, printed):
                    response: language_pb2.RunResponse = super().Run(request, context)  # type: ignore[no-untyped-call]
            except Exception as error:
                # The SDK's clean-up of a run that the engine cut short may fail in its turn.
                return language_pb2.RunResponse(error=f"{type(error).__name__}: {error}")
            finally:
                # The SDK's coroutines of such a run do their last steps when they are collected:
                # in the midst of a later run those would mix with it.
                gc.collect()
                gc.unfreeze()
        _report(engine, printed.getvalue())
        # An error has been logged to the engine already, which would show it a second time.
        response.bail = bool(response.error)
        return response


def _run_program(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")
    # As one more call: what is waited for in the program itself cannot be cut short.
    SETTINGS.rpc_manager.rpcs.append(asyncio.ensure_future(_settle()))


async def _settle() -> None:
    """Wait for the program's outputs, all at once.

    The SDK's own wait, which comes next, looks at every pending output each time one of them is
    done: quadratic in the number of resources. A failed call is left to it.
    """
    failure = asyncio.ensure_future(_failure())
    try:
        while not failure.done() and (pending := _pending_outputs()):
            settled = asyncio.ensure_future(asyncio.wait(pending))
            await asyncio.wait({failure, settled}, return_when=asyncio.FIRST_COMPLETED)
            settled.cancel()
    finally:
        failure.cancel()


async def _failure() -> None:
    while SETTINGS.rpc_manager.unhandled_exception is None:
        await asyncio.sleep(_LOOK_SECONDS)


def _pending_outputs() -> list[asyncio.Future[Any]]:
    with SETTINGS.lock:
        return [output for output in SETTINGS.outputs if not output.done()]


@contextlib.contextmanager
def _as_if_alone(folder: Path, root: Path, printed: io.StringIO) -> Iterator[None]:
    """Give the program the surroundings of an interpreter of its own, and take them away again."""
    path, bytecode, known = list(sys.path), sys.dont_write_bytecode, set(sys.modules)
    # Compiled files are matched by the second of the last change: too coarse for edit and preview.
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            yield
    finally:
        sys.path[:] = path
        sys.dont_write_bytecode = bytecode
        for name in set(sys.modules) - known:
            if _belongs_to_program(name, sys.modules[name], root):
                del sys.modules[name]


def _belongs_to_program(name: str, module: Any, root: Path) -> bool:
    # SDK packages must stay: registering their resource modules a second time is an error.
    if name.partition(".")[0] == _OWN_PACKAGE:
        return False
    source = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), None)
    if source is None:
        return False
    location = Path(source)
    return location.is_relative_to(root) and "site-packages" not in location.parts


def _report(engine: str, text: str) -> None:
    """Show what the program printed as diagnostics of the command, as the stock host does."""
    lines = text.strip()
    if not lines or not engine:
        return
    with grpc.insecure_channel(engine) as channel:
        engine_pb2_grpc.EngineStub(channel).Log(
            engine_pb2.LogRequest(severity=engine_pb2.INFO, message=lines)
        )
