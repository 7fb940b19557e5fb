"""What goes over the web messaging socket: frames of Messenger, frames for it.

Genesys, "Web Messaging Guest API", and the models of the vendor's Transport SDK.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from local.emulator.store import Document
from local.genesys.errors import GenesysError
from local.genesys.models.shapes import Guid, Shape, read, read_json

MAX_ATTRIBUTE_BYTES: Final = 2048
# Assumption: the longest message, in characters, and the longest frame.
_MAX_TEXT: Final = 4096
_MAX_FRAME: Final = 131_072

UNAVAILABLE: Final = 4000
SESSION_EXPIRED: Final = 4006
SESSION_NOT_FOUND: Final = 4007
MESSAGE_TOO_LONG: Final = 4011
ATTRIBUTES_TOO_LARGE: Final = 4013
NO_WAY_BACK: Final = 4017
PARAMETER_MISSING: Final = 4020

ACTIONS: Final = (
    "configureSession",
    "configureAuthenticatedSession",
    "onMessage",
    "echo",
    "getJwt",
    "closeSession",
)
_ATTACHMENT_ACTIONS: Final = ("onAttachment", "getAttachment", "deleteAttachment")


class FrameRefused(Exception):
    """A frame that is answered with an error: its number, the text, and the journal's reason."""

    def __init__(self, code: int, text: str, reason: str = "") -> None:
        self.code = code
        self.text = text
        self.reason = reason or text
        super().__init__(self.reason)


class _Envelope(Shape):
    action: str
    token: Guid
    tracing_id: Annotated[str, Field(max_length=256)] | None = None


class _Configure(Shape):
    deployment_id: str
    start_new: bool = False
    journey_context: dict[str, Any] | None = None


class _Jwt(Shape):
    code: str


class _ConfigureAuthenticated(_Configure):
    data: _Jwt


class _ChannelMetadata(Shape):
    custom_attributes: dict[str, str] = {}


class _Channel(Shape):
    metadata: _ChannelMetadata | None = None


class _Presence(Shape):
    type: Literal["Join", "Clear"]


class _Typing(Shape):
    type: Literal["On", "Off"]
    duration: int | None = None


class _Event(Shape):
    event_type: Literal["Presence", "Typing"]
    presence: _Presence | None = None
    typing: _Typing | None = None


class _Message(Shape):
    type: Literal["Text", "Event", "Structured"]
    text: str = ""
    metadata: dict[str, str] | None = None
    content: list[dict[str, Any]] | None = None
    channel: _Channel | None = None
    events: Annotated[list[_Event], Field(min_length=1)] | None = None


class _OnMessage(Shape):
    message: _Message


class _Close(Shape):
    close_all_connections: bool = False


_SHAPES: Final[dict[str, type[Shape]]] = {
    "configureSession": _Configure,
    "configureAuthenticatedSession": _ConfigureAuthenticated,
    "onMessage": _OnMessage,
    "closeSession": _Close,
}


def decode(text: str | None) -> Document:
    """Return the JSON object of a received frame; None stands for a binary one."""
    try:
        return read_json(text if text is not None and len(text) <= _MAX_FRAME else "")
    except ValueError:
        raise FrameRefused(400, "A text frame with a JSON object is expected.") from None


def parse(frame: Document) -> Document:
    """Return what a frame says, checked for its action; refuse with every mistake in it."""
    envelope = _read(_Envelope, frame)
    action = envelope["action"]
    if action in _ATTACHMENT_ACTIONS:
        raise FrameRefused(UNAVAILABLE, "Attachments are not available.")
    if action not in ACTIONS:
        raise FrameRefused(400, "The action is not known.")
    shape = _SHAPES.get(action)
    return envelope | (_read(shape, frame) if shape else {})


def check_message(message: Document) -> dict[str, str]:
    """Return a message's custom attributes; refuse a message that is too long or says nothing."""
    if message["type"] == "Event" and "events" not in message:
        raise FrameRefused(PARAMETER_MISSING, "message.events: is required")
    for one in message.get("events", []):
        if one["eventType"].lower() not in one:
            raise FrameRefused(PARAMETER_MISSING, f"{one['eventType'].lower()}: is required")
    if message["type"] == "Text" and not message.get("text"):
        raise FrameRefused(PARAMETER_MISSING, "message.text: is required")
    if len(message.get("text", "")) > _MAX_TEXT:
        raise FrameRefused(MESSAGE_TOO_LONG, f"A message has at most {_MAX_TEXT} characters.")
    attributes: dict[str, str] = (
        message.get("channel", {}).get("metadata", {}).get("customAttributes", {})
    )
    size = len(json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode())
    if attributes and size > MAX_ATTRIBUTE_BYTES:
        raise FrameRefused(
            ATTRIBUTES_TOO_LARGE, f"Custom attributes have at most {MAX_ATTRIBUTE_BYTES} bytes."
        )
    return attributes


def response(kind: str, body: Document, tracing_id: str | None) -> Document:
    """Return the answer to a frame."""
    return _frame("response", kind, 200, body, tracing_id)


def event(kind: str, body: Document | None = None, tracing_id: str | None = None) -> Document:
    """Return a frame that the server sends of its own accord."""
    return _frame("message", kind, 200, body or {}, tracing_id)


def error(refused: FrameRefused, tracing_id: str | None) -> Document:
    """Return the answer to a frame that was refused."""
    return _frame("response", "string", refused.code, refused.text, tracing_id)


def _frame(type: str, kind: str, code: int, body: Any, tracing_id: str | None) -> Document:
    frame = {"type": type, "class": kind, "code": code, "body": body}
    return frame | ({"tracingId": tracing_id} if tracing_id is not None else {})


def _read(shape: type[Shape], frame: Document) -> Document:
    try:
        return read(shape, frame)
    except GenesysError as error:
        missing = any(detail["errorCode"] == "is required" for detail in error.details)
        raise FrameRefused(PARAMETER_MISSING if missing else 400, str(error)) from None
