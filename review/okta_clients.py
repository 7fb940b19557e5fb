"""Okta's clients, who is assigned to them, and trusted origins (okta.md 1.1 to 1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from review.kinds import Judge, Kind, Seen, named, secret, status, switch, whole, words
from review.plan import Action, Step
from review.rows import Row, row
from review.scene import is_plain_http, page
from review.sentences import Piece, Sentence, Value, shown

CLIENT_TITLES = {"messenger-client": "Messenger client", "website-client": "Website client"}
_UNSAFE = ("implicit", "password", "token", "id_token")


def _client(step: Step) -> Sentence:
    return (
        (CLIENT_TITLES[step.name],) if step.name in CLIENT_TITLES else ("Client ", Value(step.name))
    )


def _redirect_uris(seen: Seen) -> Iterator[Row]:
    key = "redirectUri"
    for uri in _texts(seen.difference.removed):
        site = seen.scene.with_value(key, uri)
        rule = "redirect-tidied"
        if site and site.after:
            rule = "redirect-removed" if site.keeps(key, uri) else "redirect-moved"
        yield seen.row(
            rule, "Redirect URI {uri} removed", site, uri=Value(uri), page=page(uri, site)
        )
    for uri in _texts(seen.difference.added):
        site = seen.scene.with_value(key, uri)
        if seen.step.old:
            rule = "redirect-added" if site else "redirect-opened"
            yield seen.row(
                rule, "Redirect URI {uri} added", site, uri=Value(uri), page=page(uri, site)
            )
        if "*" in uri:
            yield seen.row("wildcard-redirect", "Redirect URI {uri}", site, uri=Value(uri))
        if is_plain_http(uri):
            yield seen.row("plain-http", "Redirect URI {uri}", site, uri=Value(uri))
    yield from _unlisted(seen, "redirect URIs")


def _sign_out_uris(seen: Seen) -> Iterator[Row]:
    for verb, uris in (("removed", seen.difference.removed), ("added", seen.difference.added)):
        for uri in _texts(uris):
            site = seen.scene.with_value("postLogoutRedirectUri", uri)
            what = f"Sign-out address {{uri}} {verb}"
            yield seen.row("sign-out-address", what, site, uri=Value(uri))
    yield from _unlisted(seen, "sign-out addresses")


def _unlisted(seen: Seen, label: str) -> Iterator[Row]:
    """Say what adding and removing texts does not: another order, or no list of texts at all."""
    texts = {*_texts(seen.difference.added), *_texts(seen.difference.removed)}
    if isinstance(seen.old, list) and isinstance(seen.new, list) and not texts:
        yield seen.row("order-changed", f"Order of {label} changes")
    elif not texts and seen.step.old:
        yield seen.change("setting-changed", label.capitalize())


def _texts(items: list[object]) -> list[str]:
    return [item for item in items if isinstance(item, str)]


def _pkce(seen: Seen) -> Iterator[Row]:
    # Left out, the provider sends false for a web application (okta.md 1.2).
    if seen.new is True:
        if seen.step.old:
            yield seen.row("safer", "PKCE switched on")
    else:
        yield seen.row("pkce-off", "PKCE switched off" if seen.step.old else "PKCE is off")


def grants(label: str) -> Judge:
    """Return the judge of grants or response types."""

    def judge(seen: Seen) -> Iterator[Row]:
        for grant in _texts(seen.difference.added):
            if grant in _UNSAFE:
                yield seen.row("unsafe-grant", f"{label} {{grant}} allowed", grant=Value(grant))
            elif grant == "refresh_token":
                if seen.step.old:
                    yield seen.row("tokens-live-longer", "Refresh tokens switched on")
            elif seen.step.old:
                yield seen.row("rights-added", f"{label} {{grant}} allowed", grant=Value(grant))
        for grant in _texts(seen.difference.removed):
            if grant in ("authorization_code", "code"):
                yield seen.row(
                    "sign-in-stops", f"{label} {{grant}} not allowed", grant=Value(grant)
                )
            elif grant == "refresh_token" or grant in _UNSAFE:
                yield seen.row("safer", f"{label} {{grant}} not allowed", grant=Value(grant))
            else:
                yield seen.row("rights-removed", f"{label} {{grant}} taken", grant=Value(grant))
        if seen.step.old:
            yield from _unlisted(seen, f"{label.lower()}s")

    return judge


def _rotation(seen: Seen) -> Iterator[Row]:
    rule = "safer" if seen.new == "ROTATE" else "tokens-live-longer"
    yield seen.change(rule, "Rotation of refresh tokens")


def _wildcard(seen: Seen) -> Iterator[Row]:
    if seen.new not in (None, "DISABLED"):
        yield seen.row("wildcard-redirect", "Wildcards allowed in redirect URIs")
    elif seen.step.old and seen.old not in (None, "DISABLED"):
        yield seen.row("safer", "No wildcards in redirect URIs any more")


def _new_secret(seen: Seen) -> Iterator[Row]:
    yield seen.row("secret-rotated", "Client secret changes")


CLIENT = Kind(
    noun=_client,
    deleted=whole("client-deleted", "deleted"),
    replaced=whole("client-id-changes", "gets a new id"),
    judges={
        "redirectUris": _redirect_uris,
        "postLogoutRedirectUris": _sign_out_uris,
        "pkceRequired": _pkce,
        "grantTypes": grants("Grant type"),
        "responseTypes": grants("Response type"),
        "tokenEndpointAuthMethod": words("client-method-changes", "Client authentication"),
        "refreshTokenRotation": _rotation,
        "refreshTokenLeeway": words("tokens-live-longer", "Leeway of used refresh tokens"),
        "wildcardRedirect": _wildcard,
        "implicitAssignment": switch(
            "Sign-in without assignment", on="no-assignment-needed", off="safer"
        ),
        "status": status("sign-in-stops", "The client is"),
        "issuerMode": words("issuer-changes", "Issuer"),
        "authenticationPolicy": words("sign-on-policy", "Sign-on policy"),
        "skipAuthenticationPolicy": words("sign-on-policy", "Sign-on policy left to Okta"),
        "clientSecret": secret("Client secret"),
        "clientBasicSecret": secret("Client secret"),
        "clientBasicSecretWo": secret("Client secret"),
        "clientBasicSecretWoVersion": _new_secret,
        "label": words("text-changed", "Name in Okta"),
        "clientId": words("setting-changed", "Client id"),
        "type": words("setting-changed", "Type of application"),
        "consentMethod": words("setting-changed", "Consent"),
    },
    guards=(
        "pkceRequired",
        "redirectUris",
        "grantTypes",
        "responseTypes",
        "wildcardRedirect",
        "implicitAssignment",
    ),
)


def _assignment(step: Step) -> Sentence:
    client, group = _assigned(step)
    return ("Assignment of ", group, " to ", client)


def _assigned(step: Step) -> tuple[Piece, Piece]:
    """Return client and group of an assignment, whose logical name holds both."""
    for client, title in CLIENT_TITLES.items():
        if step.name.startswith(f"{client}-"):
            group = step.name.removeprefix(f"{client}-")
            shown_group: Piece = (
                "everyone" if group == "everyone" else Value(group.removeprefix("group-"))
            )
            return title, shown_group
    return shown(step.inputs.get("appId")), shown(step.inputs.get("groupId"))


def _assignment_changes(rule: str, verb: str, *, quiet: str, along: Action) -> Judge:
    """Return the judge of an assignment; one that only goes along with its client is quiet."""

    def judge(seen: Seen) -> Iterator[Row]:
        client, group = _assigned(seen.step)
        owner = next((name for name in CLIENT_TITLES if seen.step.name.startswith(f"{name}-")), "")
        goes_along = seen.scene.becomes(owner) is along
        who = "Everyone" if group == "everyone" else "Group {group}"
        yield row(quiet if goes_along else rule, f"{who} {verb}", of=(client,), group=group)

    return judge


ASSIGNMENT = Kind(
    noun=_assignment,
    created=_assignment_changes(
        "assignment-widened", "is assigned", quiet="created", along=Action.CREATE
    ),
    deleted=_assignment_changes(
        "assignment-narrowed", "is not assigned any more", quiet="deleted", along=Action.DELETE
    ),
    judges={
        "appId": words("setting-changed", "Client"),
        "groupId": words("assignment-widened", "Group"),
        "priority": words("setting-changed", "Priority"),
    },
)


def _trusted(seen: Seen, origin: object, what: str = "{thing} added") -> Iterator[Row]:
    if not isinstance(origin, str):
        return
    rule = "origin-added" if origin in seen.scene.origins else "origin-opened"
    if seen.scene.is_first:
        rule = "created"
    for site in seen.scene.at_origin(origin) or (None,):
        yield seen.row(rule, what, site, thing=seen.of)
    if is_plain_http(origin):
        yield seen.row("plain-http", "{thing}", thing=seen.of)


def _not_trusted(seen: Seen, origin: object, what: str) -> Iterator[Row]:
    if not isinstance(origin, str):
        return
    rule = "origin-removed" if origin in seen.scene.origins else "origin-tidied"
    for site in seen.scene.at_origin(origin) or (None,):
        shown_page = page(origin, site)
        thing: Sentence = ("Trusted origin ", Value(origin))
        yield seen.row(rule, what, site, thing=thing, page=shown_page)


def _origin_moves(seen: Seen) -> Iterator[Row]:
    yield from _not_trusted(seen, seen.old, "{thing} removed")
    yield from _trusted(seen, seen.new)


def _origin_rights(seen: Seen) -> Iterator[Row]:
    origin = seen.step.inputs.get("origin")
    for right in _types(seen.difference.added):
        rule = "rights-added" if right in ("CORS", "REDIRECT") else "origin-opened"
        yield seen.row(rule, "Right {right} added", right=Value(right))
    for right in _types(seen.difference.removed):
        what = f"{{thing}} loses the right {right}"
        if right in ("CORS", "REDIRECT"):
            yield from _not_trusted(seen, origin, what)
        else:
            yield seen.row("safer", "Right {right} removed", right=Value(right))


def _types(scopes: list[object]) -> list[str]:
    types = (scope.get("type") if isinstance(scope, dict) else scope for scope in scopes)
    return [kind for kind in types if isinstance(kind, str)]


def _origin_status(seen: Seen) -> Iterator[Row]:
    if seen.new == "INACTIVE":
        origin = seen.step.inputs.get("origin")
        yield from _not_trusted(seen, origin, "{thing} switched off")
    elif seen.old == "INACTIVE":
        yield from _trusted(seen, seen.step.inputs.get("origin"), "{thing} switched on again")


ORIGIN = Kind(
    noun=named("Trusted origin", "origin"),
    created=lambda seen: _trusted(seen, seen.step.inputs.get("origin")),
    deleted=lambda seen: _not_trusted(seen, seen.step.inputs.get("origin"), "{thing} removed"),
    judges={
        "origin": _origin_moves,
        "scopes": _origin_rights,
        "status": _origin_status,
        "name": words("text-changed", "Name in Okta"),
    },
)


KINDS = {
    "okta:app/oAuth:OAuth": CLIENT,
    "okta:app/groupAssignment:GroupAssignment": ASSIGNMENT,
    "okta:trustedorigin/origin:Origin": ORIGIN,
}
