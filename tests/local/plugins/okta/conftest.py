"""Fixtures: an organization in memory, and an engine connected to a provider that reaches it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.plugins.engine_client import EngineClient, secret, serving
from tests.local.plugins.okta.double import TOKEN, OktaDouble


@pytest.fixture
def okta() -> OktaDouble:
    return OktaDouble()


@pytest.fixture
def engine(okta: OktaDouble) -> Iterator[EngineClient]:
    with serving(okta.provider()) as client:
        client.configure({"orgName": "acme", "baseUrl": "okta.test", "apiToken": secret(TOKEN)})
        okta.forget()
        yield client
