"""What happens next with an authorize request: sign-in, consent, or a code (okta.md 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from local.emulator.store import Document
from local.okta.model.state import State
from local.okta.oidc.authorize_request import AuthorizeRequest
from local.okta.oidc.codes import Codes
from local.okta.oidc.decisions import Decisions
from local.okta.oidc.refusals import Refusal


@dataclass(frozen=True)
class SignIn:
    """Somebody has to sign in."""


@dataclass(frozen=True)
class Consent:
    """The person has to allow scopes."""

    user: Document
    scopes: list[Document]


@dataclass(frozen=True)
class Issued:
    """The client gets a code."""

    code: str


Step = SignIn | Consent | Issued


class Authorization:
    """Takes a request as far as it goes without asking anybody."""

    def __init__(self, state: State, decisions: Decisions, codes: Codes) -> None:
        self._clock = state.clock
        self._decisions = decisions
        self._codes = codes

    def next_step(
        self,
        request: AuthorizeRequest,
        session: Document | None,
        *,
        fresh: bool = False,
        consented: bool = False,
    ) -> Step:
        """Return what comes next; raise the Refusal that the client is told.

        `fresh` says that the session began for this very request, `consented` that the person has
        just allowed it.
        """
        silent = "none" in request.prompts
        if session is None:
            if silent:
                text = "The client specified not to prompt, but the user is not logged in."
                raise Refusal("login_required", text)
            return SignIn()
        if not fresh and self._must_sign_in_again(request, session):
            if silent:
                text = (
                    "The client specified not to prompt, but the client app requires "
                    "re-authentication or MFA."
                )
                raise Refusal("login_required", text, "the session is older than max_age")
            return SignIn()
        user = session["user"]
        self._decisions.lifetimes(request.target.issuer, request.target.app, user, request.scopes)
        asked = [] if consented else self._decisions.to_consent(request, user)
        if asked and silent:
            text = "The client specified not to prompt, but the user has not consented."
            raise Refusal("consent_required", text)
        if asked:
            return Consent(user, asked)
        return Issued(self._codes.issue(request, user["id"], session["signIn"]))

    def _must_sign_in_again(self, request: AuthorizeRequest, session: Document) -> bool:
        if "login" in request.prompts:
            return True
        age = self._clock.timestamp() - float(session["signIn"])
        return request.max_age is not None and age > request.max_age
