"""Parameters of requests: queries and forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from local.okta.oidc.refusals import Refusal


@dataclass(frozen=True)
class Parameters:
    """Names and values, and which names came more than once. Empty values count as absent."""

    values: Mapping[str, str] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Return a value, or an empty text."""
        return self.values.get(name, "")

    def once(self, *names: str) -> None:
        """Refuse a name that came more than once (RFC 6749, section 3.1)."""
        for name in names or sorted(self.repeated):
            if name in self.repeated:
                raise Refusal("invalid_request", f"The '{name}' parameter must not be repeated.")

    def demand(self, name: str) -> str:
        """Return a value that must be there."""
        value = self.get(name)
        if not value:
            raise Refusal("invalid_request", f"The '{name}' parameter is missing.")
        return value


def parameters_of(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """Return parameters from pairs of name and value."""
    values: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in values:
            repeated.add(name)
        elif value:
            values[name] = value
    return Parameters(values, frozenset(repeated))


def parse_form(content: bytes) -> Parameters:
    """Return the parameters of a form or of a query string in bytes."""
    return parameters_of(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
