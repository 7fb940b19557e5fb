"""Stops a dangerous change before any of it is applied: looks at each resource as it is declared.

The settings cannot express most of these dangers. A later edit of the program can, so what is
looked at here are the inputs themselves, whichever line of the program they come from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import register_stack_transformation
from pydantic.alias_generators import to_camel

from infra.mistakes import shown
from infra.setting_types import Danger
from infra.settings import Settings
from infra.web_address import is_loopback

_ORIGIN = "okta:trustedorigin/origin:Origin"
_OAUTH = "okta:app/oAuth:OAuth"
_DEPLOYMENT = "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment"
_CONFIGURATION = "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration"

# Grants that hand tokens to the front channel or passwords to applications (RFC 9700, sections
# 2.1.2 and 2.4), by the names that Okta gives them.
_UNSAFE_GRANTS = {"implicit", "password"}
_UNSAFE_RESPONSES = {"token", "id_token"}


class DangerousChange(pulumi.RunError):
    """The program declares something that the guard rails stop; the message names all of it."""


@dataclass(frozen=True)
class _Rail:
    """One input to look at, and what in it is a danger: `found` yields the values that are."""

    danger: Danger
    kind: str
    inputs: tuple[str, ...]
    found: Callable[[Any], Iterator[Any]]
    expected: str


def _starred(value: Any) -> Iterator[Any]:
    return (item for item in _items(value) if "*" in item)


def _plain_http(value: Any) -> Iterator[Any]:
    return (item for item in _items(value) if item.lower().startswith("http:"))


def _too_wide(value: Any) -> Iterator[Any]:
    """Yield domains that cover sites of strangers.

    Messenger takes every host below an allowed domain (genesys-cloud.md 4.6), so a single label
    such as `com` is as wide as a star.
    """
    for item in _items(value):
        name = item.strip().strip(".")
        if "*" in name or ("." not in name and not is_loopback(name)):
            yield item


def _true(value: Any) -> Iterator[Any]:
    return (item for item in (value,) if item is True)


def _not_true(value: Any) -> Iterator[Any]:
    return (item for item in (value,) if item is not True)


def _not_enabled(value: Any) -> Iterator[Any]:
    """Yield what switches an integration off, leaving it to the provider included."""
    return (item for item in (value,) if item != "ENABLED")


def _among(names: set[str]) -> Callable[[Any], Iterator[Any]]:
    return lambda value: (item for item in _items(value) if item.lower() in names)


_REDIRECTS = (
    (_OAUTH, "redirect_uris"),
    (_OAUTH, "post_logout_redirect_uris"),
    (_OAUTH, "login_uri"),
    ("okta:app/oAuthRedirectUri:OAuthRedirectUri", "uri"),
    ("okta:app/oAuthPostLogoutRedirectUri:OAuthPostLogoutRedirectUri", "uri"),
)

_RAILS = (
    _Rail("open-domains", _DEPLOYMENT, ("allow_all_domains",), _true, "false"),
    _Rail("open-domains", _DEPLOYMENT, ("allowed_domains",), _too_wide, "whole host names"),
    _Rail(
        "no-authentication",
        _CONFIGURATION,
        ("authentication_settings", "enabled"),
        _not_true,
        "true",
    ),
    _Rail(
        "no-authentication",
        "genesyscloud:index/integration:Integration",
        ("intended_state",),
        _not_enabled,
        "ENABLED",
    ),
    _Rail("unsafe-grant", _OAUTH, ("grant_types",), _among(_UNSAFE_GRANTS), "authorization_code"),
    _Rail("unsafe-grant", _OAUTH, ("response_types",), _among(_UNSAFE_RESPONSES), "code"),
    _Rail(
        "unsafe-grant",
        "okta:auth/serverPolicyRule:ServerPolicyRule",
        ("grant_type_whitelists",),
        _among(_UNSAFE_GRANTS),
        "authorization_code",
    ),
    _Rail("wildcard-redirect", _OAUTH, ("wildcard_redirect",), _among({"subdomain"}), "DISABLED"),
    _Rail(
        "plain-http",
        _ORIGIN,
        ("origin",),
        _plain_http,
        "an https origin",
    ),
    *(_Rail("plain-http", kind, (name,), _plain_http, "an https URI") for kind, name in _REDIRECTS),
    *(
        _Rail("wildcard-redirect", kind, (name,), _starred, "a URI written out")
        for kind, name in _REDIRECTS
    ),
    _Rail(
        "wildcard-redirect",
        _ORIGIN,
        ("origin",),
        _starred,
        "an origin written out",
    ),
)


@contextmanager
def guard_rails(settings: Settings) -> Iterator[None]:
    """Look at every resource that is declared in the block, where the settings want it.

    No resource of the block is registered before its end, so what is known by then is refused
    together, and nothing of it is applied. What is known only later (an input that another
    resource gives) is looked at just before its own resource is registered. Raises DangerousChange.
    """
    if not settings.guard_rails:
        yield
        return
    guard = _Guard(settings.environment, settings.accepted_dangers)
    register_stack_transformation(guard.look)
    try:
        yield
    finally:
        guard.decide()
    guard.refuse()


class _Guard:
    def __init__(self, environment: str, accepted: Sequence[Danger]) -> None:
        self._environment = environment
        self._accepted = accepted
        self._found: list[str] = []
        # The engine's SDK still registers what was declared when a program fails. Each resource
        # therefore waits for the verdict, in the form of one more list of nothing to depend on.
        self._verdict: asyncio.Future[list[pulumi.Resource]] = (
            asyncio.get_running_loop().create_future()
        )
        self._wait = pulumi.ResourceOptions(depends_on=pulumi.Output.from_input(self._verdict))

    def decide(self) -> None:
        """Let everything that was declared be registered, or nothing of it."""
        if self._found:
            self._verdict.set_exception(self._all_refused())
        else:
            self._verdict.set_result([])

    def refuse(self) -> None:
        """Raise DangerousChange that names everything found; do nothing when there is nothing."""
        if self._found:
            raise self._all_refused()

    def look(
        self, resource: pulumi.ResourceTransformationArgs
    ) -> pulumi.ResourceTransformationResult:
        """Note what is dangerous about a resource, and hold it until the verdict."""
        props = {**resource.props}
        for rail in _RAILS:
            if rail.kind != resource.type_ or rail.danger in self._accepted:
                continue
            value = _at(props, rail.inputs)
            if _is_known(value):
                self._found += _sentences(rail, resource.name, value)
            else:
                props[rail.inputs[0]] = self._later(rail, resource.name, props, value)
        opts = pulumi.ResourceOptions.merge(resource.opts, self._wait)
        return pulumi.ResourceTransformationResult(props, opts)

    def _later(
        self, rail: _Rail, name: str, props: Mapping[str, Any], value: Any
    ) -> pulumi.Output[Any]:
        """Return the input, which now fails when it turns out to be a danger."""

        def look(known: Any) -> None:
            if found := list(_sentences(rail, name, known)):
                raise self._refusal(found, f"{name} was not touched.")

        # By itself: the rest of the input may stay unknown for the length of a preview.
        looked = pulumi.Output.from_input(value).apply(look)
        return pulumi.Output.all(props[rail.inputs[0]], looked).apply(lambda both: both[0])

    def _all_refused(self) -> DangerousChange:
        return self._refusal(self._found, "Nothing of it was applied.")

    def _refusal(self, found: Sequence[str], consequence: str) -> DangerousChange:
        count = "1 danger" if len(found) == 1 else f"{len(found)} dangers"
        stack = self._environment
        lines = [
            f"Guard rails of stack {stack}: {count} in what the program declares. {consequence}",
            *(f"  {sentence}" for sentence in found),
            "Correct what sets it. To accept a danger in this stack on purpose, add its name to "
            f"messenger-sso:acceptedDangers in Pulumi.{stack}.yaml; docs/guard-rails.md says what "
            "each one means.",
        ]
        return DangerousChange("\n".join(lines))


def _sentences(rail: _Rail, name: str, value: Any) -> Iterator[str]:
    place = ".".join([name, *map(to_camel, rail.inputs)])
    for found in rail.found(value):
        yield f"{place}: found {shown(found)}, expected {rail.expected} ({rail.danger})."


def _at(value: Any, names: Sequence[str]) -> Any:
    """Return what lies at a place inside the inputs, which may be mappings or input classes."""
    if not names:
        return value
    if isinstance(value, pulumi.Output):
        return value.apply(lambda known: _at(known, names))
    if isinstance(value, Mapping):
        return _at(value.get(names[0], value.get(to_camel(names[0]))), names[1:])
    return _at(getattr(value, names[0], None), names[1:])


def _is_known(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_known, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_known, value))
    return not isinstance(value, pulumi.Output)


def _items(value: Any) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in values if isinstance(item, str)]
