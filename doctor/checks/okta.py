"""Okta's side: the clients, who may use them, and where they may be used."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from doctor.check import Area, Checks, Needs, Per, Verdict, bad, compare, good
from doctor.okta_reads import Policy, Rule
from doctor.survey import Client, Survey
from infra.outputs import SiteOutputs
from infra.web_address import parse_site_url

CHECKS = Checks(Area.OKTA)

_EVERYONE = "Everyone"
_CODE = "authorization_code"
_WITH_SECRET = ("client_secret_basic", "client_secret_post")


@CHECKS.check(
    "The clients are there and active",
    per=Per.CLIENT,
    needs=Needs.APPLICATIONS,
    cause="the application was deactivated or deleted in Okta",
    cure="Activate it in Okta (Applications), or run `pulumi up --refresh`.",
)
def clients_active(survey: Survey, client: Client) -> Verdict:
    found = survey.okta.application(client.id)
    if found is None:
        return bad(f"no application with the client id {client.id}")
    text = f"{found.label}: {found.status}"
    return good(text) if found.status == "ACTIVE" else bad(text)


@CHECKS.check(
    "Redirect URIs are the sites'",
    per=Per.CLIENT,
    needs=Needs.APPLICATIONS,
    waits_for="clients-active",
    cause="somebody edited the application's sign-in redirect URIs",
    cure="Run `pulumi up --refresh`. A missing one makes Okta refuse that site's visitors; "
    "one too many lets codes go where they should not.",
)
def redirect_uris(survey: Survey, client: Client) -> Verdict:
    wanted = [site.redirect_uri for site in survey.outputs.sites]
    return _same(survey.application(client).redirect_uris, wanted)


@CHECKS.check(
    "Post-logout redirect URIs are the sites'",
    per=Per.CLIENT,
    needs=Needs.APPLICATIONS,
    waits_for="clients-active",
    cause="somebody edited the application's sign-out redirect URIs",
    cure="Run `pulumi up --refresh`. Without its own a site's visitors end on an error of Okta's.",
)
def post_logout_uris(survey: Survey, client: Client) -> Verdict:
    wanted = [site.post_logout_redirect_uri for site in survey.outputs.sites]
    return _same(survey.application(client).post_logout_redirect_uris, wanted)


@CHECKS.check(
    "Clients require PKCE as declared",
    per=Per.CLIENT,
    needs=Needs.APPLICATIONS,
    waits_for="clients-active",
    cause="“Require PKCE as additional verification” was changed in Okta; Pulumi's refresh may "
    "not see it",
    cure="Run `pulumi up --refresh`; if it shows no change, set the box in Okta as declared.",
)
def client_pkce(survey: Survey, client: Client) -> Verdict:
    wanted = survey.outputs.pkce or not client.is_messengers
    found = survey.application(client).pkce
    words = {True: "required", False: "not required"}
    return compare(words[found], words[wanted])


@CHECKS.check(
    "Clients authenticate as declared",
    per=Per.CLIENT,
    needs=Needs.APPLICATIONS,
    waits_for="clients-active",
    cause="the client authentication was changed in Okta, which also makes Okta issue a new secret",
    cure="Run `pulumi up --refresh`, so that Genesys Cloud gets the new secret as well.",
)
def client_authentication(survey: Survey, client: Client) -> Verdict:
    found = survey.application(client).authentication
    settings = survey.case.settings
    if not client.is_messengers:
        wanted: tuple[str, ...] = ("none",)
    else:
        wanted = (settings.token_endpoint_auth_method,) if settings else _WITH_SECRET
    return good(found) if found in wanted else bad(f"{found}, expected {' or '.join(wanted)}")


@CHECKS.check(
    "Clients have the grants that sign-ins need",
    per=Per.CLIENT,
    needs=Needs.APPLICATIONS,
    waits_for="clients-active",
    cause="a grant type was switched off or on in Okta",
    cure="Run `pulumi up --refresh`.",
)
def client_grants(survey: Survey, client: Client) -> Verdict:
    refreshes = "offline_access" in survey.outputs.scopes
    return _same(
        survey.application(client).grants, [_CODE, *(["refresh_token"] if refreshes else [])]
    )


@CHECKS.check(
    "Clients are assigned to those who may sign in",
    per=Per.CLIENT,
    needs=(Needs.APPLICATIONS, Needs.ASSIGNMENTS),
    waits_for="clients-active",
    cause="a group was taken off the application, or renamed",
    cure="Run `pulumi up --refresh`. Okta tells visitors who are not assigned “User is not "
    "assigned to the client application”.",
)
def assignment(survey: Survey, client: Client) -> Verdict:
    application = survey.application(client)
    if application.is_for_everybody:
        return good("for everybody (Federation Broker Mode)")
    assigned = survey.okta.assignments(application.id)
    settings = survey.case.settings
    if settings is None:
        if assigned.groups or assigned.people:
            return good(f"{len(assigned.groups)} groups" if assigned.groups else "single people")
        return bad("nobody")
    names = settings.assignment or (_EVERYONE,)
    missing = [name for name in names if survey.okta.group(name) not in assigned.groups]
    return bad(f"not for {', '.join(missing)}") if missing else good(", ".join(names))


@CHECKS.check(
    "An access policy lets the clients sign visitors in",
    per=Per.CLIENT,
    needs=Needs.POLICIES,
    cause="the policy or its rule was deactivated, or no longer names the client, the grant or all "
    "scopes",
    cure="Run `pulumi up --refresh`. Okta tells visitors “Policy evaluation failed for this "
    "request”.",
)
def access_rule(survey: Survey, client: Client) -> Verdict:
    if survey.server_id is None:
        return good("the organisation's own server has no policies")
    clients = frozenset(one.id for one in survey.clients)
    policies = survey.okta.policies(survey.server_id, clients)
    ours = [policy for policy in policies if policy.clients & {client.id, "ALL_CLIENTS"}]
    if not ours:
        return bad("no policy names the client")
    active = [policy for policy in ours if policy.is_active]
    if not active:
        return bad(f"policy {_quoted(policy.name for policy in ours)} is inactive")
    rules = [(policy, rule) for policy in active for rule in policy.rules]
    wanted = frozenset(survey.outputs.scopes)
    for policy, rule in rules:
        if not _lacks(rule, wanted):
            return good(f"{policy.name} / {rule.name}")
    return bad("; ".join(_near_misses(rules, wanted)) or "the policy has no rule")


@CHECKS.check(
    "The sites are trusted origins",
    per=Per.SITE,
    needs=Needs.ORIGINS,
    cause="the trusted origin was deactivated, deleted, or lost CORS or Redirect",
    cure="Run `pulumi up --refresh`. Without it the site's pages cannot call Okta in a visitor's "
    "session.",
)
def trusted_origins(survey: Survey, site: SiteOutputs) -> Verdict:
    wanted = parse_site_url(site.url).origin
    found = [one for one in survey.okta.origins() if one.origin.rstrip("/") == wanted]
    if not found:
        return bad(f"{wanted} is not among them")
    scopes = frozenset[str]().union(*(one.scopes for one in found if one.is_active))
    missing = sorted({"CORS", "REDIRECT"} - scopes)
    if not any(one.is_active for one in found):
        return bad(f"{wanted} is inactive")
    return bad(f"{wanted} lacks {', '.join(missing)}") if missing else good(wanted)


def _same(found: Collection[str], wanted: Collection[str]) -> Verdict:
    missing, more = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if not missing and not more:
        return good(_some(sorted(found)))
    parts = [f"missing {_some(missing)}"] if missing else []
    parts += [f"not of this stack {_some(more)}"] if more else []
    return bad("; ".join(parts))


def _some(texts: list[str], most: int = 3) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _near_misses(rules: list[tuple[Policy, Rule]], wanted: frozenset[str]) -> Iterable[str]:
    for policy, rule in rules:
        yield f"{policy.name} / {rule.name}: {_lacks(rule, wanted)}"


def _lacks(rule: Rule, wanted: frozenset[str]) -> str:
    """Return why a rule does not fit, or nothing."""
    if not rule.is_active:
        return "inactive"
    if _CODE not in rule.grants:
        return f"without the grant {_CODE}"
    if "*" not in rule.scopes and (missing := sorted(wanted - rule.scopes)):
        return f"without the scopes {', '.join(missing)}"
    return "" if rule.people else "for nobody"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
