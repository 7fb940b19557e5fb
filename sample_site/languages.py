"""The languages of Messenger by the names that their speakers give them."""

from __future__ import annotations

# The vendor's sample page lists these (messenger-web.md 3, B1).
LANGUAGE_NAMES = {
    "en-us": "English",
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "es": "Español",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt-br": "Português (Brasil)",
    "ru": "Русский",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "zh-cn": "简体中文",
    "zh-tw": "繁體中文",
}
