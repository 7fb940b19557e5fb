"""What a stack would create, as the engine tells: names, types, inputs, and an import file."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from infra.engine import EngineError, ask_engine

_SECONDS = 300
# The engine's spelling of a text that only the update itself will tell (pulumi.md 1.6).
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class PlanError(Exception):
    """The engine's plan cannot be had or used; the message says why and what to do."""


@dataclass(frozen=True)
class Planned:
    """A resource that would be created; inputs that are not known yet are left out."""

    name: str
    kind: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What would be created, and the engine's own import file for it, ids still missing."""

    resources: tuple[Planned, ...]
    import_file: Mapping[str, Any]


def make_plan(stack: str) -> Plan:
    """Return the plan of a stack, usually one that has nothing yet.

    Raises PlanError when the engine is missing or refuses, or when nothing would be created.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "import.json"
        arguments = ("preview", "--json", "--import-file", str(file), "--stack", stack)
        try:
            done = ask_engine(*arguments, seconds=_SECONDS)
        except EngineError as error:
            raise PlanError(str(error)) from None
        if done.returncode != 0:
            raise PlanError(
                f"`pulumi preview` failed for stack {stack} (exit code {done.returncode}):\n"
                f"{_explained(done)}"
            )
        document = json.loads(done.stdout[done.stdout.index("{") :])
        written = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return read_plan(document, written)


def read_plan(document: Mapping[str, Any], import_file: Mapping[str, Any]) -> Plan:
    """Return the plan from what `pulumi preview --json --import-file` gave."""
    planned = []
    for step in document.get("steps", []):
        state = step.get("newState") or {}
        if (
            step["op"] == "create"
            and state.get("custom")
            and not state["type"].startswith("pulumi:")
        ):
            name = state["urn"].rpartition("::")[2]
            planned.append(Planned(name, state["type"], _known(state.get("inputs") or {})))
    if not planned:
        raise PlanError(
            "The stack would create nothing, so there is nothing to adopt: what it describes is in "
            "its state already."
        )
    return Plan(tuple(planned), import_file)


def write_import_file(plan: Plan, ids: Mapping[str, str]) -> dict[str, Any]:
    """Return the import file for the resources whose ids are known, with all components.

    The engine names a parameterized package by its plugin only; which package the plugin has to
    become is added here, as the import needs it.
    """
    entries = []
    for entry in plan.import_file.get("resources", []):
        if entry.get("component"):
            entries.append(entry)
        elif entry["name"] in ids:
            found = {**entry, "id": ids[entry["name"]]}
            if entry["type"].startswith("genesyscloud:"):
                found |= _parameterization()
            entries.append(found)
    return {**plan.import_file, "resources": entries}


def _parameterization() -> dict[str, Any]:
    text = resources.files("pulumi_genesyscloud").joinpath("pulumi-plugin.json").read_text("utf-8")
    plugin = json.loads(text)
    parameters = plugin["parameterization"]
    return {
        "version": parameters["version"],
        "parameterization": {
            "pluginName": plugin["name"],
            "pluginVersion": plugin["version"],
            "value": parameters["value"],
        },
    }


def _known(value: Any) -> Any:
    """Return the value without what the engine does not know yet."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items() if item != _UNKNOWN}
    if isinstance(value, list):
        return [_known(item) for item in value if item != _UNKNOWN]
    return value


def _explained(done: subprocess.CompletedProcess[str]) -> str:
    try:
        document = json.loads(done.stdout[done.stdout.index("{") :])
    except ValueError:
        return done.stderr.strip() or done.stdout.strip()
    messages = [found["message"].strip() for found in document.get("diagnostics", [])]
    return "\n".join(messages) or done.stderr.strip()
