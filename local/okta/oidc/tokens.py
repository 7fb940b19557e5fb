"""Tokens: what they say, which of them are good, and how a family of them ends (okta.md 4.5)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from local.emulator.store import Document
from local.okta.model.application_body import REFRESH
from local.okta.model.organization import Organization
from local.okta.oidc.decisions import Decisions, Lifetimes
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.person_claims import PersonClaims
from local.okta.oidc.signatures import Signatures, half_hash
from local.okta.oidc.vault import Vault

OFFLINE: Final = "offline_access"
OPENID: Final = "openid"
ID_TOKEN_SECONDS: Final = 3600
# How long a refresh token without an end of its own is kept.
_UNLIMITED_SECONDS: Final = 10 * 366 * 86_400.0


@dataclass(frozen=True)
class Grant:
    """What a person has granted to a client. Its tokens are a family, which ends as one."""

    family: str
    user_id: str
    scopes: tuple[str, ...]
    signed_in: int
    nonce: str


class Tokens:
    """Issues tokens, and knows which are good."""

    def __init__(self, organization: Organization, decisions: Decisions) -> None:
        state = organization.state
        self._organization = organization
        self._clock = state.clock
        self._decisions = decisions
        self._claims = PersonClaims(organization)
        self._access = Vault(state, "access tokens")
        self._refresh = Vault(state, "refresh tokens")
        self._ended = state.collection("ended token families")
        self.signatures = Signatures(organization.keys)

    def issue(self, issuer: Issuer, app: Document, grant: Grant, lifetimes: Lifetimes) -> Document:
        """Return the body of a successful answer, without a refresh token."""
        user = self._organization.users.find(grant.user_id)
        names = self._claims.names_of(app, user, self._decisions.app_user(app, user))
        client_id = app["credentials"]["oauthClient"]["client_id"]
        now = int(self._clock.timestamp())
        id = f"AT.{secrets.token_urlsafe(32)}"
        access_claims: Document = {
            "ver": 1,
            "jti": id,
            "iss": issuer.url,
            "aud": issuer.audience,
            "iat": now,
            "exp": now + lifetimes.access,
            "cid": client_id,
            "uid": grant.user_id,
            "scp": list(grant.scopes),
            # Assumption: an organization that is new says it here as well.
            "auth_time": grant.signed_in,
        }
        access_claims |= {
            name: value
            for name, value in self._claims.of_access_token(issuer, names, grant.scopes).items()
            if name not in access_claims
        }
        access = self.signatures.sign(issuer, access_claims)
        self._access.keep(id, {"family": grant.family, "expires": now + lifetimes.access})
        answer: Document = {
            "token_type": "Bearer",
            "expires_in": lifetimes.access,
            "access_token": access,
            "scope": " ".join(grant.scopes),
        }
        if OPENID in grant.scopes:
            answer["id_token"] = self._id_token(issuer, client_id, grant, names, access)
        return answer

    def issue_refresh(
        self, issuer: Issuer, app: Document, grant: Grant, lifetimes: Lifetimes, end: float = 0.0
    ) -> str | None:
        """Return a new refresh token where scope and application allow one.

        `end` is when the family ends, for a token that takes another's place.
        """
        if OFFLINE not in grant.scopes:
            return None
        if REFRESH not in app["settings"]["oauthClient"]["grant_types"]:
            return None
        now = self._clock.timestamp()
        end = end or now + (lifetimes.refresh or _UNLIMITED_SECONDS)
        document: Document = {
            "family": grant.family,
            "issuer": issuer.key,
            "clientId": app["credentials"]["oauthClient"]["client_id"],
            "userId": grant.user_id,
            "scopes": list(grant.scopes),
            "signIn": grant.signed_in,
            "nonce": grant.nonce,
            "end": end,
            "issued": now,
            "replaced": None,
        }
        return self._refresh.issue(document, min(end - now, lifetimes.window))

    def refresh_token(self, handle: str) -> Document | None:
        """Return what a refresh token stands for, over, ended or not."""
        found = self._refresh.find(handle)
        if found is None:
            return None
        over = self._refresh.is_over(found) or found["end"] <= self._clock.timestamp()
        return found | {"over": over, "ended": found["family"] in self._ended}

    def replace(self, handle: str) -> None:
        """Note that another refresh token has taken the place of one."""
        found = self._refresh.find(handle)
        if found is not None and found["replaced"] is None:
            self._refresh.keep(handle, found | {"replaced": self._clock.timestamp()})

    def prolong(self, handle: str, lifetimes: Lifetimes) -> None:
        """Let a refresh token that keeps its place live for another window."""
        found = self._refresh.find(handle)
        if found is not None:
            expires = min(self._clock.timestamp() + lifetimes.window, found["end"])
            self._refresh.keep(handle, found | {"expires": expires})

    def access_token(self, issuer: Issuer, token: str) -> Document | None:
        """Return the claims of a good access token of this server, else None."""
        claims = self.signatures.read(issuer, token)
        if claims is None or not str(claims.get("jti")).startswith("AT."):
            return None
        known = self._access.live(claims["jti"])
        if known is None or known["family"] in self._ended:
            return None
        return claims

    def id_token(self, issuer: Issuer, token: str) -> Document | None:
        """Return the claims of an ID token of this server, expired or not, else None."""
        claims = self.signatures.read(issuer, token)
        return claims if claims and str(claims.get("jti")).startswith("ID.") else None

    def revoke_access(self, claims: Document) -> None:
        """End a single access token."""
        self._access.forget(claims["jti"])

    def end(self, family: str) -> None:
        """End all tokens of a grant."""
        self._ended[family] = {}

    def about(self, issuer: Issuer, claims: Document) -> Document | None:
        """Return what userinfo says to the bearer of an access token; None without the person."""
        app = self._organization.applications.of_client(claims["cid"])
        if app is None or not self._organization.users.exists(claims["uid"]):
            return None
        user = self._organization.users.find(claims["uid"])
        names = self._claims.names_of(app, user, self._decisions.app_user(app, user))
        found = self._claims.of_userinfo(issuer, names, tuple(claims["scp"]))
        return {"sub": claims["uid"]} | {k: v for k, v in found.items() if k != "sub"}

    def _id_token(
        self, issuer: Issuer, client_id: str, grant: Grant, names: Document, access: str
    ) -> str:
        now = int(self._clock.timestamp())
        claims: Document = {
            "sub": grant.user_id,
            "ver": 1,
            "iss": issuer.url,
            "aud": client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "jti": f"ID.{secrets.token_urlsafe(32)}",
            "amr": ["pwd"],
            "idp": self._organization.state.organization()["id"],
            "auth_time": grant.signed_in,
            "at_hash": half_hash(access),
        }
        if grant.nonce:
            claims["nonce"] = grant.nonce
        more = self._claims.of_id_token(issuer, names, grant.scopes)
        claims |= {name: value for name, value in more.items() if name not in claims}
        return self.signatures.sign(issuer, claims)
