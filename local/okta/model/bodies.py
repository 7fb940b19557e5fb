"""What clients send: a null counts as absent, and what is not known is ignored."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, model_validator


class Body(BaseModel):
    """A JSON object of a request, or one inside another."""

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, sent: Any) -> Any:
        if isinstance(sent, dict):
            return {name: value for name, value in sent.items() if value is not None}
        return sent
