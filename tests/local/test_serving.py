"""The local cloud's process, from its start to its end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import serving
from local.emulator.store import Store
from local.layout import Layout
from tests import loopback
from tests.stack.cloud import free_ports


def test_at_the_end_servers_stop_before_their_stores_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that is under way must not find its store closed."""
    ports = free_ports()
    signals: list[int] = []
    served_at_the_end: list[bool] = []

    class WatchingStore(Store):
        def close(self) -> None:
            served_at_the_end.append(any(map(is_served, (ports.okta, ports.genesys))))
            super().close()

    @contextlib.contextmanager
    def nothing_attached(_: Path) -> Iterator[dict[str, Any]]:
        assert is_served(ports.okta)
        assert is_served(ports.genesys)
        yield {}
        assert is_served(ports.okta)

    def keep(number: int, handler: Callable[..., None]) -> None:
        signals.append(number)
        handler(number, None)  # the order to stop is there before anything has started

    monkeypatch.setattr(signal, "signal", keep)
    monkeypatch.setattr(serving, "Store", WatchingStore)
    monkeypatch.setattr(serving, "attach", nothing_attached)
    monkeypatch.setattr(serving, "_write_logs", lambda *_: None)
    serving.serve(Layout(root=Layout.of_project().root, home=tmp_path), ports)
    assert signals == [signal.SIGTERM, signal.SIGINT]
    assert served_at_the_end == [False, False]


def is_served(port: int) -> bool:
    """Tell whether an emulator answers on a port."""
    try:
        return loopback.get(f"http://127.0.0.1:{port}/_local/health").is_success
    except httpx.TransportError:
        return False
