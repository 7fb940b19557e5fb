"""What a plan is about: the sites before and after, and what becomes of each resource."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from infra.site import Site
from infra.web_address import is_loopback
from review.plan import Action, Plan, Step
from review.sentences import Name, Piece

_SITES = "messenger-sso:sites"
_CONFIGURATION = "-configuration"
_DEPLOYMENT = "-deployment"


@dataclass(frozen=True)
class SiteScene:
    """One site, as far as it is known; None for what it is not or was not."""

    name: str
    title: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def url(self) -> str:
        """The site's address, the new one first; empty when nobody says."""
        return str((self.after or self.before or {}).get("url", ""))

    def keeps(self, key: str, value: str) -> bool:
        """Say whether the site goes on with this value."""
        return bool(self.after) and (self.after or {}).get(key) == value


@dataclass(frozen=True)
class Scene:
    """The sites of the stack and the actions of the plan."""

    stack: str
    sites: Mapping[str, SiteScene]
    actions: Mapping[str, Action]
    clients: Mapping[str, str]
    """Client id to logical name."""
    is_first: bool
    """Whether nothing is there yet."""

    def site_of(self, step: Step) -> SiteScene | None:
        """Return the site that a configuration or deployment belongs to."""
        for suffix in (_CONFIGURATION, _DEPLOYMENT):
            if step.name.endswith(suffix):
                return self.sites.get(step.name.removesuffix(suffix))
        return None

    def with_value(self, key: str, value: str) -> SiteScene | None:
        """Return the site that has, or else had, this value in one of its outputs."""
        return self._by_value.get((key, value))

    def at_origin(self, origin: str) -> tuple[SiteScene, ...]:
        """Return the sites whose pages will have, or else had, this origin."""
        return self._by_origin[True].get(origin) or self._by_origin[False].get(origin, ())

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts of the sites as they will be."""
        return frozenset(
            host_of(str(site.after["url"])) for site in self.sites.values() if site.after
        )

    @property
    def origins(self) -> Collection[str]:
        """The origins of the sites as they will be."""
        return self._by_origin[True]

    def becomes(self, name: str) -> Action:
        """Return what happens to a resource of this logical name."""
        return self.actions.get(name, Action.SAME)

    @cached_property
    def _by_value(self) -> dict[tuple[str, str], SiteScene]:
        found: dict[tuple[str, str], SiteScene] = {}
        afters = [(site, site.after or {}) for site in self.sites.values()]
        befores = [(site, site.before or {}) for site in self.sites.values()]
        for site, values in (*afters, *befores):
            for key, value in values.items():
                if isinstance(value, str):
                    found.setdefault((key, value), site)
        return found

    @cached_property
    def _by_origin(self) -> dict[bool, dict[str, tuple[SiteScene, ...]]]:
        """The sites by origin, as they will be (True) and as they were (False)."""
        found: dict[bool, dict[str, tuple[SiteScene, ...]]] = {True: {}, False: {}}
        for site in self.sites.values():
            for is_after, side in ((True, site.after), (False, site.before)):
                if side:
                    origin = origin_of(str(side.get("url", "")))
                    found[is_after][origin] = (*found[is_after].get(origin, ()), site)
        return found


def set_scene(plan: Plan) -> Scene:
    """Return what the plan's configuration, outputs and steps say about the sites."""
    actions = {step.name: step.action for step in plan.steps}
    before = {
        **_deployed(plan.steps, (Action.DELETE,)),
        **{site["name"]: site for site in _named(plan.outputs.get("sites"))},
    }
    after = _configured(plan.config.get(_SITES))
    gone = {
        name
        for name in {*before, *(after or {})}
        if actions.get(f"{name}{_DEPLOYMENT}") is Action.DELETE
    }
    if after is None:
        after = {**before, **_deployed(plan.steps, (Action.CREATE,))}
    after = {name: site for name, site in after.items() if name not in gone}
    sites = {
        name: SiteScene(
            name,
            _title(name, after.get(name), before.get(name), plan.steps),
            before.get(name),
            after.get(name),
        )
        for name in sorted({*before, *after, *gone})
    }
    changing = [step for step in plan.steps if step.action.changes]
    is_first = bool(changing) and all(step.action is Action.CREATE for step in changing)
    clients = {
        value: name
        for key, name in (
            ("websiteClientId", "website-client"),
            ("messengerClientId", "messenger-client"),
        )
        if isinstance(value := plan.outputs.get(key), str)
    }
    return Scene(plan.stack, sites, actions, clients, is_first and not plan.outputs)


def origin_of(url: str) -> str:
    """Return scheme and host of an address; empty when it is none."""
    parts = _split(url)
    return f"{parts[0]}://{parts[1]}" if parts[0] and parts[1] else ""


def host_of(url: str) -> str:
    """Return the host of an address without its port; empty when it is none."""
    with contextlib.suppress(ValueError):
        return urlsplit(url).hostname or ""
    return ""


def is_plain_http(url: str) -> bool:
    """Say whether what is sent to an address can be read on the way."""
    return _split(url)[0] == "http" and not is_loopback(host_of(url))


def page(url: str, site: SiteScene | None) -> Piece:
    """Return how to call the page that an address leads to."""
    return Name(site.title) if site else Name(origin_of(url) or url)


def _split(url: str) -> tuple[str, str]:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        return parts.scheme, parts.netloc
    return "", ""


def _configured(text: Any) -> dict[str, Mapping[str, Any]] | None:
    """Return the sites of the configuration with every default; None when they cannot be read."""
    if not isinstance(text, str):
        return None
    try:
        sites = [Site.model_validate(site) for site in json.loads(text)]
    except (ValueError, ValidationError, TypeError):
        return None
    return {
        site.name: {
            **site.model_dump(mode="json", by_alias=True),
            "redirectUri": site.redirect_uri,
            "postLogoutRedirectUri": site.post_logout_redirect_uri,
        }
        for site in sites
    }


def _named(sites: Any) -> Iterable[dict[str, Any]]:
    for site in sites if isinstance(sites, list) else ():
        if isinstance(site, dict) and all(
            isinstance(site.get(key), str) and site[key] for key in ("name", "url")
        ):
            yield site


def _deployed(steps: Iterable[Step], actions: tuple[Action, ...]) -> dict[str, Mapping[str, Any]]:
    """Return the sites whose deployments come or go, as far as those tell."""
    return {
        step.name.removesuffix(_DEPLOYMENT): {
            "name": step.name.removesuffix(_DEPLOYMENT),
            "url": str(step.inputs.get("description", "")).rpartition(" ")[2],
        }
        for step in steps
        if step.action in actions and step.name.endswith(_DEPLOYMENT)
    }


def _title(
    name: str,
    after: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    steps: Iterable[Step],
) -> str:
    for site in (after, before):
        title = (site or {}).get("displayName")
        if isinstance(title, str) and title.strip():
            return title.strip()
    for step in steps:
        label = step.inputs.get("name")
        if step.name == f"{name}{_DEPLOYMENT}" and isinstance(label, str):
            return label.rpartition(" (")[0] or label
    return name
