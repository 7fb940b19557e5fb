"""What a visitor of the playground may choose from."""

from __future__ import annotations

import pytest

from infra.languages import MESSENGER_LANGUAGES
from infra.outputs import load_outputs
from infra.regions import REGIONS
from sample_site.environments import all_environments
from sample_site.languages import LANGUAGE_NAMES
from tests.sample_site.samples import local_stack, production_stack

# messenger-web.md 3.1 and the twelve keys of the vendor's sample page (B3, B5).
DOCUMENTED = {
    "use1": "mypurecloud.com",
    "usw2": "usw2.pure.cloud",
    "cac1": "cac1.pure.cloud",
    "euw1": "mypurecloud.ie",
    "euw2": "euw2.pure.cloud",
    "euc1": "mypurecloud.de",
    "euc2": "euc2.pure.cloud",
    "apne1": "mypurecloud.jp",
    "apne2": "apne2.pure.cloud",
    "apne3": "apne3.pure.cloud",
    "apse1": "apse1.pure.cloud",
    "apse2": "mypurecloud.com.au",
    "aps1": "aps1.pure.cloud",
    "sae1": "sae1.pure.cloud",
    "mec1": "mec1.pure.cloud",
    "mxc1": "mxc1.pure.cloud",
    "fedramp-use2": "use2.us-gov-pure.cloud",
    "maximus-use2": "use2.maximus-pure.cloud",
}


@pytest.mark.parametrize(("short", "domain"), DOCUMENTED.items())
def test_every_documented_environment_is_there_by_its_short_name(short: str, domain: str) -> None:
    """X10"""
    found = [
        one
        for one in all_environments(load_outputs(production_stack()))
        if short in (one.name, *one.aliases)
    ]
    assert [one.domain for one in found] == [domain]
    assert found[0].script == f"https://apps.{domain}/genesys-bootstrap/genesys.min.js"


def test_every_region_of_the_program_is_there_once() -> None:
    environments = all_environments(load_outputs(production_stack()))
    names = [one.name for one in environments]
    assert len(set(names)) == len(names)
    assert {region.environment for region in REGIONS.values()} <= set(names)


def test_a_local_genesys_comes_first_and_only_on_its_own_stack() -> None:
    own = all_environments(load_outputs(local_stack()))[0]
    assert (own.name, own.script) == (
        "local",
        "http://127.0.0.1:8082/genesys-bootstrap/genesys.min.js",
    )
    assert "local" not in {one.name for one in all_environments(load_outputs(production_stack()))}


def test_every_language_of_messenger_has_a_name() -> None:
    """X4, B1"""
    assert set(LANGUAGE_NAMES) == MESSENGER_LANGUAGES
    assert len(set(LANGUAGE_NAMES.values())) == len(LANGUAGE_NAMES) >= 22
