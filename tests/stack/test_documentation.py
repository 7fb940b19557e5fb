"""docs/environments.md: every command on the page, run as it stands, on the local cloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.stack.reader import ASKS, SECTIONS, Reader
from tests.stack.workbench import Workbench


@pytest.fixture
def reader(workbench: Workbench, tmp_path: Path) -> Reader:
    """A reader on empty clouds."""
    return Reader(workbench, tmp_path)


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


def test_the_first_environment_comes_up_from_nothing(reader: Reader) -> None:
    reader.point_to_the_local_clouds("staging")
    # The doctor ends with 1: the sites of the example are nowhere to be reached.
    commands = SECTIONS["The first environment from nothing"]
    said = reader.follow(commands.replace("make doctor STACK=staging", ""))
    assert "21 created" in said
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


def test_a_site_is_added_and_nothing_else_is_recreated(reader: Reader) -> None:
    reader.have_staging()
    before = reader.resources("staging")
    reader.follow(SECTIONS["Adding a site"])
    after = reader.resources("staging")
    assert before.items() <= after.items()
    assert {name for name in after if name not in before} == {
        "blog-configuration",
        "blog-deployment",
        "origin-https-443-blog.staging.example.com",
    }
    assert (reader.project / ".local" / "site" / "blog").is_dir()


def test_an_environment_is_added_beside_another_in_the_same_organisations(reader: Reader) -> None:
    reader.have_staging()
    reader.follow(SECTIONS["Adding an environment"])
    reader.point_to_the_local_clouds("canary")
    secrets = SECTIONS["The first environment from nothing"]
    reader.follow("\n".join(match[0] for match in ASKS.finditer(secrets)))
    said = reader.follow("make preview STACK=canary && make deploy STACK=canary")
    assert "21 created" in said
    assert set(reader.resources("canary")) >= {"messenger-client", "shop-deployment"}


def test_the_secret_is_rotated(reader: Reader) -> None:
    reader.have_staging()
    before = reader.resources("staging")
    said = reader.follow(SECTIONS["Rotating the Okta client secret"])
    assert "2 updated" in said
    assert reader.resources("staging") == before


def test_objects_made_by_hand_become_code(reader: Reader) -> None:
    """Of a stack that was forgotten: test_adopt.py has the blueprint's objects."""
    site = {"name": "shop", "url": "https://shop.example.com/"}
    config = {"messenger-sso:sites": [site]}
    for stack in ("forgotten", "adopted"):
        file = reader.project / f"Pulumi.{stack}.yaml"
        file.write_text(yaml.safe_dump({"config": dict(config)}), encoding="utf-8")
        reader.point_to_the_local_clouds(stack)
    first = SECTIONS["The first environment from nothing"].partition("make site")[0]
    shape = "".join(
        f"pulumi config set messenger-sso:{key} {value}\n"
        for key, value in (("clients", "shared"), ("authorizationServer", "default"))
    )
    reader.follow(
        first.replace("staging", "forgotten").replace("make preview", f"{shape}make preview")
    )
    made = reader.resources("forgotten")
    clear = json.loads(reader.follow("pulumi stack export --stack forgotten --show-secrets"))
    (client,) = (
        one for one in clear["deployment"]["resources"] if one["urn"].endswith("::messenger-client")
    )
    reader.secrets["messenger-sso:clientSecret"] = json.loads(
        client["outputs"]["clientSecret"]["plaintext"]
    )
    commands = SECTIONS["From objects made by hand to code"]
    init, rest = commands.split("\n", 1)
    secrets = "\n".join(match[0] for match in ASKS.finditer(first))
    reader.follow(f"{init}\n{secrets}\n{rest}")
    adopted = reader.resources("adopted")
    kept = (
        "messenger-client",
        "integration",
        "credential",
        "shop-configuration",
        "shop-deployment",
    )
    assert {name: adopted[name] for name in kept} == {name: made[name] for name in kept}


def test_the_state_moves_to_a_bucket(reader: Reader, bucket: str) -> None:
    reader.have_staging()
    before = reader.resources("staging")
    reader.variables |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    commands = SECTIONS["Moving the state"]
    address = "s3://example-pulumi-state?region=eu-central-1"
    assert address in commands
    reader.follow(commands.replace(address, bucket))
    assert reader.resources("staging") == before
    assert "s3://" in reader.follow("pulumi whoami --verbose")


def test_pulumi_okta_is_upgraded(reader: Reader) -> None:
    reader.have_staging()
    before = reader.resources("staging")
    said = reader.follow(SECTIONS["Upgrading pulumi-okta from 6 to 7"])
    assert "Found 2 objects." in said
    assert reader.resources("staging") == before
