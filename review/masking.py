"""Takes the secrets out of a plan before anything else looks at it.

The engine prints `[secret]` where the program or the provider calls a value secret. What they do
not (a secret in clear in the configuration, a provider that has forgotten the mark) is masked here:
by key, by the resource's own list of secret properties, by the engine's wrapper, and then wherever
else in the plan the same text occurs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

HIDDEN = "[secret]"

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the engine's mark, no secret)
_SECRET_KEY = re.compile(
    r"(secret|password|passphrase|credential_?fields|(private|api)_?key|(api|access|id|refresh)_?token)"
    r"(wo)?$",
    re.IGNORECASE,
)
# Properties that are secret as a whole in resources of this stack (genesys-cloud.md 1.2).
_SECRET_PROPERTIES = {"IntegrationCredential": ("fields",)}
# Shorter ones would blacken half of every sentence.
_SHORTEST = 4
_SHORTEST_IN_ENVIRONMENT = 8

# Go, sdk/go/common/resource/plugin/rpc.go: what stands for a value that is not known yet.
_UNKNOWN = re.compile(
    "|".join(
        (
            "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
            "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
            "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
            "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
            "030794c1-ac77-496b-92df-f27374a8bd58",
            "e48ece36-62e2-4504-bad9-02848725956a",
            "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
        )
    )
)
_IN_MESSAGES = (
    (re.compile(r"\b(SSWS|Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_.-]+"), HIDDEN),
    (re.compile(r"(?<=://)[^/\s\"'@]*@"), f"{HIDDEN}@"),
    (
        re.compile(
            r"(?i)(\b[\w-]*(?:secret|password|passphrase|api_?token|access_?token|private_?key)"
            r"[\"']?\s*[=:]\s*[\"']?)(?!\[secret\])[^\s\"',;&]{4,}"
        ),
        rf"\1{HIDDEN}",
    ),
)
_SECRET_VARIABLES = (
    "OKTA_API_TOKEN",
    "OKTA_ACCESS_TOKEN",
    "OKTA_API_PRIVATE_KEY",
    "GENESYSCLOUD_ACCESS_TOKEN",
    "GENESYSCLOUD_OAUTHCLIENT_SECRET",
    "GENESYSCLOUD_GATEWAY_AUTH_PASSWORD",
    "GENESYSCLOUD_PROXY_AUTH_PASSWORD",
    "PULUMI_ACCESS_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


@dataclass(frozen=True)
class Secret:
    """A value that is not shown; two are equal when nothing says that they differ."""

    fingerprint: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        return HIDDEN


@dataclass(frozen=True)
class Unknown:
    """A value that only the update itself will tell."""

    def __str__(self) -> str:
        return "known after the update"


def masked(document: Any) -> Any:
    """Return a plan's document with Secret and Unknown in the place of what they stand for.

    Texts that repeat a secret found elsewhere in the plan, or in the environment's variables of the
    vendors, have `[secret]` in its place.
    """
    found = set(variable_secrets(os.environ))
    hidden = _hide(document, "", found)
    return _replace(hidden, _pattern(found))


def masked_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return what the engine said without secrets: those given, and what looks like one."""
    pattern = _pattern({*variable_secrets(os.environ), *secrets})
    text = _UNKNOWN.sub(str(Unknown()), pattern.sub(HIDDEN, text) if pattern else text)
    for looks, instead in _IN_MESSAGES:
        text = looks.sub(instead, text)
    return text


def variable_secrets(variables: Mapping[str, str]) -> list[str]:
    """Return the values of the environment's variables that hold secrets."""
    values = (variables.get(name, "") for name in _SECRET_VARIABLES)
    return [value for value in values if len(value) >= _SHORTEST_IN_ENVIRONMENT]


@lru_cache(maxsize=4096)
def is_secret_key(key: str) -> bool:
    """Say whether a property or setting of this name holds a secret, whoever wrote it."""
    return bool(_SECRET_KEY.search(key.replace("-", "_")))


def _hide(value: Any, key: str, found: set[str]) -> Any:
    if isinstance(value, str):
        return _hide_text(value, key, found)
    if isinstance(value, (dict, list)) and is_secret_key(key):
        return _secret(value, found)
    if isinstance(value, list):
        return [_hide(item, key, found) for item in value]
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET_SIGNATURE:
            inner = {name: part for name, part in value.items() if name != _SIGNATURE}
            return _secret(inner, found)
        own = _own_secrets(value)
        return {
            name: _hide_properties(part, own, found)
            if name in ("inputs", "outputs") and isinstance(part, dict)
            else _hide(part, name, found)
            for name, part in value.items()
        }
    return value


def _hide_properties(properties: dict[str, Any], own: set[str], found: set[str]) -> dict[str, Any]:
    return {
        name: _secret(value, found)
        if name in own and value is not None
        else _hide(value, name, found)
        for name, value in properties.items()
    }


def _own_secrets(state: dict[str, Any]) -> set[str]:
    listed = state.get("additionalSecretOutputs")
    own = {str(name) for name in listed} if isinstance(listed, list) else set()
    kind = str(state.get("type", "")).rpartition(":")[2]
    return own | set(_SECRET_PROPERTIES.get(kind, ()))


def _hide_text(text: str, key: str, found: set[str]) -> Any:
    if text == HIDDEN:
        return Secret()
    if text and is_secret_key(key.rpartition(":")[2]):
        return _secret(text, found)
    if _UNKNOWN.fullmatch(text):
        return Unknown()
    if text[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            inside: set[str] = set()
            hidden = _hide(json.loads(text), "", inside)
            if inside:
                found |= inside
                return json.dumps(hidden, default=str, ensure_ascii=False)
    return text


def _secret(value: Any, found: set[str]) -> Secret:
    if value == HIDDEN:
        return Secret()
    found |= set(_texts(value))
    canonical = json.dumps(value, sort_keys=True, default=str)
    return Secret(hashlib.sha256(canonical.encode(errors="replace")).digest())


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str) and value != HIDDEN and not _UNKNOWN.fullmatch(value):
        yield value
    for part in _parts(value):
        yield from _texts(part)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _pattern(secrets: set[str]) -> re.Pattern[str] | None:
    spellings = {
        spelling
        for secret in secrets
        if len(secret.strip()) >= _SHORTEST
        for spelling in (secret.strip(), json.dumps(secret.strip())[1:-1])
    }
    # The longest first: one secret may be the beginning of another.
    ordered = sorted(spellings, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _replace(value: Any, secrets: re.Pattern[str] | None) -> Any:
    if isinstance(value, str):
        text = secrets.sub(HIDDEN, value) if secrets else value
        return _UNKNOWN.sub(str(Unknown()), text)
    if isinstance(value, list):
        return [_replace(item, secrets) for item in value]
    if isinstance(value, dict):
        return {_replace(name, secrets): _replace(part, secrets) for name, part in value.items()}
    return value
