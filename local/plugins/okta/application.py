"""OAuth applications (okta.md 1.2 and 3)."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from local.plugins.okta.application_json import (
    application_body,
    application_state,
    client_secret,
)
from local.plugins.okta.application_rules import application_mistakes
from local.plugins.okta.client import Json, OktaClient, OktaError, dig, quoted
from local.plugins.okta.objects import (
    ACTIVE,
    STATUS,
    OktaResource,
)
from local.plugins.planning import compare
from local.plugins.properties import (
    BOOLEAN,
    INTEGER,
    STRING_SET,
    STRINGS,
    ListOf,
    ObjectOf,
    Property,
)
from local.plugins.resource import Found, Mistake, RemoteError
from local.plugins.values import keeping, same_json
from local.plugins.wire import Values

_APPS: Final = "/api/v1/apps"
_DEACTIVATION_SECONDS: Final = 20.0
_DELETION_SECONDS: Final = 30.0
# Okta, "Error codes and descriptions": the deletion of an application is forbidden, as long as it
# is active.
_NOT_YET_INACTIVE: Final = "E0000056"

_GROUPS_CLAIM: Final = ObjectOf(
    "okta:app/OAuthGroupsClaim:OAuthGroupsClaim",
    (
        Property("filterType"),
        Property("issuerMode", computed=True),
        Property("name", required=True),
        Property("type", required=True, choices=("FILTER", "EXPRESSION")),
        Property("value", required=True),
    ),
)
_KEY: Final = ObjectOf(
    "okta:app/OAuthJwk:OAuthJwk",
    (
        Property("e"),
        Property("kid", required=True),
        Property("kty", required=True),
        Property("n"),
        Property("x"),
        Property("y"),
    ),
)
_NETWORK: Final = ObjectOf(
    "okta:app/OAuthNetwork:OAuthNetwork",
    (
        Property("connection", required=True, choices=("ANYWHERE", "ZONE")),
        Property("excludes", STRING_SET),
        Property("includes", STRING_SET),
    ),
)
_AUTH_METHODS: Final = (
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
)


class OAuth(OktaResource):
    """`okta:app/oAuth:OAuth`.

    Okta tells the client secret when it answers POST and PUT and never again: it lives in the
    state, and is sent back with every update unless `omitSecret` is set.

    Assumption: `appSettingsJson`, `network`, `logo` and `userNameTemplatePushStatus` may be filled
    in by Okta, so leaving them out is no change. `logo` is a path on the machine of the provider.
    """

    token = "okta:app/oAuth:OAuth"  # noqa: S105 - a type token
    noun = "application"
    named_by = None
    properties = (
        Property("accessibilityErrorRedirectUrl"),
        Property("accessibilityLoginRedirectUrl"),
        Property("accessibilitySelfService", BOOLEAN, default=False),
        Property("adminNote"),
        Property("appLinksJson", same=same_json),
        Property("appSettingsJson", computed=True, same=same_json),
        Property("authenticationPolicy", computed=True),
        Property("autoKeyRotation", BOOLEAN, default=True),
        Property("autoSubmitToolbar", BOOLEAN, default=False),
        Property("backchannelCustomAuthenticatorId"),
        Property("clientBasicSecret", secret=True),
        Property("clientBasicSecretWo", secret=True, write_only=True),
        Property("clientBasicSecretWoVersion", INTEGER),
        Property("clientId", computed=True, replaces=True),
        Property("clientUri"),
        Property("consentMethod", default="TRUSTED", choices=("TRUSTED", "REQUIRED")),
        Property("enduserNote"),
        Property("frontchannelLogoutSessionRequired", BOOLEAN),
        Property("frontchannelLogoutUri"),
        Property("grantTypes", STRING_SET, computed=True),
        Property("groupsClaim", _GROUPS_CLAIM),
        Property("hideIos", BOOLEAN, default=True),
        Property("hideWeb", BOOLEAN, default=True),
        Property("implicitAssignment", BOOLEAN),
        Property("issuerMode", default="ORG_URL", choices=("ORG_URL", "CUSTOM_URL", "DYNAMIC")),
        Property("jwks", ListOf(_KEY)),
        Property("jwksUri"),
        Property("label", required=True),
        Property("loginMode", default="DISABLED", choices=("DISABLED", "SPEC", "OKTA")),
        Property("loginScopes", STRING_SET),
        Property("loginUri"),
        Property("logo", computed=True),
        Property("logoUri"),
        Property("network", _NETWORK, computed=True),
        Property("omitSecret", BOOLEAN, default=False),
        Property("participateSlo", BOOLEAN),
        Property("pkceRequired", BOOLEAN, computed=True),
        Property("policyUri"),
        Property("postLogoutRedirectUris", STRING_SET),
        Property("preconfiguredApp"),
        Property("profile", same=same_json),
        Property("redirectUris", STRINGS),
        Property("refreshTokenLeeway", INTEGER, default=0),
        Property("refreshTokenRotation", default="STATIC", choices=("STATIC", "ROTATE")),
        Property("responseTypes", STRING_SET, computed=True, choices=("code", "token", "id_token")),
        Property("skipAuthenticationPolicy", BOOLEAN, default=False),
        STATUS,
        Property("tokenEndpointAuthMethod", default="client_secret_basic", choices=_AUTH_METHODS),
        Property("tosUri"),
        Property(
            "type", required=True, replaces=True, choices=("web", "native", "browser", "service")
        ),
        Property("userNameTemplate", default="${source.login}"),
        Property("userNameTemplatePushStatus", computed=True, choices=("PUSH", "DONT_PUSH")),
        Property("userNameTemplateSuffix"),
        Property("userNameTemplateType", default="BUILT_IN"),
        Property("wildcardRedirect", default="DISABLED", choices=("DISABLED", "SUBDOMAIN")),
        Property("clientSecret", output=True, secret=True),
        Property("logoUrl", output=True),
        Property("name", output=True),
        Property("signOnMode", output=True),
    )

    def check(self, inputs: Values) -> list[Mistake]:
        """Apply the rules between properties."""
        return application_mistakes(inputs)

    def replaced_by(self, old: Values, inputs: Values) -> list[str]:
        """Replace when the secret is wanted again: the one in use cannot be learnt any more."""
        return ["omitSecret"] if old.get("omitSecret") and not inputs.get("omitSecret") else []

    def title(self, values: Values) -> str:
        """Return what a person calls the application."""
        return f"the application {values.get('label', '')!r}"

    def collection(self, values: Values) -> str:  # noqa: ARG002 - there is one for all
        """Return the collection of applications."""
        return _APPS

    def body(self, inputs: Values) -> Json:
        """Return a new application."""
        return application_body(inputs, None)

    def state(self, found: Json) -> Values:
        """Return the application, without secret and policy."""
        return application_state(found)

    def create(self, client: OktaClient, inputs: Values) -> Found:
        """POST, then logo, groups claim and access policy, then read."""
        doing = f"create {self.title(inputs)}"
        activate = {"activate": "true" if inputs["status"] == ACTIVE else "false"}
        made = client.call(doing, "POST", _APPS, body=self.body(inputs), query=activate)
        id = str(made["id"])
        kept = self.state(made) | {
            "clientSecret": None if inputs["omitSecret"] else client_secret(made)
        }
        with keeping(id, kept):
            _send_logo(client, id, inputs)
            _send_groups_claim(client, id, inputs)
            _send_policy(client, id, inputs, {})
            return Found(id, kept | self.fetch(client, id, inputs))

    def fetch(self, client: OktaClient, id: str, values: Values) -> Values:
        """Return the application as it stands, with its policy and groups claim."""
        found = client.call(f"read {self.title(values)}", "GET", self.path(id, values))
        state = self.state(found)
        if not values.get("skipAuthenticationPolicy") and not client.is_classic():
            href = dig(found, "_links", "accessPolicy", "href")
            if href:
                state["authenticationPolicy"] = PurePosixPath(urlsplit(href).path).name
        if client.api_token:
            state["groupsClaim"] = _groups_claim(client, id)
        return state

    def update(self, client: OktaClient, id: str, old: Values, inputs: Values) -> Values:
        """Change the status; where more has changed, PUT the whole application and its policy."""
        self.switch(client, id, old, inputs)
        changed = compare(self, old, inputs, ()).changed
        if changed == {"status"}:
            return {"status": inputs["status"]}
        body = application_body(inputs, old)
        doing = f"update {self.title(inputs)}"
        sent = client.call(doing, "PUT", self.path(id, inputs), body=body)
        kept: Values = {}
        if inputs["omitSecret"]:
            kept["clientSecret"] = None
        elif secret := client_secret(sent):
            kept["clientSecret"] = secret
        with keeping(id, self.state(sent) | kept):
            if "logo" in changed:
                _send_logo(client, id, inputs)
            if "groupsClaim" in changed:
                _send_groups_claim(client, id, inputs)
            _send_policy(client, id, inputs, old)
            return kept | self.fetch(client, id, inputs)

    def delete(self, client: OktaClient, id: str, old: Values) -> None:
        """Deactivate, which Okta demands, and delete once Okta has noticed."""
        path, title = self.path(id, old), self.title(old)
        if old.get("status") == ACTIVE:
            client.persist(
                lambda: client.call(f"deactivate {title}", "POST", f"{path}/lifecycle/deactivate"),
                lambda error: error.uncertain,
                _DEACTIVATION_SECONDS,
            )
        client.persist(
            lambda: client.call(f"delete {title}", "DELETE", path), _may_pass, _DELETION_SECONDS
        )


def _may_pass(error: OktaError) -> bool:
    return error.uncertain or error.code == _NOT_YET_INACTIVE


def _send_logo(client: OktaClient, id: str, inputs: Values) -> None:
    if logo := inputs.get("logo"):
        file = Path(logo)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise RemoteError(f"The logo {logo} cannot be read ({error.strerror}).") from None
        path = f"{_APPS}/{quoted(id)}/logo"
        client.call("upload the logo", "POST", path, logo=(file.name, content))


def _claim_path(id: str) -> str:
    return f"/api/v1/internal/apps/{quoted(id)}/settings/oauth/idToken"


def _send_groups_claim(client: OktaClient, id: str, inputs: Values) -> None:
    """Write the groups claim, or its absence; the internal call takes API tokens only."""
    if not client.api_token:
        return
    body: Json = {"issuerMode": inputs["issuerMode"]}
    if claim := inputs.get("groupsClaim"):
        filtered = claim["type"] == "FILTER"
        body |= {
            "name": claim["name"],
            "value": claim["value"],
            "valueType": "GROUPS" if filtered else claim["type"],
        }
        if filtered:
            body["groupFilterType"] = claim["filterType"]
    client.call("write the application's groups claim", "POST", _claim_path(id), body=body)


def _groups_claim(client: OktaClient, id: str) -> Values | None:
    try:
        found = client.call("read the application's groups claim", "GET", _claim_path(id))
    except RemoteError:
        return None  # the call is internal to Okta: its failure is no failure of the application
    if not found.get("name"):
        return None
    filter_type = found.get("groupFilterType")
    claim = {
        "name": found["name"],
        "value": found.get("value"),
        "type": "FILTER" if filter_type else found.get("valueType"),
        "issuerMode": found.get("issuerMode"),
    }
    return claim | ({"filterType": filter_type} if filter_type else {})


def _send_policy(client: OktaClient, id: str, inputs: Values, old: Values) -> None:
    """Assign the access policy: the given one, the one it has, or the organization's default.

    Service applications sign nobody in and get none.
    """
    if inputs["skipAuthenticationPolicy"] or inputs["type"] == "service":
        return
    policy = inputs.get("authenticationPolicy") or old.get("authenticationPolicy")
    if not policy:
        if client.is_classic():
            return
        policy = _default_policy(client)
    path = f"{_APPS}/{quoted(id)}/policies/{quoted(policy)}"
    client.call("assign the access policy", "PUT", path)


def _default_policy(client: OktaClient) -> str:
    listed = client.pages("list access policies", "/api/v1/policies", {"type": "ACCESS_POLICY"})
    ids = [str(policy["id"]) for policy in listed if policy.get("system") is True]
    if len(ids) != 1:
        raise RemoteError(
            f"Okta has {len(ids)} default access policies, expected one. Check that the token may "
            "read policies, or give authenticationPolicy or skipAuthenticationPolicy."
        )
    return ids[0]
