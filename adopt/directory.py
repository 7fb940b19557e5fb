"""What is there in an Okta and a Genesys Cloud organisation, read and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import httpx

from doctor.access import OktaAccess
from doctor.ledger import GENESYS, OKTA
from doctor.reading import Notebook, Unread
from doctor.wire import Answer, Wire
from infra.provider_config import GenesysAccess

Object = Mapping[str, Any]


class Directory:
    """Lists the objects of both organisations; each list is read once.

    Each organisation has a wire of its own, as only one of them may be behind a proxy. What cannot
    be read raises Unread.
    """

    def __init__(
        self, okta_wire: Wire, okta: OktaAccess, genesys_wire: Wire, genesys: GenesysAccess
    ) -> None:
        if "token" not in okta.credentials:
            raise Unread(
                "Okta is looked through with a token: set okta:apiToken (or OKTA_API_TOKEN), or "
                "okta:accessToken, for this command. A private key serves for everything else."
            )
        self._okta_wire = okta_wire
        self._okta = okta
        self._okta_headers = {"Authorization": f"{okta.mode} {okta.credentials['token']}"}
        self._genesys_wire = genesys_wire
        self._genesys = genesys
        self._notes = Notebook()

    def okta(self, path: str) -> list[Object]:
        """Return all objects of an Okta list, or the one object as a list; empty where none is."""
        return self._notes.once(path, lambda: list(self._okta_pages(path)))

    def genesys(self, path: str) -> list[Object]:
        """Return all entities of a Genesys Cloud list, or the one object as a list."""
        return self._notes.once(path, lambda: list(self._genesys_pages(path)))

    def _okta_pages(self, path: str) -> Iterator[Object]:
        url: str | None = f"{self._okta.url}{path}"
        while url:
            answer = self._okta_wire.send(OKTA, "GET", url, headers=self._okta_headers)
            if answer.status == 404:
                return
            content = _content(answer, OKTA)
            yield from content if isinstance(content, list) else [content]
            url = _next_link(answer)

    def _genesys_pages(self, path: str) -> Iterator[Object]:
        first = httpx.URL(f"{self._genesys.api_url}/api/v2/{path}")
        url: str | None = str(first)
        number = 1
        while url:
            headers = {"Authorization": f"Bearer {self._genesys_token()}"}
            answer = self._genesys_wire.send(GENESYS, "GET", url, headers=headers)
            if answer.status == 404:
                return
            content = _content(answer, GENESYS)
            if "entities" not in content:
                yield content
                return
            yield from content["entities"]
            if following := content.get("nextUri"):
                url = urljoin(f"{self._genesys.api_url}/", following)
            elif number < content.get("pageCount", 1):
                number += 1
                url = str(first.copy_set_param("pageNumber", number))
            else:
                url = None

    def _genesys_token(self) -> str:
        return self._notes.once("token", self._request_token)

    def _request_token(self) -> str:
        access = self._genesys
        if access.access_token:
            return access.access_token
        answer = self._genesys_wire.send(
            GENESYS,
            "POST",
            f"{access.login_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(access.client_id, access.client_secret),
        )
        token = _content(answer, GENESYS).get("access_token")
        if not token:
            raise Unread(
                f"{access.login_url} answers the sign-in with something else than a token."
            )
        return str(token)


def _content(answer: Answer, service: str) -> Any:
    if not answer.is_good:
        raise Unread(
            f"{service} answered {answer.status} to {answer.url}. Check the stack's credentials "
            "and that they may read this."
        )
    try:
        return json.loads(answer.text)
    except ValueError:
        raise Unread(
            f"{service} answered {answer.url} with something else than JSON: the address may "
            "belong to another service."
        ) from None


def _next_link(answer: Answer) -> str | None:
    """Return where the next page is (Okta, "Pagination": a Link header of its own for each)."""
    for header in answer.headers.get_list("link"):
        for link in header.split(","):
            target, _, rest = link.strip().partition(">")
            if 'rel="next"' in rest:
                return target.removeprefix("<")
    return None
