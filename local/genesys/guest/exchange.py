"""Code for JWT: what Genesys does with the authorization code that a page hands over."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any
from weakref import WeakValueDictionary

from pydantic import AfterValidator, Field

from local.emulator.clock import Clock
from local.emulator.store import Document
from local.genesys.errors import GenesysError, invalid, invalid_fields
from local.genesys.guest.contacts import Contacts
from local.genesys.guest.entrance import Entrance, Entrances, ProviderClient
from local.genesys.guest.id_tokens import Expected, UnknownKey, read_id_token
from local.genesys.guest.provider import Discovery, OpenIdProvider, ProviderError
from local.genesys.guest.sign_ins import SignIns
from local.genesys.models.shapes import Shape, read


def _verifier(text: str) -> str:
    # RFC 7636, section 4.1.
    if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", text):
        raise ValueError("43 to 128 letters, digits, or any of - . _ ~ are expected")
    return text


_Text = Annotated[str, Field(min_length=1)]


class _OAuth(Shape):
    code: _Text | None = None
    id_token: _Text | None = None
    redirect_uri: _Text | None = None
    nonce: _Text | None = None
    max_age: Annotated[int, Field(ge=0)] | None = None
    code_verifier: Annotated[str, AfterValidator(_verifier)] | None = None
    iss: _Text | None = None


class _Exchange(Shape):
    deployment_id: _Text
    journey_context: dict[str, Any] | None = None
    oauth: _OAuth


class _Refresh(Shape):
    refresh_token: _Text
    deployment_id: _Text | None = None


class Exchange:
    """Turns authorization codes, ID tokens and refresh tokens into JWTs.

    Members and their rules: SDK model `WebDeploymentsOAuthRequestParameters`. Assumption: whatever
    fails at the provider or in its ID token is status 401, with one text for all; the journal has
    the reason. The organisation may change while a provider is being asked, so what was found
    before is looked up again afterwards.
    """

    def __init__(
        self,
        entrances: Entrances,
        provider: OpenIdProvider,
        contacts: Contacts,
        sign_ins: SignIns,
        clock: Clock,
    ) -> None:
        self._entrances = entrances
        self._provider = provider
        self._contacts = contacts
        self._sign_ins = sign_ins
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def sign_in(self, body: Document, origin: str | None) -> Document:
        """Return `jwt`, and `refreshToken` where the provider gave one, for a code or ID token."""
        given = read(_Exchange, body)
        oauth, deployment = given["oauth"], given["deploymentId"]
        _check_grant(oauth)
        entrance, client = self._grounds(deployment, origin)
        if "idToken" in oauth and not client.implicit:
            raise _refused(403, "the integration does not support the implicit flow")
        try:
            discovery = await self._provider.discover(client.discovery_uri)
            _check_issuer(oauth.get("iss"), discovery)
            answer = (
                {"id_token": oauth["idToken"]}
                if "idToken" in oauth
                else await self._provider.redeem(discovery, client, _form(oauth))
            )
            claims = await self._claims(discovery, client, answer, oauth)
        except ProviderError as error:
            raise _refused(401, str(error)) from None
        self._stand_by(deployment, origin, entrance, client)
        contact = self._contacts.recognize(claims)
        return self._sign_ins.begin(deployment, contact["id"], answer, client.refresh_seconds)

    async def refresh(self, body: Document, origin: str | None) -> Document:
        """Return a new `jwt` for a refresh token, which stays as it is.

        Assumption: the provider's own refresh token is redeemed for it, so that who may no longer
        sign in there does not go on here.
        """
        given = read(_Refresh, body)
        # A provider that rotates refresh tokens takes two uses of one for a theft.
        async with self._turns.setdefault(given["refreshToken"], asyncio.Lock()):
            sign_in = self._sign_ins.of_refresh_token(given["refreshToken"])
            if sign_in is None:
                raise _refused(401, "the refresh token is unknown, revoked or expired")
            deployment = sign_in["deploymentId"]
            if given.get("deploymentId", deployment) != deployment:
                raise _refused(401, "the refresh token belongs to another deployment")
            entrance, client = self._grounds(deployment, origin)
            try:
                answer = await self._renewed(client, sign_in)
            except ProviderError as error:
                raise _refused(401, str(error)) from None
            self._stand_by(deployment, origin, entrance, client)
            jwt = self._sign_ins.renew(sign_in["id"], answer)
        if jwt is None:
            raise _refused(401, "the sign-in has ended meanwhile")
        return {"jwt": jwt}

    async def _renewed(self, client: ProviderClient, sign_in: Document) -> Document:
        discovery = await self._provider.discover(client.discovery_uri)
        held = sign_in["refresh"]["provider"]
        form = {"grant_type": "refresh_token", "refresh_token": held}
        answer = await self._provider.redeem(discovery, client, form)
        if "id_token" in answer:
            claims = await self._claims(discovery, client, answer, None)
            if claims["sub"] != self._contacts.describe(sign_in["contact"])["subject"]:
                raise ProviderError("ID token: the refresh brought another subject")
        return answer

    async def _claims(
        self,
        discovery: Discovery,
        client: ProviderClient,
        answer: Document,
        oauth: Document | None,
    ) -> Document:
        token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise ProviderError("token endpoint: the answer has no ID token; is openid in scope?")
        expected = Expected(
            issuer=discovery.issuer,
            client_id=client.client_id,
            now=self._clock.timestamp(),
            nonce=(oauth or {}).get("nonce"),
            max_age=(oauth or {}).get("maxAge"),
            access_token=access_token if isinstance(access_token, str) else None,
            any_nonce=oauth is None,
        )
        try:
            return read_id_token(token, await self._provider.keys(discovery), expected)
        except UnknownKey:
            # The provider may have rotated its keys since they were fetched.
            return read_id_token(token, await self._provider.keys(discovery, fresh=True), expected)

    def _grounds(self, deployment: str, origin: str | None) -> tuple[Entrance, ProviderClient]:
        entrance = self._entrances.admit(deployment, origin)
        return entrance, self._entrances.provider(entrance)

    def _stand_by(
        self, deployment: str, origin: str | None, entrance: Entrance, client: ProviderClient
    ) -> None:
        if self._grounds(deployment, origin) != (entrance, client):
            raise _refused(403, "the deployment or its integration has changed meanwhile")


def _check_grant(oauth: Document) -> None:
    if ("code" in oauth) == ("idToken" in oauth):
        raise invalid_fields([("oauth", "exactly one of code and idToken is expected")])
    if "code" in oauth and "redirectUri" not in oauth:
        raise invalid("oauth.redirectUri", "is required with a code")
    if "idToken" in oauth and "nonce" not in oauth:
        # OpenID Connect Core 1.0, section 3.2.2.1: this flow has no other shield against replays.
        raise invalid("oauth.nonce", "is required with an ID token")


def _check_issuer(given: str | None, discovery: Discovery) -> None:
    # RFC 9207, section 2.4, and the SDK's word that it must be absent where it is not supported.
    if given is None and discovery.tells_issuer:
        raise invalid("oauth.iss", "is required, as the provider supports it")
    if given is not None and not discovery.tells_issuer:
        raise invalid("oauth.iss", "is not expected, as the provider does not support it")
    if given is not None and given != discovery.issuer:
        raise ProviderError("iss: the authorization response came from another issuer")


def _form(oauth: Document) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "code": oauth["code"],
        "redirect_uri": oauth["redirectUri"],
    }
    return form | ({"code_verifier": oauth["codeVerifier"]} if "codeVerifier" in oauth else {})


def _refused(status: int, reason: str) -> GenesysError:
    text = "The visitor could not be authenticated."
    return GenesysError(status, text, reason=reason)
