"""Folders and ports of the local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.layout import Layout, LayoutError, Ports


def test_the_usual_ports_need_no_environment() -> None:
    assert Ports.from_environment({}) == Ports(okta=8081, genesys=8082, site=8080)


def test_ports_come_from_the_environment() -> None:
    environ = {"LOCAL_OKTA_PORT": "9081", "LOCAL_SITE_PORT": " 9080 "}
    assert Ports.from_environment(environ) == Ports(okta=9081, genesys=8082, site=9080)


@pytest.mark.parametrize("value", ["", "eighty", "0", "65536", "-1", "8.5", "٨٠٨٠"])
def test_what_is_no_port_is_named_with_its_variable(value: str) -> None:
    with pytest.raises(LayoutError, match=r"LOCAL_GENESYS_PORT is .* 1 to 65535"):
        Ports.from_environment({"LOCAL_GENESYS_PORT": value})


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(LayoutError) as caught:
        Ports.from_environment({"LOCAL_GENESYS_PORT": "x", "LOCAL_SITE_PORT": "8081"})
    message = str(caught.value)
    assert "LOCAL_GENESYS_PORT is 'x'" in message
    assert "LOCAL_SITE_PORT and LOCAL_OKTA_PORT are both 8081" in message


def test_the_engine_is_shared_while_the_home_may_move(tmp_path: Path) -> None:
    usual, moved = Layout.of_project({}), Layout.of_project({"LOCAL_HOME": str(tmp_path)})
    assert usual.home == usual.root / ".local"
    assert moved.home == tmp_path
    assert moved.engine_dir == usual.engine_dir


def test_pulumi_home_contains_the_text_that_spares_30_seconds_a_command() -> None:
    assert "debug" in str(Layout.of_project({}).pulumi_home)
