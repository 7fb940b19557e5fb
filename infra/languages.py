"""Languages that Messenger speaks."""

from __future__ import annotations

# Genesys, messenger-authentication-okta-integration-blueprint, language menu of the sample page.
# Assumption: the list is complete; the vendor publishes none that programs could read. A language
# that Messenger has learnt since belongs in here.
MESSENGER_LANGUAGES = frozenset(
    (
        "ar",
        "cs",
        "da",
        "de",
        "en-us",
        "es",
        "fi",
        "fr",
        "he",
        "it",
        "ja",
        "ko",
        "nl",
        "no",
        "pl",
        "pt-br",
        "ru",
        "sv",
        "th",
        "tr",
        "zh-cn",
        "zh-tw",
    )
)
