"""Every site is readable, whatever its owner's taste."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sample_site.color import TEXT_CONTRAST, Color, Scheme, dark_scheme, light_scheme

CHANNEL = st.integers(0, 255)
COLORS = st.builds(Color, CHANNEL, CHANNEL, CHANNEL)


@given(COLORS)
@example(Color(0, 0, 0))
@example(Color(255, 255, 255))
@example(Color(255, 204, 0))
@example(Color(119, 119, 119))
def test_every_text_reads_on_every_ground(brand: Color) -> None:
    for scheme in (light_scheme(brand), dark_scheme(brand)):
        pairs = [*product(_texts(scheme), _grounds(scheme)), (scheme.on_fill, scheme.fill)]
        for text, ground in pairs:
            assert text.contrast(ground) >= TEXT_CONTRAST, f"{text} on {ground}"


def _texts(scheme: Scheme) -> list[Color]:
    return [scheme.ink, scheme.muted, scheme.accent, scheme.good, scheme.warn, scheme.bad]


def _grounds(scheme: Scheme) -> list[Color]:
    return [scheme.page, scheme.surface, scheme.tint]


@pytest.mark.parametrize("text", ["#0f4c81", "#7a3e9d", "#ffcc00", "#ffffff", "#000000"])
def test_a_color_that_can_carry_text_is_kept_as_it_is(text: str) -> None:
    assert str(light_scheme(Color.parse(text)).fill) == text


def test_a_color_that_can_carry_no_text_is_darkened_within_its_hue() -> None:
    brand = Color.parse("#7b7b7b")
    fill = light_scheme(brand).fill
    assert fill.luminance < brand.luminance
    assert fill.red == fill.green == fill.blue


def test_contrast_is_that_of_the_guidelines() -> None:
    """The two ends of the scale, and a pair whose ratio is well known."""
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert black.contrast(white) == white.contrast(black) == pytest.approx(21)
    assert white.contrast(white) == 1
    assert Color.parse("#767676").contrast(white) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("text", ["", "red", "#fff", "0f4c81", "#0f4c8g", "#0f4c81;}"])
def test_what_is_no_color_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"#|hex"):
        Color.parse(text)
