"""The Genesys SDK: its schema, the generated package, and generating it."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi_genesyscloud as genesyscloud
import pytest

from local.executables import Unusable
from local.go import find_go
from local.layout import Layout
from local.sdk import SdkError, compare_sdk, generate_sdk
from tests.infra.program import Run, run_program

PROJECT = Layout.of_project()
SCHEMA = json.loads((PROJECT.toolchain / "genesyscloud.schema.json").read_text(encoding="utf-8"))
PACKAGE = PROJECT.root / "sdks" / "genesyscloud" / "pulumi_genesyscloud"

# What the provider's plugin gives for 1.84.1, without texts. The extract lost the one property
# that is called like a schema's own keyword; the vendor's provider has it.
EXTRACT = json.loads(
    (PROJECT.root / "tests" / "genesyscloud-schema-extract.json").read_text(encoding="utf-8")
)
LABEL = "WebdeploymentsConfigurationCustomI18nLabel"
EXTRACT["types"][f"genesyscloud:index/{LABEL}:{LABEL}"]["properties"]["language"] = {
    "type": "string"
}


def without_descriptions(value: Any) -> Any:
    """Return a part of a schema without its texts; a property named `description` stays."""
    if isinstance(value, dict):
        return {
            key: without_descriptions(item)
            for key, item in value.items()
            if not (key == "description" and isinstance(item, str))
        }
    return value


@pytest.mark.parametrize("part", sorted(EXTRACT))
def test_names_and_types_are_those_of_the_vendors_provider(part: str) -> None:
    assert without_descriptions(SCHEMA[part]) == EXTRACT[part]


def property_sets() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield every set of properties of the schema, with its owner and its role there."""
    yield "config", "variables", SCHEMA["config"]["variables"]
    for role in ("properties", "inputProperties"):
        yield "provider", role, SCHEMA["provider"][role]
    for token, resource in SCHEMA["resources"].items():
        for role in ("properties", "inputProperties"):
            yield token, role, resource[role]
        yield token, "stateInputs", resource["stateInputs"]["properties"]
    for token, function in SCHEMA["functions"].items():
        for role in ("inputs", "outputs"):
            yield token, role, function[role]["properties"]
    for token, kind in SCHEMA["types"].items():
        yield token, "properties", kind["properties"]


def test_everything_is_described() -> None:
    silent = [
        f"{owner} {role} {name}"
        for owner, role, properties in property_sets()
        for name, spec in properties.items()
        if not spec.get("description", "").endswith(".")
    ]
    for kind in ("resources", "functions", "types"):
        silent += [token for token, spec in SCHEMA[kind].items() if not spec.get("description")]
    assert silent == []


def test_a_property_is_described_the_same_wherever_it_appears() -> None:
    texts: dict[tuple[str, str], set[str]] = {}
    for owner, _, properties in property_sets():
        # The provider's arguments and the stack's configuration are one and the same.
        owner = "provider" if owner == "config" else owner
        for name, spec in properties.items():
            texts.setdefault((owner, name), set()).add(spec["description"])
    assert {where: said for where, said in texts.items() if len(said) > 1} == {}


def test_the_installed_package_is_the_one_in_the_tree() -> None:
    """An installed package that lags behind would make every other test speak of something else."""
    installed = Path(genesyscloud.__file__).parent
    for file in PACKAGE.rglob("*.py"):
        assert (installed / file.relative_to(PACKAGE)).read_bytes() == file.read_bytes()


def test_the_distribution_tells_the_engine_which_plugin_and_parameterization_it_needs() -> None:
    """The language host reads this file of every installed distribution."""
    files = importlib.metadata.files("pulumi_genesyscloud") or []
    (plugin,) = (file for file in files if file.name == "pulumi-plugin.json")
    told = json.loads(plugin.read_text())
    value = json.loads(base64.b64decode(told["parameterization"].pop("value")))
    assert told == {
        "resource": True,
        "name": "terraform-provider",
        "version": "1.4.0",
        "parameterization": {"name": "genesyscloud", "version": "1.84.1"},
    }
    assert set(value) == {"remote"}
    assert value["remote"]["url"].endswith("/mypurecloud/genesyscloud")
    assert value["remote"]["version"] == "1.84.1"


def declare(tmp_path: Path, program: str) -> Run:
    """Run the text of a program and return what it asks the engine for."""
    file = tmp_path / "program.py"
    file.write_text(f"import pulumi_genesyscloud as genesyscloud\n{textwrap.dedent(program)}")
    return run_program({}, folder=file)


def test_a_program_declares_all_four_resources_with_the_vendors_tokens_and_names(
    tmp_path: Path,
) -> None:
    declared = declare(
        tmp_path,
        """
        genesyscloud.IntegrationCredential("a", credential_type_name="t")
        genesyscloud.Integration(
            "b",
            integration_type="t",
            config=genesyscloud.IntegrationConfigArgs(credentials={"slot": "a-id"}),
        )
        labels = [{"key": "MessengerHomeHeaderTitle", "value": "Hi"}]
        genesyscloud.WebdeploymentsConfiguration(
            "c",
            languages=["en-us"],
            default_language="en-us",
            authentication_settings={"enabled": True, "integration_id": "b-id"},
            custom_i18n_labels=[{"language": "en-us", "localized_labels": labels}],
        )
        genesyscloud.WebdeploymentsDeployment("d", configuration={"id": "c-id", "version": "1"})
        """,
    )
    assert sorted(one.type for one in declared.resources.values()) == sorted(SCHEMA["resources"])
    assert declared["a"].inputs == {"credentialTypeName": "t"}
    assert declared["b"].inputs["config"] == {"credentials": {"slot": "a-id"}}
    assert declared["c"].inputs == {
        "languages": ["en-us"],
        "defaultLanguage": "en-us",
        "authenticationSettings": {"enabled": True, "integrationId": "b-id"},
        "customI18nLabels": [
            {
                "language": "en-us",
                "localizedLabels": [{"key": "MessengerHomeHeaderTitle", "value": "Hi"}],
            }
        ],
    }
    assert declared["d"].inputs["configuration"] == {"id": "c-id", "version": "1"}


def test_every_resource_names_the_parameterized_package(tmp_path: Path) -> None:
    """Without the package's reference the engine would look for a plugin named genesyscloud."""
    declared = declare(
        tmp_path,
        """
        genesyscloud.Provider("p", aws_region="eu-west-1")
        genesyscloud.Integration("b", integration_type="t")
        """,
    )
    assert declared["p"].type == "pulumi:providers:genesyscloud"
    assert {one.request.packageRef for one in declared.resources.values()} == {"package"}


def test_credentials_are_secret_even_when_the_program_forgets_it(tmp_path: Path) -> None:
    declared = declare(
        tmp_path,
        """
        genesyscloud.IntegrationCredential(
            "a", credential_type_name="t", fields={"clientSecret": "x"}
        )
        """,
    )
    assert declared["a"].secret("fields") == {"clientSecret": "x"}
    assert list(declared["a"].request.additionalSecretOutputs) == ["fields"]


def test_a_look_up_asks_with_the_vendors_token(tmp_path: Path) -> None:
    declared = declare(tmp_path, "genesyscloud.get_integration(name='Messenger')")
    assert declared.calls == [
        ("genesyscloud:index/getIntegration:getIntegration", {"name": "Messenger"})
    ]


def test_generating_needs_go_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SdkError, match=r"needs Go 1\.\d+\.\d+ or newer .* `go` is not on PATH"):
        generate_sdk(PROJECT)


@pytest.fixture
def copy(tmp_path: Path) -> Layout:
    """Return a copy of the project as far as generating is concerned."""
    try:
        find_go(PROJECT.toolchain)
    except Unusable as unusable:
        pytest.skip(f"generating needs Go: {unusable}")
    shutil.copytree(PROJECT.toolchain, tmp_path / "toolchain")
    shutil.copytree(PROJECT.root / "sdks", tmp_path / "sdks")
    return Layout(root=tmp_path, home=tmp_path / ".local")


def test_the_package_in_the_tree_is_what_its_schema_gives(copy: Layout) -> None:
    for leftover in ("build/lib/x.py", "pulumi_genesyscloud.egg-info/PKG-INFO"):
        file = copy.root / "sdks" / "genesyscloud" / leftover
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("what installing leaves behind")
    assert compare_sdk(copy) == []


def test_comparing_names_every_file_that_differs_and_generating_mends_them(copy: Layout) -> None:
    package = copy.root / "sdks" / "genesyscloud" / "pulumi_genesyscloud"
    (package / "provider.py").write_text("# edited by hand")
    (package / "pulumi-plugin.json").unlink()
    (package / "extra.py").touch()
    assert compare_sdk(copy) == [
        "sdks/genesyscloud/pulumi_genesyscloud/extra.py is not generated",
        "sdks/genesyscloud/pulumi_genesyscloud/provider.py differs",
        "sdks/genesyscloud/pulumi_genesyscloud/pulumi-plugin.json is missing",
    ]
    assert generate_sdk(copy) == package.parent
    assert compare_sdk(copy) == []
    assert sorted(path.name for path in (copy.root / "sdks").iterdir()) == [
        "README.md",
        "genesyscloud",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("#/types/genesyscloud:index/ProviderProxy:", "#/types/nowhere:", "nowhere:ProviderProxy"),
        ('"credentialTypeName"\n', '"nowhere"\n', 'unknown required property "nowhere"'),
        ('"requiredInputs"', '"requiredInput"', 'unknown field "requiredInput"'),
        ("{", "{{", "invalid character"),
    ],
)
def test_a_schema_with_a_mistake_is_refused_and_the_package_stays(
    copy: Layout, right: str, wrong: str, complaint: str
) -> None:
    schema = copy.toolchain / "genesyscloud.schema.json"
    text = schema.read_text(encoding="utf-8")
    assert right in text
    schema.write_text(text.replace(right, wrong), encoding="utf-8")
    before = {path: path.read_bytes() for path in (copy.root / "sdks").rglob("*.py")}
    with pytest.raises(SdkError) as caught:
        generate_sdk(copy)
    assert "genesyscloud.schema.json" in str(caught.value)
    assert complaint in str(caught.value)
    assert {path: path.read_bytes() for path in (copy.root / "sdks").rglob("*.py")} == before
