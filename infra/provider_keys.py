"""Names of the providers' settings, so that a misspelt one is not passed over."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from infra.mistakes import nearest

# What the engine itself understands in every provider's namespace.
_OF_THE_ENGINE = ("pluginDownloadURL", "version")

_GENESYS_CLOUD = """
    accessToken awsRegion customRetryTimeout gateways logStackTraces logStackTracesFilePath
    maxConcurrentPages oauthclientId oauthclientSecret proxy sdkClientPoolDebug sdkDebug
    sdkDebugFilePath sdkDebugFormat tokenAcquireTimeout tokenInitTimeout tokenPoolSize
"""
_OKTA = """
    accessToken apiToken backoff baseUrl clientId httpProxy logLevel maxApiCapacity maxRetries
    maxWaitSeconds minWaitSeconds orgName parallelism privateKey privateKeyId requestTimeout scopes
"""
PROVIDER_KEYS = {"genesyscloud": _GENESYS_CLOUD.split(), "okta": _OKTA.split()}
"""Settings by provider; not asked of the SDKs, as those take half a second to load."""


def unknown_keys(keys: Collection[str], own: str) -> list[str]:
    """Return the keys that no provider knows, and those of a namespace that is a misspelt one.

    `own` is the project's namespace, whose keys are looked at elsewhere; a namespace that is like
    none of these is somebody else's.
    """
    mistakes = []
    namespaces = [own, *PROVIDER_KEYS]
    for key in sorted(keys):
        namespace, _, name = key.partition(":")
        known = PROVIDER_KEYS.get(namespace)
        if known and name not in (*known, *_OF_THE_ENGINE):
            mistakes.append(f"{key}: unknown key, {nearest(name, known)}")
        elif namespace not in namespaces and (
            close := difflib.get_close_matches(namespace, namespaces, n=1, cutoff=0.7)
        ):
            mistakes.append(f"{key}: unknown namespace, did you mean {close[0]}:{name}?")
    return mistakes
