"""Cookies of the browser."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.responses import Response

from local.okta.api.calls import Call

# Okta, Identity Engine: `idx` is the session, `DT` the browser.
SESSION: Final = "idx"
DEVICE: Final = "DT"
_DEVICE_SECONDS: Final = 2 * 365 * 86_400


def session_of(call: Call) -> str:
    """Return the value of the session cookie, or an empty text."""
    return call.cookies.get(SESSION, "")


def device_of(call: Call) -> str:
    """Return the value of the browser's own cookie, or an empty text."""
    return call.cookies.get(DEVICE, "")


def new_device() -> str:
    """Return a value for a browser that has none."""
    return secrets.token_urlsafe(24)


def set_session(response: Response, value: str) -> None:
    """Sign the browser in, until it is closed."""
    _set(response, SESSION, value)


def clear_session(response: Response) -> None:
    """Sign the browser out."""
    _set(response, SESSION, "", 0)


def set_device(response: Response, value: str) -> None:
    """Know the browser again."""
    _set(response, DEVICE, value, _DEVICE_SECONDS)


def _set(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Set a cookie that comes along from other sites' frames and scripts too, as Okta's do.

    Assumption: browsers take `Secure` from plain http on loopback. Chromium does; without
    it they would not take `SameSite=None`.
    """
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="none"
    )
