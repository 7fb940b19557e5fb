"""What anybody may read: the provider's documents, Messenger's public files, the sites' pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doctor.ledger import PROVIDER, PUBLIC_FILES, SITES
from doctor.reading import Notebook, Unread
from doctor.wire import Answer, Wire
from infra.outputs import SiteOutputs, StackOutputs
from sample_site.csp import is_loopback


@dataclass(frozen=True)
class Document:
    """A JSON object from the web: `content` is None, and `problem` says why, when there is none."""

    url: str
    content: Mapping[str, Any] | None
    problem: str = ""


@dataclass(frozen=True)
class Page:
    """A page from the web: `answer` is None, and `problem` says why, when nobody answered."""

    url: str
    answer: Answer | None
    problem: str = ""


class WebReads:
    """Reads of public addresses. Each is read once; failures are findings, not exceptions."""

    def __init__(self, outputs: StackOutputs, wire: Wire) -> None:
        self._outputs = outputs
        self._wire = wire
        self._notes = Notebook()

    def discovery(self) -> Document:
        """Return the provider's discovery document."""
        return self._document(PROVIDER, self._outputs.discovery_uri)

    def keys(self, url: str) -> Document:
        """Return the provider's key set."""
        return self._document(PROVIDER, url)

    def public_config(self, site: SiteOutputs) -> Document:
        """Return `config.json` of a site's deployment (genesys-cloud.md 4.6)."""
        domain = self._outputs.messenger_domain
        origin = f"http://{domain}" if is_loopback(domain) else f"https://api-cdn.{domain}"
        url = f"{origin}/webdeployments/v1/deployments/{site.deployment_id}/config.json"
        return self._document(PUBLIC_FILES, url)

    def page(self, site: SiteOutputs) -> Page:
        """Return the first page of a site."""

        def read() -> Page:
            try:
                return Page(site.url, self._wire.get(SITES, site.url))
            except Unread as error:
                return Page(site.url, None, str(error))

        return self._notes.once(site.url, read)

    def _document(self, service: str, url: str) -> Document:
        def read() -> Document:
            try:
                answer = self._wire.get(service, url)
            except Unread as error:
                return Document(url, None, str(error))
            if not answer.is_good:
                return Document(url, None, f"{url} answers {answer.status}.")
            try:
                content = json.loads(answer.text)
            except ValueError:
                content = None
            if not isinstance(content, dict):
                return Document(url, None, f"{url} answers with something else than JSON.")
            return Document(url, content)

        return self._notes.once(url, read)
