"""Authorization codes: for one use, within 60 seconds (okta.md 4.3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

from local.emulator.store import Document
from local.okta.model.state import State
from local.okta.oidc.authorize_request import AuthorizeRequest
from local.okta.oidc.issuers import Issuer
from local.okta.oidc.parameters import Parameters
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.tokens import Grant
from local.okta.oidc.vault import Vault

LIFETIME_SECONDS: Final = 60
_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


class Spent(Refusal):
    """A code came a second time; `family` names the tokens that the first time has brought."""

    family: str = ""


class Codes:
    """Codes and what they stand for."""

    def __init__(self, state: State) -> None:
        self._vault = Vault(state, "authorization codes")

    def issue(self, request: AuthorizeRequest, user_id: str, signed_in: float) -> str:
        """Return a code for what a person has granted."""
        document: Document = {
            "issuer": request.target.issuer.key,
            "clientId": request.target.client_id,
            "redirectUri": request.target.redirect_uri,
            "challenge": request.challenge,
            "userId": user_id,
            "scopes": list(request.scopes),
            "nonce": request.nonce,
            "signIn": int(signed_in),
            "family": secrets.token_urlsafe(16),
            "spent": False,
        }
        return self._vault.issue(document, LIFETIME_SECONDS)

    def redeem(self, issuer: Issuer, client_id: str, form: Parameters) -> Grant:
        """Return what a code stands for, and spend it.

        Assumption: an attempt by the right client spends the code even when verifier or redirect
        URI are wrong; one by another client does not.
        """
        code = form.demand("code")
        redirect_uri = form.demand("redirect_uri")
        found = self._vault.find(code)
        if found is None:
            raise _invalid("unknown code")
        if found["issuer"] != issuer.key:
            raise _invalid("the code is another server's")
        if found["clientId"] != client_id:
            raise _invalid("the code is another client's")
        if found["spent"]:
            refusal = Spent(*_invalid_words("the code is spent"))
            refusal.family = found["family"]
            raise refusal
        if self._vault.is_over(found):
            raise _invalid("the code is older than 60 seconds")
        self._vault.keep(code, found | {"spent": True})
        if found["redirectUri"] != redirect_uri:
            text = "The 'redirect_uri' does not match the redirection URI used in the request."
            raise Refusal("invalid_grant", text, "redirect_uri differs from the authorize request")
        _check_verifier(found["challenge"], form.get("code_verifier"))
        return Grant(
            family=found["family"],
            user_id=found["userId"],
            scopes=tuple(found["scopes"]),
            signed_in=found["signIn"],
            nonce=found["nonce"],
        )


def _check_verifier(challenge: str, verifier: str) -> None:
    """Demand the verifier exactly where a challenge was sent (RFC 7636, section 4.6)."""
    if not challenge and not verifier:
        return
    if verifier and not _VERIFIER.fullmatch(verifier):
        text = "The 'code_verifier' must have 43 to 128 of the characters A-Z, a-z, 0-9 and -._~."
        raise Refusal("invalid_grant", text, "malformed code_verifier")
    reason = ""
    if not verifier:
        reason = "code_verifier is missing"
    elif not challenge:
        reason = "code_verifier without a code_challenge"
    else:
        digest = hashlib.sha256(verifier.encode()).digest()
        computed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not hmac.compare_digest(computed, challenge):
            reason = "code_verifier does not fit the code_challenge"
    if reason:
        raise Refusal("invalid_grant", "PKCE verification failed.", reason)


def _invalid(reason: str) -> Refusal:
    return Refusal(*_invalid_words(reason))


def _invalid_words(reason: str) -> tuple[str, str, str]:
    return "invalid_grant", "The authorization code is invalid or has expired.", reason
