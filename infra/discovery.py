"""Looks up how an organisation names the OpenID Connect Messenger integration and its parts.

No public source tells the identifiers (genesys-cloud.md 2), so they are asked for: four look-ups,
once in a run, before any resource.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from infra.calls import Caller, CallError, read_object
from infra.mistakes import ProgramError
from infra.provider_config import GenesysAccess
from infra.settings import IntegrationType

DISPLAY_NAME = "OpenID Connect Messenger Configuration"
"""Genesys, messenger-authentication-okta-integration-blueprint; also in Admin > Integrations."""

_PAGE = 100
_MOST_PAGES = 50
_EXPLICIT = "Or name the parts yourself with `messenger-sso:integration` (docs/configuration.md)."
_NOT_LETTERS = re.compile(r"[^a-z]")


class DiscoveryError(ProgramError):
    """The organisation's integration type cannot be found or understood."""


def find_integration_type(
    access: GenesysAccess, transport: httpx.BaseTransport | None = None
) -> IntegrationType:
    """Return the organisation's OpenID Connect Messenger integration type.

    Raises DiscoveryError when there is none or several, when its parts are ambiguous, or when the
    organisation refuses or does not answer. Messages hold no secret.
    """
    try:
        with Caller(access.api_url, proxy=access.proxy, transport=transport) as caller:
            caller.authorize(access.access_token or _token(caller, access))
            return _Platform(caller, access).find()
    except CallError as error:
        raise DiscoveryError(
            "The OpenID Connect integration type cannot be looked up in Genesys Cloud "
            f"({access.region.name}). {error} Check genesyscloud:awsRegion, genesyscloud:gateways "
            f"and the network. {_EXPLICIT}"
        ) from None


def _token(caller: Caller, access: GenesysAccess) -> str:
    response = caller.send(
        "POST",
        f"{access.login_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(access.client_id, access.client_secret),
    )
    if response.is_success and (token := read_object(response).get("access_token")):
        return str(token)
    raise DiscoveryError(
        f"Genesys Cloud ({access.region.name}) gives no token to the OAuth client "
        f"{access.client_id}: status {response.status_code}. Check genesyscloud:oauthclientId, "
        "genesyscloud:oauthclientSecret and the region; the client needs the grant type Client "
        "Credentials."
    )


class _Platform:
    def __init__(self, caller: Caller, access: GenesysAccess) -> None:
        self._caller = caller
        self._access = access

    def find(self) -> IntegrationType:
        type_id = self._type_id()
        slot, credential_type = self._credential(type_id)
        client_id, client_secret = self._fields(credential_type)
        return IntegrationType.model_validate(
            {
                "typeId": type_id,
                "discoveryUriProperty": self._property(type_id),
                "credentialType": credential_type,
                "credentialSlot": slot,
                "clientIdField": client_id,
                "clientSecretField": client_secret,
            }
        )

    def _type_id(self) -> str:
        types = list(self._types())
        found = [kind for kind in types if kind.get("name") == DISPLAY_NAME]
        if len(found) == 1:
            return str(found[0].get("id"))
        if found:
            ids = ", ".join(str(kind.get("id")) for kind in found)
            raise DiscoveryError(
                f"Genesys Cloud has {len(found)} integration types called {DISPLAY_NAME!r}: {ids}. "
                "Choose one with `messenger-sso:integration` (docs/configuration.md)."
            )
        names = [str(kind.get("name")) for kind in types]
        close = difflib.get_close_matches(DISPLAY_NAME, names, n=3, cutoff=0.4)
        nearest = f"the nearest are {', '.join(close)}" if close else "none is similar"
        raise DiscoveryError(
            f"Genesys Cloud has no integration type called {DISPLAY_NAME!r} among {len(names)}; "
            f"{nearest}. It comes with licences that include Messenger, and is listed only for "
            "users and OAuth clients that may see it: the role needs the permission "
            f"integrations:integration:view. {_EXPLICIT}"
        )

    def _types(self) -> Iterator[Mapping[str, Any]]:
        for number in range(1, _MOST_PAGES + 1):
            page = self._get("integrations/types", pageSize=_PAGE, pageNumber=number)
            entities = _objects(page.get("entities"))
            if not entities:
                return
            yield from entities

    def _credential(self, type_id: str) -> tuple[str, str]:
        described = self._get(f"integrations/types/{type_id}").get("credentials")
        slots = {
            key: slot for key, slot in _named_objects(described) if slot.get("credentialTypes")
        }
        usable = {key: slot for key, slot in slots.items() if slot.get("required")} or slots
        if len(usable) == 1:
            ((slot, specification),) = usable.items()
            names = [str(name) for name in specification["credentialTypes"]]
            if len(names) == 1:
                return slot, names[0]
            raise DiscoveryError(
                f"The integration type {type_id} takes several types of credential: "
                f"{', '.join(names)}. {_EXPLICIT}"
            )
        raise DiscoveryError(
            f"The integration type {type_id} is expected to take one credential; it has "
            f"{', '.join(usable) or 'none'}. {_EXPLICIT}"
        )

    def _property(self, type_id: str) -> str:
        schema = self._get(f"integrations/types/{type_id}/configschemas/properties")
        properties = _named_objects(schema.get("properties"))
        titles = {key: _letters(value.get("title")) for key, value in properties}
        titled = [key for key, title in titles.items() if title == "discoveryuri"]
        named = [key for key in titles if _letters(key) in ("discoveryuri", "discoveryurl")]
        similar = [key for key, title in titles.items() if "discovery" in title + _letters(key)]
        for found in (titled, named, similar):
            if len(found) == 1:
                return found[0]
        raise DiscoveryError(
            f"The integration type {type_id} has no property that is clearly the Discovery URI: "
            f"it has {', '.join(titles) or 'none'}. {_EXPLICIT}"
        )

    def _fields(self, credential_type: str) -> tuple[str, str]:
        types = _objects(self._get("integrations/credentials/types").get("entities"))
        schema = next((kind for kind in types if kind.get("name") == credential_type), {})
        described = dict(_named_objects(schema.get("properties")))
        # Either the JSON schema of the fields or only its inner part.
        fields = dict(_named_objects(described.get("properties"))) or described
        return _field("clientId", fields), _field("clientSecret", fields)

    def _get(self, path: str, **query: int) -> Mapping[str, Any]:
        response = self._caller.send("GET", f"{self._access.api_url}/api/v2/{path}", params=query)
        if response.is_success:
            return read_object(response)
        place = f"Genesys Cloud ({self._access.region.name}) answers {response.status_code} to "
        if response.status_code == 401:
            reason = "the access token is not valid there: check the credentials and the region"
        elif response.status_code == 403:
            reason = "the OAuth client's role needs the permission integrations:integration:view"
        else:
            reason = "that is not an answer of a healthy organisation; try again"
        raise DiscoveryError(f"{place}GET /api/v2/{path}: {reason}. {_EXPLICIT}")


def _field(name: str, fields: Mapping[str, Mapping[str, Any]]) -> str:
    wanted = _letters(name)
    named = [key for key in fields if _letters(key) == wanted]
    titled = [key for key, value in fields.items() if _letters(value.get("title")) == wanted]
    # Assumption: where the organisation does not say, the field is called as in its other OAuth
    # credential types.
    return next(iter([*named, *titled]), name)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _named_objects(value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    named = value.items() if isinstance(value, dict) else ()
    return [(key, item) for key, item in named if isinstance(item, dict)]


def _letters(text: Any) -> str:
    return _NOT_LETTERS.sub("", str(text or "").lower())
