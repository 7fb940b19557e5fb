"""Turns the context of a site into its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.outputs import SiteOutputs
from sample_site.context import SiteContext
from sample_site.csp import frame_policy, page_policy, policy_text
from sample_site.environments import VENDOR_REGIONS
from sample_site.files import File, hashed_asset
from sample_site.snippet import Snippet


@dataclass(frozen=True)
class Page:
    """A page that every site has.

    `inline` says which inline script is in its HTML: the deployment's `snippet`, the `tag` for a
    tag manager, or none; `messenger` whether it may load Messenger and ask the identity provider,
    `regions` whether it may load the Messenger of every region. `anywhere`: the page is answered at
    any depth, so its links begin with the site's own path. `settings`: variables that only its own
    script needs.
    """

    path: str
    template: str
    inline: Literal["snippet", "tag", ""] = ""
    messenger: bool = True
    regions: bool = False
    anywhere: bool = False
    referrer: str = "strict-origin"
    settings: tuple[str, ...] = ()


PAGES = (
    Page("index.html", "index.html", inline="snippet"),
    Page("account/index.html", "account.html", inline="snippet"),
    Page("playground.html", "playground.html", regions=True, settings=("environments",)),
    Page("tag-manager.html", "tag-manager.html", inline="tag"),
    # A code is in this page's address for a moment: nobody else may be told that address.
    Page("callback.html", "callback.html", messenger=False, referrer="no-referrer"),
    Page("signed-out.html", "signed-out.html", messenger=False),
    Page("404.html", "404.html", messenger=False, anywhere=True),
)

TAG_FILE = "tag-manager.txt"
TRANSPORT_FILE = "transport.json"

_TRANSPORT_DEFAULTS = {
    "logging": False,
    "reconnectionTimeoutInSeconds": 300,
    "autoRefreshTokenWhenExpired": True,
    "encryptedVault": False,
    "sessionExpirationNoticeIntervalSeconds": 300,
}


def template_environment(folder: Path) -> Environment:
    """Return the Jinja environment: everything escaped, nothing undefined."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # no look at every template's date for every page
    )


def render_site(
    context: SiteContext, environment: Environment, assets: Mapping[str, File]
) -> list[File]:
    """Return all files of one site, ordered by path."""
    own = {
        name: hashed_asset(name, environment.get_template(name).render(context.variables).encode())
        for name in ("theme.css", "icon.svg")
    }
    tag = _tag(context, environment)
    shared = {
        **context.variables,
        "asset": {name: file.path for name, file in {**assets, **own}.items()},
        "tag": tag.html,
    }
    pages = [_page(page, context, environment, shared, tag) for page in PAGES]
    return sorted(
        [
            *assets.values(),
            *own.values(),
            *pages,
            File.of_text(TAG_FILE, tag.html),
            File.of_text(TRANSPORT_FILE, _json(transport_values(context.site))),
        ],
        key=lambda file: file.path,
    )


def transport_values(site: SiteOutputs) -> dict[str, Any]:
    """Return the configuration of the mobile Transport SDK with its defaults written out.

    The lowest TLS version is left to the phone, as the SDK does (Genesys Messenger Transport
    Mobile SDK 2.14.0, Configuration).
    """
    return {
        "deploymentId": site.transport.deployment_id,
        "domain": site.transport.domain,
        **_TRANSPORT_DEFAULTS,
    }


def _tag(context: SiteContext, environment: Environment) -> Snippet:
    """Return the snippet as a custom HTML tag of a tag manager, which is one script as well."""
    script = context.snippet.script.strip("\r\n")
    return Snippet.parse(environment.get_template("tag.html").render(script=script))


def _page(
    page: Page,
    context: SiteContext,
    environment: Environment,
    shared: Mapping[str, Any],
    tag: Snippet,
) -> File:
    script = {"snippet": context.snippet, "tag": tag}.get(page.inline)
    policy = page_policy(
        context.outputs,
        inline=[script.source] if script else [],
        messenger=page.messenger,
        regions=VENDOR_REGIONS if page.regions else (),
    )
    # Relative, so that the site works wherever it is put.
    root = urlsplit(context.site.url).path if page.anywhere else "../" * page.path.count("/")
    html = environment.get_template(page.template).render(
        shared,
        page=page,
        policy=policy_text(policy, header=False),
        root=root,
        settings={
            **shared["settings"],
            "root": root,
            **{name: shared[name] for name in page.settings},
        },
        inlineScript=script.html if script else "",
    )
    headers = {
        "Content_Security_Policy": policy_text(
            frame_policy(policy) if page.regions else policy, header=True
        ),
        "Referrer_Policy": page.referrer,
    }
    return File.of_text(page.path, html, **headers)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
