"""At Genesys Cloud's web messaging socket: frames of a running conversation.

Genesys, "Web Messaging Guest API"; codes: Transport SDK, `ErrorCode`.
"""

from __future__ import annotations

from uuid import uuid4

from tests.end_to_end.hostile.cases import Act, Case, Frame, Result
from tests.end_to_end.hostile.sockets import good
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json


def framed(action: str, more: Json) -> Act:
    """Send a frame in a running conversation, which must live on."""

    def act(visitor: Visitor) -> Result:
        with visitor.talking() as talk:
            talk.started(good(visitor))
            answer = talk.ask(action, **more)
            assert talk.say("still there")[0]["body"]["text"] == "still there"
            return answer

    return act


def raw(content: str | bytes) -> Act:
    """Send something that is no frame; the socket must live on."""

    def act(visitor: Visitor) -> Result:
        with visitor.talking() as talk:
            talk.socket.send(content)
            answer = talk.receive()
            talk.started(good(visitor))
            return answer

    return act


def text(words: str) -> Json:
    """Return the rest of an onMessage frame."""
    return {"message": {"type": "Text", "text": words}}


def attributed(attributes: object) -> Json:
    """Return the rest of an onMessage frame with custom attributes."""
    channel = {"metadata": {"customAttributes": attributes}}
    return {"message": {"type": "Text", "text": "x", "channel": channel}}


def event(*events: Json) -> Json:
    """Return the rest of an onMessage frame with events."""
    return {"message": {"type": "Event"} | ({"events": list(events)} if events else {})}


def refused(id: str, action: str, more: Json, code: int, reason: str) -> Case:
    """Return the row of a frame that is answered with an error."""
    return Case(f"frame: {id}", framed(action, more), Frame(code), genesys=reason)


def malformed(id: str, content: str | bytes) -> Case:
    """Return the row of what is no frame."""
    text = "A text frame with a JSON object is expected."
    return Case(f"malformed frame: {id}", raw(content), Frame(400, text), genesys=text)


TOO_LARGE = "Custom attributes have at most 2048 bytes."

CASES = [
    refused("no words", "onMessage", text(""), 4020, "message.text: is required"),
    refused("no message", "onMessage", {}, 4020, "message: is required"),
    refused("strange message", "onMessage", {"message": {"type": "Song"}}, 400, "message.type: "),
    refused("too long", "onMessage", text("x" * 4097), 4011, "A message has at most 4096"),
    refused("R14 large attributes", "onMessage", attributed({"a": "x" * 2041}), 4013, TOO_LARGE),
    refused(
        "R14 attributes large in bytes",
        "onMessage",
        attributed({"a": "\u00fc" * 1021}),
        4013,
        TOO_LARGE,
    ),
    refused(
        "R14 attribute that is no text",
        "onMessage",
        attributed({"a": 1}),
        400,
        "message.channel.metadata.customAttributes.a: ",
    ),
    refused("event of nothing", "onMessage", event(), 4020, "message.events: is required"),
    refused(
        "presence of nobody",
        "onMessage",
        event({"eventType": "Presence"}),
        4020,
        "presence: is required",
    ),
    refused("attachment", "onAttachment", {"attachmentId": "x"}, 4000, "Attachments are not avail"),
    refused("unknown action", "dance", {}, 400, "The action is not known."),
    refused("other token", "echo", {"token": str(uuid4())}, 4007, "The session was not found."),
    refused("token that is no GUID", "echo", {"token": "me"}, 400, "token: "),
    refused("no token", "echo", {"token": None}, 4020, "token: is required"),
    refused("no deployment", "configureSession", {}, 4020, "deploymentId: is required"),
    refused(
        "other deployment",
        "configureSession",
        {"deploymentId": "x"},
        400,
        "deploymentId is not the one of the connection.",
    ),
    refused(
        "no JWT", "configureAuthenticatedSession", {"deploymentId": "x"}, 4020, "data: is required"
    ),
    refused("number as tracing id", "echo", {"tracingId": 7}, 400, "tracingId: "),
    malformed("nothing", ""),
    malformed("half an object", "{"),
    malformed("a list", "[]"),
    malformed("a number", "7"),
    malformed("binary", b"{}"),
    malformed("very deep", "[" * 100_000),
    malformed("not a number", '{"a": NaN}'),
    malformed("half a character", '{"a": "\\ud800"}'),
    malformed("very long", '"' + "x" * 140_000),
]
