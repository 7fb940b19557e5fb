"""What comes in as JSON, and what the declared shapes of it share."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from local.emulator.store import Document
from local.genesys.errors import from_validation


class Shape(BaseModel):
    """A JSON object with camelCase members; unknown members are dropped.

    Assumption: the service ignores members it does not know, as its own SDKs send some (`selfUri`).
    """

    model_config = ConfigDict(
        alias_generator=to_camel, strict=True, extra="ignore", validate_default=False
    )


def read_json(text: str | bytes) -> Document:
    """Return the JSON object of a text; absent and null members mean the same.

    Raises ValueError for anything else, also for what could not be written as JSON and UTF-8 again
    (NaN, half characters) and for what is nested too deeply: it would break every later answer.
    """
    try:
        found = _without_nulls(json.loads(text))
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def read(shape: type[Shape], body: Document, prefix: str = "") -> Document:
    """Return the known members of a body as they were given; refuse with every mistake in it."""
    try:
        found = shape.model_validate(body)
    except ValidationError as error:
        raise from_validation(error, prefix) from None
    kept: dict[str, Any] = found.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    return kept


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _colour(text: str) -> str:
    if not re.fullmatch(r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})", text):
        raise ValueError("a colour such as #1f6feb is expected")
    return text


def _guid(text: str) -> str:
    try:
        if str(UUID(text)) == text.lower():
            return text
    except ValueError:
        pass
    raise ValueError("a GUID is expected")


Colour = Annotated[str, AfterValidator(_colour)]
# An empty text says nothing, as a text that was never set does.
ColourOrNone = Annotated[str, AfterValidator(lambda text: text and _colour(text))]
Guid = Annotated[str, AfterValidator(_guid)]
