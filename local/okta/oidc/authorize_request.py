"""Authorize requests: what they ask for, and what is wrong with them (okta.md 4.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from local.emulator.store import Document
from local.okta.model.application_body import CODE
from local.okta.model.applications import Applications
from local.okta.model.redirect_uris import is_registered
from local.okta.model.state import ACTIVE
from local.okta.oidc.issuers import Issuer, Issuers
from local.okta.oidc.parameters import Parameters
from local.okta.oidc.refusals import Refusal

QUERY: Final = "query"
FRAGMENT: Final = "fragment"
FORM_POST: Final = "form_post"
POST_MESSAGE: Final = "okta_post_message"
_MODES: Final = (QUERY, FRAGMENT, FORM_POST, POST_MESSAGE)
_RESPONSES: Final = frozenset({"code", "token", "id_token"})
# Okta, "OpenID Connect & OAuth 2.0 API", prompt.
_PROMPTS: Final = (
    frozenset[str](),
    frozenset({"none"}),
    frozenset({"login"}),
    frozenset({"consent"}),
    frozenset({"login", "consent"}),
)
# SHA-256 in base64url without padding.
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Target:
    """Whom an answer goes to: only once this is known may one leave Okta's own pages."""

    issuer: Issuer
    app: Document
    redirect_uri: str
    state: str
    mode: str

    @property
    def client_id(self) -> str:
        """Return the client's id."""
        return str(self.app["credentials"]["oauthClient"]["client_id"])


@dataclass(frozen=True)
class AuthorizeRequest:
    """A request without mistakes."""

    target: Target
    scopes: tuple[str, ...]
    nonce: str
    prompts: frozenset[str]
    max_age: int | None
    login_hint: str
    challenge: str


class AuthorizeRequests:
    """Checks requests in two steps; refusals of the first are shown on a page of Okta's.

    Those of the second go to the client. Assumption: a parameter that comes twice is refused, and
    `state` may have any characters, as clients in wide use pad theirs with `=`.
    """

    def __init__(self, applications: Applications, issuers: Issuers) -> None:
        self._applications = applications
        self._issuers = issuers

    def target(self, issuer: Issuer, parameters: Parameters) -> Target:
        """Return whom to answer; raise Refusal where there is nobody to trust with it."""
        parameters.once("client_id", "redirect_uri", "response_mode", "response_type", "state")
        app = self._applications.of_client(parameters.demand("client_id"))
        if app is None or app["status"] != ACTIVE:
            reason = "unknown client" if app is None else "the application is inactive"
            raise Refusal("invalid_client", "Invalid value for 'client_id' parameter.", reason)
        settings, client = app["settings"]["oauthClient"], app["credentials"]["oauthClient"]
        uri = parameters.demand("redirect_uri")
        wildcards = settings["wildcard_redirect"] == "SUBDOMAIN"
        if not is_registered(uri, settings["redirect_uris"], wildcards=wildcards):
            text = (
                "The 'redirect_uri' parameter must be a Login redirect URI in the client app "
                "settings."
            )
            raise Refusal("invalid_request", text, f"redirect_uri {uri} is not registered")
        if client["pkce_required"] and not parameters.get("code_challenge"):
            raise Refusal("invalid_request", "PKCE code challenge is required by the application.")
        mode = parameters.get("response_mode")
        default = QUERY if parameters.get("response_type") in ("", "code") else FRAGMENT
        return Target(
            issuer=issuer,
            app=app,
            redirect_uri=uri,
            state=parameters.get("state"),
            mode=mode if mode in _MODES else default,
        )

    def request(self, target: Target, parameters: Parameters) -> AuthorizeRequest:
        """Return the whole request; raise the Refusal that the client is told."""
        parameters.once()
        _check_response(target, parameters)
        if not target.state:
            text = "The authentication request has an invalid 'state' parameter."
            raise Refusal("invalid_request", text, "state is missing")
        if parameters.get("request") or parameters.get("request_uri"):
            text = "Request objects are not supported by the local organization."
            raise Refusal("request_not_supported", text)
        return AuthorizeRequest(
            target=target,
            scopes=self._scopes(target.issuer, parameters),
            nonce=parameters.get("nonce"),
            prompts=_prompts(parameters),
            max_age=_max_age(parameters),
            login_hint=parameters.get("login_hint"),
            challenge=_challenge(parameters),
        )

    def _scopes(self, issuer: Issuer, parameters: Parameters) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(parameters.get("scope").split()))
        if not wanted:
            wanted = self._issuers.default_scopes(issuer)
        if not wanted:
            text = (
                "The authorization server resource does not have any configured default scopes, "
                "'scope' must be provided."
            )
            raise Refusal("invalid_scope", text)
        known = self._issuers.scopes(issuer)
        unknown = [name for name in wanted if name not in known]
        if unknown:
            text = "Custom scopes are not allowed for this request."
            if issuer.custom:
                text = (
                    "One or more scopes are not configured for the authorization server resource."
                )
            raise Refusal("invalid_scope", text, f"unknown scopes {' '.join(unknown)}")
        return wanted


def _check_response(target: Target, parameters: Parameters) -> None:
    settings = target.app["settings"]["oauthClient"]
    wanted = parameters.demand("response_type")
    if not set(wanted.split()) <= _RESPONSES or not set(wanted.split()) <= set(
        settings["response_types"]
    ):
        listed = ", ".join(settings["response_types"])
        text = (
            "The response type is not supported by the authorization server. "
            f"Configured response types: [{listed}]"
        )
        raise Refusal("unsupported_response_type", text)
    if wanted.split() != ["code"]:
        text = "The local organization issues codes only."
        raise Refusal("unsupported_response_type", text, "implicit and hybrid are not emulated")
    if CODE not in settings["grant_types"]:
        text = "The client is not authorized to use the provided grant type."
        raise Refusal("unauthorized_client", text)
    if parameters.get("response_mode") not in ("", *_MODES):
        text = "The response mode is not supported by the authorization server."
        raise Refusal("unsupported_response_mode", text)


def _prompts(parameters: Parameters) -> frozenset[str]:
    prompts = frozenset(parameters.get("prompt").split())
    if prompts not in _PROMPTS:
        text = "The 'prompt' parameter must be 'none', 'login', 'consent' or 'login consent'."
        raise Refusal("invalid_request", text)
    return prompts


def _max_age(parameters: Parameters) -> int | None:
    text = parameters.get("max_age")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise Refusal("invalid_request", "The 'max_age' parameter must be a number of seconds.")
    return int(text)


def _challenge(parameters: Parameters) -> str:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if not challenge and not method:
        return ""
    # RFC 7636: without a method it is `plain`, which Okta does not take.
    if method != "S256":
        text = "The 'code_challenge_method' parameter must be 'S256'."
        raise Refusal("invalid_request", text, f"code_challenge_method is {method or 'missing'}")
    if not _CHALLENGE.fullmatch(challenge):
        text = "The 'code_challenge' parameter must be a SHA-256 digest in base64url."
        raise Refusal("invalid_request", text)
    return challenge
