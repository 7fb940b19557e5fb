"""What the templates of one site are filled with; the names are those of the stack's outputs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.outputs import SiteOutputs, StackOutputs
from sample_site.approaches import Approach, offered_approaches
from sample_site.color import Color, dark_scheme, light_scheme
from sample_site.csp import bootstrap_origin, messenger_sources
from sample_site.environments import all_environments
from sample_site.errors import WrongUse, refuse
from sample_site.languages import LANGUAGE_NAMES
from sample_site.okta_sdk import OktaSdk
from sample_site.snippet import Snippet, SnippetError

_FALLBACK_LANGUAGE = "en"

_SITE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_HOST = re.compile(r"(([a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_CODE = re.compile(r"[a-z0-9-]+")
_LOADED_FROM = re.compile(r"""https?://([^/'"\s\\]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class SiteContext:
    """One site of the stack: its outputs, its snippet, and the variables of its templates."""

    outputs: StackOutputs
    site: SiteOutputs
    snippet: Snippet
    variables: Mapping[str, Any]


def site_contexts(
    outputs: StackOutputs,
    messages: Path,
    approaches: Mapping[str, Approach],
    sdk: OktaSdk | None = None,
    only: str | None = None,
) -> list[SiteContext]:
    """Return the context of each site, or of the one named.

    `messages` is the folder of the message catalogues, `approaches` has each site's by its name.
    Raises SiteError that names every output which no page can be built from.
    """
    names = [site.name for site in outputs.sites]
    if only is not None and only not in names:
        raise WrongUse(f"The stack has no site {only!r}. Its sites: {', '.join(names)}.")
    refuse(
        f"No site can be built for {outputs.environment}",
        list(_mistakes(outputs)),
        "These outputs were not written by this project's program: look there first.",
    )
    catalogues = _catalogues(messages)
    links = {
        site.name: {"displayName": site.display_name, "url": site.url, "host": _host(site.url)}
        for site in outputs.sites
    }
    common = _common(outputs, sdk)
    return [
        _context(outputs, site, common, links, catalogues, approaches[site.name], sdk)
        for site in outputs.sites
        if only is None or site.name == only
    ]


def _common(outputs: StackOutputs, sdk: OktaSdk | None) -> dict[str, Any]:
    """Return the variables that all sites share."""
    domain = outputs.messenger_domain
    sources = messenger_sources(
        domain=domain, environment=outputs.messenger_environment, region=outputs.region
    )
    return {
        "outputs": outputs.model_dump(mode="json", by_alias=True, exclude={"sites"}),
        "oktaAuthJsVersion": sdk.version if sdk else "",
        "languageNames": LANGUAGE_NAMES,
        "environments": [asdict(one) for one in all_environments(outputs)],
        "messengerHost": urlsplit(bootstrap_origin(domain)).netloc,
        "messengerSources": sources.directives(),
    }


def _context(
    outputs: StackOutputs,
    site: SiteOutputs,
    common: Mapping[str, Any],
    links: Mapping[str, Mapping[str, str]],
    catalogues: Mapping[str, Mapping[str, str]],
    approach: Approach,
    sdk: OktaSdk | None,
) -> SiteContext:
    snippet = Snippet.parse(site.snippet)
    language = site.default_language.split("-")[0].lower()
    text_language = language if language in catalogues else _FALLBACK_LANGUAGE
    text = {**catalogues[_FALLBACK_LANGUAGE], **catalogues[text_language]}
    own = site.model_dump(mode="json", by_alias=True, exclude={"snippet"})
    brand = Color.parse(site.primary_color)
    signing_in = {
        "approach": approach,
        "approaches": offered_approaches(outputs, sdk=sdk is not None),
        "oktaAuthJs": {"src": sdk.script.path, "integrity": sdk.integrity} if sdk else None,
    }
    return SiteContext(
        outputs=outputs,
        site=site,
        snippet=snippet,
        variables={
            **common,
            "site": own,
            "otherSites": [link for name, link in links.items() if name != site.name],
            "text": text,
            "textLanguage": text_language,
            **signing_in,
            "scheme": {
                "light": _hex(asdict(light_scheme(brand))),
                "dark": _hex(asdict(dark_scheme(brand))),
            },
            "settings": {
                **common["outputs"],
                "site": own,
                **signing_in,
                "messengerHost": common["messengerHost"],
                "text": {k: v for k, v in text.items() if k.startswith("script_")},
            },
        },
    )


def _hex(scheme: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    return {name: str(Color(**channels)) for name, channels in scheme.items()}


def _catalogues(folder: Path) -> dict[str, dict[str, str]]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def _mistakes(outputs: StackOutputs) -> Iterator[str]:
    """Yield what a page cannot carry: each of these ends up in a path, a policy or a link."""
    if not _HOST.fullmatch(outputs.messenger_domain):
        yield _found("messengerDomain", outputs.messenger_domain, "a host like mypurecloud.de")
    for path, value in (
        ("messengerEnvironment", outputs.messenger_environment),
        ("region", outputs.region),
    ):
        if not _CODE.fullmatch(value):
            yield _found(path, value, "lower-case letters, digits and hyphens")
    for path, url in (
        ("issuer", outputs.issuer),
        ("discoveryUri", outputs.discovery_uri),
        ("authorizationEndpoint", outputs.authorization_endpoint),
        ("endSessionEndpoint", outputs.end_session_endpoint),
    ):
        if url is not None and not _HOST.fullmatch(_host(url)):
            yield _found(path, url, "a URL with a plain host")
    for index, site in enumerate(outputs.sites):
        for mistake in _site_mistakes(outputs, site):
            yield f"sites[{index}].{mistake}"
    for field, values in (
        ("name", [site.name for site in outputs.sites]),
        ("url", [site.url for site in outputs.sites]),
    ):
        for value, count in Counter(values).items():
            if count > 1:
                yield f"sites: {count} sites have the {field} {value}, expected one."


def _site_mistakes(outputs: StackOutputs, site: SiteOutputs) -> Iterator[str]:
    if not _SITE_NAME.fullmatch(site.name):
        yield _found("name", site.name, "lower-case letters, digits and hyphens")
    parts = urlsplit(site.url)
    plain = parts.path.endswith("/") and not (parts.query or parts.fragment)
    if not plain or not _HOST.fullmatch(parts.netloc):
        yield _found("url", site.url, "a URL that ends in a slash, without query or fragment")
    try:
        snippet = Snippet.parse(site.snippet)
    except SnippetError as error:
        yield f"snippet: found {error}, expected exactly one inline script element."
        return
    if site.deployment_id not in snippet.script:
        yield f"snippet: does not name the deployment {site.deployment_id} of its own site."
    domain = outputs.messenger_domain.lower()
    for host in dict.fromkeys(_LOADED_FROM.findall(snippet.script)):
        if not (host.lower() == domain or host.lower().endswith(f".{domain}")):
            yield f"snippet: loads from {host}, expected a host of messengerDomain {domain}."


def _found(path: str, value: str, expected: str) -> str:
    return f"{path}: found {json.dumps(value, ensure_ascii=False)}, expected {expected}."


def _host(url: str) -> str:
    return urlsplit(url).netloc
