"""Small plans, made by hand: one change at a time on a stack with two sites."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from review.plan import read_plan
from review.report import Report, write_report
from tests.review.captured import Document, load

OKTA = "okta:app/oAuth:OAuth"
ORIGIN = "okta:trustedorigin/origin:Origin"
SERVER = "okta:auth/server:Server"
SCOPE = "okta:auth/serverScope:ServerScope"
CLAIM = "okta:auth/serverClaim:ServerClaim"
POLICY = "okta:auth/serverPolicy:ServerPolicy"
RULE = "okta:auth/serverPolicyRule:ServerPolicyRule"
ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
CREDENTIAL = "genesyscloud:index/integrationCredential:IntegrationCredential"
INTEGRATION = "genesyscloud:index/integration:Integration"
CONFIGURATION = "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration"
DEPLOYMENT = "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Properties = dict[str, Any]
Step = dict[str, Any]

# What the resources of the local stack look like, by logical name.
RESOURCES: Mapping[str, Step] = {
    step["urn"].rpartition("::")[2]: step["newState"] for step in load("first")["steps"]
}


def urn(name: str, kind: str, stack: str = "local") -> str:
    return f"urn:pulumi:{stack}::messenger-sso::{kind}::{name}"


def step(
    op: str,
    name: str,
    kind: str,
    old: Properties | None = None,
    new: Properties | None = None,
    **more: Any,
) -> Step:
    """Return a step; `old` and `new` are inputs."""
    found: Step = {"op": op, "urn": urn(name, kind), "detailedDiff": None, **more}
    for key, inputs in (("oldState", old), ("newState", new)):
        if inputs is not None:
            found[key] = {"urn": found["urn"], "type": kind, "custom": True, "inputs": inputs}
            found[key] |= {"id": "id-1"} if key == "oldState" else {}
    return found


def update(name: str, kind: str, old: Properties, new: Properties, **more: Any) -> Step:
    """Return an update from the one to the other."""
    return step("update", name, kind, old, new, **more)


def setting(name: str, path: str, value: Any, *, before: Any = ...) -> Step:
    """Return the update that sets one property of a resource of the local stack.

    A value of None takes the property away.
    """
    known = RESOURCES[name]
    old = copy.deepcopy(known["inputs"])
    if before is not ...:
        _put(old, path, before)
    new = copy.deepcopy(old)
    _put(new, path, value)
    return update(name, known["type"], old, new)


def whole(op: str, name: str, **more: Any) -> Step:
    """Return the step that creates, deletes or replaces a resource of the local stack."""
    known = RESOURCES[name]
    sides = {"create": (None, 1), "delete": (1, None), "replace": (1, 1)}[op]
    old, new = (copy.deepcopy(known["inputs"]) if side else None for side in sides)
    return step(op, name, known["type"], old, new, **more)


def plan(*steps: Step, **more: Any) -> Document:
    """Return a plan of a stack that is up, with the sites Storefront and Help Centre."""
    before = load("nothing")
    counts: dict[str, int] = {}
    for one in steps:
        counts[one["op"]] = counts.get(one["op"], 0) + 1
    return {**before, "steps": [*before["steps"], *steps], "changeSummary": counts, **more}


def reported(document: Mapping[str, Any]) -> Report:
    """Return the report of a plan."""
    return write_report(read_plan(json.dumps(document)))


def rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a plan's report, as the report prints them."""
    found: list[dict[str, Any]] = reported(document).as_json()["rows"]
    return found


def texts(value: Any) -> Iterator[str]:
    """Return every text of a document, keys left out."""
    if isinstance(value, str):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from texts(part)


def _put(properties: Properties, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        properties = properties.setdefault(key, {})
    if value is None:
        properties.pop(last, None)
    else:
        properties[last] = value
