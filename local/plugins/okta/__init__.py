"""The provider of the package `okta`: applications, origins, authorization servers, look-ups."""

from local.plugins.okta.provider import okta_provider

__all__ = ["okta_provider"]
