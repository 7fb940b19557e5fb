"""HTML pages of the organization, with the headers that protect them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from local.okta.api.calls import Call
from local.okta.errors import OktaError
from local.okta.model.trusted_origins import TrustedOrigins
from local.okta.oidc.parameters import Parameters, parameters_of, parse_form
from local.okta.oidc.refusals import Refusal

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ORIGIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.:\[\]_-]+")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_TITLES: Final = {400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


class Pages:
    """Renders pages. What a page may do is listed in its Content Security Policy."""

    def __init__(self, origins: TrustedOrigins) -> None:
        self._origins = origins
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def show(
        self,
        template: str,
        *,
        status: int = 200,
        form_targets: Sequence[str] = (),
        framed_by: Sequence[str] | None = None,
        **values: Any,
    ) -> Response:
        """Return a page.

        Forms go to the server itself and to `form_targets`, where a redirect may lead. Pages at
        trusted origins with the scope IFRAME_EMBED may frame it, or only those `framed_by`.
        """
        nonce = secrets.token_urlsafe(16)
        embedding = self._origins.with_scope("IFRAME_EMBED") if framed_by is None else framed_by
        policy = "; ".join(
            [
                "default-src 'none'",
                f"style-src 'nonce-{nonce}'",
                f"script-src 'nonce-{nonce}'",
                "base-uri 'none'",
                " ".join(["form-action", "'self'", *form_targets]),
                " ".join(["frame-ancestors", "'self'", *embedding]),
            ]
        )
        html = self._environment.get_template(template).render(nonce=nonce, **values)
        return HTMLResponse(html, status, unstored() | {"Content-Security-Policy": policy})

    def refuse(self, call: Call, refusal: Refusal | OktaError) -> Response:
        """Return the page that explains a refusal to the person in front of it, and note why."""
        if isinstance(refusal, OktaError):
            refusal = Refusal("not_found", refusal.explain(), status=refusal.status)
        call.note(refusal.explain())
        return self.show(
            "error.html",
            status=refusal.status,
            title=_TITLES.get(refusal.status, "Error"),
            refusal=refusal,
        )


def asked_with(call: Call) -> Parameters:
    """Return the parameters of a page: the form of a POST, else the query."""
    if call.method == "POST":
        return parse_form(call.content)
    return parameters_of(call.query.multi_items())


def unstored() -> dict[str, str]:
    """Return the headers of answers that hold something secret."""
    return {
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def origin_of(uri: str) -> str:
    """Return the source that a policy names for a URI: its origin, or the scheme of an app."""
    parts = urlsplit(uri)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme in ("http", "https"):
        return origin if _ORIGIN.fullmatch(origin) else ""
    return f"{parts.scheme}:" if _SCHEME.fullmatch(parts.scheme) else ""
