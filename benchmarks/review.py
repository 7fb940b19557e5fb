"""The report on a large preview: many sites that change, and two clients that know them all.

The floor is reading the same document as JSON, which every other tool would have to do as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from benchmarks.timing import median
from review.markdown import to_markdown
from review.plan import read_plan
from review.report import write_report

SITES = (50, 500)
REPEATS = 5

_URN = "urn:pulumi:bench::messenger-sso::{type}::{name}"
_CLIENT = "okta:app/oAuth:OAuth"
_CONFIGURATION = "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration"
_DEPLOYMENT = "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment"


@dataclass(frozen=True)
class Measurement:
    """One size of plan; times in seconds."""

    changes: int
    rows: int
    megabytes: float
    report: float
    """From the engine's text to the finished comment."""
    floor: float
    comment: int
    """Length of the comment in bytes."""

    @property
    def ratio(self) -> float:
        """How many times as long as reading the document takes."""
        return self.report / self.floor


def measure() -> list[Measurement]:
    """Return a measurement for each number of sites; two changes a site, and the two clients."""
    return [_measure(sites) for sites in SITES]


def _measure(sites: int) -> Measurement:
    text = json.dumps(_plan(sites), indent=4)
    report = write_report(read_plan(text))
    return Measurement(
        changes=2 * sites + 2,
        rows=len(report.rows),
        megabytes=len(text) / 1e6,
        report=median(lambda: to_markdown(write_report(read_plan(text))), REPEATS),
        floor=median(lambda: json.loads(text), REPEATS),
        comment=len(to_markdown(report).encode()),
    )


def _plan(sites: int) -> dict[str, Any]:
    """Return a plan in which every site moves, changes its colour, and lets conversations start."""
    steps = [_root(sites)]
    for number in range(sites):
        steps += [_configuration(number), _deployment(number)]
    for client in ("messenger-client", "website-client"):
        old, new = (
            {
                "redirectUris": [f"{_url(number, side)}callback.html" for number in range(sites)],
                "pkceRequired": True,
                "grantTypes": ["authorization_code"],
            }
            for side in ("old", "new")
        )
        steps.append(_step(client, _CLIENT, old, new))
    return {
        "config": {
            "messenger-sso:sites": json.dumps(
                [{"name": f"site-{number}", "url": _url(number, "new")} for number in range(sites)]
            )
        },
        "steps": steps,
        "duration": 1,
        "changeSummary": {"update": len(steps) - 1, "same": 12},
    }


def _root(sites: int) -> dict[str, Any]:
    outputs = {
        "environment": "bench",
        "sites": [
            {
                "name": f"site-{number}",
                "url": _url(number, "old"),
                "redirectUri": f"{_url(number, 'old')}callback.html",
                "displayName": f"Site {number}",
            }
            for number in range(sites)
        ],
    }
    urn = _URN.format(type="pulumi:pulumi:Stack", name="messenger-sso-bench")
    return {"op": "same", "urn": urn, "oldState": {"outputs": outputs}, "newState": {}}


def _configuration(number: int) -> dict[str, Any]:
    old, new = (
        {
            "name": f"Site {number} (bench)",
            "languages": ["en-us", "de"],
            "authenticationSettings": {"enabled": True, "allowSessionUpgrade": upgrade},
            "messenger": {"enabled": True, "styles": {"primaryColor": color}},
        }
        for upgrade, color in ((False, "#0f4c81"), (True, "#b3541e"))
    )
    return _step(f"site-{number}-configuration", _CONFIGURATION, old, new)


def _deployment(number: int) -> dict[str, Any]:
    old, new = (
        {"name": f"Site {number} (bench)", "allowedDomains": [f"{side}-{number}.example.com"]}
        for side in ("old", "new")
    )
    return _step(f"site-{number}-deployment", _DEPLOYMENT, old, new)


def _step(name: str, kind: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    urn = _URN.format(type=kind, name=name)
    # About as much as the engine writes beside the properties.
    around = {"type": kind, "custom": True, "stackTrace": [{"sourcePosition": "x" * 60}] * 15}
    return {
        "op": "update",
        "urn": urn,
        "oldState": {**around, "id": name, "inputs": old, "outputs": old},
        "newState": {**around, "inputs": new},
        "detailedDiff": {path: {"kind": "update", "inputDiff": False} for path in new},
    }


def _url(number: int, side: str) -> str:
    return f"https://{side}-{number}.example.com/"
