"""At Genesys Cloud: requests that are none, and deployments where nobody may come in."""

from __future__ import annotations

from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import UNAUTHENTICATED, Act, Answer, Case, Result
from tests.end_to_end.hostile.exchange import BAD, hand_over
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.guest.conftest import EXCHANGE

NOWHERE = "http://127.0.0.1:1/.well-known/openid-configuration"


def neither(visitor: Visitor) -> Result:
    """Hand nothing over that a person could be known by."""
    grant = visitor.grant()
    del grant["code"]
    return visitor.exchange(grant)


def body(text: str) -> Act:
    """Send any body to the exchange."""
    return lambda visitor: visitor.clouds.genesys.anyone.post(EXCHANGE, content=text)


def another_type(visitor: Visitor) -> Result:
    """Sign in where the configuration names an integration that is no OpenID provider."""
    kind = {"integrationType": {"id": "embedded-client-app"}}
    other = visitor.clouds.genesys.ask("POST", "/api/v2/integrations", kind)["id"]
    return visitor.exchange(deploymentId=visitor.add_deployment(integrationId=other))


def switched_off(visitor: Visitor) -> Result:
    """Sign in where authentication is off."""
    return visitor.exchange(deploymentId=visitor.add_deployment(enabled=False))


def delete_integration(visitor: Visitor) -> None:
    """Delete the integration."""
    path = f"/api/v2/integrations/{visitor.clouds.outputs.integration_id}"
    visitor.clouds.genesys.ask("DELETE", path)


def from_page(origin: str) -> Case:
    """Return the row of a page at a domain that the deployment does not allow."""
    return Case(
        f"page at {origin}",
        lambda visitor: visitor.exchange(origin=origin),
        Answer(403, "not.authorized"),
        genesys="the domain ",
    )


FORBIDDEN = Answer(403, "not.authorized")

CASES = [
    Case(
        "neither code nor ID token",
        neither,
        BAD,
        genesys="oauth: exactly one of code and idToken is expected",
    ),
    Case(
        "code and ID token",
        hand_over(code="x", idToken="y"),
        BAD,
        genesys="oauth: exactly one of code and idToken is expected",
    ),
    Case("no body", body(""), Answer(400, "invalid.json"), genesys="The request body is no valid"),
    Case(
        "body that is a list",
        body("[]"),
        Answer(400, "invalid.json"),
        genesys="The request body is no valid JSON object.",
    ),
    Case("empty body", body("{}"), BAD, genesys="deploymentId: is required; oauth: is required"),
    Case(
        "body of wrong types",
        body('{"deploymentId": 7, "oauth": []}'),
        BAD,
        genesys="deploymentId: ",
    ),
    Case(
        "R5 discovery unreachable",
        hand_over(lambda visitor: visitor.set_up(discoveryUri=NOWHERE)),
        UNAUTHENTICATED,
        genesys="discovery document: unreachable",
    ),
    Case(
        "integration disabled",
        hand_over(changes.integration("DISABLED")),
        FORBIDDEN,
        genesys="integration ",
    ),
    Case(
        "integration deleted",
        hand_over(delete_integration),
        FORBIDDEN,
        genesys="the configuration names no integration that exists",
    ),
    Case(
        "integration of another type",
        another_type,
        FORBIDDEN,
        genesys="integration ",
    ),
    Case(
        "authentication switched off",
        switched_off,
        FORBIDDEN,
        genesys="authentication is off in the deployment's configuration",
    ),
    Case(
        "deployment inactive",
        hand_over(lambda visitor: visitor.deploy(status="Inactive")),
        FORBIDDEN,
        genesys="deployment ",
    ),
    Case(
        "deployment unknown",
        lambda visitor: visitor.exchange(deploymentId="nothing"),
        Answer(404, "not.found"),
        genesys="Unable to find the deployment",
    ),
    *map(
        from_page,
        (
            "https://example.com",
            "https://evil-localhost",
            "https://localhost.evil.example",
            "null",
            "https://[",
        ),
    ),
]
