"""Access policies of an authorization server (Okta, "Authorization Servers", policies)."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from local.emulator.store import Collection, Document
from local.okta.errors import Mistakes
from local.okta.model import priorities
from local.okta.model.access_rules import AccessRules
from local.okta.model.applications import Applications
from local.okta.model.bodies import Body
from local.okta.model.state import ACTIVE, State, empty, new_id, require
from local.okta.model.system_log import SystemLog

ALL_CLIENTS: Final = "ALL_CLIENTS"
_KIND: Final = "Policy"
_LONGEST_NAME: Final = 100
_LONGEST_DESCRIPTION: Final = 255


class Clients(Body):
    """Which clients a policy is for."""

    include: list[str] = [ALL_CLIENTS]


class PolicyConditions(Body):
    """`conditions`."""

    clients: Clients = Field(default_factory=Clients)


class PolicyBody(Body):
    """What a client sends about an access policy."""

    type: Literal["OAUTH_AUTHORIZATION_POLICY"] = "OAUTH_AUTHORIZATION_POLICY"
    name: str | None = None
    description: str | None = None
    priority: int | None = Field(default=None, ge=1)
    status: Literal["ACTIVE", "INACTIVE"] | None = None
    conditions: PolicyConditions = Field(default_factory=PolicyConditions)


class AccessPolicies:
    """The access policies of all servers, by priority; names are unique within one server."""

    def __init__(
        self, state: State, log: SystemLog, rules: AccessRules, applications: Applications
    ) -> None:
        self._state = state
        self._log = log
        self._rules = rules
        self._applications = applications

    def all(self, server_id: str) -> list[Document]:
        """Return a server's policies in the order in which they are evaluated."""
        return priorities.ordered(self._documents(server_id))

    def find(self, server_id: str, id: str) -> Document:
        """Return one; raise Okta's refusal of an unknown id."""
        return require(self._documents(server_id), id, _KIND)

    def end(self, server_id: str) -> None:
        """Remove all policies of a server that goes."""
        for policy_id in self._documents(server_id):
            self._rules.end(policy_id)
        empty(self._documents(server_id))

    def create(self, server_id: str, body: PolicyBody) -> Document:
        """Add one at its priority; those after it move on."""
        document: Document = {"id": new_id("00p"), "status": ACTIVE, "system": False}
        return self._write(server_id, document, body, "create")

    def replace(self, server_id: str, id: str, body: PolicyBody) -> Document:
        """Change one."""
        return self._write(server_id, self.find(server_id, id), body, "update")

    def set_status(self, server_id: str, id: str, status: str) -> None:
        """Activate or deactivate one; harmless when it is already so."""
        document = self.find(server_id, id)
        document["status"] = status
        self._state.stamp(document)
        self._documents(server_id)[id] = document
        verb = "activate" if status == ACTIVE else "deactivate"
        self._log.write(f"policy.lifecycle.{verb}", _target(document))

    def delete(self, server_id: str, id: str) -> None:
        """Remove one with its rules; those after it move up."""
        document = self.find(server_id, id)
        self._rules.end(id)
        priorities.remove(self._documents(server_id), id)
        self._log.write("policy.lifecycle.delete", _target(document))

    def forget_client(self, server_id: str, client_id: str) -> None:
        """Take a client that is gone out of a server's policies."""
        for document in self.all(server_id):
            included = document["conditions"]["clients"]["include"]
            if client_id in included:
                included.remove(client_id)
                self._documents(server_id)[document["id"]] = document

    def forget_person(self, server_id: str, id: str) -> None:
        """Take a group or user that is gone out of a server's rules."""
        for policy_id in self._documents(server_id):
            self._rules.forget_person(policy_id, id)

    def _write(self, server_id: str, document: Document, body: PolicyBody, verb: str) -> Document:
        self._check(server_id, document["id"], body)
        document |= {
            "type": body.type,
            "name": body.name,
            "description": body.description,
            "status": body.status or document["status"],
            "conditions": body.conditions.model_dump(),
        }
        self._state.stamp(document)
        priorities.insert(self._documents(server_id), document, body.priority)
        self._log.write(f"policy.lifecycle.{verb}", _target(document))
        return document

    def _check(self, server_id: str, id: str, body: PolicyBody) -> None:
        taken = {one["name"] for one in self.all(server_id) if one["id"] != id}
        mistakes = Mistakes()
        mistakes.text(body.name, "name", _LONGEST_NAME)
        mistakes.unique(body.name not in taken, "name")
        mistakes.text(body.description, "description", _LONGEST_DESCRIPTION)
        for client_id in body.conditions.clients.include:
            known = client_id == ALL_CLIENTS or self._applications.has_client(client_id)
            text = f"The client '{client_id}' does not exist"
            mistakes.check(known, "conditions.clients.include", text)
        mistakes.stop()

    def _documents(self, server_id: str) -> Collection:
        return self._state.collection("policies", server_id)


def _target(document: Document) -> Document:
    return {"type": "PolicyEntity", "id": document["id"], "displayName": document["name"]}
