"""Stack files hold secrets encrypted, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from infra.committed_secrets import find_secrets, main
from infra.provider_config import _SECRETS
from tests.infra.program import ROOT

SEALED = "v1:9o5zvXppBHRDVpAp:dmhec3X1Ypoeb9FgqyHe1PRcT2nvc6OqCGY="
CLEAR = "open-sesame"

# Made up in the form of the real ones; in parts, so that nobody's scanner stumbles over this file.
OKTA_TOKEN = "00" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n"
OTHER_TOKENS = {
    "a private key": "-----BEGIN " + "PRIVATE KEY-----",
    "a signed token": "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".abc_def",
    "an AWS access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a GitHub token": "ghp_" + "a1B2" * 10,
    "a Pulumi access token": "pul-" + "0123456789" * 4,
    "a password in a URL": "https://someone:" + "something@proxy.example.com/",
}


def stack_file(folder: Path, config: object, name: str = "Pulumi.dev.yaml") -> Path:
    file = folder / name
    file.write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "key", [*_SECRETS, "messenger-sso:clientSecret", "okta:private_key", "other:dbPassword"]
)
def test_a_known_secret_is_accepted_encrypted_only(tmp_path: Path, key: str) -> None:
    key = key.replace("private_key", "privateKey")
    (said,) = find_secrets(stack_file(tmp_path, {"a:b": "x", key: CLEAR}))
    assert said.startswith("Pulumi.dev.yaml:")
    assert f"{key}: found in clear, expected an encrypted value." in said
    assert CLEAR not in said
    assert find_secrets(stack_file(tmp_path, {key: {"secure": SEALED}})) == []
    for nothing in (None, "", {"secure": ""}):
        assert find_secrets(stack_file(tmp_path, {key: nothing})) == []


def test_a_secret_inside_another_value_is_found_by_its_place(tmp_path: Path) -> None:
    provider = {"clientId": "x", "clientSecret": CLEAR}
    gateway = [{"host": "127.0.0.1", "auth": {"password": CLEAR}}]
    file = stack_file(
        tmp_path, {"messenger-sso:identityProvider": provider, "genesyscloud:gateways": gateway}
    )
    said = find_secrets(file)
    assert [line.split(": ")[1] for line in said] == [
        "config.genesyscloud:gateways[0].auth.password",
        "config.messenger-sso:identityProvider.clientSecret",
    ]
    lines = file.read_text(encoding="utf-8").splitlines()
    for sentence in said:
        assert CLEAR in lines[int(sentence.split(":")[1]) - 1]
    whole = {"messenger-sso:identityProvider": {"secure": SEALED}}
    assert find_secrets(stack_file(tmp_path, whole)) == []


def test_the_word_secure_does_not_make_a_secret_of_a_clear_text(tmp_path: Path) -> None:
    (said,) = find_secrets(stack_file(tmp_path, {"okta:apiToken": {"secure": CLEAR}}))
    assert "okta:apiToken.secure: is not encrypted" in said


@pytest.mark.parametrize(
    ("form", "text"), [("an Okta API token", OKTA_TOKEN), *OTHER_TOKENS.items()]
)
@pytest.mark.parametrize("place", ["value", "item", "comment"])
def test_a_token_of_known_form_is_found_under_any_name_and_in_comments(
    tmp_path: Path, form: str, text: str, place: str
) -> None:
    file = stack_file(tmp_path, {"messenger-sso:x": [text] if place == "item" else text})
    if place == "comment":
        file.write_text(f"config: # {text}\n", encoding="utf-8")
    (said,) = find_secrets(file)
    assert f"found what looks like {form}." in said
    assert text not in said


def test_what_encryption_happens_to_give_is_no_token(tmp_path: Path) -> None:
    sealed = SEALED.removesuffix("=") + f"/{OKTA_TOKEN}/="
    assert find_secrets(stack_file(tmp_path, {"okta:apiToken": {"secure": sealed}})) == []


@pytest.mark.parametrize("text", ["Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg==", "q" + "Aa1" * 14])
def test_a_long_random_text_is_found_under_any_name(tmp_path: Path, text: str) -> None:
    (said,) = find_secrets(stack_file(tmp_path, {"messenger-sso:note": f"use {text}"}))
    assert "found a long random text" in said
    assert text not in said


def test_what_is_no_secret_is_left_alone(tmp_path: Path) -> None:
    """Names that only sound like one, ids, URLs, and the engine's own sealed keys."""
    config = {
        "messenger-sso:tokenEndpointAuthMethod": "client_secret_basic",
        "messenger-sso:refreshToken": True,
        "messenger-sso:integration": {
            "clientSecretField": "clientSecret",
            "credentialType": "oidcCredential",
            "credentialSlot": "oidcSlot",
        },
        "genesyscloud:tokenPoolSize": 1,
        "genesyscloud:oauthclientId": "0c6e3f9a-4b8d-4d51-8a7e-1f2b3c4d5e6f",
        "messenger-sso:sites": [{"url": "https://www.example.com/a/rather/long/path/to/Help24/"}],
    }
    file = stack_file(tmp_path, config)
    sealed = f"encryptionsalt: {SEALED}\nencryptedkey: {SEALED}\n"
    file.write_text(file.read_text(encoding="utf-8") + sealed, encoding="utf-8")
    assert find_secrets(file) == []


@pytest.mark.parametrize("content", ["config: [", "\x00", ""])
def test_a_file_that_cannot_be_read_is_no_reason_to_be_silent(tmp_path: Path, content: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(content, encoding="utf-8")
    assert [("is no YAML" in said) for said in find_secrets(file)] == ([True] if content else [])
    file.write_text("a text alone", encoding="utf-8")
    assert find_secrets(file) == []
    assert "cannot be read" in find_secrets(tmp_path / "Pulumi.none.yaml")[0]


def test_all_mistakes_of_all_files_are_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        stack_file(tmp_path, {"okta:apiToken": CLEAR}, "Pulumi.a.yaml"),
        stack_file(tmp_path, {"x:password": CLEAR, "y:secret": CLEAR}, "Pulumi.b.yaml"),
    ]
    assert main([str(file) for file in files]) == 1
    said = capsys.readouterr().err
    assert "hold 3 secrets in clear" in said
    assert said.count("Pulumi.") == 3
    assert "pulumi config set --secret" in said
    assert CLEAR not in said


def test_the_projects_own_stack_files_pass() -> None:
    assert main([]) == 0


def test_the_hook_runs_what_is_checked_here(tmp_path: Path) -> None:
    """The command of `.pre-commit-config.yaml`, for exactly the files that it is about."""
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    ((hook,),) = [repository["hooks"] for repository in settings["repos"]]
    program, *arguments = hook["entry"].split()
    assert program.endswith("bin/python")
    done = subprocess.run(
        [sys.executable, *arguments, str(stack_file(tmp_path, {"okta:apiToken": CLEAR}))],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "okta:apiToken: found in clear" in done.stderr
