"""What the stack's configuration says, before anybody has looked at what it means."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class StackConfig:
    """Everything that decides what the program does.

    `values` holds the whole configuration by full key (`okta:orgName`), as the texts that the
    engine hands over: a structured value is JSON. `secret_keys` are the keys kept encrypted.
    """

    project: str
    environment: str
    values: Mapping[str, str] = field(repr=False)
    secret_keys: Collection[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def namespace(self, name: str, texts: Collection[str] = ()) -> dict[str, Any]:
        """Return the decoded values of a namespace by their short keys.

        The engine hands over a text that looks like a number as it does the number: the keys among
        `texts` stay what was written, unless that is a structure.
        """
        prefix = f"{name}:"
        found = {
            key.removeprefix(prefix): (text, decode(text))
            for key, text in self.values.items()
            if key.startswith(prefix)
        }
        return {
            key: text if key in texts and not isinstance(value, (list, dict)) else value
            for key, (text, value) in found.items()
        }

    def text(self, key: str, variable: str | None = None) -> str:
        """Return a provider's setting, or what the variable says that its plugin falls back to."""
        given = self.values.get(key) or (self.variables.get(variable) if variable else None)
        return (given or "").strip()


def read_stack_config() -> StackConfig:
    """Return the configuration of the run that is going on."""
    import pulumi  # not for every reader of this module: it takes a third of a second to load
    from pulumi.runtime import config

    # `pulumi.Config` can only ask for keys it knows; a typo has to be seen too.
    values = {**config.get_config_env(), **config.CONFIG.get()}
    return StackConfig(
        project=pulumi.get_project(),
        environment=pulumi.get_stack(),
        values=values,
        secret_keys={key for key in values if config.is_config_secret(key)}.union(
            config.get_config_secret_keys_env()
        ),
        variables=os.environ,
    )


def decode(text: str) -> Any:
    """Return the value that a configuration text stands for: structure, number, truth or text."""
    plain = text.strip()
    if plain[:1] in ("[", "{") or plain in ("true", "false", "null") or _NUMBER.fullmatch(plain):
        try:
            return json.loads(plain)
        except ValueError:
            return text
    return text
