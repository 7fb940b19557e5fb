"""Finds out how an organisation names the OpenID Connect Messenger integration and its parts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from doctor.case import CaseError
from doctor.genesys_client import GenesysClient
from doctor.genesys_reads import GenesysReads
from doctor.ledger import Ledger
from doctor.reading import Unread
from doctor.wire import Wire
from infra.discovery import find_integration_type
from infra.mistakes import ProgramError
from infra.provider_config import GenesysAccess
from infra.settings import NAMESPACE, IntegrationType

KEY = f"{NAMESPACE}:integration"


@dataclass(frozen=True)
class Discovery:
    """The integration type, and the properties that it has, each with its title."""

    found: IntegrationType
    properties: Mapping[str, str]
    region: str

    @property
    def settings(self) -> dict[str, str]:
        """What the stack's configuration says about it, by written names."""
        written: dict[str, str] = self.found.model_dump(by_alias=True)
        return written


def discover(access: GenesysAccess) -> Discovery:
    """Return what the organisation calls its parts; raise CaseError when it cannot be told."""
    try:
        found = find_integration_type(access)
    except ProgramError as error:
        raise CaseError(str(error)) from None
    with Wire(Ledger(), proxy=access.proxy) as wire:
        try:
            schema = GenesysReads(GenesysClient(access, "", wire)).properties_schema(found.type_id)
        except Unread:
            schema = {}  # only tells more; what is needed is known
    titles = {key: _title(value) for key, value in schema.items()}
    return Discovery(found, titles, access.region.name)


def to_yaml(discovery: Discovery, indent: int = 0) -> str:
    """Return the configuration to paste below `config:` of a stack's file."""
    text = yaml.safe_dump({KEY: discovery.settings}, sort_keys=False, allow_unicode=True)
    return "".join(f"{' ' * indent}{line}\n" for line in text.splitlines())


def to_commands(discovery: Discovery, stack: str | None = None) -> list[str]:
    """Return the commands that set the same."""
    where = f" --stack {shlex.quote(stack)}" if stack else ""
    return [
        f"pulumi config set{where} --path {shlex.quote(f'{KEY}.{name}')} {shlex.quote(value)}"
        for name, value in discovery.settings.items()
    ]


def to_json(discovery: Discovery) -> str:
    """Return everything, for programs."""
    document = {KEY: discovery.settings, "properties": dict(discovery.properties)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _title(schema: Any) -> str:
    return str(schema.get("title") or "") if isinstance(schema, dict) else ""
