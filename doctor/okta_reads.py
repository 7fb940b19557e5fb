"""What is read of Okta's management API, with the vendor's own SDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from doctor.okta_client import OktaClient
from doctor.reading import Notebook

_PAGE = 200


@dataclass(frozen=True)
class Application:
    """An OpenID Connect application, which is a client."""

    id: str
    label: str
    status: str
    kind: str
    grants: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    authentication: str
    pkce: bool
    is_for_everybody: bool


@dataclass(frozen=True)
class Assignments:
    """Who an application is assigned to: ids of groups, and whether to single people as well."""

    groups: frozenset[str]
    people: bool


@dataclass(frozen=True)
class Rule:
    """A rule of an access policy."""

    name: str
    is_active: bool
    grants: frozenset[str]
    scopes: frozenset[str]
    people: frozenset[str]


@dataclass(frozen=True)
class Policy:
    """An access policy of an authorization server; rules only where the policy is active."""

    name: str
    is_active: bool
    clients: frozenset[str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Origin:
    """A trusted origin."""

    origin: str
    is_active: bool
    scopes: frozenset[str]


class OktaReads:
    """Reads of one organisation. Each thing is read once."""

    def __init__(self, client: OktaClient) -> None:
        self._client = client
        self._notes = Notebook()

    def application(self, client_id: str) -> Application | None:
        """Return the application of a client, or None when there is none.

        A client's id is its application's, unless somebody has chosen one: then all applications
        are looked through.
        """
        return self._notes.once(f"application {client_id}", lambda: self._application(client_id))

    def assignments(self, application_id: str) -> Assignments:
        """Return who an application is assigned to."""

        def read() -> Assignments:
            groups = self._pages("list_application_group_assignments", application_id, limit=_PAGE)
            people = () if groups else self._ask("list_application_users", application_id, limit=1)
            return Assignments(frozenset(group.id for group in groups), bool(people))

        return self._notes.once(f"assignments {application_id}", read)

    def group(self, name: str) -> str | None:
        """Return a group's id, or None when no group has exactly this name."""

        def read() -> str | None:
            for group in self._pages("list_groups", q=name, limit=_PAGE):
                profile = group.profile.actual_instance if group.profile else None
                if getattr(profile or group.profile, "name", None) == name:
                    return str(group.id)
            return None

        return self._notes.once(f"group {name}", read)

    def policies(self, server_id: str, clients: frozenset[str]) -> tuple[Policy, ...]:
        """Return an authorization server's access policies, with the rules of those that count."""

        def read() -> tuple[Policy, ...]:
            found = self._ask("list_authorization_server_policies", server_id)
            return tuple(self._policy(server_id, policy, clients) for policy in found or ())

        return self._notes.once(f"policies {server_id}", read)

    def origins(self) -> tuple[Origin, ...]:
        """Return all trusted origins."""

        def read() -> tuple[Origin, ...]:
            return tuple(
                Origin(
                    origin=str(one.origin),
                    is_active=_plain(one.status) == "ACTIVE",
                    scopes=frozenset(_plain(scope.type) for scope in one.scopes or ()),
                )
                for one in self._pages("list_trusted_origins", limit=_PAGE)
            )

        return self._notes.once("origins", read)

    def _application(self, client_id: str) -> Application | None:
        found = self._ask("get_application", client_id)
        if found is not None:
            return _read_application(found)
        for one in self._pages("list_applications", limit=_PAGE):
            credentials = getattr(getattr(one, "credentials", None), "oauth_client", None)
            if getattr(credentials, "client_id", None) == client_id:
                return _read_application(one)
        return None

    def _policy(self, server_id: str, policy: Any, clients: frozenset[str]) -> Policy:
        named = frozenset(policy.conditions.clients.include or ()) if policy.conditions else None
        is_active = _plain(policy.status) == "ACTIVE"
        rules: Any = ()
        if is_active and (named or frozenset()) & {*clients, "ALL_CLIENTS"}:
            rules = self._ask("list_authorization_server_policy_rules", server_id, policy.id)
        return Policy(
            name=str(policy.name),
            is_active=is_active,
            clients=named or frozenset(),
            rules=tuple(_read_rule(rule) for rule in rules or ()),
        )

    def _pages(self, method: str, *arguments: Any, **options: Any) -> list[Any]:
        """Return all items of a list, page by page."""
        found: list[Any] = []
        while True:
            page, after = self._client.call(method, *arguments, **options)
            found += page or ()
            if not after:
                return found
            options["after"] = after

    def _ask(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._client.call(method, *arguments, **options)[0]


def _read_application(found: Any) -> Application | None:
    settings = getattr(getattr(found, "settings", None), "oauth_client", None)
    credentials = getattr(getattr(found, "credentials", None), "oauth_client", None)
    if settings is None or credentials is None:
        return None
    return Application(
        id=str(found.id),
        label=str(found.label),
        status=_plain(found.status),
        kind=_plain(settings.application_type),
        grants=tuple(_plain(grant) for grant in settings.grant_types or ()),
        redirect_uris=tuple(settings.redirect_uris or ()),
        post_logout_redirect_uris=tuple(settings.post_logout_redirect_uris or ()),
        authentication=_plain(credentials.token_endpoint_auth_method),
        pkce=bool(credentials.pkce_required),
        is_for_everybody=bool(getattr(found.settings, "implicit_assignment", False)),
    )


def _read_rule(rule: Any) -> Rule:
    conditions = rule.conditions
    people = conditions.people
    return Rule(
        name=str(rule.name),
        is_active=_plain(rule.status) == "ACTIVE",
        grants=frozenset(_included(conditions.grant_types)),
        scopes=frozenset(_included(conditions.scopes)),
        people=frozenset(
            [*_included(people and people.groups), *_included(people and people.users)]
        ),
    )


def _included(part: Any) -> list[str]:
    return list(getattr(part, "include", None) or ())


def _plain(value: Any) -> str:
    return str(getattr(value, "value", value) or "")
