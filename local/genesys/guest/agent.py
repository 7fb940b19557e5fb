"""The one who answers: a small agent that tells what a flow would know of the visitor."""

from __future__ import annotations

from local.emulator.store import Document


def answer(text: str, identity: Document, attributes: dict[str, str]) -> str:
    """Return the answer to a visitor's message.

    It shows what Architect sees: `Message.IsAuthenticated`, address, email and name of the sender,
    and the custom attributes received so far. An empty text stands for a visitor who has joined.
    """
    first = f"You wrote: {text}" if text else f"Hello {identity['name'] or 'guest'}."
    known = [
        ("IsAuthenticated", "true" if identity["isAuthenticated"] else "false"),
        ("Address", identity["address"]),
        ("Email", identity["email"]),
        ("Name", identity["name"]),
        *((f"Attribute {name}", value) for name, value in attributes.items()),
    ]
    return "\n".join([first, *(f"{name}: {value}" for name, value in known if value)])
