"""The configuration that leads to the local cloud: for other ports, and for other stacks."""

from __future__ import annotations

import re
from typing import Any

import yaml

from local.layout import Ports

_LOOPBACK_URL = re.compile(
    r"^(?P<origin>https?://(?:[\w-]+\.)*(?:localhost|127\.0\.0\.1)):(?P<port>\d+)(?P<rest>/.*)?$"
)
_LOOPBACK_HOSTS = {"127.0.0.1", "localhost"}


def move_ports(text: str, ports: Ports) -> str:
    """Return the text of a stack's configuration file with the usual loopback ports replaced.

    Only loopback URLs and `{host, port}` pairs that name one of the usual ports are touched;
    everything else, encrypted values and their salt included, stays as it is.
    """
    usual = Ports()
    moves = {
        str(usual.okta): str(ports.okta),
        str(usual.genesys): str(ports.genesys),
        str(usual.site): str(ports.site),
    }
    return yaml.safe_dump(_moved(yaml.safe_load(text), moves), sort_keys=False, allow_unicode=True)


def lent_settings(ports: Ports) -> tuple[dict[str, str], dict[str, str]]:
    """Return the providers' settings that lead to the local cloud: plain ones and secrets.

    Keys are paths as in `pulumi config set --path`.
    """
    from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
    from local.okta.api.calls import API_TOKEN  # only here: they load the emulators

    gateway = "genesyscloud:gateways[0]"
    plain = {
        "okta:orgName": "local",
        "okta:baseUrl": "okta.invalid",
        "okta:httpProxy": f"http://127.0.0.1:{ports.okta}",
        f"{gateway}.host": "127.0.0.1",
        f"{gateway}.port": str(ports.genesys),
        f"{gateway}.protocol": "http",
        "genesyscloud:oauthclientId": LOCAL_CLIENT_ID,
        "genesyscloud:customRetryTimeout": "0s",
    }
    secret = {"okta:apiToken": API_TOKEN, "genesyscloud:oauthclientSecret": LOCAL_CLIENT_SECRET}
    return plain, secret


def _moved(value: Any, moves: dict[str, str]) -> Any:
    if isinstance(value, dict):
        moved = {key: _moved(item, moves) for key, item in value.items()}
        if moved.get("host") in _LOOPBACK_HOSTS and str(moved.get("port")) in moves:
            moved["port"] = moves[str(moved["port"])]
        return moved
    if isinstance(value, list):
        return [_moved(item, moves) for item in value]
    if isinstance(value, str) and (match := _LOOPBACK_URL.match(value)):
        port = moves.get(match["port"], match["port"])
        return f"{match['origin']}:{port}{match['rest'] or ''}"
    return value
