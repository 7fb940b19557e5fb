"""At Okta's token endpoint: who says to be which client (okta.md 4.3)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx

from tests import loopback
from tests.end_to_end.hostile import changes
from tests.end_to_end.hostile.cases import Act, Answer, Case, Result, after
from tests.end_to_end.hostile.codes import website
from tests.end_to_end.visitor import Visitor
from tests.local.genesys.conftest import Json

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def redeem_as(prove: Callable[[Visitor], tuple[Any, Json]]) -> Act:
    """Redeem a good code; `prove` returns what goes into the header, and into the form."""

    def act(visitor: Visitor) -> Result:
        auth, form = prove(visitor)
        return visitor.token(visitor.redemption(visitor.code()) | form, auth=auth)

    return act


def with_header(make: Callable[[Visitor], str]) -> Act:
    """Redeem a good code with an Authorization header of one's own."""

    def act(visitor: Visitor) -> Result:
        headers = {"Authorization": make(visitor)}
        form = visitor.redemption(visitor.code())
        return visitor.token(form, auth=None, headers=headers)

    return act


def basic(text: str) -> str:
    """Return a Basic header of any text."""
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def sent_as(content_type: str, write: Callable[[Json], bytes]) -> Act:
    """Redeem a good code in another form than a form."""

    def act(visitor: Visitor) -> Result:
        content = write(visitor.redemption(visitor.code()))
        headers = {"Content-Type": content_type} if content_type else {}
        auth = (visitor.client_id, visitor.secret)
        return post(visitor, content=content, headers=headers, auth=auth)

    return act


def in_the_address(visitor: Visitor) -> Result:
    """Send the form as a query, where servers write it down."""
    form = visitor.redemption(visitor.code())
    auth = (visitor.client_id, visitor.secret)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return post(visitor, params=form, auth=auth, headers=headers)


def fetched(visitor: Visitor) -> Result:
    """Ask for tokens with GET."""
    address = f"{visitor.okta.url}{visitor.endpoints}/token"
    return loopback.get(address, auth=(visitor.client_id, visitor.secret))


def post(visitor: Visitor, **options: Any) -> httpx.Response:
    """Send anything to the token endpoint."""
    return loopback.post(f"{visitor.okta.url}{visitor.endpoints}/token", **options)


def own(visitor: Visitor) -> Json:
    """Return the client's id and secret, for the form."""
    return {"client_id": visitor.client_id, "client_secret": visitor.secret}


def pair(visitor: Visitor) -> tuple[str, str]:
    """Return the client's id and secret, for the header."""
    return visitor.client_id, visitor.secret


def asserted(visitor: Visitor) -> Json:
    """Return a client assertion: its kind is what is looked at, not its signature."""
    return {"client_assertion": "e30.e30.e30", "client_assertion_type": JWT_BEARER}


def write_json(form: Json) -> bytes:
    """Return a form as JSON."""
    return httpx.Request("POST", "http://x", json=form).content


def write_form(form: Json) -> bytes:
    """Return a form."""
    return httpx.Request("POST", "http://x", data=form).content


WRONG = Answer(401, "invalid_client")
TWO = Answer(400, "invalid_request")
NO_FORM = "invalid_request: The Content-Type must be 'application/x-www-form-urlencoded'."

CASES = [
    Case("nobody", redeem_as(lambda _: (None, {})), WRONG, okta="invalid_client: no client cred"),
    Case(
        "secret wrong",
        redeem_as(lambda visitor: ((visitor.client_id, "wrong"), {})),
        WRONG,
        okta="invalid_client: the client secret is wrong",
    ),
    Case(
        "secret empty",
        redeem_as(lambda visitor: ((visitor.client_id, ""), {})),
        WRONG,
        okta="invalid_client: the client secret is wrong",
    ),
    Case(
        "secret one letter short",
        redeem_as(lambda visitor: ((visitor.client_id, visitor.secret[:-1]), {})),
        WRONG,
        okta="invalid_client: the client secret is wrong",
    ),
    Case(
        "client unknown",
        redeem_as(lambda visitor: (("nobody", visitor.secret), {})),
        WRONG,
        okta="invalid_client: unknown client",
    ),
    Case(
        "both client authentications",
        redeem_as(lambda visitor: (pair(visitor), own(visitor))),
        TWO,
        okta="invalid_request: Cannot supply multiple client credentials.",
    ),
    Case(
        "secret in the form, basic registered",
        redeem_as(lambda visitor: (None, own(visitor))),
        WRONG,
        okta="invalid_client: sent by client_secret_post, the application registers client_secret",
    ),
    Case(
        "secret in the header, post registered",
        after(
            changes.client_credentials(token_endpoint_auth_method="client_secret_post"),
            then=redeem_as(lambda visitor: (pair(visitor), {})),
        ),
        WRONG,
        okta="invalid_client: sent by client_secret_basic, the application registers client_secre",
    ),
    Case(
        "secret where a signed JWT is registered",
        after(
            changes.client_credentials(token_endpoint_auth_method="client_secret_jwt"),
            then=redeem_as(lambda visitor: (pair(visitor), {})),
        ),
        WRONG,
        okta="invalid_client: sent by client_secret_basic, the application registers client_secre",
    ),
    Case(
        "client id alone",
        redeem_as(lambda visitor: (None, {"client_id": visitor.client_id})),
        WRONG,
        okta="invalid_client: sent by none, the application registers client_secret_basic",
    ),
    Case(
        "secret for a client that has none",
        redeem_as(lambda visitor: ((website(visitor), visitor.secret), {})),
        WRONG,
        okta="invalid_client: sent by client_secret_basic, the application registers none",
    ),
    Case(
        "client assertion",
        redeem_as(lambda visitor: (None, asserted(visitor))),
        WRONG,
        okta="invalid_client: client_secret_jwt and private_key_jwt are not emulated",
    ),
    Case(
        "client assertion beside the secret",
        redeem_as(lambda visitor: (pair(visitor), asserted(visitor))),
        TWO,
        okta="invalid_request: Cannot supply multiple client credentials.",
    ),
    Case(
        "client assertion beside the secret in the form",
        redeem_as(lambda visitor: (None, own(visitor) | asserted(visitor))),
        TWO,
        okta="invalid_request: Cannot supply multiple client credentials.",
    ),
    Case(
        "client assertion that is missing",
        redeem_as(lambda visitor: (None, {"client_assertion_type": JWT_BEARER})),
        WRONG,
        okta="invalid_client: client_secret_jwt and private_key_jwt are not emulated",
    ),
    Case(
        "other client in the form",
        redeem_as(lambda visitor: (pair(visitor), {"client_id": "another"})),
        TWO,
        okta="invalid_request: The 'client_id' parameter differs from the header.",
    ),
    Case(
        "client twice in the form",
        redeem_as(lambda visitor: (None, own(visitor) | {"client_id": ["a", "b"]})),
        TWO,
        okta="invalid_request: The 'client_id' parameter must not be repeated.",
    ),
    Case(
        "secret twice",
        redeem_as(lambda visitor: (None, own(visitor) | {"client_secret": ["a", "b"]})),
        TWO,
        okta="invalid_request: The 'client_secret' parameter must not be repeated.",
    ),
    Case(
        "header that is not Basic",
        with_header(lambda visitor: "Basic %%%"),
        WRONG,
        okta="invalid_client: the Authorization header is not Basic",
    ),
    Case(
        "header without a colon",
        with_header(lambda visitor: basic(visitor.client_id)),
        WRONG,
        okta="invalid_client: the client secret is wrong",
    ),
    Case(
        "bearer for a client",
        with_header(lambda visitor: f"Bearer {visitor.secret}"),
        WRONG,
        okta="invalid_client: no client credentials",
    ),
    Case("JSON", sent_as("application/json", write_json), TWO, okta=NO_FORM),
    Case("form called a text", sent_as("text/plain", write_form), TWO, okta=NO_FORM),
    Case("form without a type", sent_as("", write_form), TWO, okta=NO_FORM),
    Case(
        "form in the address",
        in_the_address,
        TWO,
        okta="invalid_request: The 'grant_type' parameter is missing.",
    ),
    Case("tokens fetched", fetched, Answer(405, "E0000022"), okta="Method Not Allowed"),
]
