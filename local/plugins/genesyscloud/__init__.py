"""The provider of the package `genesyscloud`: four resources and four look-ups."""

from local.plugins.genesyscloud.provider import genesyscloud_provider

__all__ = ["genesyscloud_provider"]
