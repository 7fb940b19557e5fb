"""Priorities without gaps: where one is put, the others make room."""

from __future__ import annotations

from local.emulator.store import Collection, Document


def insert(collection: Collection, document: Document, wanted: int | None, first: int = 1) -> None:
    """Put a document, new or known, at a priority and write all that change.

    Priorities count up from `first`. Without a wanted one a new document comes last and a known
    one stays where it is; one beyond the end becomes the end.
    """
    if wanted is None:
        # Nobody has to move, so nobody is looked at.
        document.setdefault("priority", first + len(collection))
        collection[document["id"]] = document
        return
    others = [one for one in ordered(collection) if one["id"] != document["id"]]
    others.insert(min(max(wanted - first, 0), len(others)), document)
    document.pop("priority", None)
    _number(collection, others, first)


def remove(collection: Collection, id: str, first: int = 1) -> None:
    """Remove a document and close the gap it leaves."""
    del collection[id]
    _number(collection, ordered(collection), first)


def ordered(collection: Collection) -> list[Document]:
    """Return all documents by priority."""
    return sorted(collection.documents(), key=lambda one: int(one["priority"]))


def _number(collection: Collection, documents: list[Document], first: int) -> None:
    for priority, document in enumerate(documents, first):
        if document.get("priority") != priority:
            document["priority"] = priority
            collection[document["id"]] = document
