"""The stack files of the project and the documented examples are fit for the program."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from infra.outputs import load_outputs
from tests.infra.program import INTEGRATION, PROVIDERS, ROOT, SECRET_KEYS, Run, run_program

EXAMPLES = Path(__file__).parent / "examples"


def stack_file(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return what the engine makes of a stack file: texts by key, and which are secret."""
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    config: dict[str, Any] = {key: shared["value"] for key, shared in project.items()}
    config |= yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
    secret = [key for key, value in config.items() if '"secure"' in json.dumps(value)]
    texts = {key: _clear(value) for key, value in config.items()}
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in texts.items()
    }, secret


def _clear(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return "secret-in-clear"
        return {key: _clear(item) for key, item in value.items()}
    return [_clear(item) for item in value] if isinstance(value, list) else value


def run_file(path: Path, stack: str, **further: str) -> Run:
    values, secret = stack_file(path)
    missing = {key: "secret-in-clear" for key in SECRET_KEYS if key not in values}
    values |= {"messenger-sso:integration": json.dumps(INTEGRATION), **missing, **further}
    run = run_program(values, secret_keys=[*secret, *SECRET_KEYS], stack=stack)
    assert "in-clear" not in json.dumps([run.outputs, run.log])
    assert load_outputs(run.outputs).environment == stack
    return run


def test_the_local_stack_has_two_sites_on_this_machine() -> None:
    """M10, M1: the usual address first, and a second origin for single sign-on."""
    run = run_file(ROOT / "Pulumi.local.yaml", "local")
    storefront, other = run.outputs["sites"]
    assert (storefront["name"], storefront["url"]) == ("storefront", "http://localhost:8080/")
    assert (other["name"], other["url"]) == ("help", "http://help.localhost:8080/")
    assert run.outputs["region"] == run.outputs["messengerEnvironment"] == "local"
    assert run.outputs["messengerDomain"] == "127.0.0.1:8082"
    assert storefront["transport"]["domain"] == "127.0.0.1:8082"


def test_the_local_stack_carries_what_the_vendors_plugins_need() -> None:
    values, secret = stack_file(ROOT / "Pulumi.local.yaml")
    assert values["okta:httpProxy"] == "http://127.0.0.1:8081"
    assert {"okta:orgName", "okta:baseUrl", "genesyscloud:tokenPoolSize"} <= set(values)
    assert values["genesyscloud:customRetryTimeout"] == "0s"
    assert json.loads(values["genesyscloud:gateways"])[0]["port"] == "8082"
    assert set(secret) == {"okta:apiToken", "genesyscloud:oauthclientSecret"}


@pytest.mark.parametrize(
    ("file", "passphrase", "clear"),
    [
        (
            "Pulumi.local.yaml",
            "local",
            {
                "okta:apiToken": "local-okta-api-token",
                "genesyscloud:oauthclientSecret": "local-genesys-client-secret",
            },
        ),
        (
            "Pulumi.dev.yaml",
            "placeholder",
            {"okta:apiToken": "replace-me", "genesyscloud:oauthclientSecret": "replace-me"},
        ),
    ],
)
def test_secrets_open_with_the_passphrase_that_the_file_names(
    file: str, passphrase: str, clear: dict[str, str]
) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert f"`{passphrase}`" in text
    content = yaml.safe_load(text)
    key = _key(content["encryptionsalt"], passphrase)
    found = {name: _open(content["config"][name]["secure"], key) for name in clear}
    assert found == clear
    assert not any(secret in text for secret in clear.values() if secret != "replace-me")


def _key(salt: str, passphrase: str) -> bytes:
    _, encoded, check = salt.split(":", 2)
    derive = PBKDF2HMAC(SHA256(), 32, base64.b64decode(encoded), 1_000_000)
    key = derive.derive(passphrase.encode())
    assert _open(check, key) == "pulumi"
    return key


def _open(text: str, key: bytes) -> str:
    _, nonce, sealed = text.split(":")
    return AESGCM(key).decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None).decode()


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_example_environments_share_what_they_have_in_common(environment: str) -> None:
    run = run_file(ROOT / f"Pulumi.{environment}.yaml", environment)
    domain = "example.com" if environment == "prod" else f"{environment}.example.com"
    assert [site["url"] for site in run.outputs["sites"]] == [
        f"https://shop.{domain}/",
        f"https://www.{domain}/help/",
    ]
    assert run.outputs["messengerEnvironment"] == "prod-euc1"
    assert run.outputs["maxAge"] == 86400
    assert run["messenger-client"].inputs["label"] == f"Messenger ({environment})"


def test_the_example_environments_differ_where_it_makes_sense() -> None:
    """Who may sign in, refresh tokens, the launcher, and protection."""
    runs = {
        name: run_file(ROOT / f"Pulumi.{name}.yaml", name) for name in ("dev", "staging", "prod")
    }
    found = {
        name: (
            len(run.of_type("GroupAssignment")),
            "refresh_token" in run["messenger-client"].inputs["grantTypes"],
            [site["launcher"] for site in run.outputs["sites"]],
            run["messenger-client"].request.protect,
        )
        for name, run in runs.items()
    }
    assert found == {
        "dev": (4, False, ["OnDemand", "On"], False),
        "staging": (2, True, ["OnDemand", "OnDemand"], False),
        "prod": (2, True, ["OnDemand", "OnDemand"], True),
    }


def test_what_all_environments_share_is_written_once() -> None:
    shared = set(yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"])
    for environment in ("dev", "staging", "prod"):
        text = (ROOT / f"Pulumi.{environment}.yaml").read_text(encoding="utf-8")
        assert not shared & set(yaml.safe_load(text)["config"])


@pytest.mark.parametrize("file", sorted(path.name for path in EXAMPLES.glob("*.yaml")))
def test_every_example_runs(file: str) -> None:
    run = run_file(EXAMPLES / file, "dev", **PROVIDERS)
    clients, servers = run.of_type("app/oAuth:OAuth"), run.of_type("okta:auth/server:Server")
    assert (len(clients), len(servers)) == {
        "shared-client.yaml": (1, 1),
        "default-server.yaml": (2, 0),
        "other-provider.yaml": (0, 0),
    }[file]
