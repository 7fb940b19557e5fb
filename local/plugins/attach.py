"""Everything that the engine attaches to, on ports that stay the same over a restart."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from local.plugins.genesyscloud import genesyscloud_provider
from local.plugins.okta import okta_provider
from local.plugins.server import LanguageServer, PluginServer, ProviderServer

# Plugin names as the engine asks for them: the Genesys package is served by the bridge's plugin.
_PROVIDERS: dict[str, Callable[[int], PluginServer]] = {
    "okta": lambda port: ProviderServer(okta_provider(), port),
    "terraform-provider": lambda port: ProviderServer(genesyscloud_provider(), port),
}
_LANGUAGES: dict[str, Callable[[int], PluginServer]] = {"python": LanguageServer}


@contextlib.contextmanager
def attach(remembered: Path) -> Iterator[dict[str, dict[str, int]]]:
    """Serve providers and language host; yield `{providers: {name: port}, languages: {…}}`.

    The ports are kept in the file `remembered` and taken again where they are free, so that a
    shell with the variables of `python -m local env` goes on working after a restart.
    """
    before = _read(remembered)
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as servers:
        for name, serve in {**_PROVIDERS, **_LANGUAGES}.items():
            server = servers.enter_context(_on_port(serve, before.get(name, 0)))
            ports[name] = server.port
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps(ports), encoding="utf-8")
        yield {
            "providers": {name: ports[name] for name in _PROVIDERS},
            "languages": {name: ports[name] for name in _LANGUAGES},
        }


def _on_port(serve: Callable[[int], PluginServer], port: int) -> PluginServer:
    try:
        return serve(port)
    except OSError:
        return serve(0)


def _read(remembered: Path) -> dict[str, int]:
    try:
        ports = json.loads(remembered.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {name: port for name, port in ports.items() if isinstance(port, int)}
