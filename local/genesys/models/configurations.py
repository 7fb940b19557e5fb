"""Messenger configurations: a draft each, and the versions that were published from it."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from local.emulator.clock import Clock, iso
from local.emulator.store import Collection, Document, Store
from local.genesys.errors import GenesysError, conflict, find
from local.genesys.models import settling
from local.genesys.models.configuration_body import ConfigurationBody
from local.genesys.models.shapes import read
from local.genesys.models.uses import Uses

DRAFT: Final = "DRAFT"


class Configurations:
    """The organisation's Messenger configurations.

    Every publish makes a new version, numbered from 1, whether or not the draft has changed.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._drafts = store.collection("configurations")
        self._clock = clock
        self.uses = Uses(store, "configuration")

    def create(self, body: Document) -> Document:
        """Keep a new configuration as a draft and return it, pending."""
        id = str(uuid4())
        given = read(ConfigurationBody, body)
        now = iso(self._clock.now())
        self._drafts[id] = {
            "id": id,
            "version": DRAFT,
            **given,
            "dateCreated": now,
            "dateModified": now,
            **settling.begin(self._clock),
        }
        return _show(self._drafts[id])

    def replace_draft(self, id: str, body: Document) -> Document:
        """Replace the draft whole: what the body leaves out is gone. Returns it, pending."""
        before = self._find(id)
        given = read(ConfigurationBody, body)
        self._drafts[id] = {
            "id": id,
            "version": DRAFT,
            **given,
            "dateCreated": before["dateCreated"],
            "dateModified": iso(self._clock.now()),
            **settling.begin(self._clock),
        }
        return _show(self._drafts[id])

    def draft(self, id: str) -> Document:
        """Return the draft."""
        found = self._find(id)
        if settling.look(found):
            self._drafts[id] = found
        return _show(found)

    def publish(self, id: str) -> Document:
        """Publish the draft as the next version.

        Assumption: a draft that is still pending is refused, which is why clients poll it.
        """
        if settling.is_pending(self._find(id), self._clock):
            raise GenesysError(400, "The draft is still pending.", code="draft.not.active")
        draft = self.draft(id)
        versions = self._versions(id)
        number = str(len(versions) + 1)
        versions[number] = draft | {
            "version": number,
            "status": settling.ACTIVE,
            "datePublished": iso(self._clock.now()),
        }
        return _show(versions[number])

    def version(self, id: str, version: str) -> Document:
        """Return a published version by its number, or the draft as `draft` in any case."""
        if version.upper() == DRAFT:
            return self.draft(id)
        self._find(id)
        return _show(find(self._versions(id), version, f"version of configuration {id}"))

    def newest(self, id: str) -> Document | None:
        """Return the version published last, None when there is none."""
        versions = self._versions(id)
        return versions.get(str(len(versions)))

    def versions(self, id: str) -> list[Document]:
        """Return the published versions, newest first. Assumption: the draft is not among them."""
        self._find(id)
        return [_show(one) for one in reversed(self._versions(id).documents())]

    def listing(self, *, only_published: bool) -> list[Document]:
        """Return all configurations: drafts, or only what is published, in its newest version."""
        if not only_published:
            return [self.draft(id) for id in self._drafts]
        newest = [self.newest(id) for id in self._drafts]
        return [_show(one) for one in newest if one is not None]

    def delete(self, id: str) -> None:
        """Delete a configuration. Assumption: one that a deployment uses is refused."""
        self._find(id)
        users = self.uses.of(id)
        if users:
            raise conflict(
                "The configuration {id} is used by deployment {user}.", id=id, user=users[0]
            )
        versions = self._versions(id)
        with self._store.transaction():
            for number in versions:
                del versions[number]
            del self._drafts[id]

    def _versions(self, id: str) -> Collection:
        return self._store.collection(f"configuration-versions/{id}")

    def _find(self, id: str) -> Document:
        return find(self._drafts, id, "configuration")


def _show(document: Document) -> Document:
    shown = {key: value for key, value in document.items() if key != "pendingUntil"}
    path = f"/api/v2/webdeployments/configurations/{document['id']}/versions"
    return shown | {"selfUri": f"{path}/{document['version']}"}
