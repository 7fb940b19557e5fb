"""Okta's OpenID Connect side: its rules. What speaks HTTP lies in `web/`."""
