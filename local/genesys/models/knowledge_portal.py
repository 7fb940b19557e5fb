"""The part of a Messenger configuration that describes a knowledge portal."""

from __future__ import annotations

from typing import Literal

from local.genesys.models.shapes import Colour, Shape


class Reference(Shape):
    """Another object, by its id."""

    id: str = ""


class _ImageSource(Shape):
    default_url: str


class _Image(Shape):
    source: _ImageSource


class _Category(Reference):
    image: _Image | None = None


class _CustomMessage(Shape):
    default_value: str
    type: Literal["Welcome", "Fallback"]


class _CompactTemplate(Shape):
    active: bool


class _Sidebar(Shape):
    enabled: bool


class _DetailedTemplate(_CompactTemplate):
    sidebar: _Sidebar | None = None


class _Module(Shape):
    type: Literal[
        "Search", "Categories", "FAQ", "Contact", "Results", "Article", "TopViewedArticles"
    ]
    enabled: bool
    compact_category_module_template: _CompactTemplate | None = None
    detailed_category_module_template: _DetailedTemplate | None = None


class _Screen(Shape):
    type: Literal["Home", "Category", "SearchResults", "Article"]
    module_settings: list[_Module]


class _LabelFilter(Shape):
    labels: list[Reference] = []


class _HeroStyle(Shape):
    background_color: Colour
    text_color: Colour
    image: _Image | None = None


class _GlobalStyle(Shape):
    background_color: Colour
    primary_color: Colour
    primary_color_dark: Colour
    primary_color_light: Colour
    text_color: Colour
    font_family: str


class _Style(Shape):
    hero_style: _HeroStyle | None = None
    global_style: _GlobalStyle | None = None


class _Feedback(Shape):
    enabled: bool


class KnowledgePortal(Shape):
    """SDK model `SupportCenterSettings`."""

    enabled: bool
    knowledge_base: Reference | None = None
    custom_messages: list[_CustomMessage] = []
    router_type: Literal["Hash", "Browser"] | None = None
    screens: list[_Screen] = []
    enabled_categories: list[_Category] = []
    label_filter: _LabelFilter | None = None
    style_setting: _Style | None = None
    feedback: _Feedback | None = None
