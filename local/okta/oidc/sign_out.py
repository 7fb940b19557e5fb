"""Signing out at the request of a client (okta.md 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

from local.emulator.store import Document
from local.okta.model.applications import Applications
from local.okta.model.redirect_uris import is_registered
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.parameters import Parameters
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.tokens import Tokens


@dataclass(frozen=True)
class SignOut:
    """A request without mistakes; without a `uri` it ends at Okta's own sign-in page."""

    uri: str
    state: str


class SignOuts:
    """Checks requests to sign out. All refusals are shown on a page, never sent to a client."""

    def __init__(self, applications: Applications, tokens: Tokens) -> None:
        self._applications = applications
        self._tokens = tokens

    def check(self, issuer: Issuer, parameters: Parameters, session: Document | None) -> SignOut:
        """Return what to do; an ID token that has expired is good enough as a hint.

        Assumption: without `id_token_hint` it is refused, as it alone tells the client.
        """
        parameters.once()
        claims = self._tokens.id_token(issuer, parameters.demand("id_token_hint"))
        app = None if claims is None else self._applications.of_client(str(claims.get("aud")))
        if claims is None or app is None:
            text = "The 'id_token_hint' parameter is not a valid ID token of this server."
            raise Refusal("invalid_request", text)
        uri = parameters.get("post_logout_redirect_uri")
        settings = app["settings"]["oauthClient"]
        wildcards = settings["wildcard_redirect"] == "SUBDOMAIN"
        registered = settings["post_logout_redirect_uris"]
        if uri and not is_registered(uri, registered, wildcards=wildcards):
            text = (
                "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the "
                "client app settings."
            )
            raise Refusal(
                "invalid_request", text, f"post_logout_redirect_uri {uri} is not registered"
            )
        if session is not None and session["userId"] != claims["sub"]:
            text = "The ID token does not belong to the person who is signed in."
            raise Refusal("id_token_does_not_match_session", text)
        return SignOut(uri, parameters.get("state"))
