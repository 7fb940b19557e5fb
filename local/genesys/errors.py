"""Refusals, and the one place that gives them Genesys Cloud's error body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from local.emulator.store import Document

_DEFAULT_CODES = {
    400: "bad.request",
    401: "bad.credentials",
    403: "not.authorized",
    404: "not.found",
    405: "method.not.allowed",
    409: "general.conflict",
    429: "too.many.requests",
    500: "internal.server.error",
    503: "service.unavailable",
    504: "gateway.timeout",
}


class GenesysError(Exception):
    """A refusal: status, dotted code, and a message whose `{names}` are filled from `params`.

    `details` are mappings with `errorCode` and `fieldName`. `reason` is what the journal says where
    the caller is told less. Texts never hold a secret: they go to the journal as they are.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        params: Mapping[str, str] | None = None,
        details: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        reason: str = "",
    ) -> None:
        self.status = status
        self.code = code or _DEFAULT_CODES.get(status, "unknown.error")
        self.template = message
        self.params = dict(params or {})
        self.details = [dict(detail) for detail in details]
        self.headers = dict(headers or {})
        super().__init__(message.format_map(self.params) if self.params else message)
        self.reason = reason or str(self)

    def body(self, context_id: str) -> dict[str, Any]:
        """Return the error body (SDK model `ErrorBody`)."""
        body: dict[str, Any] = {
            "message": str(self),
            "code": self.code,
            "status": self.status,
            "contextId": context_id,
            "details": self.details,
            "errors": [],
        }
        if self.params:
            body |= {"messageWithParams": self.template, "messageParams": self.params}
        return body


def not_found(kind: str, id: str) -> GenesysError:
    """Return the refusal for an object that does not exist."""
    return GenesysError(
        404, "Unable to find the {kind} with id {id}.", params={"kind": kind, "id": id}
    )


def find(documents: Mapping[str, Document], id: str, kind: str) -> Document:
    """Return the document of that id; refuse with status 404 when there is none."""
    try:
        return documents[id]
    except KeyError:
        raise not_found(kind, id) from None


def conflict(message: str, **params: str) -> GenesysError:
    """Return the refusal for a write that disagrees with the present state."""
    return GenesysError(409, message, params=params)


def invalid(field: str, reason: str) -> GenesysError:
    """Return the refusal for one field of a body."""
    return invalid_fields([(field, reason)])


def invalid_fields(mistakes: Sequence[tuple[str, str]]) -> GenesysError:
    """Return one refusal that names every wrong field: pairs of dotted path and reason."""
    return GenesysError(
        400,
        "; ".join(f"{field}: {reason}" if field else reason for field, reason in mistakes),
        code="bad.request",
        details=[{"errorCode": reason, "fieldName": field} for field, reason in mistakes],
    )


def from_validation(error: ValidationError, prefix: str = "") -> GenesysError:
    """Return a refusal with all mistakes that pydantic found, without the rejected values."""
    return invalid_fields(mistakes_of(error, prefix))


def mistakes_of(error: ValidationError, prefix: str = "") -> list[tuple[str, str]]:
    """Return what pydantic found as pairs of dotted path and reason."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [(_path(prefix, item["loc"]), _reason(item["type"], item["msg"])) for item in found]


def _reason(kind: str, message: str) -> str:
    known = {"missing": "is required", "extra_forbidden": "is not known"}
    return known.get(kind, message.removeprefix("Value error, "))


def _path(prefix: str, parts: Sequence[int | str]) -> str:
    path = prefix
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
