"""Okta's authorization server and what belongs to it (okta.md 1.4)."""

from __future__ import annotations

from collections.abc import Iterator

from review.kinds import Judge, Kind, Seen, members, named, status, whole, words
from review.masking import Unknown
from review.okta_clients import CLIENT_TITLES, grants
from review.plan import Action
from review.rows import Row
from review.sentences import Piece, Value, shown

_SERVER = "authorization-server"


def _with_server(rule: str, verb: str, *, quiet: str, along: Action) -> Judge:
    """Return the judge of a part of the server; one that only goes along with it is quiet."""

    def judge(seen: Seen) -> Iterator[Row]:
        goes_along = seen.scene.becomes(_SERVER) is along or seen.scene.is_first
        yield seen.whole(quiet if goes_along else rule, verb)

    return judge


def _part(
    noun: str, *, added: str, removed: str, judges: dict[str, Judge], guards: tuple[str, ...] = ()
) -> Kind:
    """Return a part of the authorization server that has a name."""
    return Kind(
        noun=named(noun),
        created=_with_server(added, "is new", quiet="created", along=Action.CREATE),
        deleted=_with_server(removed, "removed", quiet="deleted", along=Action.DELETE),
        judges={
            "name": words("claim-changes", "Name"),
            "description": words("text-changed", "Description"),
            "displayName": words("text-changed", "Display name"),
            "authServerId": words("server-settings", "Authorization server"),
            "policyId": words("server-settings", "Policy"),
            "status": status("sign-in-stops", "It is"),
            **judges,
        },
        guards=guards,
    )


SERVER = Kind(
    noun=named("Authorization server"),
    deleted=whole("issuer-changes", "deleted"),
    replaced=whole("issuer-changes", "gets a new id"),
    judges={
        "name": words("text-changed", "Name in Okta"),
        "description": words("text-changed", "Description"),
        "audiences": words("claim-changes", "Audience of access tokens"),
        "issuerMode": words("issuer-changes", "Issuer"),
        "credentialsRotationMode": words("server-settings", "Rotation of signing keys"),
        "status": status("sign-in-stops", "The server is"),
    },
)

SCOPE = _part(
    "Scope",
    added="rights-added",
    removed="rights-removed",
    judges={
        "consent": words("server-settings", "Consent"),
        "default": words("server-settings", "Granted without asking"),
        "metadataPublish": words("server-settings", "Shown in the discovery document"),
    },
)

CLAIM = _part(
    "Claim",
    added="server-settings",
    removed="claim-changes",
    judges={
        key: words("claim-changes", label)
        for key, label in {
            "value": "Value",
            "valueType": "Type of value",
            "claimType": "Token it is in",
            "scopes": "Scopes it comes with",
            "alwaysIncludeInToken": "Always in the ID token",
            "groupFilterType": "Filter of groups",
        }.items()
    },
)


def _clients_of_policy(seen: Seen) -> Iterator[Row]:
    for client in seen.difference.added:
        if client == "ALL_CLIENTS":
            yield seen.row("any-client", "Policy matches all clients")
        elif seen.step.old:
            yield seen.row(
                "rights-added", "{client} may ask for tokens", client=_client_of(seen, client)
            )
    for client in seen.difference.removed:
        rule = "safer" if client == "ALL_CLIENTS" else "rights-removed"
        if seen.scene.becomes(_name_of(seen, client)) is Action.DELETE:
            rule = "deleted"
        what = "{client} may not ask for tokens any more"
        yield seen.row(rule, what, client=_client_of(seen, client))


def _client_of(seen: Seen, client: object) -> Piece:
    if isinstance(client, Unknown):
        return "A new client"
    return CLIENT_TITLES.get(_name_of(seen, client)) or shown(client)


def _name_of(seen: Seen, client: object) -> str:
    return seen.scene.clients.get(client, "") if isinstance(client, str) else ""


def _priority(seen: Seen) -> Iterator[Row]:
    yield seen.change("order-of-rules", "Priority")


def _minutes(label: str, *, endless: bool = False) -> Judge:
    """Return the judge of a lifetime; without an end when 0 or nothing is sent (okta.md 1.4)."""

    def judge(seen: Seen) -> Iterator[Row]:
        old, new = _lifetime(seen.old, endless), _lifetime(seen.new, endless)
        rule = "tokens-live-longer" if new > old else "safer"
        yield seen.row(
            rule, f"{label}: {{old}} → {{new}}", old=_in_minutes(old), new=_in_minutes(new)
        )

    return judge


def _lifetime(minutes: object, endless: bool) -> float:
    if isinstance(minutes, (int, float)) and minutes > 0:
        return float(minutes)
    return float("inf") if endless else 0.0


def _in_minutes(minutes: float) -> Piece:
    if minutes == float("inf"):
        return "no end"
    return Value(f"{minutes:g} min") if minutes else "Okta's default"


POLICY = _part(
    "Access policy",
    added="rights-added",
    removed="sign-in-stops",
    judges={
        "clientWhitelists": _clients_of_policy,
        "priority": _priority,
        "name": words("text-changed", "Name in Okta"),
    },
    guards=("clientWhitelists",),
)

RULE = _part(
    "Access rule",
    added="rights-added",
    removed="sign-in-stops",
    judges={
        "grantTypeWhitelists": grants("Grant type"),
        "scopeWhitelists": members("Scope", added="rights-added", removed="rights-removed"),
        "groupWhitelists": members(
            "Group", added="assignment-widened", removed="assignment-narrowed"
        ),
        "userWhitelists": members(
            "User", added="assignment-widened", removed="assignment-narrowed"
        ),
        "groupBlacklists": members(
            "Excluded group", added="assignment-narrowed", removed="assignment-widened"
        ),
        "userBlacklists": members(
            "Excluded user", added="assignment-narrowed", removed="assignment-widened"
        ),
        "accessTokenLifetimeMinutes": _minutes("Lifetime of access tokens"),
        "refreshTokenLifetimeMinutes": _minutes("Lifetime of refresh tokens", endless=True),
        "refreshTokenWindowMinutes": _minutes("Idle time of refresh tokens"),
        "inlineHookId": words("claim-changes", "Hook that changes tokens"),
        "priority": _priority,
        "name": words("text-changed", "Name in Okta"),
    },
    guards=("grantTypeWhitelists",),
)

KINDS = {
    "okta:auth/server:Server": SERVER,
    "okta:auth/serverScope:ServerScope": SCOPE,
    "okta:auth/serverClaim:ServerClaim": CLAIM,
    "okta:auth/serverPolicy:ServerPolicy": POLICY,
    "okta:auth/serverPolicyRule:ServerPolicyRule": RULE,
}
