"""Refusals, and the one place where they become Okta's error body."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

_LETTERS: Final = string.ascii_letters + string.digits
_DUPLICATE: Final = "An object with this field already exists in the current organization"

# Okta, "Error codes and descriptions": code -> status and summary.
_CODES: Final[Mapping[str, tuple[int, str]]] = {
    "E0000001": (400, "Api validation failed"),
    "E0000003": (400, "The request body was not well-formed."),
    "E0000005": (403, "Invalid session"),
    "E0000006": (403, "You do not have permission to perform the requested action"),
    "E0000007": (404, "Not found"),
    "E0000008": (404, "The requested path was not found"),
    "E0000009": (500, "Internal Server Error"),
    "E0000011": (401, "Invalid token provided"),
    "E0000016": (403, "Activation failed because the user is already active"),
    "E0000021": (
        400,
        "Bad request. Accept and/or Content-Type headers likely do not match supported values.",
    ),
    "E0000022": (405, "The endpoint does not support the provided HTTP method"),
    "E0000028": (400, "The request is missing a required parameter."),
    "E0000029": (400, "Invalid paging request."),
    "E0000030": (
        400,
        "Bad request. Invalid date. Dates must be of the form yyyy-MM-dd'T'HH:mm:ss.SSSZZ, "
        "e.g. 2013-01-01T12:00:00.000-07:00.",
    ),
    "E0000031": (400, "Invalid search criteria."),
    "E0000047": (429, "API call exceeded rate limit due to too many requests."),
    "E0000056": (403, "Delete application forbidden."),
    "E0000060": (501, "Unsupported operation."),
    "E0000107": (
        403,
        "The entity is not in the expected state for the requested transition.",
    ),
    "E0000111": (403, "Cannot modify the object because it is read-only."),
    "E0000117": (403, "Cannot assign apps or update app profiles for an inactive user"),
    # OAuth's own code, in the same body where a discovery document is asked for.
    "invalid_client": (400, "Invalid value for 'client_id' parameter."),
}
_CODE_OF_STATUS: Final = {
    400: "E0000001",
    401: "E0000011",
    403: "E0000006",
    404: "E0000008",
    405: "E0000022",
    429: "E0000047",
}


@dataclass
class OktaError(Exception):
    """Okta says no.

    `summary` replaces the code's own; `causes` are what `errorCauses` lists; `reason` is for the
    emulator's journal alone, where the caller is not told.
    """

    code: str
    summary: str = ""
    causes: tuple[Mapping[str, Any], ...] = ()
    reason: str = ""

    @property
    def status(self) -> int:
        """Return the HTTP status of the code."""
        return _CODES[self.code][0]

    def body(self) -> dict[str, Any]:
        """Return the error as Okta writes it (okta.md 3, "Error body")."""
        return {
            "errorCode": self.code,
            "errorSummary": self.summary or _CODES[self.code][1],
            "errorLink": self.code,
            "errorId": "oae" + "".join(secrets.choice(_LETTERS) for _ in range(22)),
            "errorCauses": list(self.causes),
        }

    def explain(self) -> str:
        """Return what the journal shows."""
        causes = "; ".join(str(cause.get("errorSummary", "")) for cause in self.causes)
        return self.reason or causes or self.summary or _CODES[self.code][1]


class Mistakes:
    """Collects what is wrong with a body, so that all of it is said at once.

    The first field gives the summary, `Api validation failed: <field>`, and each mistake one cause,
    `<field>: <text>` (Okta, "Trusted Origins API", the answer to an invalid origin).
    """

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []

    def add(self, field: str, text: str) -> None:
        """Note a mistake."""
        self._found.append((field, text))

    def check(self, good: bool, field: str, text: str) -> None:
        """Note a mistake unless the condition holds."""
        if not good:
            self.add(field, text)

    def required(self, value: object, field: str) -> None:
        """Note a mistake when a value is absent or empty."""
        self.check(bool(value), field, "The field cannot be left blank")

    def text(self, value: str | None, field: str, longest: int) -> None:
        """Demand a text that is there and not too long."""
        self.required(value and value.strip(), field)
        self.at_most(value, field, longest)

    def at_most(self, value: str | None, field: str, longest: int) -> None:
        """Note a mistake when a text is too long."""
        text = f"The field is too long. It must be at most {longest} characters."
        self.check(len(value or "") <= longest, field, text)

    def unique(self, free: bool, field: str) -> None:
        """Note a mistake when the value is in use already (Okta's words)."""
        self.check(free, field, _DUPLICATE)

    def stop(self) -> None:
        """Raise what was noted, if anything was."""
        if self._found:
            causes = tuple({"errorSummary": f"{field}: {text}"} for field, text in self._found)
            raise OktaError("E0000001", f"Api validation failed: {self._found[0][0]}", causes)


def invalid(field: str, text: str) -> OktaError:
    """Return the refusal of a single value."""
    return OktaError(
        "E0000001", f"Api validation failed: {field}", ({"errorSummary": f"{field}: {text}"},)
    )


def not_found(id: str, kind: str) -> OktaError:
    """Return the refusal of an id that nothing has."""
    return OktaError("E0000007", f"Not found: Resource not found: {id} ({kind})")


def read_only(kind: str) -> OktaError:
    """Return the refusal to touch what Okta made itself.

    Assumption: Okta uses E0000111 for system scopes, system claims and built-in groups.
    """
    return OktaError("E0000111", f"Cannot modify the {kind} object because it is read-only.")


def malformed(error: ValidationError | ValueError) -> OktaError:
    """Return the refusal of a body that is no JSON, or has the wrong types or enum values.

    Okta tells no cause (okta/terraform-provider-okta #609); the journal does.
    """
    if not isinstance(error, ValidationError):
        return OktaError("E0000003", reason="the body is not JSON")
    places = "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False)
    )
    return OktaError("E0000003", reason=places)


def render(error: OktaError) -> Response:
    """Return the answer that carries a refusal."""
    return JSONResponse(error.body(), status_code=error.status)


def response_for_status(status: int) -> Response:
    """Return Okta's error body for a status that has no better reason."""
    code = _CODE_OF_STATUS.get(status, "E0000009")
    return JSONResponse(OktaError(code).body(), status_code=status)
