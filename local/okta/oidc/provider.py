"""The OpenID provider: all its rules, put together."""

from __future__ import annotations

from local.okta.model.organization import Organization
from local.okta.oidc.authorization import Authorization
from local.okta.oidc.authorize_request import AuthorizeRequests
from local.okta.oidc.clients import Clients
from local.okta.oidc.codes import Codes
from local.okta.oidc.decisions import Decisions
from local.okta.oidc.issuers import Issuers
from local.okta.oidc.sessions import Sessions
from local.okta.oidc.sign_ins import SignIns
from local.okta.oidc.sign_out import SignOuts
from local.okta.oidc.token_requests import TokenRequests
from local.okta.oidc.tokens import Tokens


class Provider:
    """One organization's sign-in. It reads what was declared and keeps what people do."""

    def __init__(self, organization: Organization) -> None:
        state, applications = organization.state, organization.applications
        self.organization = organization
        self.issuers = Issuers(organization)
        self.sessions = Sessions(state, organization.users)
        self.sign_ins = SignIns(state)
        self.decisions = Decisions(organization)
        self.codes = Codes(state)
        self.tokens = Tokens(organization, self.decisions)
        self.clients = Clients(applications)
        self.requests = AuthorizeRequests(applications, self.issuers)
        self.authorization = Authorization(state, self.decisions, self.codes)
        self.token_requests = TokenRequests(organization, self.decisions, self.codes, self.tokens)
        self.sign_outs = SignOuts(applications, self.tokens)
