"""The grants of the token endpoint (okta.md 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from local.emulator.store import Document
from local.okta.model.application_body import CODE, REFRESH
from local.okta.model.organization import Organization
from local.okta.model.state import ACTIVE
from local.okta.oidc.codes import Codes, Spent
from local.okta.oidc.decisions import Decisions
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.parameters import Parameters
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.tokens import Grant, Tokens

_ROTATE: Final = "ROTATE"


class TokenRequests:
    """Turns a code or a refresh token into tokens.

    Where it raises Refusal, what was spent stays spent: the caller keeps the changes.
    """

    def __init__(
        self, organization: Organization, decisions: Decisions, codes: Codes, tokens: Tokens
    ) -> None:
        self._users = organization.users
        self._clock = organization.state.clock
        self._decisions = decisions
        self._codes = codes
        self._tokens = tokens

    def answer(self, issuer: Issuer, app: Document, form: Parameters) -> Document:
        """Return the body of a successful answer."""
        form.once()
        grant_type = form.demand("grant_type")
        handle = {CODE: self._redeem, REFRESH: self._refresh}.get(grant_type)
        if handle is None:
            text = (
                "The authorization grant type is not supported by the authorization server. "
                f"Configured grant types: [{CODE}, {REFRESH}]."
            )
            raise Refusal("unsupported_grant_type", text, f"grant_type {grant_type}")
        configured = app["settings"]["oauthClient"]["grant_types"]
        if grant_type not in configured:
            text = (
                "The client is not authorized to use the provided grant type. "
                f"Configured grant types: [{', '.join(configured)}]."
            )
            raise Refusal("unauthorized_client", text)
        return handle(issuer, app, form)

    def _redeem(self, issuer: Issuer, app: Document, form: Parameters) -> Document:
        try:
            grant = self._codes.redeem(issuer, _client_id(app), form)
        except Spent as refusal:
            # RFC 6749, section 4.1.2: a code that comes twice has been in other hands.
            self._tokens.end(refusal.family)
            raise
        user = self._person(grant.user_id, "The authorization code is invalid or has expired.")
        lifetimes = self._decisions.lifetimes(issuer, app, user, grant.scopes)
        answer = self._tokens.issue(issuer, app, grant, lifetimes)
        refresh = self._tokens.issue_refresh(issuer, app, grant, lifetimes)
        return answer | ({"refresh_token": refresh} if refresh else {})

    def _refresh(self, issuer: Issuer, app: Document, form: Parameters) -> Document:
        handle = form.demand("refresh_token")
        known = self._tokens.refresh_token(handle)
        rotation = app["settings"]["oauthClient"]["refresh_token"]
        self._check(issuer, app, known, rotation["leeway"] or 0)
        assert known is not None
        grant = Grant(
            family=known["family"],
            user_id=known["userId"],
            scopes=_narrowed(tuple(known["scopes"]), form),
            signed_in=known["signIn"],
            nonce=known["nonce"],
        )
        user = self._person(grant.user_id, _INVALID)
        lifetimes = self._decisions.lifetimes(issuer, app, user, grant.scopes)
        answer = self._tokens.issue(issuer, app, grant, lifetimes)
        if rotation["rotation_type"] != _ROTATE:
            self._tokens.prolong(handle, lifetimes)
            return answer | {"refresh_token": handle}
        self._tokens.replace(handle)
        # What comes next stands for all that was granted, not only for what was asked for now.
        whole = replace(grant, scopes=tuple(known["scopes"]))
        refresh = self._tokens.issue_refresh(issuer, app, whole, lifetimes, known["end"])
        return answer | ({"refresh_token": refresh} if refresh else {})

    def _check(self, issuer: Issuer, app: Document, known: Document | None, leeway: int) -> None:
        """Refuse a refresh token that is not good; one that was replaced ends its family.

        Okta, "Refresh token rotation": within the leeway the replaced token still works; after it
        its reuse ends all tokens of the grant.
        """
        if known is None:
            raise _invalid("unknown refresh token")
        if known["clientId"] != _client_id(app) or known["issuer"] != issuer.key:
            raise _invalid("the refresh token is another client's or server's")
        if known["ended"]:
            raise _invalid("the refresh token is revoked")
        replaced = known["replaced"]
        if replaced is not None and self._clock.timestamp() >= replaced + leeway:
            self._tokens.end(known["family"])
            raise _invalid("the refresh token was replaced and came again; all tokens are revoked")
        if known["over"]:
            raise _invalid("the refresh token has expired")

    def _person(self, user_id: str, text: str) -> Document:
        if not self._users.exists(user_id) or self._users.find(user_id)["status"] != ACTIVE:
            raise Refusal("invalid_grant", text, "the person may not sign in any more")
        return self._users.find(user_id)


_INVALID: Final = "The refresh token is invalid or expired."


def _narrowed(granted: tuple[str, ...], form: Parameters) -> tuple[str, ...]:
    wanted: Mapping[str, None] = dict.fromkeys(form.get("scope").split())
    if not set(wanted) <= set(granted):
        text = "One or more scopes were not granted to the refresh token."
        raise Refusal("invalid_scope", text)
    return tuple(wanted) or granted


def _client_id(app: Document) -> str:
    return str(app["credentials"]["oauthClient"]["client_id"])


def _invalid(reason: str) -> Refusal:
    return Refusal("invalid_grant", _INVALID, reason)
