"""Genesys Cloud's side: the integration, the configurations, the deployments."""

from __future__ import annotations

from doctor.check import Area, Checks, Needs, Per, Verdict, bad, compare, good
from doctor.reading import Unread, Waits
from doctor.survey import Survey
from infra.discovery import DISPLAY_NAME
from infra.outputs import SiteOutputs
from infra.web_address import parse_site_url

CHECKS = Checks(Area.GENESYS)

# A refresh reads the version that the state knows, so it sees nothing that was published elsewhere
# (genesys-cloud.md 1.3); made anew, the configuration is the stack's again.
_PUBLISH_ANEW = (
    "`pulumi up --replace URN` makes the configuration anew; `pulumi stack --show-urns` tells its "
    "URN, and the deployment keeps its id."
)


@CHECKS.check(
    "The integration is an OpenID Connect Messenger one",
    needs=Needs.INTEGRATION,
    cause="the integration was deleted, or the stack was set up with another type",
    cure="Run `python -m doctor discover`, correct `messenger-sso:integration`, then "
    "`pulumi up --refresh`.",
)
def integration_type(survey: Survey, _: None) -> Verdict:
    found = survey.genesys.integration(survey.outputs.integration_id)
    if found is None:
        return bad(f"no integration with the id {survey.outputs.integration_id}")
    settings = survey.case.settings
    if settings and settings.integration:
        return compare(found.type_id, settings.integration.type_id)
    kind = survey.genesys.kind(found.type_id)
    return compare(kind.name if kind else found.type_id, DISPLAY_NAME)


@CHECKS.check(
    "The integration is switched on",
    needs=Needs.INTEGRATION,
    waits_for="integration-type",
    cause="somebody set the integration to inactive",
    cure="Set it to Active (Admin > Integrations), or run `pulumi up --refresh`.",
)
def integration_state(survey: Survey, _: None) -> Verdict:
    return compare(survey.integration().intended, "ENABLED")


@CHECKS.check(
    "The integration reports that it works",
    needs=Needs.INTEGRATION,
    waits_for=("integration-type", "integration-state"),
    cause="Genesys Cloud cannot use the integration's settings",
    cure="Open it in Admin > Integrations and read its status; often a discovery URI that Genesys "
    "Cloud cannot reach, or a wrong secret.",
)
def integration_reported(survey: Survey, _: None) -> Verdict:
    found = survey.integration()
    if found.intended != "ENABLED":
        raise Waits("integration-state")
    text = found.reported + (f": {found.detail}" if found.detail else "")
    return good(found.reported) if found.reported == "ACTIVE" else bad(text or "nothing")


@CHECKS.check(
    "The integration's discovery URI is the stack's",
    needs=Needs.INTEGRATION,
    waits_for="integration-type",
    cause="somebody edited the integration's properties",
    cure="Run `pulumi up --refresh`. Genesys Cloud redeems codes where this address says.",
)
def integration_discovery_uri(survey: Survey, _: None) -> Verdict:
    found, wanted = survey.integration(), survey.outputs.discovery_uri
    settings = survey.case.settings
    properties = dict(found.properties)
    if settings and settings.integration:
        key = settings.integration.discovery_uri_property
        properties = {key: properties.get(key)}
    if wanted in properties.values():
        return good(wanted)
    named = [str(value) for value in properties.values() if "://" in str(value)]
    return bad(f"{', '.join(named) or 'none'}, expected {wanted}")


@CHECKS.check(
    "The integration has its credential",
    needs=Needs.INTEGRATION,
    waits_for="integration-type",
    cause="the credential was taken off the integration, or is of another type than its slot takes",
    cure="Run `pulumi up --refresh`. What is in a credential nobody can read: if sign-ins still "
    "fail, run `pulumi up --replace` for it.",
)
def integration_credential(survey: Survey, _: None) -> Verdict:
    found = survey.integration()
    kind = survey.genesys.kind(found.type_id)
    slots = kind.slots if kind else {}
    required = [key for key, slot in slots.items() if slot.is_required] or list(slots)
    empty = [key for key in required if key not in found.credentials]
    if empty or not found.credentials:
        return bad(f"the slot {', '.join(empty) or 'for a credential'} is empty")
    for key, id in found.credentials.items():
        name = survey.genesys.credential_type(id)
        if name is None:
            return bad(f"the credential {id} in the slot {key} is gone")
        if key in slots and slots[key].types and name not in slots[key].types:
            return bad(f"{key} holds a {name}, expected {' or '.join(slots[key].types)}")
    return good(", ".join(sorted(found.credentials)))


@CHECKS.check(
    "Messenger asks visitors to sign in",
    per=Per.SITE,
    needs=(Needs.DEPLOYMENTS, Needs.CONFIGURATIONS),
    waits_for=("deployment-active", "deployment-version"),
    cause="authentication was switched off in the version of the configuration that is in use",
    cure=f"Publish the stack's own again: {_PUBLISH_ANEW}",
)
def configuration_authentication(survey: Survey, site: SiteOutputs) -> Verdict:
    found = survey.version_in_use(site)
    text = f"version {found.number}"
    return good(f"on in {text}") if found.authentication else bad(f"off in {text}")


@CHECKS.check(
    "Messenger signs in with the stack's integration",
    per=Per.SITE,
    needs=(Needs.DEPLOYMENTS, Needs.CONFIGURATIONS),
    waits_for=("deployment-active", "deployment-version", "configuration-authentication"),
    cause="another integration was chosen in the configuration's Authentication section",
    cure=f"Publish the stack's own again: {_PUBLISH_ANEW}",
)
def configuration_integration(survey: Survey, site: SiteOutputs) -> Verdict:
    found = survey.version_in_use(site)
    if not found.authentication:
        raise Waits("configuration-authentication")
    return compare(found.integration_id, survey.outputs.integration_id)


@CHECKS.check(
    "Nobody published a version elsewhere",
    per=Per.SITE,
    needs=Needs.CONFIGURATIONS,
    cause="somebody published the configuration in the web interface; Pulumi's refresh does not "
    "see that, as it reads the version that it knows",
    cure="Take over into the stack what is wanted of it, and `pulumi up` publishes that. Where "
    f"nothing of it is wanted: {_PUBLISH_ANEW}",
)
def configuration_version(survey: Survey, site: SiteOutputs) -> Verdict:
    newest = survey.newest_version(site)
    wanted = site.configuration_version
    if newest is None:
        return bad(f"no published version of the configuration {site.configuration_id}")
    if newest.number == wanted:
        return good(wanted)
    return bad(f"{newest.number} is published, the stack's is {wanted}")


@CHECKS.check(
    "The deployments are active",
    per=Per.SITE,
    needs=Needs.DEPLOYMENTS,
    cause="the deployment was deactivated or deleted in Genesys Cloud",
    cure="Run `pulumi up --refresh`. One that is gone is made anew, with another id: then build "
    "and publish the site anew as well.",
)
def deployment_active(survey: Survey, site: SiteOutputs) -> Verdict:
    wanted = frozenset(one.deployment_id for one in survey.outputs.sites)
    found = survey.genesys.deployments(wanted).get(site.deployment_id)
    if found is None:
        return bad(f"no deployment with the id {site.deployment_id}")
    return compare(found.status, "Active")


@CHECKS.check(
    "The deployments offer the stack's configuration",
    per=Per.SITE,
    needs=Needs.DEPLOYMENTS,
    waits_for="deployment-active",
    cause="another configuration, or another version of it, was assigned to the deployment",
    cure="Run `pulumi up --refresh`.",
)
def deployment_version(survey: Survey, site: SiteOutputs) -> Verdict:
    found = survey.deployment(site)
    if found.configuration_id != site.configuration_id:
        return compare(f"configuration {found.configuration_id}", site.configuration_id)
    wanted = f"version {site.configuration_version}"
    return compare(f"version {found.configuration_version or 'unknown'}", wanted)


@CHECKS.check(
    "The deployments allow their site, and no other",
    per=Per.SITE,
    needs=Needs.DEPLOYMENTS,
    waits_for="deployment-active",
    cause="the deployment's allowed domains were edited",
    cure="Run `pulumi up --refresh`. A domain that is not allowed shows no Messenger; one too many "
    "may show yours on somebody else's pages.",
)
def deployment_domains(survey: Survey, site: SiteOutputs) -> Verdict:
    found = survey.deployment(site)
    wanted = parse_site_url(site.url).host
    if found.all_domains:
        return bad(f"all domains, expected {wanted}")
    if sorted(domain.lower() for domain in found.domains) == [wanted]:
        return good(wanted)
    return bad(f"{', '.join(found.domains) or 'none'}, expected {wanted}")


@CHECKS.check(
    "The deployments' snippets are the stack's",
    per=Per.SITE,
    needs=Needs.DEPLOYMENTS,
    waits_for="deployment-active",
    cause="Genesys Cloud hands out another snippet than when the stack was last applied",
    cure="Run `pulumi up --refresh`, then build and publish the sites anew.",
)
def deployment_snippet(survey: Survey, site: SiteOutputs) -> Verdict:
    found = survey.deployment(site).snippet
    if found.strip() == site.snippet.strip():
        return good("the same")
    return bad("another one than in the outputs" if found else "none")


@CHECKS.check(
    "Browsers are told that visitors sign in",
    per=Per.SITE,
    needs=(Needs.PUBLIC_FILES, Needs.DEPLOYMENTS, Needs.CONFIGURATIONS),
    waits_for=("deployment-active", "deployment-version", "configuration-authentication"),
    cause="the deployment's public `config.json` is missing, or older than the configuration",
    cure="Wait some minutes, as the content network keeps copies; then save the deployment anew "
    "in Genesys Cloud.",
)
def public_authentication(survey: Survey, site: SiteOutputs) -> Verdict:
    if _is_switched_off(survey, site):
        raise Waits("configuration-authentication")
    document = survey.web.public_config(site)
    if document.content is None:
        return bad(document.problem)
    auth = document.content.get("auth")
    enabled = isinstance(auth, dict) and auth.get("enabled") is True
    text = f"auth.enabled is {str(enabled).lower()}"
    return good(text) if enabled else bad(text)


def _is_switched_off(survey: Survey, site: SiteOutputs) -> bool:
    """Tell whether the file cannot say anything else; it can be read without credentials."""
    try:
        return not survey.version_in_use(site).authentication
    except Unread:
        return False
