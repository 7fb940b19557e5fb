"""Rules of access policies (Okta, "Authorization Servers", rule object; okta.md 1.4)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from local.emulator.store import Collection, Document
from local.okta.errors import Mistakes
from local.okta.model import priorities
from local.okta.model.bodies import Body
from local.okta.model.groups import Groups
from local.okta.model.scopes import ANY, Scopes
from local.okta.model.state import ACTIVE, State, empty, new_id, require
from local.okta.model.system_log import SystemLog
from local.okta.model.users import Users

EVERYONE: Final = "EVERYONE"
_KIND: Final = "PolicyRule"
_LONGEST_NAME: Final = 255
_ACCESS_MINUTES: Final = range(5, 24 * 60 + 1)
# Okta Python SDK, TokenAuthorizationServerPolicyRuleAction: five years. Older pages say 90 days.
_WINDOW_MINUTES: Final = range(10, 2_628_000 + 1)
_GRANTS: Final = frozenset(
    {
        "authorization_code",
        "implicit",
        "password",
        "client_credentials",
        "interaction_code",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
        "urn:okta:params:oauth:grant-type:otp",
        "urn:okta:params:oauth:grant-type:oob",
        "http://auth0.com/oauth/grant-type/mfa-otp",
        "http://auth0.com/oauth/grant-type/mfa-oob",
    }
)


class Include(Body):
    """A list of what counts."""

    include: list[str] = []


class InOrOut(Include):
    """A list of what counts, and one of what does not."""

    exclude: list[str] = []


class People(Body):
    """`conditions.people`."""

    groups: InOrOut = Field(default_factory=InOrOut)
    users: InOrOut = Field(default_factory=InOrOut)


class RuleConditions(Body):
    """`conditions`."""

    grantTypes: Include = Field(default_factory=Include)
    scopes: Include = Field(default_factory=Include)
    people: People = Field(default_factory=People)


class TokenAction(Body):
    """`actions.token`; a refresh token lifetime of 0 is unlimited."""

    accessTokenLifetimeMinutes: int = 60
    refreshTokenLifetimeMinutes: int = 0
    refreshTokenWindowMinutes: int = 10080
    inlineHook: dict[str, Any] | None = None


class RuleActions(Body):
    """`actions`."""

    token: TokenAction = Field(default_factory=TokenAction)
    scopes: Any = None


class RuleBody(Body):
    """What a client sends about a rule."""

    type: Literal["RESOURCE_ACCESS"] = "RESOURCE_ACCESS"
    name: str | None = None
    priority: int | None = Field(default=None, ge=1)
    status: Literal["ACTIVE", "INACTIVE"] | None = None
    conditions: RuleConditions = Field(default_factory=RuleConditions)
    actions: RuleActions = Field(default_factory=RuleActions)


class AccessRules:
    """The rules of all policies, by priority; names are unique within one policy."""

    def __init__(
        self, state: State, log: SystemLog, scopes: Scopes, groups: Groups, users: Users
    ) -> None:
        self._state = state
        self._log = log
        self._scopes = scopes
        self._groups = groups
        self._users = users

    def all(self, policy_id: str) -> list[Document]:
        """Return a policy's rules in the order in which they are evaluated."""
        return priorities.ordered(self._documents(policy_id))

    def find(self, policy_id: str, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents(policy_id), id, _KIND)

    def end(self, policy_id: str) -> None:
        """Remove all rules of a policy that goes."""
        empty(self._documents(policy_id))

    def create(self, server_id: str, policy_id: str, body: RuleBody) -> Document:
        """Add one at its priority; those after it move on."""
        document: Document = {"id": new_id("0pr"), "status": ACTIVE, "system": False}
        return self._write(server_id, policy_id, document, body, "add")

    def replace(self, server_id: str, policy_id: str, id: str, body: RuleBody) -> Document:
        """Change one."""
        return self._write(server_id, policy_id, self.find(policy_id, id), body, "update")

    def set_status(self, policy_id: str, id: str, status: str) -> None:
        """Activate or deactivate one; harmless when it is already so."""
        document = self.find(policy_id, id)
        document["status"] = status
        self._state.stamp(document)
        self._documents(policy_id)[id] = document
        verb = "activate" if status == ACTIVE else "deactivate"
        self._log.write(f"policy.rule.{verb}", _target(document))

    def delete(self, policy_id: str, id: str) -> None:
        """Remove one; those after it move up."""
        document = self.find(policy_id, id)
        priorities.remove(self._documents(policy_id), id)
        self._log.write("policy.rule.delete", _target(document))

    def forget_person(self, policy_id: str, id: str) -> None:
        """Take a group or user that is gone out of a policy's rules."""
        for document in self.all(policy_id):
            people = document["conditions"]["people"]
            lists = [people[kind][way] for kind in people for way in ("include", "exclude")]
            named = [one for one in lists if id in one]
            for one in named:
                one.remove(id)
            if named:
                self._documents(policy_id)[document["id"]] = document

    def _write(
        self, server_id: str, policy_id: str, document: Document, body: RuleBody, verb: str
    ) -> Document:
        self._check(server_id, policy_id, document["id"], body)
        document |= {
            "type": body.type,
            "name": body.name,
            "status": body.status or document["status"],
            "conditions": body.conditions.model_dump(),
            "actions": {"token": body.actions.token.model_dump(exclude_none=True)},
        }
        self._state.stamp(document)
        priorities.insert(self._documents(policy_id), document, body.priority)
        self._log.write(f"policy.rule.{verb}", _target(document))
        return document

    def _check(self, server_id: str, policy_id: str, id: str, body: RuleBody) -> None:
        taken = {one["name"] for one in self.all(policy_id) if one["id"] != id}
        mistakes = Mistakes()
        if body.actions.scopes is not None:
            # Seen in stormpath/express-stormpath #616, odd words included.
            place = "add to 'conditions.scopes.include' instead."
            mistakes.add("actions.scopes", f"Cannot add scopes to 'action.scopes', {place}")
        mistakes.text(body.name, "name", _LONGEST_NAME)
        mistakes.unique(body.name not in taken, "name")
        _check_grants(body.conditions, mistakes)
        self._check_scopes(server_id, body.conditions.scopes.include, mistakes)
        self._check_people(body.conditions.people, mistakes)
        _check_lifetimes(body.actions.token, mistakes)
        mistakes.stop()

    def _check_scopes(self, server_id: str, names: list[str], mistakes: Mistakes) -> None:
        known = self._scopes.names(server_id) | {ANY}
        for name in names:
            text = f"The scope '{name}' does not exist"
            mistakes.check(name in known, "conditions.scopes.include", text)

    def _check_people(self, people: People, mistakes: Mistakes) -> None:
        for id in people.groups.include + people.groups.exclude:
            known = id == EVERYONE or self._groups.exists(id)
            text = f"The group '{id}' does not exist"
            mistakes.check(known, "conditions.people.groups", text)
        for id in people.users.include + people.users.exclude:
            text = f"The user '{id}' does not exist"
            mistakes.check(self._users.exists(id), "conditions.people.users", text)

    def _documents(self, policy_id: str) -> Collection:
        return self._state.collection("rules", policy_id)


def _check_grants(conditions: RuleConditions, mistakes: Mistakes) -> None:
    field, grants = "conditions.grantTypes.include", set(conditions.grantTypes.include)
    mistakes.required(grants, field)
    for grant in sorted(grants - _GRANTS):
        mistakes.add(field, f"'{grant}' is not a grant type")
    people = conditions.people.groups.include or conditions.people.users.include
    if "implicit" in grants and not people:
        mistakes.add("conditions.people", "The implicit grant needs groups or users to include")


def _check_lifetimes(token: TokenAction, mistakes: Mistakes) -> None:
    access, refresh = token.accessTokenLifetimeMinutes, token.refreshTokenLifetimeMinutes
    window = token.refreshTokenWindowMinutes
    text = "The lifetime must be between 5 minutes and 1 day"
    mistakes.check(access in _ACCESS_MINUTES, "accessTokenLifetimeMinutes", text)
    text = "The window must be between 10 minutes and 5 years"
    mistakes.check(window in _WINDOW_MINUTES, "refreshTokenWindowMinutes", text)
    if refresh != 0:
        text = "The lifetime must be at least that of the access token"
        mistakes.check(refresh >= access, "refreshTokenLifetimeMinutes", text)
        text = "The window must lie between the lifetimes of the access and the refresh token"
        mistakes.check(access <= window <= refresh, "refreshTokenWindowMinutes", text)
    text = "The inline hook does not exist"
    mistakes.check(token.inlineHook is None, "inlineHook", text)


def _target(document: Document) -> Document:
    return {"type": "PolicyRule", "id": document["id"], "displayName": document["name"]}
