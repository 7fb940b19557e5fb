"""The reference page of the settings."""

from __future__ import annotations

from pathlib import Path

from infra.reference import reference
from infra.settings import Configuration
from infra.site import Site

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def test_the_committed_page_is_the_one_that_the_settings_give() -> None:
    """Renew it with `python -m infra.reference > docs/configuration.md`."""
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_every_setting_is_on_the_page() -> None:
    page = reference()
    for field in Configuration.model_fields.values():
        assert f"`{field.alias}" in page
    for field in Site.model_fields.values():
        assert f"`sites[].{field.alias}`" in page
