"""How an answer travels to the client: the response modes (okta.md 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from starlette.responses import Response

from local.okta.oidc.authorize_request import FORM_POST, FRAGMENT, POST_MESSAGE, Target
from local.okta.oidc.web.pages import Pages, origin_of, unstored


class Answers:
    """Sends answers to clients."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def send(self, target: Target, fields: Mapping[str, str]) -> Response:
        """Return the response that carries fields, and `state`, to the client."""
        whole = {**fields, **({"state": target.state} if target.state else {})}
        origin = origin_of(target.redirect_uri)
        if target.mode == FORM_POST:
            return self._pages.show(
                "form_post.html",
                form_targets=[origin] if origin else [],
                action=target.redirect_uri,
                fields=whole,
            )
        if target.mode == POST_MESSAGE:
            parts = urlsplit(target.redirect_uri)
            return self._pages.show(
                "post_message.html",
                framed_by=[origin] if origin else [],
                origin=f"{parts.scheme}://{parts.netloc}",
                fields=whole,
            )
        if target.mode == FRAGMENT:
            return redirect(f"{target.redirect_uri}#{urlencode(whole)}")
        return redirect(with_query(target.redirect_uri, whole))


def with_query(uri: str, fields: Mapping[str, str]) -> str:
    """Return a URI with fields after those that its query has already."""
    if not fields:
        return uri
    joint = "" if uri.endswith(("?", "&")) else "&" if urlsplit(uri).query else "?"
    return f"{uri}{joint}{urlencode(fields)}"


def redirect(address: str) -> Response:
    """Return a redirect; the address is sent as it is, as clients registered it."""
    return Response(status_code=302, headers=unstored() | {"Location": _ascii(address)})


def _ascii(address: str) -> str:
    # Header fields are ASCII; a registered URI may have other letters.
    return "".join(one if one.isascii() else quote(one) for one in address)
