"""Debian's Chromium, headless, as every browser test of this project uses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

# Ahead of a page's own scripts: what the page's policy had to stop, in `window.violations`.
NOTE_VIOLATIONS: Final = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
# The menu below the address bar is two web applications of its own. Nobody sees them here, but
# each new profile would load them: a third of what a sign-in costs.
_UNSEEN: Final = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
# Of two such lists the last one counts, so what Playwright switches off is repeated.
_PLAYWRIGHTS: Final = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# Chromium's setting for cookies of other sites: all, none in private windows, none anywhere.
_ALLOW_ALL: Final = 0
_FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    # One process for a page and its frames instead of one for each site. What frames may see of
    # each other, cookies and policies are decided by origin and site all the same.
    "--disable-site-isolation-trials",
    f"--disable-features={','.join((*_PLAYWRIGHTS, *_UNSEEN))}",
)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Run a browser until the end of the block; its profiles block third-party cookies."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_path(), args=[*_FLAGS, *flags])
        yield browser
        browser.close()


@contextmanager
def allowing_third_party_cookies(
    beside: Browser, folder: Path, **options: Any
) -> Iterator[BrowserContext]:
    """Run another browser until the end of the block; its profile is kept in a folder."""
    preferences = folder / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": _ALLOW_ALL}}))
    context = beside.browser_type.launch_persistent_context(
        folder, executable_path=_path(), args=_FLAGS, **options
    )
    yield context
    context.close()


def _path() -> str:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not on PATH: `make test` installs it.")
    return path
