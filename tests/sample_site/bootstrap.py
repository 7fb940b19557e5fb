"""A stand-in for the origin that Messenger's script comes from: just enough for the status line."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Takes over the queue that the snippet left, tells every subscriber what it is asked to tell, and
# leaves `tell` for what a test wants to be told later. Commands are noted and succeed, unless
# `window.refused` names them.
_SCRIPT = """
(function () {
  var events = %s, queue = window.Genesys.q || [], subscribers = [];
  window.tell = function (name, data) {
    subscribers.forEach(function (one) {
      if (one.name === name) { one.callback({ event: name, data: data }); }
    });
  };
  window.commands = [];
  window.Genesys = function (verb, name, callback, onOk, onFail) {
    if (verb === 'command') {
      window.commands.push({ name: name, options: callback });
      setTimeout((window.refused || []).includes(name) ? onFail : onOk, 0);
    }
    if (verb !== 'subscribe') { return; }
    subscribers.push({ name: name, callback: callback });
    if (events[name]) {
      setTimeout(function () { callback({ event: name, data: events[name] }); }, 0);
    }
  };
  queue.forEach(function (call) { window.Genesys.apply(null, call); });
}());
"""


def configured(*, enabled: bool = True, status: str = "Active") -> dict[str, Any]:
    """Return the event of a deployment that answers."""
    return {
        "GenesysJS.configurationReceived": {
            "deploymentConfig": {"status": status, "auth": {"enabled": enabled}}
        }
    }


@dataclass
class Bootstrap:
    """The running server: what its script tells (None: there is no script), and who asked."""

    port: int
    events: Mapping[str, Any] | None = field(default_factory=configured)
    asked: list[str] = field(default_factory=list)

    @property
    def domain(self) -> str:
        """The `messengerDomain` of stacks that load from here."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def serving_bootstrap() -> Iterator[Bootstrap]:
    """Serve until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            bootstrap.asked.append(self.path)
            if bootstrap.events is None:
                self.send_error(404)
                return
            content = (_SCRIPT % json.dumps(bootstrap.events)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        bootstrap = Bootstrap(server.server_port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield bootstrap
        finally:
            server.shutdown()
            thread.join()
