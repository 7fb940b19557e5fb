"""Parts of the protocol's messages, from and to the values of this room."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from local.plugins.checking import Naming, top_level
from local.plugins.planning import Difference
from local.plugins.properties import STRING, ObjectOf
from local.plugins.resource import Mistake
from local.plugins.wire import Values

# Keys that the engine adds to a provider's configuration; they are none of the provider's business.
_ENGINE_KEYS: Final = ("version", "pluginDownloadURL")


def decode_settings(shape: ObjectOf, settings: Mapping[str, Any]) -> Values:
    """Return a provider's configuration without the engine's own keys.

    Settings other than texts are JSON texts on the wire.
    """
    return {
        key: _setting(shape, key, value)
        for key, value in settings.items()
        if key not in _ENGINE_KEYS and not key.startswith("__")
    }


def failures(mistakes: list[Mistake], hidden: Collection[str]) -> list[provider_pb2.CheckFailure]:
    """Return the failures for some mistakes; those in `hidden` properties name none."""
    # The engine prints the value of the property that a failure names, secret or not.
    return [
        provider_pb2.CheckFailure(property="" if path in hidden else path, reason=reason)
        for path, reason in mistakes
    ]


def naming(request: provider_pb2.CheckRequest) -> Naming:
    """Return what a resource without a name is to be called."""
    logical = request.name or request.urn.rpartition("::")[2]
    if not request.HasField("autonaming"):
        return Naming(logical, request.randomSeed)
    mode, modes = request.autonaming.mode, provider_pb2.CheckRequest.AutonamingOptions
    return Naming(
        logical, request.randomSeed, request.autonaming.proposed_name, mode != modes.DISABLE
    )


def diff_response(found: Difference, name_is_taken: bool) -> provider_pb2.DiffResponse:
    """Return the answer for a difference; see `named_by` for when a name is taken."""
    kinds = provider_pb2.PropertyDiff.Kind
    detailed = {
        path: provider_pb2.PropertyDiff(
            kind=kinds.Value(f"{kind}_REPLACE" if path in found.replacing else kind)
        )
        for path, kind in found.paths.items()
    }
    some = provider_pb2.DiffResponse.DIFF_SOME if detailed else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=sorted(found.changed),
        replaces=sorted({top_level(path) for path in found.replacing}),
        deleteBeforeReplace=bool(found.replacing) and name_is_taken,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def _setting(shape: ObjectOf, key: str, value: Any) -> Any:
    declared = shape.by_name.get(key)
    if declared is None or declared.type == STRING or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
