"""Plans that the engine has made on the local cloud, without what differs from run to run.

`RECORD_PLANS=1 python -m pytest tests/review/test_engine.py` writes them anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.layout import Ports
from review.plan import read_plan
from review.report import Report, write_report

FOLDER = Path(__file__).parent / "plans"

_OF_THE_RUN = ("created", "modified", "sourcePosition", "stackTrace", "snippet")
_OF_NO_USE = ("dependencies", "propertyDependencies")
_OKTA_ID = re.compile(r"\b(0oa|00p|00g|0pr|aus|rst|ocl|scp|tos)[A-Za-z0-9]{17}\b")
_GUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Document = dict[str, Any]


def load(name: str) -> Document:
    """Return a stored plan."""
    document: Document = json.loads(text_of(name))
    return document


def text_of(name: str) -> str:
    """Return a stored plan as text."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def names() -> list[str]:
    """Return the names of the stored plans."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def report_on(document: Mapping[str, Any]) -> Report:
    """Return the report of a plan."""
    return write_report(read_plan(json.dumps(document)))


def settled(document: Document, ports: Mapping[int, int]) -> Document:
    """Return a plan in one order, with stable ids and the usual ports, and nothing else."""
    small = _without({**document, "duration": 0})
    changing = {step["urn"] for step in small["steps"] if step["op"] != "refresh"}
    steps = (step for step in small["steps"] if step["urn"] in changing)
    small["steps"] = sorted(steps, key=lambda step: (step["urn"], step["op"]))
    text = json.dumps(small, sort_keys=True, indent=1)
    for port, usual in ports.items():
        text = re.sub(rf"\b{port}\b", str(usual), text)
    text = _numbered(_OKTA_ID, text, lambda found, number: f"{found[1]}{number:017d}")
    text = _numbered(
        _GUID,
        text,
        lambda found, number: (
            found[0] if found[0] == _UNKNOWN else f"00000000-0000-4000-8000-{number:012d}"
        ),
    )
    result: Document = json.loads(text)
    return result


def ports_of(okta_url: str, genesys_url: str, site: int) -> dict[int, int]:
    """Return the ports of a run and the usual ones in their place."""
    usual = Ports()
    return {
        int(okta_url.rpartition(":")[2]): usual.okta,
        int(genesys_url.rpartition(":")[2]): usual.genesys,
        site: usual.site,
    }


def _numbered(pattern: re.Pattern[str], text: str, spell: Any) -> str:
    numbers: dict[str, int] = {}
    return pattern.sub(
        lambda found: spell(found, numbers.setdefault(found[0], len(numbers) + 1)), text
    )


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(item) for item in value]
    if isinstance(value, dict):
        left_out = (*_OF_THE_RUN, *_OF_NO_USE)
        return {key: _without(part) for key, part in value.items() if key not in left_out}
    return value
