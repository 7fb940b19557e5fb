"""What tokens and userinfo say about a person (okta.md 4.5)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from local.emulator.store import Document
from local.okta.model.claims import SYSTEM
from local.okta.model.organization import Organization
from local.okta.model.state import ACTIVE
from local.okta.oidc.expressions import ExpressionError, evaluate
from local.okta.oidc.issuers import Issuer

# What a thin ID token, one that comes with an access token, has of Okta's own claims.
_THIN: Final = ("email", "name", "preferred_username")
# okta.md 4.5: claims of more groups fail. Assumption: the token comes without them.
_MOST_GROUPS: Final = 100
# Okta's name of an attribute of a person, where it is not the claim's in camel case.
_ATTRIBUTES: Final[Mapping[str, str]] = {
    "given_name": "firstName",
    "middle_name": "middleName",
    "family_name": "lastName",
    "nickname": "nickName",
    "preferred_username": "login",
    "profile": "profileUrl",
    "zoneinfo": "timezone",
    "phone_number": "primaryPhone",
}
_FILTERS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "EQUALS": lambda name, value: name == value,
    "STARTS_WITH": lambda name, value: name.startswith(value),
    "CONTAINS": lambda name, value: value in name,
    "REGEX": lambda name, value: bool(re.fullmatch(value, name)),
}


class PersonClaims:
    """Claims by the scopes that were granted, Okta's own and those that were declared."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._log = logging.getLogger("local.okta")

    def of_id_token(self, issuer: Issuer, names: Document, scopes: tuple[str, ...]) -> Document:
        """Return the claims of a thin ID token.

        `names` is what `names_of` returns.
        """
        found = {claim: value for claim, value in _system(names, scopes).items() if claim in _THIN}
        for claim in self._declared(issuer, "IDENTITY", scopes):
            if claim["alwaysIncludeInToken"]:
                found |= self._value(claim, names)
        return found

    def of_userinfo(self, issuer: Issuer, names: Document, scopes: tuple[str, ...]) -> Document:
        """Return all claims about a person."""
        found = _system(names, scopes)
        for claim in self._declared(issuer, "IDENTITY", scopes):
            if not claim["system"]:
                found |= self._value(claim, names)
        return found

    def of_access_token(self, issuer: Issuer, names: Document, scopes: tuple[str, ...]) -> Document:
        """Return the declared claims of an access token, its subject among them."""
        found: Document = {"sub": names["user"]["login"]}
        for claim in self._declared(issuer, "RESOURCE", scopes):
            found |= self._value(claim, names)
        return found

    def names_of(self, app: Document, user: Document, app_user: Document) -> Document:
        """Return what expressions speak of."""
        client_id = app["credentials"]["oauthClient"]["client_id"]
        user_name = app_user["credentials"]["userName"]
        profile: Document = user["profile"]
        return {
            "user": profile | {"id": user["id"], "updated": user["lastUpdated"]},
            "appuser": profile | app_user["profile"] | {"userName": user_name},
            "app": {"clientId": client_id, "id": app["id"], "name": app["name"]},
        }

    def _declared(self, issuer: Issuer, kind: str, scopes: tuple[str, ...]) -> list[Document]:
        found = self._organization.claims.all(issuer.key) if issuer.custom else []
        return [
            claim
            for claim in found
            if claim["claimType"] == kind
            and claim["status"] == ACTIVE
            and (
                not claim["conditions"]["scopes"] or set(claim["conditions"]["scopes"]) & {*scopes}
            )
        ]

    def _value(self, claim: Document, names: Document) -> Document:
        """Return a claim with its value, or nothing where it has none.

        Assumption: an expression that cannot be evaluated leaves its claim out.
        """
        try:
            if claim["valueType"] == "SYSTEM":
                value = _standard(claim["value"], names["user"])
            elif claim["valueType"] == "GROUPS":
                value = self._groups(claim, names["user"]["id"])
            else:
                value = evaluate(claim["value"], names)
        except ExpressionError as error:
            self._log.warning("The claim %s is left out: %s.", claim["name"], error)
            return {}
        return {} if value is None else {claim["name"]: value}

    def _groups(self, claim: Document, user_id: str) -> list[str]:
        fits = _FILTERS[claim["group_filter_type"]]
        names = [one["profile"]["name"] for one in self._organization.groups.groups_of(user_id)]
        found = [name for name in names if fits(name, claim["value"])]
        if len(found) > _MOST_GROUPS:
            raise ExpressionError(f"more than {_MOST_GROUPS} groups fit")
        return found


def _system(names: Document, scopes: tuple[str, ...]) -> Document:
    claims = [claim for scope in scopes for claim in SYSTEM.get(scope, ())]
    found = {claim: _standard(claim, names["user"]) for claim in claims}
    return {claim: value for claim, value in found.items() if value is not None}


def _standard(claim: str, user: Document) -> Any:
    """Return one of OpenID Connect's own claims of a person, or None."""
    if claim == "name":
        return user.get("displayName") or f"{user['firstName']} {user['lastName']}"
    if claim == "email_verified":
        return True
    if claim == "updated_at":
        return int(datetime.fromisoformat(user["updated"]).timestamp())
    if claim == "address":
        return _address(user)
    return user.get(_ATTRIBUTES.get(claim, claim))


def _address(user: Document) -> Document | None:
    parts = {
        "street_address": "streetAddress",
        "locality": "city",
        "region": "state",
        "postal_code": "zipCode",
        "country": "countryCode",
    }
    found = {part: user[name] for part, name in parts.items() if user.get(name)}
    return found or None
