"""What belongs to an authorization server: scopes, claims, access policies and their rules."""

from __future__ import annotations

from functools import partial
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.api.filters import filtered, prefixed
from local.okta.api.links import WRITABLE, lifecycle, link
from local.okta.api.paging import Listing
from local.okta.api.servers import SERVER, SERVERS
from local.okta.model.access_policies import PolicyBody
from local.okta.model.access_rules import RuleBody
from local.okta.model.claims import ClaimBody
from local.okta.model.organization import Organization
from local.okta.model.scopes import ScopeBody
from local.okta.model.state import ACTIVE, INACTIVE

Body = TypeVar("Body", bound=BaseModel, contravariant=True)


class Parts(Protocol[Body]):
    """Things of one kind that servers have."""

    def all(self, server_id: str) -> list[Document]:
        """Return those of a server."""

    def find(self, server_id: str, id: str) -> Document:
        """Return one."""

    def create(self, server_id: str, body: Body) -> Document:
        """Add one."""

    def replace(self, server_id: str, id: str, body: Body) -> Document:
        """Change one."""

    def delete(self, server_id: str, id: str) -> None:
        """Remove one."""


class PartCalls(Generic[Body]):
    """Calls about the parts of one kind."""

    def __init__(
        self, organization: Organization, name: str, parts: Parts[Body], shape: type[Body]
    ) -> None:
        self._servers = organization.servers
        self._base_url = organization.state.base_url
        self._name = name
        self._parts = parts
        self._shape = shape

    def operations(self) -> list[Operation]:
        """Return all of them."""
        many, one = f"{SERVER}/{self._name}", f"{SERVER}/{self._name}/{{id}}"
        return [
            Operation("GET", many, self._list),
            Operation("POST", many, self._create, status=201),
            Operation("GET", one, self._get),
            Operation("PUT", one, self._replace),
            Operation("DELETE", one, self._delete),
        ]

    def server(self, call: Call) -> str:
        """Return the id of the server in the path; raise Okta's refusal of an unknown one."""
        self._servers.require(call.path["server_id"])
        return call.path["server_id"]

    def _list(self, call: Call) -> Listing:
        found = prefixed(self._parts.all(self.server(call)), call.query.get("q"), "name")
        found = filtered(found, call.query.get("filter"), ("id", "name", "status", "system"))
        return Listing(found, lambda one: self._show(call, one))

    def _create(self, call: Call) -> Document:
        return self._show(call, self._parts.create(self.server(call), call.parse(self._shape)))

    def _get(self, call: Call) -> Document:
        return self._show(call, self._parts.find(self.server(call), call.path["id"]))

    def _replace(self, call: Call) -> Document:
        body = call.parse(self._shape)
        return self._show(call, self._parts.replace(self.server(call), call.path["id"], body))

    def _delete(self, call: Call) -> None:
        self._parts.delete(self.server(call), call.path["id"])

    def _url(self, call: Call, document: Document) -> str:
        server = f"{self._base_url}{SERVERS}/{call.path['server_id']}"
        return f"{server}/{self._name}/{document['id']}"

    def _show(self, call: Call, document: Document) -> Document:
        return document | {"_links": {"self": link(self._url(call, document), *WRITABLE)}}


class PolicyCalls(PartCalls[PolicyBody]):
    """Calls about access policies: like other parts, and they can be switched off."""

    def __init__(self, organization: Organization) -> None:
        super().__init__(organization, "policies", organization.policies, PolicyBody)
        self._policies = organization.policies

    def operations(self) -> list[Operation]:
        """Return all of them."""
        one = f"{SERVER}/policies/{{id}}/lifecycle"
        return [
            *super().operations(),
            Operation("POST", f"{one}/activate", partial(self._set, ACTIVE)),
            Operation("POST", f"{one}/deactivate", partial(self._set, INACTIVE)),
        ]

    def _set(self, status: str, call: Call) -> None:
        self._policies.set_status(self.server(call), call.path["id"], status)

    def _show(self, call: Call, document: Document) -> Document:
        url = self._url(call, document)
        links = {
            "self": link(url, *WRITABLE),
            **lifecycle(url, document["status"]),
            "rules": link(f"{url}/rules", "GET"),
        }
        return document | {"_links": links}


class RuleCalls:
    """Calls about the rules of access policies."""

    def __init__(self, organization: Organization) -> None:
        self._servers = organization.servers
        self._policies = organization.policies
        self._rules = organization.rules
        self._base_url = organization.state.base_url

    def operations(self) -> list[Operation]:
        """Return all of them."""
        many = f"{SERVER}/policies/{{policy_id}}/rules"
        one = f"{many}/{{id}}"
        return [
            Operation("GET", many, self._list),
            Operation("POST", many, self._create, status=201),
            Operation("GET", one, self._get),
            Operation("PUT", one, self._replace),
            Operation("DELETE", one, self._delete),
            Operation("POST", f"{one}/lifecycle/activate", partial(self._set, ACTIVE)),
            Operation("POST", f"{one}/lifecycle/deactivate", partial(self._set, INACTIVE)),
        ]

    def _list(self, call: Call) -> Listing:
        return Listing(self._rules.all(self._policy(call)), lambda one: self._show(call, one))

    def _create(self, call: Call) -> Document:
        policy_id, body = self._policy(call), call.parse(RuleBody)
        made = self._rules.create(call.path["server_id"], policy_id, body)
        return self._show(call, made)

    def _get(self, call: Call) -> Document:
        return self._show(call, self._rules.find(self._policy(call), call.path["id"]))

    def _replace(self, call: Call) -> Document:
        policy_id, body = self._policy(call), call.parse(RuleBody)
        changed = self._rules.replace(call.path["server_id"], policy_id, call.path["id"], body)
        return self._show(call, changed)

    def _delete(self, call: Call) -> None:
        self._rules.delete(self._policy(call), call.path["id"])

    def _set(self, status: str, call: Call) -> None:
        self._rules.set_status(self._policy(call), call.path["id"], status)

    def _policy(self, call: Call) -> str:
        self._servers.require(call.path["server_id"])
        self._policies.find(call.path["server_id"], call.path["policy_id"])
        return call.path["policy_id"]

    def _show(self, call: Call, document: Document) -> Document:
        server = f"{self._base_url}{SERVERS}/{call.path['server_id']}"
        url = f"{server}/policies/{call.path['policy_id']}/rules/{document['id']}"
        links = {"self": link(url, *WRITABLE), **lifecycle(url, document["status"])}
        return document | {"_links": links}


def part_calls(organization: Organization) -> list[Operation]:
    """Return the calls about everything that belongs to an authorization server."""
    scopes: PartCalls[ScopeBody] = PartCalls(organization, "scopes", organization.scopes, ScopeBody)
    claims: PartCalls[ClaimBody] = PartCalls(organization, "claims", organization.claims, ClaimBody)
    return [
        *scopes.operations(),
        *claims.operations(),
        *PolicyCalls(organization).operations(),
        *RuleCalls(organization).operations(),
    ]
