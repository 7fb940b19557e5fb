"""docs/environments.md: every command on the page, run as it stands, on the local cloud."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.stack.cloud import Cloud
from tests.stack.reader import ASKS, SECTIONS, Reader
from tests.stack.workbench import Workbench

FIRST = SECTIONS["The first environment from nothing"]


@dataclass
class Environment:
    """The first environment, made by following the page: what was said, and what the stack has."""

    reader: Reader
    said: str
    resources: dict[str, str]


@pytest.fixture
def newcomer(cloud: Cloud, engine: Path, tmp_path: Path) -> Reader:
    """A reader on empty clouds."""
    cloud.reset()
    return Reader(Workbench.on(cloud, engine, tmp_path), tmp_path)


@pytest.fixture(scope="module")
def followed(cloud: Cloud, engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The page's first section, followed once, since all others begin after it."""
    folder = tmp_path_factory.mktemp("followed")
    cloud.reset()
    reader = Reader(Workbench.on(cloud, engine, folder), folder)
    reader.point_to_the_local_clouds("staging")
    # The doctor ends with 1: the sites of the example are nowhere to be reached.
    said = reader.follow(FIRST.replace("make doctor STACK=staging", ""))
    environment = Environment(reader, said, reader.resources("staging"))
    reader.keep()
    return environment


@pytest.fixture
def reader(followed: Environment) -> Reader:
    """Who has followed the first section and nothing else."""
    followed.reader.return_there()
    return followed.reader


def test_every_section_with_commands_is_followed_here() -> None:
    followed = {
        "The first environment from nothing",
        "Adding a site",
        "Adding an environment",
        "Rotating the Okta client secret",
        "From objects made by hand to code",
        "Moving the state",
        "Upgrading pulumi-okta from 6 to 7",
    }
    assert {title for title, commands in SECTIONS.items() if commands} == followed


def test_the_first_environment_comes_up_from_nothing(reader: Reader, followed: Environment) -> None:
    assert "21 created" in followed.said
    assert {path.name for path in (reader.project / ".local" / "site").iterdir()} >= {
        "shop",
        "help",
    }
    examined = json.loads(
        reader.follow(
            ".local/venv/bin/python -m doctor --stack staging --format json 2>/dev/null || true"
        )
    )
    amiss = {one["id"] for one in examined["checks"] if one["status"] != "pass"}
    assert amiss, "the example's sites are not published"
    assert all(one.startswith("site") for one in amiss), amiss


def test_a_site_is_added_and_nothing_else_is_recreated(
    reader: Reader, followed: Environment
) -> None:
    reader.follow(SECTIONS["Adding a site"])
    after = reader.resources("staging")
    assert followed.resources.items() <= after.items()
    assert {name for name in after if name not in followed.resources} == {
        "blog-configuration",
        "blog-deployment",
        "origin-https-443-blog.staging.example.com",
    }
    assert (reader.project / ".local" / "site" / "blog").is_dir()


def test_an_environment_is_added_beside_another_in_the_same_organisations(reader: Reader) -> None:
    reader.follow(SECTIONS["Adding an environment"])
    reader.point_to_the_local_clouds("canary")
    reader.follow("\n".join(match[0] for match in ASKS.finditer(FIRST)))
    said = reader.follow("make preview STACK=canary && make deploy STACK=canary")
    assert "21 created" in said
    assert set(reader.resources("canary")) >= {"messenger-client", "shop-deployment"}


def test_the_secret_is_rotated(reader: Reader, followed: Environment) -> None:
    said = reader.follow(SECTIONS["Rotating the Okta client secret"])
    assert "2 updated" in said
    assert reader.resources("staging") == followed.resources


def test_objects_made_by_hand_become_code(newcomer: Reader) -> None:
    """Of a stack that was forgotten: test_adopt.py has the blueprint's objects."""
    site = {"name": "shop", "url": "https://shop.example.com/"}
    config = {"messenger-sso:sites": [site]}
    for stack in ("forgotten", "adopted"):
        file = newcomer.project / f"Pulumi.{stack}.yaml"
        file.write_text(yaml.safe_dump({"config": dict(config)}), encoding="utf-8")
        newcomer.point_to_the_local_clouds(stack)
    first = FIRST.partition("make site")[0]
    shape = "".join(
        f"pulumi config set messenger-sso:{key} {value}\n"
        for key, value in (("clients", "shared"), ("authorizationServer", "default"))
    )
    newcomer.follow(
        first.replace("staging", "forgotten").replace("make preview", f"{shape}make preview")
    )
    made = newcomer.resources("forgotten")
    clear = json.loads(newcomer.follow("pulumi stack export --stack forgotten --show-secrets"))
    (client,) = (
        one for one in clear["deployment"]["resources"] if one["urn"].endswith("::messenger-client")
    )
    newcomer.secrets["messenger-sso:clientSecret"] = json.loads(
        client["outputs"]["clientSecret"]["plaintext"]
    )
    commands = SECTIONS["From objects made by hand to code"]
    init, rest = commands.split("\n", 1)
    secrets = "\n".join(match[0] for match in ASKS.finditer(first))
    newcomer.follow(f"{init}\n{secrets}\n{rest}")
    adopted = newcomer.resources("adopted")
    kept = (
        "messenger-client",
        "integration",
        "credential",
        "shop-configuration",
        "shop-deployment",
    )
    assert {name: adopted[name] for name in kept} == {name: made[name] for name in kept}


def test_the_state_moves_to_a_bucket(
    reader: Reader, followed: Environment, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setitem(reader.variables, name, "testing")
    commands = SECTIONS["Moving the state"]
    address = "s3://example-pulumi-state?region=eu-central-1"
    assert address in commands
    reader.follow(commands.replace(address, bucket))
    assert reader.resources("staging") == followed.resources
    assert "s3://" in reader.follow("pulumi whoami --verbose")


def test_pulumi_okta_is_upgraded(reader: Reader, followed: Environment) -> None:
    said = reader.follow(SECTIONS["Upgrading pulumi-okta from 6 to 7"])
    assert "Found 2 objects." in said
    assert reader.resources("staging") == followed.resources
