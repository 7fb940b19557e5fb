"""Requests and answers of Okta's OpenID Connect side: endpoints and pages."""
