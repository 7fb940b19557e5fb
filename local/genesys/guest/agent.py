"""The one who answers: a small agent that tells what a flow would know of the visitor."""

from __future__ import annotations

from typing import Final

from local.emulator.store import Document

ORDER: Final = "orderNumber"
"""The custom attribute with which the sample site says what a conversation is about."""


def answer(text: str, identity: Document, attributes: dict[str, str]) -> str:
    """Return the answer to a visitor's message.

    It shows what Architect sees: `Message.IsAuthenticated`, address, email and name of the sender,
    and the custom attributes received so far. An empty text stands for a visitor who has joined.
    Like a flow that branches on `Message.IsAuthenticated` it would call a data action for people
    who are signed in, and for nobody else.
    """
    first = f"You wrote: {text}" if text else f"Hello {identity['name'] or 'guest'}."
    known = [
        ("IsAuthenticated", "true" if identity["isAuthenticated"] else "false"),
        ("Address", identity["address"]),
        ("Email", identity["email"]),
        ("Name", identity["name"]),
        *((f"Attribute {name}", value) for name, value in attributes.items()),
    ]
    if ORDER in attributes:
        known.append(("Data action findOrder", _find_order(attributes[ORDER], identity)))
    return "\n".join([first, *(f"{name}: {value}" for name, value in known if value)])


def _find_order(number: str, identity: Document) -> str:
    if not identity["isAuthenticated"]:
        return "not called, as nobody is signed in"
    return f"called for {number} of {identity['address']}"
