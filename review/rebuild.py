"""What built pages hold: where the configuration says otherwise, they must be built again.

The engine's plan does not show outputs of the stack, so a change that touches nothing but them
(the highest age of a sign-in, a scope that is allowed already) would be missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.settings import NAMESPACE, Configuration
from review.differences import Difference
from review.kinds import change
from review.plan import Plan
from review.rows import Row, row
from review.scene import Scene, SiteScene
from review.sentences import Value

_OF_ALL = {
    "scopes": ("Scopes that sign-ins ask for", "scopes"),
    "maxAge": ("Highest age of a sign-in in seconds", "max_age"),
    "pkce": ("PKCE of sign-ins", "pkce"),
    "clients": ("Clients", "clients"),
}
_OF_SITE = {
    "url": "address",
    "displayName": "name",
    "languages": "languages",
    "defaultLanguage": "default language",
    "primaryColor": "colour",
    "launcher": "launcher setting",
    "sessionUpgrade": "conversations before sign-in",
}


def rebuild_rows(plan: Plan, scene: Scene) -> Iterator[Row]:
    """Return the rows about pages that hold old values after the update."""
    for site in scene.sites.values():
        yield from _of_site(site)
    if not plan.outputs or not plan.config:
        return
    for key, (label, field) in _OF_ALL.items():
        default = Configuration.model_fields[field].default
        old = plan.outputs.get(key)
        new = _configured(plan.config.get(f"{NAMESPACE}:{key}"), default)
        if old == new or (old is None and key != "maxAge"):
            continue
        rule = "pkce-off" if key == "pkce" and new is False else "site-rebuild"
        if rule == "pkce-off":
            yield row(rule, "PKCE switched off", of=("Pages",))
        else:
            change_shown = change(Difference(key, old, new))
            yield row(rule, "{label}: {change}", label=label, change=change_shown)


def _of_site(site: SiteScene) -> Iterator[Row]:
    if site.after and not site.before:
        yield row("site-added", "The site is new at {url}", site=site.name, url=Value(site.url))
    elif site.after and site.before:
        labels = [
            label
            for key, label in _OF_SITE.items()
            if key in site.after and key in site.before and site.after[key] != site.before[key]
        ]
        if labels:
            yield row("site-rebuild", f"Pages hold the old {', '.join(labels)}", site=site.name)


def _configured(text: Any, default: Any) -> Any:
    """Return a setting as the outputs would spell it."""
    if text is None:
        return list(default) if isinstance(default, tuple) else default
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
