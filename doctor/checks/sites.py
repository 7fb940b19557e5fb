"""The sites as a browser gets them."""

from __future__ import annotations

from doctor.check import Area, Checks, Needs, Per, Verdict, bad, good
from doctor.csp import allows, allows_inline, policies_of
from doctor.html import Script, scripts_of
from doctor.reading import Unread, Waits
from doctor.survey import Survey
from doctor.wire import Answer
from infra.outputs import SiteOutputs, StackOutputs
from sample_site.csp import is_loopback

CHECKS = Checks(Area.SITES)

_HTTP, _SOCKET = ("https", "http"), ("wss", "ws")
# What Messenger loads and talks to (messenger-web.md 4.6, "actually used").
_USED = (
    ("script-src-elem", _HTTP, "apps"),
    ("connect-src", _HTTP, "api"),
    ("connect-src", _HTTP, "api-cdn"),
    ("connect-src", _SOCKET, "webmessaging"),
    ("frame-src", _HTTP, "apps"),
    ("img-src", _HTTP, "apps"),
)


@CHECKS.check(
    "The sites can be reached",
    per=Per.SITE,
    needs=Needs.PAGES,
    cause="the site is not published, its host name is wrong, or its certificate has expired",
    cure="Build and publish the site; for the local stack run `make up`.",
)
def site_reachable(survey: Survey, site: SiteOutputs) -> Verdict:
    page = survey.web.page(site)
    if page.answer is None:
        return bad(page.problem)
    text = f"{page.url} answers {page.answer.status}"
    return good(text) if page.answer.is_good else bad(text)


@CHECKS.check(
    "The sites' Content Security Policy lets Messenger in",
    per=Per.SITE,
    needs=Needs.PAGES,
    waits_for="site-reachable",
    cause="a host of Messenger's region, or the snippet itself, is missing from the policy in the "
    "page or in a header of its host",
    cure="Allow what is named. The sample site's own policy has it all: publish it as built, and "
    "let the host add no narrower one.",
)
def site_policy(survey: Survey, site: SiteOutputs) -> Verdict:
    answer = _answer(survey, site)
    policies = policies_of(answer.headers.get_list("Content-Security-Policy"), answer.text)
    if not policies:
        return good("no policy, so nothing is kept out")
    blocked = [
        f"{directive.removesuffix('-elem')} {url}"
        for directive, url in _urls(survey.outputs)
        if not all(allows(policy, directive, url, answer.url) for policy in policies)
    ]
    snippet = _snippet(scripts_of(answer.text))
    if snippet and not all(
        allows_inline(policy, snippet.text, snippet.nonce) for policy in policies
    ):
        blocked.append("the inline script of the snippet")
    return bad(f"keeps out {', '.join(blocked)}") if blocked else good("lets everything in")


@CHECKS.check(
    "The sites carry their deployment's snippet",
    per=Per.SITE,
    needs=Needs.PAGES,
    waits_for="site-reachable",
    cause="the site was built for another environment or before the deployment was made anew",
    cure="Build and publish the site anew from the stack's outputs.",
)
def site_snippet(survey: Survey, site: SiteOutputs) -> Verdict:
    scripts = scripts_of(_answer(survey, site).text)
    found = _snippet(scripts)
    if found is None:
        if any(script.is_tag_manager for script in scripts):
            raise Unread("The page has no snippet itself; a tag manager may add it.")
        return bad("no snippet in the page")
    named = found.deployments
    if site.deployment_id in named:
        return good(site.deployment_id)
    return bad(f"of deployment {', '.join(named) or 'unknown'}, expected {site.deployment_id}")


def _answer(survey: Survey, site: SiteOutputs) -> Answer:
    answer = survey.web.page(site).answer
    if answer is None or not answer.is_good:
        raise Waits("site-reachable")
    return answer


def _snippet(scripts: list[Script]) -> Script | None:
    return next((script for script in scripts if script.is_snippet), None)


def _urls(outputs: StackOutputs) -> list[tuple[str, str]]:
    domain = outputs.messenger_domain
    if is_loopback(domain):
        return [(directive, f"{schemes[1]}://{domain}") for directive, schemes, _ in _USED]
    return [(directive, f"{schemes[0]}://{host}.{domain}") for directive, schemes, host in _USED]
