"""The table of rules: what a change can be, how much it matters, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How closely a reviewer has to look."""

    INFO = 0
    NOTICE = 1
    WARNING = 2
    DANGER = 3

    @property
    def word(self) -> str:
        """The word for it, as the command line takes it."""
        return self.name.lower()


@dataclass(frozen=True)
class Rule:
    """One kind of change."""

    id: str
    severity: Severity
    title: str
    """What has happened, as a heading of several rows."""
    means: str
    """What follows, for the row; a template of the row's values."""


def _rules(severity: Severity, *lines: tuple[str, str, str]) -> dict[str, Rule]:
    return {name: Rule(name, severity, title, means) for name, title, means in lines}


# Within a severity the order is that of the report.
# Assumption: a conversation ends when its deployment is deleted, as the deployment id is part of
# what a browser keeps of it (Genesys Cloud, "Web messaging", sessions).
RULES: dict[str, Rule] = {
    **_rules(
        Severity.DANGER,
        (
            "protected-touched",
            "A protected resource would be deleted or replaced",
            "the engine refuses until `protect` is switched off and applied",
        ),
        (
            "deployment-id-changes",
            "A deployment id changes",
            "running conversations end; the site must be built and published again",
        ),
        (
            "deployment-deleted",
            "A deployment is deleted",
            "Messenger is gone from its pages and running conversations end",
        ),
        (
            "client-id-changes",
            "A client id changes",
            "every site must be built and published again; until then sign-in fails",
        ),
        (
            "client-deleted",
            "A client is deleted",
            "pages that were built with its client id cannot sign anybody in any more",
        ),
        (
            "authentication-off",
            "Authentication is switched off",
            "anybody can talk to agents without signing in",
        ),
        ("messenger-off", "Messenger is switched off", "visitors cannot start a conversation"),
        (
            "all-domains",
            "Messenger is opened to every domain",
            "any web site can embed this deployment",
        ),
        (
            "pkce-off",
            "PKCE is switched off",
            "a stolen authorization code can be redeemed elsewhere",
        ),
        (
            "unsafe-grant",
            "A flow that leaks tokens is allowed",
            "tokens or passwords pass through the browser",
        ),
        (
            "wildcard-redirect",
            "A redirect URI with a wildcard is allowed",
            "codes can be sent to addresses that nobody has reviewed",
        ),
        (
            "plain-http",
            "An address without encryption is trusted",
            "anybody on the way can read what is sent there",
        ),
        (
            "any-client",
            "Any client may ask the authorization server",
            "every application of the organisation gets tokens for this audience",
        ),
        (
            "no-assignment-needed",
            "Sign-in without assignment",
            "everybody with an account in the organisation can sign in",
        ),
        (
            "issuer-changes",
            "The issuer changes",
            "tokens of the old issuer are refused; every visitor signs in again",
        ),
        (
            "sign-in-stops",
            "Sign-in stops working",
            "visitors cannot sign in as long as this is so",
        ),
        ("redirect-removed", "A redirect URI is removed", "sign-in from {page} will fail"),
        (
            "origin-removed",
            "A trusted origin is removed",
            "the pages of {page} cannot call Okta in a visitor's session any more",
        ),
        (
            "domain-removed",
            "An allowed domain is removed",
            "Messenger does not load on {page} any more",
        ),
    ),
    **_rules(
        Severity.WARNING,
        (
            "protection-off",
            "Protection is switched off",
            "a later update may delete or replace it",
        ),
        (
            "secret-rotated",
            "A secret changes",
            "the old one stops working; who else uses it must get the new one",
        ),
        (
            "client-method-changes",
            "Client authentication changes",
            "Okta issues a new secret, which this update hands to Genesys; sign-ins in between "
            "fail",
        ),
        (
            "session-upgrade-on",
            "Conversations may start before sign-in",
            "agents see such a visitor as a guest until sign-in",
        ),
        (
            "domain-opened",
            "A domain that is no site's is allowed",
            "its pages can embed this Messenger",
        ),
        (
            "origin-opened",
            "An origin that is no site's is trusted",
            "its scripts can call Okta in a visitor's session",
        ),
        (
            "redirect-opened",
            "A redirect URI that is no site's is added",
            "Okta sends authorization codes there",
        ),
        (
            "redirect-moved",
            "A site's redirect URI moves",
            "sign-in from {page} fails until the site is published at its new address",
        ),
        (
            "assignment-widened",
            "More people may sign in",
            "everybody in it can sign in and talk to agents",
        ),
        (
            "assignment-narrowed",
            "Fewer people may sign in",
            "who is in no other assigned group cannot sign in any more",
        ),
        (
            "tokens-live-longer",
            "Sign-ins last longer",
            "a stolen token is of use for longer",
        ),
        (
            "rights-removed",
            "Clients lose a right",
            "sign-ins that ask for it fail",
        ),
        (
            "sign-on-policy",
            "Another sign-on policy applies",
            "what visitors must prove to sign in may be more or less",
        ),
        ("claim-changes", "What tokens say changes", "what reads it sees something else"),
        (
            "integration-changes",
            "The integration with the provider changes",
            "sign-ins into Messenger use the new settings at once",
        ),
        (
            "integration-id-changes",
            "The integration is made anew",
            "every configuration is bound to the new one and published in the same update",
        ),
        ("watching-on", "Visitors can be watched", "it may need their consent"),
        ("launcher-hidden", "Messenger's button is hidden", "pages must open Messenger themselves"),
        (
            "flow-removed",
            "No flow answers",
            "no flow says any more where messages go",
        ),
        (
            "provider-version",
            "A vendor plugin changes its version",
            "read its change log: defaults and forced replacements may differ",
        ),
        (
            "provider-settings",
            "A provider's settings change",
            "the resources may be looked for in another organisation",
        ),
        (
            "changed-elsewhere",
            "Something was changed outside of this stack",
            "the update puts it back as the program says",
        ),
        (
            "vanished",
            "Something was deleted outside of this stack",
            "the update makes it anew, under a new id",
        ),
        (
            "unknown-replaced",
            "Something else is replaced",
            "its id changes; what refers to it by hand must follow",
        ),
        ("unknown-deleted", "Something else is deleted", "this report knows no more about it"),
        (
            "order-of-rules",
            "The order of policies or rules changes",
            "another one may match a sign-in first",
        ),
    ),
    **_rules(
        Severity.NOTICE,
        (
            "version-published",
            "A configuration is published",
            "visitors get it when a page loads next",
        ),
        ("site-added", "A site is new", "build and publish it after the update"),
        (
            "site-rebuild",
            "Pages must be built again",
            "they hold old values until the site is built and published again",
        ),
        ("redirect-added", "A redirect URI is added", "sign-in from {page} becomes possible"),
        ("redirect-tidied", "A redirect URI goes", "sign-in from there ends"),
        (
            "sign-out-address",
            "Sign-out addresses change",
            "only addresses on the list are returned to after sign-out",
        ),
        (
            "origin-added",
            "A site's origin is trusted",
            "its pages can call Okta in a visitor's session",
        ),
        (
            "origin-tidied",
            "A trusted origin goes",
            "its pages cannot call Okta in a visitor's session any more",
        ),
        ("domain-added", "A site's domain is allowed", "Messenger loads there"),
        ("domain-tidied", "An allowed domain goes", "Messenger does not load there any more"),
        ("safer", "Something becomes stricter", "check that everybody concerned can follow"),
        ("rights-added", "Clients get a right", "sign-ins may ask for it"),
        ("server-settings", "The authorization server changes", "tokens may say otherwise"),
        ("feature-changed", "What Messenger offers changes", "visitors see it on the next page"),
        ("flow-changed", "Another flow answers", "new conversations go there"),
        (
            "guard-rails-lowered",
            "The guard rails are lowered",
            "they let through what docs/guard-rails.md names",
        ),
        ("protected-updated", "A protected resource is updated", "in place: its id stays"),
        ("setting-changed", "A setting changes", "this report has no rule for it"),
        (
            "unexplained",
            "The provider sees a difference that the program does not show",
            "often a value that only the vendor computes; look at `pulumi preview --diff`",
        ),
        ("unknown-created", "Something else is created", "this report knows no more about it"),
        ("said", "The engine warns", "see what it says below"),
    ),
    **_rules(
        Severity.INFO,
        ("created", "Created", ""),
        ("imported", "Taken over into the state", "nothing changes at the vendor"),
        ("deleted", "Deleted with what it belongs to", ""),
        ("replaced", "Made anew with what it belongs to", ""),
        ("text-changed", "Texts change", "no behaviour changes"),
        ("order-changed", "Only the order changes", "no behaviour changes"),
        ("follows", "A deployment follows its configuration", "part of the same publish"),
        ("protection-on", "Protection is switched on", "deleting it needs two steps from now on"),
        ("dropped-from-state", "Forgotten by the state", "nothing changes at the vendor"),
    ),
}
