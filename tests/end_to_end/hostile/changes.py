"""What an administrator, or somebody in that place, does to the declared stack before an attack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.end_to_end.clouds import ALICE
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json

Step = Callable[[Visitor], object]


def application(action: str) -> Step:
    """Change the application's life: `deactivate`, or `delete` after that."""

    def step(visitor: Visitor) -> None:
        path = f"/api/v1/apps/{visitor.app['id']}"
        visitor.okta.post(f"{path}/lifecycle/deactivate")
        if action == "delete":
            visitor.okta.delete(path)

    return step


def client(**settings: Any) -> Step:
    """Change settings of the application's client."""
    return lambda visitor: visitor.set(**settings)


def client_credentials(**credentials: Any) -> Step:
    """Change how the application's client proves itself."""
    return lambda visitor: visitor.set(credentials)


def person(action: str, login: str = ALICE) -> Step:
    """Change a person's life, such as `suspend`."""
    return lambda visitor: visitor.okta.post(f"/api/v1/users/{login}/lifecycle/{action}")


def unassign(visitor: Visitor) -> None:
    """Take the application from the group Customers."""
    (group,) = visitor.okta.get("/api/v1/groups", q="Customers")
    visitor.okta.delete(f"/api/v1/apps/{visitor.app['id']}/groups/{group['id']}")


def server(visitor: Visitor) -> None:
    """Deactivate the authorization server."""
    visitor.okta.post(f"/api/v1/authorizationServers/{visitor.server}/lifecycle/deactivate")


def policy(visitor: Visitor) -> None:
    """Deactivate the access policy."""
    visitor.okta.post(f"{_policy(visitor)}/lifecycle/deactivate")


def rule(**conditions: Any) -> Step:
    """Change conditions of the access rule."""

    def step(visitor: Visitor) -> None:
        path = f"{_policy(visitor)}/rules"
        (found,) = visitor.okta.get(path)
        found["conditions"] |= conditions
        visitor.okta.put(f"{path}/{found['id']}", found)

    return step


def consent(visitor: Visitor) -> None:
    """Let the scope `messenger` need the person's consent."""
    scopes = f"/api/v1/authorizationServers/{visitor.server}/scopes"
    (found,) = [one for one in visitor.okta.get(scopes) if one["name"] == "messenger"]
    visitor.okta.put(f"{scopes}/{found['id']}", found | {"consent": "REQUIRED"})
    visitor.set(consent_method="REQUIRED")


def time_passes(seconds: float) -> Step:
    """Move both clocks."""
    return lambda visitor: visitor.clouds.advance(seconds)


def rotate_keys(*, overlap: bool) -> Step:
    """Rotate the keys of the declared authorization server."""
    body: Json = {"overlap": overlap}
    return lambda visitor: visitor.okta.post(
        "/_local/keys/rotate", body | {"server": visitor.server}
    )


def integration(state: str) -> Step:
    """Enable or disable the integration."""
    return lambda visitor: visitor.switch_integration(state)


def _policy(visitor: Visitor) -> str:
    path = f"/api/v1/authorizationServers/{visitor.server}/policies"
    (found,) = visitor.okta.get(path)
    return f"{path}/{found['id']}"
