"""Finds the live object that each planned resource is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adopt.directory import Directory, Object
from adopt.plan import Planned


@dataclass
class Matches:
    """Live objects by logical name, and in words why some resources have none."""

    objects: dict[str, Object] = field(default_factory=dict)
    import_ids: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


class _NotFound(Exception):
    """No live object, or no clear one; the message says which."""


def find_all(
    planned: Iterable[Planned], directory: Directory, chosen: Mapping[str, str]
) -> Matches:
    """Return the live objects of all planned resources.

    `chosen` are ids given by hand for logical names; they come before everything that is found by
    name, by redirect URI or by what an object belongs to.
    """
    return _Search(list(planned), directory, chosen).run()


class _Search:
    def __init__(
        self, planned: list[Planned], directory: Directory, chosen: Mapping[str, str]
    ) -> None:
        self._planned = planned
        self._directory = directory
        self._chosen = chosen
        self._matches = Matches()

    def run(self) -> Matches:
        # Not the order of creation: what belongs to another object is found by way of that one.
        for kind, find in self._finders():
            for planned in self._planned:
                if planned.kind == kind:
                    self._look(planned, find)
        for planned in self._planned:
            if planned.name not in {**self._matches.import_ids, **self._matches.reasons}:
                self._matches.reasons[planned.name] = f"{planned.kind} cannot be adopted"
        return self._matches

    def _look(self, planned: Planned, find: Callable[[Planned], tuple[Object, str]]) -> None:
        try:
            found, import_id = find(planned)
        except _NotFound as error:
            self._matches.reasons[planned.name] = str(error)
        else:
            self._matches.objects[planned.name] = found
            self._matches.import_ids[planned.name] = import_id

    def _finders(self) -> Iterator[tuple[str, Callable[[Planned], tuple[Object, str]]]]:
        yield "okta:app/oAuth:OAuth", self._application
        yield "okta:app/groupAssignment:GroupAssignment", self._assignment
        yield "okta:trustedorigin/origin:Origin", self._origin
        yield "okta:auth/server:Server", self._server
        yield "okta:auth/serverScope:ServerScope", self._part_of_server("scopes")
        yield "okta:auth/serverClaim:ServerClaim", self._part_of_server("claims")
        yield "okta:auth/serverPolicy:ServerPolicy", self._policy
        yield "okta:auth/serverPolicyRule:ServerPolicyRule", self._rule
        yield "genesyscloud:index/integration:Integration", self._integration
        yield "genesyscloud:index/integrationCredential:IntegrationCredential", self._credential
        yield (
            "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment",
            self._deployment,
        )
        yield (
            "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration",
            self._configuration,
        )

    # Okta --------------------------------------------------------------------------------------

    def _application(self, planned: Planned) -> tuple[Object, str]:
        kind, uris = planned.inputs["type"], set(planned.inputs.get("redirectUris", ()))
        apps = [
            app
            for app in self._directory.okta("/api/v1/apps?limit=200")
            if _oauth(app).get("application_type") == kind
        ]
        taken = {app["id"] for app in self._matches.objects.values() if "signOnMode" in app}
        return self._one(
            planned,
            apps,
            ("label", lambda app: app["label"] == planned.inputs["label"]),
            (
                "redirect URI",
                lambda app: (
                    bool(uris & set(_oauth(app).get("redirect_uris", ())))
                    and app["id"] not in taken
                ),
            ),
        )

    def _assignment(self, planned: Planned) -> tuple[Object, str]:
        app = planned.inputs.get("appId")
        if app is None:
            clients = self._names("okta:app/oAuth:OAuth")
            client = next((name for name in clients if planned.name.startswith(name)), "its client")
            app = self._need(client)["id"]
        group = planned.inputs["groupId"]
        found = self._directory.okta(f"/api/v1/apps/{app}/groups/{group}")
        if not found:
            raise _NotFound("the group is not assigned to the application")
        return found[0], f"{app}/{group}"

    def _origin(self, planned: Planned) -> tuple[Object, str]:
        origins = self._directory.okta("/api/v1/trustedOrigins?limit=200")
        wanted = planned.inputs["origin"]
        return self._one(planned, origins, ("origin", lambda one: one["origin"] == wanted))

    def _server(self, planned: Planned) -> tuple[Object, str]:
        servers = self._directory.okta("/api/v1/authorizationServers?limit=200")
        audiences = planned.inputs.get("audiences")
        return self._one(
            planned,
            servers,
            ("name", lambda one: one["name"] == planned.inputs["name"]),
            ("audience", lambda one: one.get("audiences") == audiences),
        )

    def _part_of_server(self, parts: str) -> Callable[[Planned], tuple[Object, str]]:
        def find(planned: Planned) -> tuple[Object, str]:
            server = self._server_id(planned)
            listed = self._directory.okta(f"/api/v1/authorizationServers/{server}/{parts}")
            found, own = self._one(
                planned, listed, ("name", lambda one: one["name"] == planned.inputs["name"])
            )
            return found, f"{server}/{own}"

        return find

    def _policy(self, planned: Planned) -> tuple[Object, str]:
        server = self._server_id(planned)
        policies = self._directory.okta(f"/api/v1/authorizationServers/{server}/policies")
        clients = {
            *planned.inputs.get("clientWhitelists", ()),
            *(
                _client_id(self._matches.objects[name])
                for name in self._names("okta:app/oAuth:OAuth")
                if name in self._matches.objects
            ),
        }
        found, own = self._one(
            planned,
            policies,
            ("name", lambda one: one["name"] == planned.inputs["name"]),
            ("client", lambda one: bool(clients & _clients_of(one))),
        )
        return found, f"{server}/{own}"

    def _rule(self, planned: Planned) -> tuple[Object, str]:
        server = self._server_id(planned)
        policy = planned.inputs.get("policyId") or self._need("access-policy")["id"]
        rules = self._directory.okta(
            f"/api/v1/authorizationServers/{server}/policies/{policy}/rules"
        )
        found, own = self._one(
            planned,
            rules,
            ("name", lambda one: one["name"] == planned.inputs["name"]),
            ("policy", lambda _: True),
        )
        return found, f"{server}/{policy}/{own}"

    def _server_id(self, planned: Planned) -> str:
        """Return the server that a part belongs to: the planned one, or one that is there."""
        if given := planned.inputs.get("authServerId"):
            return str(given)
        names = list(self._names("okta:auth/server:Server"))
        return str(self._need(names[0])["id"])

    # Genesys Cloud -----------------------------------------------------------------------------

    def _integration(self, planned: Planned) -> tuple[Object, str]:
        kind = planned.inputs["integrationType"]
        found, own = self._one(
            planned,
            self._directory.genesys("integrations?pageSize=100&expand=config.current"),
            ("name", lambda one: one["name"] == planned.inputs["config"]["name"]),
            ("type", lambda one: (one.get("integrationType") or {}).get("id") == kind),
        )
        return found, own

    def _credential(self, planned: Planned) -> tuple[Object, str]:
        used: set[str] = set()
        for name in self._names("genesyscloud:index/integration:Integration"):
            if name in self._matches.objects:
                own = self._matches.objects[name]["id"]
                for config in self._directory.genesys(f"integrations/{own}/config/current"):
                    credentials = config.get("credentials") or {}
                    used |= {slot["id"] for slot in credentials.values() if slot.get("id")}
        return self._one(
            planned,
            self._directory.genesys("integrations/credentials?pageSize=100"),
            ("integration", lambda one: one["id"] in used),
            ("name", lambda one: one["name"] == planned.inputs["name"]),
        )

    def _deployment(self, planned: Planned) -> tuple[Object, str]:
        hosts = set(planned.inputs.get("allowedDomains", ()))
        return self._one(
            planned,
            self._directory.genesys("webdeployments/deployments?pageSize=100"),
            ("name", lambda one: one["name"] == planned.inputs["name"]),
            ("allowed domain", lambda one: bool(hosts & set(one.get("allowedDomains") or ()))),
        )

    def _configuration(self, planned: Planned) -> tuple[Object, str]:
        deployment = planned.name.removesuffix("-configuration") + "-deployment"
        used = self._matches.objects.get(deployment, {}).get("configuration") or {}
        configurations = self._directory.genesys("webdeployments/configurations?pageSize=100")
        return self._one(
            planned,
            configurations,
            ("deployment", lambda one: one["id"] == used.get("id")),
            ("name", lambda one: one["name"] == planned.inputs["name"]),
        )

    # Choosing ----------------------------------------------------------------------------------

    def _one(
        self,
        planned: Planned,
        objects: list[Object],
        *ways: tuple[str, Callable[[Object], bool]],
    ) -> tuple[Object, str]:
        """Return the object that the first way with any result leads to, and its id."""
        if chosen := self._chosen.get(planned.name):
            for one in objects:
                if one["id"] == chosen:
                    return one, chosen
            raise _NotFound(
                f"the id {chosen}, given by hand, is not among the {len(objects)} there"
            )
        for way, fits in ways:
            found = [one for one in objects if fits(one)]
            if len(found) == 1:
                return found[0], str(found[0]["id"])
            if found:
                listed = ", ".join(f"{one['id']} ({_title(one)})" for one in found)
                raise _NotFound(
                    f"{len(found)} have the {way}; choose with --id {planned.name}=ID: {listed}"
                )
        tried = " or ".join(way for way, _ in ways)
        raise _NotFound(f"none of {len(objects)} has the {tried}")

    def _names(self, kind: str) -> Iterator[str]:
        return (planned.name for planned in self._planned if planned.kind == kind)

    def _need(self, name: str) -> Object:
        if name not in self._matches.objects:
            raise _NotFound(f"{name}, which it belongs to, was not found")
        return self._matches.objects[name]


def _oauth(app: Object) -> Mapping[str, Any]:
    settings: Mapping[str, Any] = (app.get("settings") or {}).get("oauthClient") or {}
    return settings


def _client_id(app: Object) -> str:
    return str(app["credentials"]["oauthClient"]["client_id"])


def _clients_of(policy: Object) -> set[str]:
    return set(((policy.get("conditions") or {}).get("clients") or {}).get("include") or ())


def _title(one: Object) -> str:
    return str(one.get("label") or one.get("name") or one.get("origin") or "")
