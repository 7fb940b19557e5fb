"""A provider server listens on loopback, on the port it was given, until it is stopped."""

from __future__ import annotations

import pytest

from local.plugins.server import ProviderServer
from tests.local.plugins.engine_client import EngineClient
from tests.local.plugins.shop import ORDER, Shop


def test_a_port_in_use_is_a_clear_error_and_a_freed_one_can_be_taken() -> None:
    shop = Shop()
    with ProviderServer(shop.provider()) as server:
        with pytest.raises(OSError, match=f"Port {server.port} of 127.0.0.1 is in use"):
            ProviderServer(shop.provider(), server.port)
        port = server.port
    with ProviderServer(shop.provider(), port) as again:
        assert again.port == port


def test_stopping_ends_every_client() -> None:
    shop = Shop()
    with ProviderServer(shop.provider()) as server:
        engine = EngineClient(server.port)
        engine.configure({})
        engine.make(ORDER, {"customer": "c"})
        engine.close()
    assert shop.till.closed


def test_messages_may_be_larger_than_the_usual_limit_of_4_mib() -> None:
    shop = Shop()
    with ProviderServer(shop.provider()) as server:
        engine = EngineClient(server.port)
        tags = ["x" * 1000] * 8_000
        assert engine.check(ORDER, {"customer": "c", "tags": tags}).inputs["tags"] == tags
        engine.close()
