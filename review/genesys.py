"""The kinds of Genesys Cloud's resources (genesys-cloud.md 1.1 to 1.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from review.differences import differences
from review.kinds import (
    Kind,
    Seen,
    called,
    change,
    members,
    switch,
    whole,
    words,
)
from review.masking import Secret, Unknown
from review.rows import Row
from review.scene import host_of
from review.sentences import Value, shown

_FEATURES = {
    "messenger.apps.conversations.showAgentTypingIndicator": "Shows that an agent types",
    "messenger.apps.conversations.showUserTypingIndicator": "Shows agents that a visitor types",
    "messenger.apps.conversations.autoStartEnabled": "Conversations start by themselves",
    "messenger.apps.conversations.markdownEnabled": "Formatted messages",
    "messenger.apps.conversations.conversationClearEnabled": "Visitors may clear a conversation",
    "messenger.homeScreen.enabled": "Home screen",
    "messenger.fileUpload.enableAttachments": "Attachments",
}
_LABELS = {"discoveryUri": "Discovery URI"}
_WATCHING = {
    "cobrowse.enabled": "Co-browsing",
    "video.enabled": "Video",
    "journeyEvents.enabled": "Recording of journeys",
}


def _fields(seen: Seen) -> Iterator[Row]:
    """Name the fields of the credential that the engine says differ; their values stay hidden."""
    name = seen.difference.path.partition(".")[2]
    label = {"clientId": "Client id that Genesys uses", "clientSecret": "Secret that Genesys uses"}
    if name == "clientId":
        yield seen.row("integration-changes", f"{label[name]} changes")
    elif isinstance(seen.old, Secret) or isinstance(seen.new, Secret):
        yield seen.row("secret-rotated", f"{label.get(name, 'Credential')} changes")
    else:
        yield seen.change("integration-changes", label.get(name, "Credential"))


CREDENTIAL = Kind(
    noun=called("Credential"),
    deleted=whole("sign-in-stops", "deleted"),
    replaced=whole("integration-changes", "replaced"),
    judges={
        "fields": _fields,
        "fields.": _fields,
        "credentialTypeName": words("integration-changes", "Type of credential"),
        "name": words("text-changed", "Name in Genesys Cloud"),
    },
)


def _state(seen: Seen) -> Iterator[Row]:
    if seen.new == "ENABLED":
        if seen.step.old:
            yield seen.row("integration-changes", "Integration switched on")
    else:
        yield seen.row("sign-in-stops", "Integration switched off")


def _properties(seen: Seen) -> Iterator[Row]:
    """Say which of the properties, which are one JSON text, differ."""
    sides = [_parsed(seen.old), _parsed(seen.new)]
    if not all(isinstance(side, dict) for side in sides):
        yield seen.change("integration-changes", "Properties")
        return
    found = list(differences(sides[0], sides[1]))
    for difference in found:
        yield seen.row(
            "integration-changes",
            "{path}: {change}",
            path=_LABELS.get(difference.path) or Value(difference.path),
            change=change(difference),
        )
    if not found:
        yield seen.row("order-changed", "Spelling of the properties changes")


def _parsed(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _slot(seen: Seen) -> Iterator[Row]:
    verb = "emptied" if seen.new is None else "filled" if seen.old is None else "changes"
    slot = seen.difference.path.rpartition(".")[2]
    yield seen.row(
        "integration-changes", f"Slot {{slot}} of the credential {verb}", slot=Value(slot)
    )


INTEGRATION = Kind(
    noun=called("Integration"),
    deleted=whole("sign-in-stops", "deleted"),
    replaced=whole("integration-id-changes", "gets a new id"),
    judges={
        "intendedState": _state,
        "integrationType": words("integration-changes", "Type of integration"),
        "config.properties": _properties,
        "config.advanced": _properties,
        "config.credentials.": _slot,
        "config.name": words("text-changed", "Name in Genesys Cloud"),
        "config.notes": words("text-changed", "Notes"),
    },
    guards=("intendedState",),
)


def _authentication(seen: Seen) -> Iterator[Row]:
    if seen.new is True:
        if seen.step.old:
            yield seen.row("safer", "Authentication switched on")
    else:
        word = "switched off" if seen.step.old else "is off"
        yield seen.row("authentication-off", f"Authentication {word}")


def _session_upgrade(seen: Seen) -> Iterator[Row]:
    if seen.new is True:
        word = "may now start" if seen.step.old else "may start"
        yield seen.row("session-upgrade-on", f"Conversations {word} before sign-in")
    elif seen.old is True:
        yield seen.row("safer", "Conversations start after sign-in only")


def _launcher(seen: Seen) -> Iterator[Row]:
    rule = "launcher-hidden" if seen.new == "Off" else "feature-changed"
    yield seen.change(rule, "Messenger's button")


def _published(seen: Seen) -> Iterator[Row]:
    version = seen.step.old.outputs.get("version") if seen.step.old else None
    # Every update of a configuration ends in a publish (genesys-cloud.md 1.3).
    yield seen.row(
        "version-published", "A version after {version} is published", version=shown(version)
    )


def _titles(seen: Seen) -> Iterator[Row]:
    """Say which languages' texts differ."""
    languages = {
        str(entry.get("language"))
        for entry in (*seen.difference.added, *seen.difference.removed)
        if isinstance(entry, dict)
    }
    yield seen.row(
        "text-changed",
        "Texts of Messenger in {languages}",
        languages=Value(", ".join(sorted(languages))) if languages else "another order",
    )


def _messenger_part(seen: Seen) -> Iterator[Row]:
    yield seen.row(
        "feature-changed",
        "{path}: {change}",
        path=Value(seen.difference.path),
        change=change(seen.difference),
    )


CONFIGURATION = Kind(
    noun=called("Configuration"),
    replaced=whole("version-published", "replaced"),
    updated=_published,
    judges={
        "authenticationSettings.enabled": _authentication,
        "authenticationSettings.allowSessionUpgrade": _session_upgrade,
        "authenticationSettings.integrationId": words("integration-changes", "Integration"),
        "messenger.enabled": switch("Messenger", on="feature-changed", off="messenger-off"),
        "messenger.apps.conversations.enabled": switch(
            "Conversations", on="feature-changed", off="messenger-off"
        ),
        "messenger.launcherButton.visibility": _launcher,
        "messenger.styles.primaryColor": words("text-changed", "Colour"),
        "messenger.sessionPersistenceType": words("feature-changed", "Where a session is kept"),
        **dict.fromkeys(
            ("messenger.", "cobrowse.", "video.", "journeyEvents.", "supportCenter.", "position."),
            _messenger_part,
        ),
        **{
            path: switch(label, on="feature-changed", off="feature-changed")
            for path, label in _FEATURES.items()
        },
        **{path: switch(label, on="watching-on", off="safer") for path, label in _WATCHING.items()},
        "headlessModeEnabled": switch("Headless mode", on="launcher-hidden", off="feature-changed"),
        "languages": members("Language", added="feature-changed", removed="feature-changed"),
        "defaultLanguage": words("feature-changed", "Default language"),
        "customI18nLabels": _titles,
        "name": words("text-changed", "Name in Genesys Cloud"),
        "description": words("text-changed", "Description"),
    },
    guards=("authenticationSettings.enabled", "authenticationSettings.allowSessionUpgrade"),
)


def _domains(seen: Seen) -> Iterator[Row]:
    site = seen.scene.site_of(seen.step)
    own = host_of(site.url) if site and site.after else ""
    for domain in seen.difference.removed:
        rule = "domain-removed" if domain == own else "domain-tidied"
        yield seen.row(
            rule, "Allowed domain {domain} removed", domain=shown(domain), page=shown(domain)
        )
    for domain in seen.difference.added:
        if isinstance(domain, str) and "*" in domain:
            yield seen.row("all-domains", "Allowed domain {domain}", domain=Value(domain))
        elif seen.step.old or domain != own:
            rule = "domain-added" if domain in seen.scene.hosts else "domain-opened"
            yield seen.row(rule, "Allowed domain {domain} added", domain=shown(domain))


def _all_domains(seen: Seen) -> Iterator[Row]:
    if seen.new is True:
        yield seen.row("all-domains", "Every domain is allowed")
    elif seen.old is True:
        yield seen.row("safer", "Only listed domains are allowed")


def _version(seen: Seen) -> Iterator[Row]:
    """Tell the version that follows this stack's own publish from one published elsewhere."""
    configuration = seen.step.name.removesuffix("-deployment") + "-configuration"
    if isinstance(seen.new, Unknown) or seen.scene.becomes(configuration).changes:
        yield seen.row("follows", "The deployment follows the new version")
    else:
        yield seen.change("version-published", "Version of the configuration")


def _flow(seen: Seen) -> Iterator[Row]:
    yield seen.change("flow-changed" if seen.new else "flow-removed", "Flow that answers")


def _status(seen: Seen) -> Iterator[Row]:
    yield seen.change("feature-changed" if seen.new == "Active" else "messenger-off", "Status")


DEPLOYMENT = Kind(
    noun=called("Deployment"),
    deleted=whole("deployment-deleted", "deleted"),
    replaced=whole("deployment-id-changes", "gets a new id"),
    judges={
        "allowedDomains": _domains,
        "allowAllDomains": _all_domains,
        "configuration.version": _version,
        "configuration.id": words("feature-changed", "Configuration"),
        "flowId": _flow,
        "status": _status,
        "pushIntegrations": words("feature-changed", "Push notifications"),
        "supportedContentId": words("feature-changed", "Supported content"),
        "name": words("text-changed", "Name in Genesys Cloud"),
        "description": words("text-changed", "Description"),
    },
    guards=("allowedDomains", "allowAllDomains"),
    computed={"configuration": _version},
)

_PREFIX = "genesyscloud:index/"

KINDS = {
    f"{_PREFIX}integrationCredential:IntegrationCredential": CREDENTIAL,
    f"{_PREFIX}integration:Integration": INTEGRATION,
    f"{_PREFIX}webdeploymentsConfiguration:WebdeploymentsConfiguration": CONFIGURATION,
    f"{_PREFIX}webdeploymentsDeployment:WebdeploymentsDeployment": DEPLOYMENT,
}
