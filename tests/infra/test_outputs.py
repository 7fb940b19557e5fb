"""Outputs: written by the program, read again by whatever builds on the stack."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest

from infra.outputs import OutputsError, StackOutputs, load_outputs, to_exports
from tests.infra.program import ROOT, run_program


@pytest.fixture(scope="module")
def exported() -> dict[str, Any]:
    """What a run of the program exports, as `pulumi stack output --json` prints it."""
    return run_program().outputs


@pytest.fixture
def outputs(exported: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(exported)


def refusal(source: Any) -> str:
    with pytest.raises(OutputsError) as refused:
        load_outputs(source)
    return str(refused.value)


def test_what_the_program_exports_loads_again(outputs: dict[str, Any]) -> None:
    """M28, M29: deployment id, environment, and the mobile SDK's domain."""
    loaded = load_outputs(json.dumps(outputs))
    assert loaded == load_outputs(outputs) == load_outputs(json.dumps(outputs).encode())
    assert [site.name for site in loaded.sites] == ["storefront", "help"]
    storefront = loaded.sites[0]
    assert storefront.deployment_id == "storefront-deployment-id"
    assert storefront.snippet == "<script>storefront-deployment</script>"
    assert loaded.messenger_environment == "prod-euc1"
    assert storefront.transport.deployment_id == storefront.deployment_id
    assert storefront.transport.domain == loaded.messenger_domain == "mypurecloud.de"
    assert loaded.max_age is None


def test_loaded_outputs_cannot_be_changed(outputs: dict[str, Any]) -> None:
    loaded = load_outputs(outputs)
    with pytest.raises(ValueError, match="frozen"):
        loaded.issuer = "https://elsewhere.example/"
    with pytest.raises(ValueError, match="frozen"):
        loaded.sites[0].transport.domain = "elsewhere.example"


def test_further_outputs_of_a_team_are_left_alone(outputs: dict[str, Any]) -> None:
    assert load_outputs({**outputs, "dashboardUrl": 5}) == load_outputs(outputs)


def test_an_output_is_known_by_its_exported_name_alone(outputs: dict[str, Any]) -> None:
    outputs["website_client_id"] = outputs.pop("websiteClientId")
    assert "websiteClientId: missing" in refusal(outputs)


def test_every_reason_is_named_by_its_path_at_once(outputs: dict[str, Any]) -> None:
    del outputs["issuer"]
    outputs["pkce"] = "true"
    outputs["maxAge"] = 1.5
    outputs["scopes"] = []
    outputs["sites"][1] |= {"snippet": "[secret]", "url": "shop", "launcher": "on"}
    outputs["sites"][1]["transport"] = {"domain": 5, "port": 1}
    del outputs["sites"][0]["deploymentId"]
    message = refusal(outputs)
    head, *lines, next_step = message.splitlines()
    assert head == "The stack's outputs cannot be used, 11 mistakes:"
    assert [line.partition(":")[0].strip() for line in lines] == [
        "issuer",
        "scopes",
        "pkce",
        "maxAge",
        "sites[0].deploymentId",
        "sites[1].url",
        "sites[1].snippet",
        "sites[1].launcher",
        "sites[1].transport.deploymentId",
        "sites[1].transport.domain",
        "sites[1].transport.port",
    ]
    assert "issuer: missing, expected issuer of the tokens." in message
    assert 'pkce: found "true", expected true or false' in message
    assert "the engine hides this one" in message
    assert "pulumi stack output --json" in next_step


@pytest.mark.parametrize("path", sorted(StackOutputs.model_fields))
def test_each_missing_output_is_named(outputs: dict[str, Any], path: str) -> None:
    field = StackOutputs.model_fields[path]
    outputs.pop(str(field.alias), None)
    if field.is_required():
        assert f"\n  {field.alias}: missing, expected {field.description}." in refusal(outputs)
    else:
        assert load_outputs(outputs) is not None


@pytest.mark.parametrize("version", [2, 99])
def test_outputs_of_a_newer_program_are_refused_for_that_alone(
    outputs: dict[str, Any], version: int
) -> None:
    del outputs["sites"]
    message = refusal({**outputs, "schemaVersion": version})
    assert message.startswith(f"schemaVersion: found {version}, this version of the project knows")
    assert "sites" not in message


@pytest.mark.parametrize("version", [0, "1", 1.5, None])
def test_a_version_that_never_was_is_a_mistake_like_others(
    outputs: dict[str, Any], version: Any
) -> None:
    assert "schemaVersion: found" in refusal({**outputs, "schemaVersion": version})


@pytest.mark.parametrize(
    ("source", "said"), [("", "no JSON"), ("{", "no JSON"), ("[]", "a JSON object"), ("5", "JSON")]
)
def test_a_text_that_is_not_the_outputs_is_said_to_be_so(source: str, said: str) -> None:
    assert said in refusal(source)


def test_exporting_notices_a_forgotten_or_undescribed_name() -> None:
    with pytest.raises(OutputsError, match=r"outputs: missing or not described.*'issuer'"):
        to_exports({})
    names = {name: "" for name in StackOutputs.model_fields if name != "schema_version"}
    with pytest.raises(OutputsError, match=r"outputs\.sites\[0\]: .*'colour'"):
        to_exports({**names, "sites": [{"colour": "red"}]})


def test_reading_outputs_does_not_load_pulumi() -> None:
    """The site build starts in a fraction of a second."""
    code = "import sys, infra.outputs; sys.exit('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
