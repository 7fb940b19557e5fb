"""Which way of signing in each site uses: what its owner asked for, or what suits the stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from infra.outputs import StackOutputs
from sample_site.errors import WrongUse, refuse

Approach = Literal["okta-auth-js", "endpoint", "separate"]
"""Okta's SDK, the authorization endpoint without an SDK, or a client of the site's own beside the
one whose codes Genesys redeems (the approaches A, B and C of messenger-web.md 4)."""

APPROACHES: tuple[Approach, ...] = get_args(Approach)


@dataclass(frozen=True)
class Choice:
    """What was asked for: an approach for every site, and others for sites by name."""

    every: Approach | None = None
    by_site: Mapping[str, Approach] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Choice:
        """Return the choice written as `NAME=APPROACH` or `APPROACH`; raise WrongUse."""
        every: Approach | None = None
        by_site: dict[str, Approach] = {}
        mistakes = []
        for text in texts:
            name, separator, approach = text.rpartition("=")
            if approach not in APPROACHES or (separator and not name):
                mistakes.append(
                    f"found {text!r}, expected NAME=APPROACH or APPROACH, "
                    f"the approach one of {', '.join(APPROACHES)}"
                )
            elif name in by_site or (not name and every):
                mistakes.append(
                    f"found {text!r}, but {name or 'every site'} has an approach by now"
                )
            elif name:
                by_site[name] = approach
            else:
                every = approach
        if mistakes:
            raise WrongUse("\n".join(f"--approach: {mistake}." for mistake in mistakes))
        return cls(every, by_site)

    def of(self, site: str) -> Approach | None:
        """Return what was asked for a site."""
        return self.by_site.get(site, self.every)


def offered_approaches(outputs: StackOutputs, *, sdk: bool) -> tuple[Approach, ...]:
    """Return the approaches that pages of the stack can use; `sdk`: okta-auth-js is at hand."""
    possible = {
        "okta-auth-js": sdk,
        "endpoint": True,
        "separate": outputs.clients == "separate",
    }
    return tuple(approach for approach in APPROACHES if possible[approach])


def choose_approaches(outputs: StackOutputs, choice: Choice, *, sdk: bool) -> dict[str, Approach]:
    """Return the approach of each site of the stack; raise SiteError with all that cannot be."""
    refuse(
        f"The sign-in of {outputs.environment} cannot be built",
        list(_mistakes(outputs, choice, sdk=sdk)),
        "Name another approach with --approach, or none for the one that suits the stack.",
    )
    suitable: Approach = "separate" if outputs.clients == "separate" else "endpoint"
    return {site.name: choice.of(site.name) or suitable for site in outputs.sites}


def _mistakes(outputs: StackOutputs, choice: Choice, *, sdk: bool) -> Iterator[str]:
    names = [site.name for site in outputs.sites]
    for name in choice.by_site:
        if name not in names:
            yield f"--approach {name}=…: no such site in the stack, it has {', '.join(names)}."
    offered = offered_approaches(outputs, sdk=sdk)
    reasons = {
        "okta-auth-js": "the SDK is not installed: `make up` installs it, or name the folder of "
        "its package with --okta-auth-js",
        "separate": "the stack has one client for both (clients: shared): set clients to separate "
        "and deploy the stack",
    }
    for name in names:
        asked = choice.of(name)
        if asked is not None and asked not in offered:
            yield f"{name}: {asked} is not possible, {reasons[asked]}."
