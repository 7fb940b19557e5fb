"""What an authorization server says when it says no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Refusal(Exception):
    """An OAuth error: `error` and `description` for the client, `reason` for the journal alone."""

    error: str
    description: str
    reason: str = ""
    status: int = 400

    def body(self) -> dict[str, str]:
        """Return the error as OAuth 2.0 writes it (RFC 6749, section 5.2)."""
        return {"error": self.error, "error_description": self.description}

    def explain(self) -> str:
        """Return what the journal shows."""
        return f"{self.error}: {self.reason or self.description}"
