"""Listings: by page number, and by cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from local.emulator.store import Document
from local.genesys.errors import GenesysError, invalid

_DEFAULT_SIZE: Final = 25
_MAXIMUM_SIZE: Final = 500


def page(request: Request, found: Sequence[Document]) -> Document:
    """Return one page of a listing by `pageSize` and `pageNumber`; past the end it is empty."""
    size = _number(request, "pageSize", _DEFAULT_SIZE, _MAXIMUM_SIZE)
    number = _number(request, "pageNumber", 1, None)
    pages = max(1, -(-len(found) // size))
    begin = (number - 1) * size
    listing: Document = {
        "entities": list(found[begin : begin + size]),
        "pageSize": size,
        "pageNumber": number,
        "total": len(found),
        "pageCount": pages,
        "firstUri": _uri(request, pageSize=size, pageNumber=1),
        "selfUri": _uri(request, pageSize=size, pageNumber=number),
        "lastUri": _uri(request, pageSize=size, pageNumber=pages),
    }
    if number < pages:
        listing["nextUri"] = _uri(request, pageSize=size, pageNumber=number + 1)
    if 1 < number <= pages:
        listing["previousUri"] = _uri(request, pageSize=size, pageNumber=number - 1)
    return listing


def cursor_page(request: Request, found: Sequence[Document], *, key: str = "id") -> Document:
    """Return one page of a listing by `pageSize`, `after` and `before`.

    Cursors are values of `key`: the last one of a page leads to the next page, the first one to
    the page before. A cursor that is not in the listing is refused.
    """
    size = _number(request, "pageSize", _DEFAULT_SIZE, _MAXIMUM_SIZE)
    after, before = request.query_params.get("after"), request.query_params.get("before")
    begin, end = 0, len(found)
    if after:
        begin = _position(found, key, "after", after) + 1
        end = begin + size
    elif before:
        end = _position(found, key, "before", before)
        begin = max(0, end - size)
    else:
        end = size
    entities = list(found[begin:end])
    listing: Document = {"entities": entities, "selfUri": _uri(request)}
    if entities and begin + len(entities) < len(found):
        listing["nextUri"] = _uri(request, after=entities[-1][key], before=None, pageSize=size)
    if entities and begin > 0:
        listing["previousUri"] = _uri(request, before=entities[0][key], after=None, pageSize=size)
    return listing


def _uri(request: Request, **changes: str | int | None) -> str:
    query: Mapping[str, str | int | None] = dict(request.query_params) | changes
    given = {name: value for name, value in query.items() if value is not None}
    return request.url.path + (f"?{urlencode(given)}" if given else "")


def _number(request: Request, name: str, default: int, maximum: int | None) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise invalid(name, "a whole number from 1 is expected")
    if maximum is not None and int(text) > maximum:
        raise invalid(name, f"at most {maximum} is expected")
    return int(text)


def _position(found: Sequence[Document], key: str, name: str, cursor: str) -> int:
    for position, document in enumerate(found):
        if document[key] == cursor:
            return position
    raise GenesysError(400, f"{name} is no cursor of this listing.", code="bad.request")
