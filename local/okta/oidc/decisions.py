"""Who may have what: assignment, access policies, consent (okta.md 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from local.emulator.store import Document
from local.okta.errors import OktaError
from local.okta.model.access_policies import ALL_CLIENTS
from local.okta.model.access_rules import EVERYONE
from local.okta.model.application_body import CODE
from local.okta.model.organization import Organization
from local.okta.model.scopes import ANY
from local.okta.model.state import ACTIVE
from local.okta.oidc.authorize_request import AuthorizeRequest
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.refusals import Refusal

_IMPLICIT: Final = "IMPLICIT"
_MINUTE: Final = 60


@dataclass(frozen=True)
class Lifetimes:
    """How many seconds tokens live; a refresh token of 0 lives as long as it is used."""

    access: int
    refresh: int
    window: int


# The organization's own server has no policies (okta.md 4.3). Assumption: seven days unused.
_ORGANIZATION: Final = Lifetimes(3600, 0, 7 * 86_400)


class Decisions:
    """Decides by what was declared through the management API, as it is at this moment."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._consents = organization.state.collection("consents")

    def lifetimes(
        self, issuer: Issuer, app: Document, user: Document, scopes: tuple[str, ...]
    ) -> Lifetimes:
        """Return how long tokens for a person live; raise `access_denied` where they get none."""
        self.app_user(app, user)
        if not issuer.custom:
            return _ORGANIZATION
        rule = self._rule(issuer.key, app, user, set(scopes))
        if rule is None:
            text = (
                "Policy evaluation failed for this request, please check the policy configurations."
            )
            raise Refusal("access_denied", text, "no_matching_policy")
        token = rule["actions"]["token"]
        return Lifetimes(
            token["accessTokenLifetimeMinutes"] * _MINUTE,
            token["refreshTokenLifetimeMinutes"] * _MINUTE,
            token["refreshTokenWindowMinutes"] * _MINUTE,
        )

    def app_user(self, app: Document, user: Document) -> Document:
        """Return how a person uses an application; raise `access_denied` when they may not."""
        try:
            return self._organization.assignments.user(app["id"], user["id"])
        except OktaError:
            if app["settings"]["implicitAssignment"]:
                return {"credentials": {"userName": user["profile"]["login"]}, "profile": {}}
            text = "User is not assigned to the client application."
            raise Refusal("access_denied", text, f"{user['id']} is not assigned") from None

    def to_consent(self, request: AuthorizeRequest, user: Document) -> list[Document]:
        """Return the scopes to ask a person about, as the API's table of `consent_method` says.

        Okta, "Applications API": `prompt=consent` asks about scopes whose consent is not implicit;
        otherwise only applications with the method REQUIRED ask. What was allowed once is not
        asked again, unless the prompt wants it.
        """
        issuer, settings = request.target.issuer, request.target.app["settings"]["oauthClient"]
        prompted = "consent" in request.prompts
        if not issuer.custom or not (prompted or settings["consent_method"] == "REQUIRED"):
            return []
        given = set(self._given(request, user)) if not prompted else set()
        return [
            scope
            for scope in self._organization.scopes.all(issuer.key)
            if scope["name"] in request.scopes
            and scope["name"] not in given
            and scope["consent"] != _IMPLICIT
        ]

    def consent(self, request: AuthorizeRequest, user: Document) -> None:
        """Remember that a person has allowed what was asked for."""
        names = sorted({*self._given(request, user), *request.scopes})
        self._consents[_consent_key(request, user)] = {"scopes": names}

    def _given(self, request: AuthorizeRequest, user: Document) -> list[str]:
        found = self._consents.get(_consent_key(request, user), {"scopes": []})
        return list(found["scopes"])

    def _rule(
        self, server_id: str, app: Document, user: Document, scopes: set[str]
    ) -> Document | None:
        """Return the first rule that fits in full, by priority of policies, then of rules."""
        client_id = app["credentials"]["oauthClient"]["client_id"]
        groups = {group["id"] for group in self._organization.groups.groups_of(user["id"])}
        for policy in self._organization.policies.all(server_id):
            clients = set(policy["conditions"]["clients"]["include"])
            if policy["status"] != ACTIVE or not clients & {client_id, ALL_CLIENTS}:
                continue
            for rule in self._organization.rules.all(policy["id"]):
                if rule["status"] == ACTIVE and _fits(rule, user["id"], groups, scopes):
                    return rule
        return None


def _fits(rule: Document, user_id: str, groups: set[str], scopes: set[str]) -> bool:
    """Tell whether a rule is for a person and all scopes.

    Assumption: a rule that names nobody is for nobody. Refreshing is judged by the grant it began
    with, as rules cannot name it.
    """
    conditions = rule["conditions"]
    allowed = set(conditions["scopes"]["include"])
    people, theirs = conditions["people"], groups | {EVERYONE}
    included = theirs & set(people["groups"]["include"]) or user_id in people["users"]["include"]
    excluded = theirs & set(people["groups"]["exclude"]) or user_id in people["users"]["exclude"]
    return (
        CODE in conditions["grantTypes"]["include"]
        and (ANY in allowed or scopes <= allowed)
        and bool(included)
        and not excluded
    )


def _consent_key(request: AuthorizeRequest, user: Document) -> str:
    return f"{user['id']}:{request.target.client_id}:{request.target.issuer.key}"
