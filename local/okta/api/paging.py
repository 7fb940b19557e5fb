"""Lists in pages, with `Link` headers to go on by (Okta, "Design principles", pagination)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from local.emulator.store import Document
from local.okta.errors import OktaError


@dataclass(frozen=True)
class Listing:
    """All documents that a list has, how each is shown, and how many a page may hold.

    With `endless` the last page links to the next one too, for clients that poll.
    """

    documents: Sequence[Document]
    show: Callable[[Document], Document]
    default: int = 200
    most: int = 200
    key: str = "id"
    endless: bool = False


def paged(listing: Listing, address: str, query: QueryParams) -> Response:
    """Return the page that `limit` and `after` ask for."""
    limit = _limit(query, listing)
    start = _start(query, listing)
    page = listing.documents[start : start + limit]
    response = JSONResponse([listing.show(document) for document in page])
    response.headers.append("Link", _link(address, dict(query), "self"))
    end = start + len(page)
    if page and (listing.endless or end < len(listing.documents)):
        cursor = _cursor(end, str(page[-1][listing.key]))
        target = dict(query) | {"limit": str(limit), "after": cursor}
        response.headers.append("Link", _link(address, target, "next"))
    elif listing.endless:
        response.headers.append("Link", _link(address, dict(query), "next"))
    return response


def _limit(query: QueryParams, listing: Listing) -> int:
    text = query.get("limit", str(listing.default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise OktaError("E0000029", reason="limit is no positive number")
    return min(int(text), listing.most)


def _start(query: QueryParams, listing: Listing) -> int:
    """Return where the page begins: behind the document the cursor names, if it is still there."""
    cursor = query.get("after")
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        position, last = text.split(" ", 1)
        expected = int(position)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise OktaError("E0000029", reason="after is no cursor of this list") from None
    for index, document in enumerate(listing.documents):
        if document[listing.key] == last:
            return index + 1
    # It is gone, so what followed it has moved up by at least one.
    return max(expected - 1, 0)


def _cursor(position: int, last: str) -> str:
    return base64.urlsafe_b64encode(f"{position} {last}".encode()).decode().rstrip("=")


def _link(address: str, query: dict[str, str], relation: str) -> str:
    target = f"{address}?{urlencode(query)}" if query else address
    return f'<{target}>; rel="{relation}"'
