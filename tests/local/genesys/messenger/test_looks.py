"""Launcher and window as people see and hear them: screenshots, and axe-core inside the frames."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Frame, expect

from tests.accessibility import barriers
from tests.local.genesys.messenger.site import Site, Tab
from tests.local.genesys.messenger.test_conversation import say

pytestmark = pytest.mark.browser

_PROJECT = Path(__file__).parents[4]
_SCREENSHOTS = _PROJECT / ".local" / "screenshots" / "messenger"
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_PAGE = """
:root { color-scheme: light dark; }
body { background: #eef1f4; }
@media (prefers-color-scheme: dark) { body { background: #101216; color: #eee; } }
"""


def frame_of(tab: Tab, file: str) -> Frame:
    """Return the frame whose page is that file."""
    (found,) = [frame for frame in tab.page.frames if frame.url.endswith(file)]
    return found


def test_window_and_launcher_look_right_and_read_well(shop: Site) -> None:
    """Every state is free of accessibility violations at both widths, light and dark."""
    shop.deploy(
        {
            "styles": {"primaryColor": "#0a6e5c"},
            "apps": {"conversations": {"enabled": True, "conversationClear": {"enabled": True}}},
        },
        authenticationSettings=shop.desk.require(),
    )
    context = shop.visitors.arrive(reduced_motion="reduce")
    tab = shop.open(context=context, before="window.answers = {getAuthCode: async () => {}};")
    tab.page.add_style_tag(content=_PAGE)

    def look(name: str, file: str) -> None:
        for width, scheme in product((1280, 360), _SCHEMES):  # axe knows no width
            tab.page.set_viewport_size({"width": width, "height": 720})
            tab.page.emulate_media(color_scheme=scheme)
            frame = frame_of(tab, file)
            expect(frame.locator("html")).to_have_attribute("data-theme", scheme)
            tab.page.screenshot(path=_SCREENSHOTS / f"{name}-{width}-{scheme}.png")
            assert width != 1280 or barriers(frame, runOnly=_WCAG) == [], (
                name,
                scheme,
            )
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= width

    tab.run("Launcher.show")
    look("launcher", "launcher.html")
    tab.run("Messenger.open")
    expect(tab.window.get_by_role("heading", name="Sign in to chat")).to_be_visible()
    look("gate", "window.html")
    tab.page.evaluate("delete answers.getAuthCode")
    tab.window.get_by_role("button", name="Sign in").click()
    expect(tab.window.get_by_role("log")).to_contain_text("Say hello")
    look("empty", "window.html")
    say(tab, "Hello! Can you help me with my order from last week?")
    say(tab, "It has not arrived yet.")
    look("talk", "window.html")
    tab.window.get_by_role("button", name="Clear conversation").click()
    look("question", "window.html")
