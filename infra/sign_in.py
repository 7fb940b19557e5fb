"""Okta's half of the stack: who may sign in, where, and by which client."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pulumi
import pulumi_okta as okta

from infra.component import Component
from infra.setting_types import WELL_KNOWN
from infra.settings import AuthorizationServer, Settings
from infra.web_address import WebAddress

_PLAIN = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
_PLAIN_PART = re.compile(r"[a-z0-9]+")
_LONGEST_POLICY_NAME = 50


@dataclass(frozen=True)
class SignIn:
    """How visitors sign in, whoever the provider is."""

    issuer: pulumi.Input[str]
    discovery_uri: pulumi.Input[str]
    authorization_endpoint: pulumi.Input[str]
    end_session_endpoint: pulumi.Input[str] | None
    website_client_id: pulumi.Input[str]
    messenger_client_id: pulumi.Input[str]
    messenger_client_secret: pulumi.Input[str]


@dataclass(frozen=True)
class _Server:
    id: pulumi.Output[str]
    issuer: pulumi.Output[str]
    scopes: tuple[pulumi.Resource, ...] = ()
    is_declared: bool = True


def _known_secret(secret: str | None) -> str:
    if secret is None:
        # Okta tells a secret when a client is made or changed, and never again (okta.md 7, #274).
        raise pulumi.RunError(
            "The secret of messenger-client is not known, as with every client that was imported. "
            "Set the one that Okta's administrators see, or a new one: "
            "`pulumi config set --secret messenger-sso:clientSecret`."
        )
    return secret


class OktaSignIn(Component):
    """Applications, trusted origins, authorization server with its policy, and assignments.

    `sign_in` tells the rest of the program what it needs to know.
    """

    sign_in: SignIn

    def __init__(
        self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self._settings = settings
        messenger = self._messenger_client()
        clients = {"messenger-client": messenger}
        if settings.clients == "separate":
            clients["website-client"] = self._website_client()
        self._trust_origins()
        groups = dict(self._groups())
        self._assign(clients, groups)
        server = self._server()
        self._allow(server, clients, groups)
        self.sign_in = SignIn(
            issuer=server.issuer,
            discovery_uri=pulumi.Output.concat(server.issuer, WELL_KNOWN),
            authorization_endpoint=pulumi.Output.concat(server.issuer, "/v1/authorize"),
            end_session_endpoint=pulumi.Output.concat(server.issuer, "/v1/logout"),
            website_client_id=clients.get("website-client", messenger).client_id,
            messenger_client_id=messenger.client_id,
            messenger_client_secret=self._secret_of(messenger),
        )
        self.register_outputs({"issuer": server.issuer, "messengerClientId": messenger.client_id})

    def _messenger_client(self) -> okta.app.OAuth:
        """Declare the client whose codes Genesys redeems with the secret it keeps."""
        settings, given = self._settings, self._settings.client_secret
        return okta.app.OAuth(
            "messenger-client",
            label=settings.label(settings.application_name),
            type="web",
            grant_types=self._grant_types(),
            response_types=["code"],
            redirect_uris=self._redirect_uris(),
            post_logout_redirect_uris=self._post_logout_redirect_uris(),
            token_endpoint_auth_method=settings.token_endpoint_auth_method,
            # Left out, the provider sends false for a web application (okta.md 1.2).
            pkce_required=settings.pkce,
            client_basic_secret=given.get_secret_value() if given else None,
            opts=self.child(protect=settings.protect),
        )

    def _secret_of(self, client: okta.app.OAuth) -> pulumi.Output[str]:
        """Return the client's secret; whoever uses it waits for the client by its id."""
        given = self._settings.client_secret
        if given is None:
            return client.client_secret.apply(_known_secret)
        return pulumi.Output.secret(given.get_secret_value())

    def _website_client(self) -> okta.app.OAuth:
        """Declare the client of the sites' own sign-in, which runs in the browser."""
        settings = self._settings
        return okta.app.OAuth(
            "website-client",
            label=settings.label(f"{settings.application_name} website"),
            type="browser",
            grant_types=self._grant_types(),
            response_types=["code"],
            redirect_uris=self._redirect_uris(),
            post_logout_redirect_uris=self._post_logout_redirect_uris(),
            token_endpoint_auth_method="none",  # noqa: S106 (a browser keeps no secret)
            pkce_required=True,
            # A refresh token in a browser is safe only as long as it is used once.
            refresh_token_rotation="ROTATE" if settings.refresh_token else None,
            opts=self.child(protect=settings.protect),
        )

    def _trust_origins(self) -> None:
        for origin, address in self._origins().items():
            okta.trustedorigin.Origin(
                f"origin-{address.slug}",
                name=self._settings.label(origin, longest=255),
                origin=origin,
                scopes=[
                    okta.trustedorigin.OriginScopeArgs(type="CORS"),
                    okta.trustedorigin.OriginScopeArgs(type="REDIRECT"),
                ],
                # Left out, whatever Okta says is taken over, and one that was deactivated by hand
                # stays so. Creating never sends it, updating does (okta.md 1.3).
                status="ACTIVE",
                opts=self.child(),
            )

    def _groups(self) -> Iterator[tuple[str, pulumi.Output[str]]]:
        """Look up the groups that may sign in, once each: logical name to id."""
        if self._settings.assignment is None:
            everyone = okta.group.get_everyone_group_output(opts=self.lookup())
            yield "everyone", everyone.apply(lambda group: group.id)
        for name in sorted(self._settings.assignment or ()):
            group = okta.group.get_group_output(name=name, opts=self.lookup())
            yield f"group-{_logical(name)}", group.apply(lambda group: group.id)

    def _assign(
        self, clients: dict[str, okta.app.OAuth], groups: dict[str, pulumi.Output[str]]
    ) -> None:
        for client, application in clients.items():
            for group, group_id in groups.items():
                okta.app.GroupAssignment(
                    f"{client}-{group}",
                    app_id=application.id,
                    group_id=group_id,
                    opts=self.child(),
                )

    def _server(self) -> _Server:
        declared = self._settings.authorization_server
        if declared:
            return self._declare_server(declared)
        found = okta.auth.get_server_output(name="default", opts=self.lookup())
        return _Server(
            id=found.apply(lambda server: server.id),
            issuer=found.apply(lambda server: server.issuer),
            is_declared=False,
        )

    def _declare_server(self, declared: AuthorizationServer) -> _Server:
        settings = self._settings
        server = okta.auth.Server(
            "authorization-server",
            name=declared.name or settings.label(settings.project),
            description=declared.description,
            audiences=[declared.audience or f"api://{settings.project}"],
            opts=self.child(),
        )
        # Neither scope nor claim can move: the provider would look for them on the new server
        # under the id they have on the old one (okta.md 1.1).
        scopes = tuple(
            okta.auth.ServerScope(
                f"scope-{_logical(scope)}",
                auth_server_id=server.id,
                name=scope,
                metadata_publish="ALL_CLIENTS",
                opts=self.child(replace_on_changes=["authServerId"]),
            )
            for scope in declared.scopes
        )
        for claim, expression in declared.claims.items():
            okta.auth.ServerClaim(
                f"claim-{_logical(claim)}",
                auth_server_id=server.id,
                name=claim,
                claim_type="IDENTITY",
                value=expression,
                # Genesys redeems for both tokens, and an ID token that comes with an access token
                # carries other claims only on demand (Okta, "Create API access claims").
                always_include_in_token=True,
                opts=self.child(replace_on_changes=["authServerId"]),
            )
        return _Server(id=server.id, issuer=server.issuer, scopes=scopes)

    def _allow(
        self,
        server: _Server,
        clients: dict[str, okta.app.OAuth],
        groups: dict[str, pulumi.Output[str]],
    ) -> None:
        """Let our clients, and nobody else, ask this server for exactly the scopes we use.

        One policy with one rule, one after the other: Okta mixes up priorities that are written at
        the same time (okta/terraform-provider-okta, issue 1198).
        """
        settings = self._settings
        policy = okta.auth.ServerPolicy(
            "access-policy",
            auth_server_id=server.id,
            name=settings.label(settings.application_name, longest=_LONGEST_POLICY_NAME),
            description=f"Sign-in of the sites in environment {settings.environment}.",
            client_whitelists=[client.client_id for client in clients.values()],
            priority=1,
            opts=self.child(
                replace_on_changes=["authServerId"],
                # On a server that others use as well each new policy pushes the others down.
                ignore_changes=[] if server.is_declared else ["priority"],
            ),
        )
        okta.auth.ServerPolicyRule(
            "access-rule",
            auth_server_id=server.id,
            policy_id=policy.id,
            name=settings.label("Visitors", longest=_LONGEST_POLICY_NAME),
            priority=1,
            grant_type_whitelists=["authorization_code"],
            scope_whitelists=sorted(settings.scopes),
            group_whitelists=["EVERYONE"] if settings.assignment is None else list(groups.values()),
            # Okta refuses a rule whose scopes are not there yet.
            opts=self.child(
                replace_on_changes=["authServerId", "policyId"],
                depends_on=server.scopes,
            ),
        )

    def _grant_types(self) -> list[str]:
        return ["authorization_code", *(["refresh_token"] if self._settings.refresh_token else [])]

    def _redirect_uris(self) -> list[str]:
        return sorted(site.redirect_uri for site in self._settings.sites)

    def _post_logout_redirect_uris(self) -> list[str]:
        return sorted(site.post_logout_redirect_uri for site in self._settings.sites)

    def _origins(self) -> dict[str, WebAddress]:
        return {site.address.origin: site.address for site in self._settings.sites}


def _logical(name: str) -> str:
    """Return the part of a logical name that stands for a free text; none stands for two."""
    if _PLAIN.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return "-".join([*_PLAIN_PART.findall(name.lower()), digest])
