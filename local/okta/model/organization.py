"""The organization: everything it holds, put together, and what one deletion means elsewhere."""

from __future__ import annotations

from local.emulator.clock import Clock
from local.emulator.store import Document, Store
from local.okta.model.access_policies import AccessPolicies
from local.okta.model.access_rules import AccessRules
from local.okta.model.applications import Applications
from local.okta.model.assignments import Assignments
from local.okta.model.claims import Claims
from local.okta.model.groups import Groups
from local.okta.model.scopes import Scopes
from local.okta.model.servers import Servers
from local.okta.model.sign_on_policies import SignOnPolicies
from local.okta.model.signing_keys import SigningKeys
from local.okta.model.state import State
from local.okta.model.system_log import SystemLog
from local.okta.model.trusted_origins import TrustedOrigins
from local.okta.model.users import Users


class Organization:
    """One Okta organization. Its parts know the parts they stand on, never those above them."""

    def __init__(self, store: Store, clock: Clock, base_url: str) -> None:
        self.state = State(store, clock, base_url)
        self.log = SystemLog(self.state)
        self.users = Users(self.state, self.log)
        self.groups = Groups(self.state, self.log, self.users)
        self.origins = TrustedOrigins(self.state, self.log)
        self.sign_on_policies = SignOnPolicies(self.state)
        self.applications = Applications(self.state, self.log, self.sign_on_policies)
        self.assignments = Assignments(
            self.state, self.log, self.applications, self.groups, self.users
        )
        self.scopes = Scopes(self.state, self.log)
        self.claims = Claims(self.state, self.log, self.scopes)
        self.rules = AccessRules(self.state, self.log, self.scopes, self.groups, self.users)
        self.policies = AccessPolicies(self.state, self.log, self.rules, self.applications)
        self.keys = SigningKeys(self.state)
        self.servers = Servers(
            self.state, self.log, self.scopes, self.claims, self.policies, self.keys
        )

    def delete_application(self, id: str) -> None:
        """Delete an inactive application, its assignments, and its place in access policies."""
        client_id = self.applications.find(id)["credentials"]["oauthClient"]["client_id"]
        self.applications.delete(id)
        self.assignments.forget_app(id)
        for server_id in self.servers.ids():
            self.policies.forget_client(server_id, client_id)

    def delete_group(self, id: str) -> None:
        """Delete a group, its assignments, and its place in the rules of access policies."""
        self.groups.delete(id)
        self.assignments.forget_group(id)
        self._forget_person(id)

    def deactivate_user(self, id: str) -> Document:
        """Deprovision a person, who loses all applications (Okta, "Deactivate user")."""
        user = self.users.act(id, "deactivate")
        self.assignments.forget_user(user["id"])
        return user

    def delete_user(self, id: str) -> None:
        """Deprovision a person, or remove one who already is, with all that names them."""
        id = self.users.find(id)["id"]
        removed = self.users.delete(id)
        self.assignments.forget_user(id)
        if removed:
            self.groups.forget_user(id)
            self._forget_person(id)

    def _forget_person(self, id: str) -> None:
        for server_id in self.servers.ids():
            self.policies.forget_person(server_id, id)
