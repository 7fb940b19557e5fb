"""Which approach a site signs visitors in by, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from infra.outputs import StackOutputs, load_outputs
from sample_site.approaches import Choice, choose_approaches, offered_approaches
from sample_site.errors import SiteError, WrongUse
from tests.sample_site.samples import local_stack


def stack(**changes: Any) -> StackOutputs:
    return load_outputs({**local_stack(), **changes})


@pytest.mark.parametrize(
    ("clients", "asked", "expected"),
    [
        ("separate", [], {"storefront": "separate", "help": "separate"}),
        ("shared", [], {"storefront": "endpoint", "help": "endpoint"}),
        ("separate", ["endpoint"], {"storefront": "endpoint", "help": "endpoint"}),
        ("shared", ["help=okta-auth-js"], {"storefront": "endpoint", "help": "okta-auth-js"}),
        (
            "separate",
            ["okta-auth-js", "help=separate"],
            {"storefront": "okta-auth-js", "help": "separate"},
        ),
    ],
)
def test_a_site_gets_what_was_asked_for_or_what_suits_the_stack(
    clients: str, asked: list[str], expected: dict[str, str]
) -> None:
    """M30: per site, when the site is built."""
    chosen = choose_approaches(stack(clients=clients), Choice.parse(asked), sdk=True)
    assert chosen == expected


@pytest.mark.parametrize(
    ("clients", "sdk", "expected"),
    [
        ("separate", True, ("okta-auth-js", "endpoint", "separate")),
        ("separate", False, ("endpoint", "separate")),
        ("shared", False, ("endpoint",)),
    ],
)
def test_pages_offer_what_the_build_and_the_stack_have(
    clients: str, sdk: bool, expected: tuple[str, ...]
) -> None:
    assert offered_approaches(stack(clients=clients), sdk=sdk) == expected


def test_what_cannot_be_built_is_named_with_the_next_step_all_at_once() -> None:
    choice = Choice.parse(["storefront=separate", "help=okta-auth-js", "helb=endpoint"])
    with pytest.raises(SiteError) as refusal:
        choose_approaches(stack(clients="shared"), choice, sdk=False)
    told = str(refusal.value)
    assert "3 mistakes" in told
    assert "helb=…: no such site in the stack, it has storefront, help" in told
    assert "storefront: separate is not possible, the stack has one client for both" in told
    assert "set clients to separate" in told
    assert "help: okta-auth-js is not possible, the SDK is not installed" in told
    assert "--okta-auth-js" in told


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["b"], ["found 'b'", "okta-auth-js, endpoint, separate"]),
        (["help=", "=endpoint"], ["found 'help='", "found '=endpoint'"]),
        (["help=endpoint", "help=separate"], ["help has an approach by now"]),
        (["endpoint", "endpoint"], ["every site has an approach by now"]),
    ],
)
def test_a_choice_that_cannot_be_read_is_quoted(texts: list[str], named: list[str]) -> None:
    with pytest.raises(WrongUse) as refusal:
        Choice.parse(texts)
    for words in named:
        assert words in str(refusal.value)
