"""`/authorize` and the pages that it leads to: sign-in and consent (okta.md 4.2)."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.errors import OktaError
from local.okta.model.seed import PEOPLE
from local.okta.oidc.authorization import Consent, Issued, SignIn
from local.okta.oidc.authorize_request import AuthorizeRequest, Target
from local.okta.oidc.parameters import Parameters, parse_form
from local.okta.oidc.provider import Provider
from local.okta.oidc.refusals import Refusal
from local.okta.oidc.web.answers import Answers, redirect
from local.okta.oidc.web.cookies import (
    device_of,
    new_device,
    session_of,
    set_device,
    set_session,
)
from local.okta.oidc.web.pages import Pages, asked_with, origin_of

SIGN_IN_PAGE: Final = "/login/login.htm"
HOME: Final = "/app/UserHome"
_SIGN_IN: Final = "/login/sign-in"
_CONSENT: Final = "/login/consent"
_UNAUTHORIZED: Final = 401


class AuthorizePages:
    """Calls that browsers make, never scripts."""

    def __init__(self, provider: Provider, pages: Pages) -> None:
        self._provider = provider
        self._pages = pages
        self._answers = Answers(pages)

    def operations(self) -> list[Operation]:
        """Return all of them."""
        authorize = ("/oauth2/{server_id}/v1/authorize", "/oauth2/v1/authorize")
        return [
            *(Operation("GET", path, self._authorize, public=True) for path in authorize),
            *(Operation("POST", path, self._authorize, public=True) for path in authorize),
            Operation("GET", SIGN_IN_PAGE, self._sign_in_page, public=True),
            Operation("POST", _SIGN_IN, self._sign_in, public=True),
            Operation("POST", _CONSENT, self._consent, public=True),
            Operation("GET", HOME, self._home, public=True),
        ]

    def _authorize(self, call: Call) -> Response:
        parameters = asked_with(call)
        try:
            issuer = self._provider.issuers.find(call.path.get("server_id"))
            target = self._provider.requests.target(issuer, parameters)
        except (OktaError, Refusal) as refusal:
            return self._pages.refuse(call, refusal)
        session = self._provider.sessions.find(session_of(call))
        return self._proceed(call, target, parameters, session)

    def _proceed(
        self,
        call: Call,
        target: Target,
        parameters: Parameters,
        session: Document | None,
        handle: str = "",
        *,
        fresh: bool = False,
        consented: bool = False,
    ) -> Response:
        """Answer with a page, or the client with a code or an error."""
        try:
            request = self._provider.requests.request(target, parameters)
            step = self._provider.authorization.next_step(
                request, session, fresh=fresh, consented=consented
            )
        except Refusal as refusal:
            call.note(refusal.explain())
            self._provider.sign_ins.end(handle)
            return self._answers.send(target, refusal.body())
        if isinstance(step, Issued):
            self._provider.sessions.extend(session_of(call))
            self._provider.sign_ins.end(handle)
            return self._answers.send(target, {"code": step.code})
        device = device_of(call) or new_device()
        if not handle:
            handle = self._provider.sign_ins.begin(target.issuer.key, parameters, device)
        if isinstance(step, SignIn):
            page = self._ask_to_sign_in(handle, request.login_hint, target)
        else:
            page = self._ask_to_consent(handle, request, step)
        set_device(page, device)
        return page

    def _sign_in_page(self, call: Call) -> Response:
        device = device_of(call) or new_device()
        page = self._ask_to_sign_in(self._provider.sign_ins.begin("", Parameters(), device))
        set_device(page, device)
        return page

    def _sign_in(self, call: Call) -> Response:
        form = parse_form(call.content)
        handle, login = form.get("stateToken"), form.get("identifier").strip()
        try:
            waiting = self._provider.sign_ins.find(handle, device_of(call))
            target = self._target(waiting)
        except (OktaError, Refusal) as refusal:
            return self._pages.refuse(call, refusal)
        person = self._provider.sessions.person(login, form.get("passcode"))
        if person is None:
            call.note("access_denied: wrong login or password")
            return self._ask_to_sign_in(handle, login, target, failed=True)
        # A new session for each sign-in: one that somebody else has planted is worth nothing.
        self._provider.sessions.end(session_of(call))
        cookie = self._provider.sessions.begin(person["id"])
        session = self._provider.sessions.find(cookie)
        assert session is not None
        if target is None:
            self._provider.sign_ins.end(handle)
            answer = redirect(HOME)
        else:
            self._provider.sign_ins.signed_in(handle, session["id"])
            parameters = Parameters(waiting["parameters"])
            answer = self._proceed(call, target, parameters, session, handle, fresh=True)
        set_session(answer, cookie)
        return answer

    def _consent(self, call: Call) -> Response:
        form = parse_form(call.content)
        handle = form.get("stateToken")
        try:
            waiting = self._provider.sign_ins.find(handle, device_of(call))
            target = self._target(waiting)
        except (OktaError, Refusal) as refusal:
            return self._pages.refuse(call, refusal)
        session = self._provider.sessions.find(session_of(call))
        parameters = Parameters(waiting["parameters"])
        fresh = session is not None and session["id"] == waiting["session"]
        if target is None or session is None:
            text = "Nobody is signed in. Go back to the site and start again."
            return self._pages.refuse(call, Refusal("invalid_request", text, "no session", 403))
        if form.get("decision") != "allow":
            self._provider.sign_ins.end(handle)
            denied = Refusal("access_denied", "The resource owner denied the request.")
            call.note(denied.explain())
            return self._answers.send(target, denied.body())
        try:
            request = self._provider.requests.request(target, parameters)
            self._provider.decisions.consent(request, session["user"])
        except Refusal:
            pass  # What was declared has changed meanwhile; the next step says it.
        return self._proceed(call, target, parameters, session, handle, fresh=fresh, consented=True)

    def _home(self, call: Call) -> Response:
        session = self._provider.sessions.find(session_of(call))
        if session is None:
            return redirect(SIGN_IN_PAGE)
        return self._pages.show("home.html", profile=session["user"]["profile"])

    def _target(self, waiting: Document) -> Target | None:
        """Return whom a request under way is for; it is checked again, as things may change."""
        if not waiting["issuer"]:
            return None
        issuer = self._provider.issuers.of_key(waiting["issuer"])
        return self._provider.requests.target(issuer, Parameters(waiting["parameters"]))

    def _ask_to_sign_in(
        self, handle: str, login: str = "", target: Target | None = None, *, failed: bool = False
    ) -> Response:
        origin = origin_of(target.redirect_uri) if target else ""
        return self._pages.show(
            "sign_in.html",
            status=_UNAUTHORIZED if failed else 200,
            form_targets=[origin] if origin else [],
            action=_SIGN_IN,
            handle=handle,
            login=login,
            label=target.app["label"] if target else "",
            failed=failed,
            people=PEOPLE,
        )

    def _ask_to_consent(self, handle: str, request: AuthorizeRequest, step: Consent) -> Response:
        origin = origin_of(request.target.redirect_uri)
        return self._pages.show(
            "consent.html",
            form_targets=[origin] if origin else [],
            action=_CONSENT,
            handle=handle,
            label=request.target.app["label"],
            login=step.user["profile"]["login"],
            scopes=step.scopes,
        )
