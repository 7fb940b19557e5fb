"""Colours of a site, readable whatever colour its owner has chosen."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

TEXT_CONTRAST = 4.5
"""Least contrast of text, level AA (W3C, "Web Content Accessibility Guidelines 2.2", 1.4.3)."""

_STEPS = 200


@dataclass(frozen=True)
class Color:
    """An opaque sRGB colour; channels from 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str) -> Color:
        """Return the colour written as `#0f4c81`; raise ValueError for anything else."""
        if len(text) != 7 or not text.startswith("#"):
            raise ValueError(f"{text!r} is no colour of the form #0f4c81")
        return cls(*bytes.fromhex(text[1:]))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @cached_property
    def luminance(self) -> float:
        """Relative luminance from 0 (black) to 1 (white), as WCAG 2.2 defines it."""
        red, green, blue = (
            channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
            for channel in (self.red / 255, self.green / 255, self.blue / 255)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(self, other: Color) -> float:
        """Return the contrast ratio with another colour, from 1 to 21."""
        darker, lighter = sorted((self.luminance, other.luminance))
        return (lighter + 0.05) / (darker + 0.05)

    def mixed(self, other: Color, share: float) -> Color:
        """Return `share` of this colour with the rest of the other one."""
        pairs = zip(
            (self.red, self.green, self.blue), (other.red, other.green, other.blue), strict=True
        )
        return Color(*(round(mine * share + its * (1 - share)) for mine, its in pairs))

    def towards(self, lightness: float) -> Iterable[Color]:
        """Yield this colour, then shades of its hue whose lightness goes to 0 or 1."""
        hue, own, saturation = colorsys.rgb_to_hls(
            self.red / 255, self.green / 255, self.blue / 255
        )
        yield self
        for step in range(1, _STEPS + 1):
            shade = own + (lightness - own) * step / _STEPS
            rgb = colorsys.hls_to_rgb(hue, shade, saturation)
            yield Color(*(round(channel * 255) for channel in rgb))


def legible(color: Color, grounds: Sequence[Color], lightness: float) -> Color:
    """Return the shade nearest to `color`, on the way to `lightness`, that reads on all grounds."""
    return next(
        shade
        for shade in color.towards(lightness)
        if all(shade.contrast(ground) >= TEXT_CONTRAST for ground in grounds)
    )


@dataclass(frozen=True)
class Scheme:
    """The colours of a page, light or dark; every text colour reads on every ground it is used on.

    `page`, `surface` and `tint` are grounds for `ink`, `muted`, `accent`, `good`, `bad`, `warn`;
    `on_fill` is for text on `fill`, the large area in the site's own colour.
    """

    page: Color
    surface: Color
    tint: Color
    line: Color
    ink: Color
    muted: Color
    accent: Color
    fill: Color
    on_fill: Color
    edge: Color
    good: Color
    warn: Color
    bad: Color


_WHITE = Color(255, 255, 255)


@cache
def light_scheme(brand: Color) -> Scheme:
    """Return the colours of the page in daylight."""
    page, ink = Color.parse("#f6f5f1"), Color.parse("#1b1f24")
    tint = brand.mixed(page, 0.08)
    fill, on_fill = _fill(brand, ink)
    return _scheme(
        brand, page=page, surface=_WHITE, tint=tint, ink=ink, fill=fill, on_fill=on_fill, shade=0.0
    )


@cache
def dark_scheme(brand: Color) -> Scheme:
    """Return the colours of the page at night: the site's own colour is toned down."""
    page, ink = Color.parse("#111418"), Color.parse("#eceae6")
    fill, on_fill = _fill(brand.mixed(page, 0.84), page)
    return _scheme(
        brand,
        page=page,
        surface=Color.parse("#191d23"),
        tint=brand.mixed(page, 0.16),
        ink=ink,
        fill=fill,
        on_fill=on_fill,
        shade=1.0,
    )


def _scheme(
    brand: Color,
    *,
    page: Color,
    surface: Color,
    tint: Color,
    ink: Color,
    fill: Color,
    on_fill: Color,
    shade: float,
) -> Scheme:
    # A tint of a very light or very dark brand colour must still carry ordinary text.
    grounds = (page, surface, tint)

    def readable(color: str | Color) -> Color:
        return legible(Color.parse(color) if isinstance(color, str) else color, grounds, shade)

    return Scheme(
        page=page,
        surface=surface,
        tint=tint,
        line=ink.mixed(page, 0.16),
        ink=ink,
        muted=readable(ink.mixed(page, 0.68)),
        accent=readable(brand),
        fill=fill,
        on_fill=on_fill,
        edge=ink.mixed(fill, 0.14),
        good=readable("#1c7a4a"),
        warn=readable("#8f5a00"),
        bad=readable("#b3261e"),
    )


def _fill(brand: Color, dark: Color) -> tuple[Color, Color]:
    """Return the large area's colour and the text colour on it, the brand kept where it can be."""
    for text in (_WHITE, dark):
        if brand.contrast(text) >= TEXT_CONTRAST:
            return brand, text
    return legible(brand, [_WHITE], 0.0), _WHITE
