"""What a new organization holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from local.okta.model.access_policies import PolicyBody
from local.okta.model.access_rules import EVERYONE as EVERYONE_IN_RULES
from local.okta.model.access_rules import Include, InOrOut, People, RuleBody, RuleConditions
from local.okta.model.groups import EVERYONE, GroupBody, GroupProfile
from local.okta.model.organization import Organization
from local.okta.model.scopes import ANY
from local.okta.model.servers import DEFAULT, ServerBody
from local.okta.model.state import new_id
from local.okta.model.users import Credentials, Password, UserBody

# The organization's own authorization server has keys like any other; this is its id.
ORGANIZATION_SERVER: Final = "organization"
CUSTOMERS: Final = "Customers"
TESTERS: Final = "Testers"


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in to the local organization. The password is public."""

    first_name: str
    last_name: str
    login: str
    password: str
    groups: tuple[str, ...] = ()


ADMIN: Final = Person("Ada", "Admin", "ada.admin@example.com", "Local-Okta-1", (TESTERS,))
PEOPLE: Final = (
    ADMIN,
    Person("Alice", "Archer", "alice@example.com", "Local-Okta-1", (CUSTOMERS,)),
    Person("Bob", "Baker", "bob@example.com", "Local-Okta-1", (CUSTOMERS,)),
    Person("Carol", "Carter", "carol@example.com", "Local-Okta-1"),
)


def seed(organization: Organization) -> None:
    """Write a new organization: people, groups, sign-on policies, the default server.

    The server `default` comes with a policy and a rule that allow everything, as in organizations
    of developers; new free ones may lack them (okta.md 4).
    """
    state = organization.state
    settings = state.collection("organization")
    settings["self"] = {"id": new_id("00o"), "created": state.now(), "lastUpdated": state.now()}
    everyone = _add_group(organization, EVERYONE, "All users in your organization", built_in=True)
    ids = {
        CUSTOMERS: _add_group(organization, CUSTOMERS, "People who buy from us"),
        TESTERS: _add_group(organization, TESTERS, "People who look at releases first"),
    }
    for person in PEOPLE:
        user_id = _add_person(organization, person)
        for name in person.groups:
            organization.groups.add_member(ids[name], user_id)
    policies = organization.sign_on_policies
    default_policy = policies.add("Any two factors", "Require two factors.", system=True)
    policies.add("Password only", "Require a password only.", system=False)
    settings["self"] = settings["self"] | {
        "everyoneId": everyone,
        "defaultPolicyId": default_policy["id"],
        "adminId": organization.users.find(ADMIN.login)["id"],
    }
    _add_default_server(organization)
    organization.keys.begin(ORGANIZATION_SERVER)


def _add_person(organization: Organization, person: Person) -> str:
    body = UserBody(
        profile={
            "firstName": person.first_name,
            "lastName": person.last_name,
            "login": person.login,
            "email": person.login,
        },
        credentials=Credentials(password=Password(value=person.password)),
    )
    return str(organization.users.create(body, activate=True)["id"])


def _add_group(
    organization: Organization, name: str, description: str, *, built_in: bool = False
) -> str:
    body = GroupBody(profile=GroupProfile(name=name, description=description))
    return str(organization.groups.create(body, built_in=built_in)["id"])


def _add_default_server(organization: Organization) -> None:
    server = ServerBody(
        name=DEFAULT,
        description="Default Authorization Server for your Applications",
        audiences=["api://default"],
    )
    organization.servers.create(server, DEFAULT)
    policy = PolicyBody(name="Default Policy", description="Default policy description")
    policy_id = organization.policies.create(DEFAULT, policy)["id"]
    conditions = RuleConditions(
        grantTypes=Include(
            include=["implicit", "client_credentials", "authorization_code", "password"]
        ),
        scopes=Include(include=[ANY]),
        people=People(groups=InOrOut(include=[EVERYONE_IN_RULES])),
    )
    rule = RuleBody(name="Default Policy Rule", conditions=conditions)
    organization.rules.create(DEFAULT, policy_id, rule)
