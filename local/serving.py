"""The local cloud's process: both emulators, and what the engine attaches to."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from local.cloud import CloudError, cloud_process, describe_port_in_use
from local.emulator.server import PortInUse, Server
from local.emulator.store import Store
from local.genesys.emulator import GenesysEmulator
from local.layout import Layout, Ports
from local.okta.emulator import OktaEmulator
from local.plugins.attach import attach

_LOG_BYTES = 2 * 1024 * 1024


def serve(layout: Layout, ports: Ports) -> None:
    """Serve until SIGTERM or SIGINT; raise CloudError when a port is taken."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _write_logs(layout.logs, ["okta", "genesys"])
    background = cloud_process(layout)
    with contextlib.ExitStack() as open_things:
        okta_server = open_things.enter_context(_bind("okta", ports.okta))
        genesys_server = open_things.enter_context(_bind("genesys", ports.genesys))
        okta_store = open_things.enter_context(
            contextlib.closing(Store(layout.cloud_state / "okta.sqlite"))
        )
        genesys_store = open_things.enter_context(
            contextlib.closing(Store(layout.cloud_state / "genesys.sqlite"))
        )
        okta = OktaEmulator(base_url=okta_server.url, store=okta_store)
        genesys = GenesysEmulator(base_url=genesys_server.url, store=genesys_store)
        for server, app in ((okta_server, okta.app), (genesys_server, genesys.app)):
            server.start(app)
            open_things.callback(server.stop)  # what is under way ends before its store is closed
        attached = open_things.enter_context(attach(layout.processes / "attached.json"))
        background.announce(
            {
                "okta": okta_server.url,
                "genesys": genesys_server.url,
                "ports": {"okta": okta_server.port, "genesys": genesys_server.port},
                **attached,
            }
        )
        stop.wait()


def _bind(name: str, port: int) -> Server:
    try:
        return Server(port)
    except PortInUse as error:
        raise CloudError(describe_port_in_use(name, port)) from error


def _write_logs(folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shape = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    for name in names:
        handler = logging.handlers.RotatingFileHandler(
            folder / f"{name}.log", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8"
        )
        handler.setFormatter(shape)
        logger = logging.getLogger(f"local.{name}")
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.propagate = False
    rest = logging.StreamHandler(sys.stderr)
    rest.setFormatter(shape)
    logging.getLogger().addHandler(rest)
