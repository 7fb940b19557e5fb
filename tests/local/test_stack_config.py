"""The local stack's configuration on other ports."""

from __future__ import annotations

import yaml

from local.layout import Layout, Ports
from local.stack_config import move_ports

USUAL = """
encryptionsalt: v1:abc:v1:def
config:
  okta:httpProxy: http://127.0.0.1:8081
  okta:apiToken:
    secure: v1:8081:8082
  genesyscloud:gateways:
    - host: 127.0.0.1
      port: "8082"
      protocol: http
  messenger-sso:sites:
    - url: http://localhost:8080/
    - url: http://help.localhost:8080/deep/?8081
    - url: https://www.example.com:8080/
    - displayName: "8080"
"""


def test_only_loopback_addresses_on_usual_ports_move() -> None:
    moved = yaml.safe_load(move_ports(USUAL, Ports(okta=1, genesys=2, site=3)))
    config = moved["config"]
    assert moved["encryptionsalt"] == "v1:abc:v1:def"
    assert config["okta:httpProxy"] == "http://127.0.0.1:1"
    assert config["okta:apiToken"] == {"secure": "v1:8081:8082"}
    assert config["genesyscloud:gateways"] == [
        {"host": "127.0.0.1", "port": "2", "protocol": "http"}
    ]
    assert config["messenger-sso:sites"] == [
        {"url": "http://localhost:3/"},
        {"url": "http://help.localhost:3/deep/?8081"},
        {"url": "https://www.example.com:8080/"},
        {"displayName": "8080"},
    ]


def test_the_committed_configuration_names_every_usual_port() -> None:
    """Otherwise a moved port would silently not move."""
    text = (Layout.of_project({}).root / "Pulumi.local.yaml").read_text(encoding="utf-8")
    moved = move_ports(text, Ports(okta=40001, genesys=40002, site=40003))
    for old, new in ((8081, 40001), (8082, 40002), (8080, 40003)):
        assert str(new) in moved
        assert f":{old}" not in moved
