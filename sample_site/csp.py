"""Content Security Policy: exactly what a page of the site needs, and nothing beside it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from infra.outputs import StackOutputs
from infra.regions import Region

Policy = Mapping[str, tuple[str, ...]]

_NEW_RELIC = ("https://*.newrelic.com", "https://*.nr-data.net")

HEADER_ONLY = {"frame-ancestors"}
"""Directives that browsers ignore, with a warning, in a meta element (W3C, "CSP Level 3", 3.3)."""


@dataclass(frozen=True)
class MessengerSources:
    """Where Messenger loads from and talks to (Genesys Cloud, "Content Security Policy")."""

    hosts: tuple[str, ...]
    scripts: tuple[str, ...]
    connections: tuple[str, ...]

    def directives(self) -> dict[str, tuple[str, ...]]:
        """Return what a page's policy must allow for Messenger, its snippet aside.

        Assumption: the vendor's list does not name style-src and font-src; the windows of
        Messenger are frames of its own hosts, and those hosts may style the page as well.
        """
        return {
            "script-src": self.scripts,
            "connect-src": self.connections,
            "frame-src": self.hosts,
            "img-src": self.hosts,
            "media-src": self.hosts,
            "object-src": self.hosts,
            "style-src": self.hosts,
            "font-src": self.hosts,
        }


@cache
def messenger_sources(*, domain: str, environment: str, region: str) -> MessengerSources:
    """Return the sources of a region, or of a local Genesys Cloud whose domain is on loopback."""
    if is_loopback(domain):
        return MessengerSources(
            hosts=(f"http://{domain}",),
            scripts=(f"http://{domain}",),
            connections=(f"http://{domain}", f"ws://{domain}"),
        )
    domains = [domain, *_second_names(domain, environment)]
    hosts = tuple(f"https://*.{name}" for name in domains)
    return MessengerSources(
        hosts=hosts,
        scripts=(*hosts, *_NEW_RELIC),
        connections=(
            *hosts,
            *(f"wss://*.{name}" for name in domains),
            f"https://{_upload_host(environment, region)}",
            *_NEW_RELIC,
        ),
    )


def page_policy(
    outputs: StackOutputs,
    *,
    inline: Iterable[str] = (),
    messenger: bool = True,
    regions: Iterable[Region] = (),
) -> Policy:
    """Return the policy of a page.

    `inline` are the source expressions of its inline scripts; `regions` are those whose Messenger
    it may load beside the stack's own. A page without Messenger gets none of Messenger's hosts and
    none of the identity provider's.
    """
    policy: dict[str, tuple[str, ...]] = {
        "default-src": ("'none'",),
        "script-src": ("'self'", *inline),
        "style-src": ("'self'",),
        "img-src": ("'self'",),
        "base-uri": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'self'",),
    }
    if not messenger:
        return policy
    provider = provider_origins(outputs)
    # The provider answers a silent sign-in in a frame, which then comes back to the site.
    _add(
        policy,
        {
            "form-action": provider,
            "connect-src": provider,
            "frame-src": ("'self'", *provider),
        },
    )
    own = Region(outputs.region, outputs.messenger_domain, outputs.messenger_environment)
    for region in (own, *regions):
        sources = messenger_sources(
            domain=region.domain, environment=region.environment, region=region.name
        )
        _add(policy, sources.directives())
    return policy


def bootstrap_origin(domain: str) -> str:
    """Return where Messenger's own script loads from (Genesys Cloud, "Deploy Messenger")."""
    return f"http://{domain}" if is_loopback(domain) else f"https://apps.{domain}"


def provider_origins(outputs: StackOutputs) -> tuple[str, ...]:
    """Return the origins of the identity provider, the issuer's first."""
    urls = (
        outputs.issuer,
        outputs.discovery_uri,
        outputs.authorization_endpoint,
        outputs.end_session_endpoint,
    )
    return _distinct(_origin(url) for url in urls if url)


def _add(policy: dict[str, tuple[str, ...]], more: Policy) -> None:
    for directive, sources in more.items():
        policy[directive] = _distinct((*policy.get(directive, ()), *sources))


def frame_policy(policy: Policy) -> Policy:
    """Return what of a policy a header must carry, for a page whose meta element has the rest.

    A policy that lists every region fills more than the 4 kB that some proxies let headers have.
    """
    return {name: sources for name, sources in policy.items() if name in HEADER_ONLY}


def policy_text(policy: Policy, *, header: bool) -> str:
    """Return the policy as one line, for an HTTP header or for a meta element."""
    return "; ".join(
        f"{directive} {' '.join(sources)}"
        for directive, sources in policy.items()
        if header or directive not in HEADER_ONLY
    )


def is_loopback(domain: str) -> bool:
    """Tell whether a host, with or without a port, is this machine."""
    host = (urlsplit(f"//{domain}").hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _second_names(domain: str, environment: str) -> list[str]:
    """Return the newer domain of a region that began with a domain of its own."""
    if not domain.startswith("mypurecloud."):
        return []
    code = "use1" if environment == "prod" else environment.removeprefix("prod-")
    return [f"{code}.pure.cloud"]


def _upload_host(environment: str, region: str) -> str:
    """Return the host of the bucket that takes visitors' files.

    Assumption: regions that the vendor's page does not list follow the pattern of those it does,
    and the European sovereign cloud has its bucket under that cloud's own domain.
    """
    bucket = f"shyrka-{environment}"
    if environment == "prod":
        return f"{bucket}.s3.amazonaws.com"
    if environment.startswith("fedramp-"):
        return f"{bucket}.s3-fips.{region}.amazonaws.com"
    suffix = "amazonaws.eu" if region.startswith("eusc-") else "amazonaws.com"
    return f"{bucket}.s3.{region}.{suffix}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _distinct(sources: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sources))
