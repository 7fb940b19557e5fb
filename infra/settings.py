"""The stack's settings, typed and validated: every mistake at once, before any resource."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from infra.mistakes import Location, ProgramError, counted, list_mistakes, shown
from infra.okta_names import BUILT_IN_SCOPES
from infra.provider_config import GenesysAccess, okta_mistakes, plain_secrets, read_genesys
from infra.provider_keys import unknown_keys
from infra.setting_types import (
    Claims,
    ClientSecret,
    CustomScopes,
    Danger,
    DiscoveryUri,
    EveryoneOrGroups,
    Scopes,
    ServiceUrl,
    SettingsModel,
    Text,
    distinct,
    word_for_none,
)
from infra.site import Site
from infra.stack_config import StackConfig
from infra.web_address import parse_site_url

NAMESPACE = "messenger-sso"

# `2024` is a name and twenty digits are a secret, although other settings are numbers.
_TEXTS = ("applicationName", "clientSecret")

_LONGEST_AGE = 10 * 365 * 24 * 60 * 60

_NOT_WITH_PROVIDER = "nothing, as identityProvider takes Okta's place"


class SettingsError(ProgramError):
    """The configuration cannot be used; the message names every mistake."""


class IdentityProvider(SettingsModel):
    """Another OpenID provider, where clients are registered by hand."""

    issuer: ServiceUrl = Field(description="issuer of the provider's tokens")
    discovery_uri: DiscoveryUri = Field(
        description="URL of its discovery document, ending in /.well-known/openid-configuration"
    )
    client_id: Text = Field(description="id of the client whose codes Genesys redeems")
    client_secret: SecretStr = Field(min_length=1, description="secret of that client")
    website_client_id: Text | None = Field(
        default=None, description="id of the client of the site's own sign-in"
    )
    authorization_endpoint: ServiceUrl | None = Field(
        default=None, description="URL where a sign-in starts"
    )
    end_session_endpoint: ServiceUrl | None = Field(
        default=None, description="URL where a sign-out starts"
    )


class AuthorizationServer(SettingsModel):
    """A custom authorization server of Okta's that the stack declares."""

    name: Text | None = Field(default=None, description="the server's name in Okta")
    audience: Text | None = Field(default=None, description="audience of its access tokens")
    description: str = Field(
        default="Signs visitors of the web sites in.",
        max_length=255,
        description="what administrators read about it",
    )
    scopes: CustomScopes = Field(
        default=("messenger",), description="scopes of your own to declare"
    )
    # Assumption: Okta refuses the names of the profile scope's claims (given_name and the like)
    # for ID tokens; Okta Support, "OIDC Bearer Tokens: List of Reserved Claims".
    claims: Claims = Field(
        default={"first_name": "user.firstName", "last_name": "user.lastName"},
        description="claims to put into every ID token, name to Okta expression",
    )

    @field_validator("name")
    @classmethod
    def _not_default(cls, value: str | None) -> str | None:
        if value and value.lower() == "default":
            raise ValueError(
                "another name; for the server that is there: authorizationServer: default"
            )
        return value


class IntegrationType(SettingsModel):
    """The OpenID Connect Messenger integration type, as this organisation names its parts."""

    type_id: Text = Field(description="id of the integration type")
    discovery_uri_property: Text = Field(description="key of its Discovery URI property")
    credential_type: Text = Field(description="name of its credential type")
    credential_slot: Text = Field(description="key of its credential")
    client_id_field: Text = Field(
        default="clientId", description="field of the credential that takes the client id"
    )
    client_secret_field: Text = Field(
        default="clientSecret", description="field of the credential that takes the secret"
    )


class Configuration(SettingsModel):
    """The keys of the namespace `messenger-sso`."""

    # Later rules look at earlier fields: what decides most comes first.
    sites: tuple[Site, ...] = Field(min_length=1, description="web sites that offer Messenger")
    identity_provider: IdentityProvider | None = Field(
        default=None, description="another OpenID provider instead of Okta"
    )
    clients: Literal["separate", "shared"] = Field(
        default="separate",
        validate_default=True,
        description="whether the sites' own sign-in and Genesys use one client",
    )
    application_name: Text = Field(
        default="Messenger", max_length=60, description="name of the applications in Okta"
    )
    authorization_server: Annotated[AuthorizationServer | None, word_for_none("default")] = Field(
        default=AuthorizationServer(),
        description="server to declare, or default for Okta's own",
    )
    assignment: EveryoneOrGroups = Field(
        default=None, description="who may sign in: everyone or a list of group names"
    )
    token_endpoint_auth_method: Literal["client_secret_basic", "client_secret_post"] = Field(
        default="client_secret_basic", description="how Genesys proves to be the client"
    )
    client_secret: ClientSecret | None = Field(
        default=None, description="secret that Genesys proves it with; set one to rotate it"
    )
    pkce: StrictBool = Field(default=True, description="whether sign-ins prove their origin (PKCE)")
    scopes: Scopes = Field(
        default=("openid", "profile", "email"), description="scopes that sign-ins ask for"
    )
    refresh_token: StrictBool = Field(
        default=False, validate_default=True, description="whether Genesys gets a refresh token"
    )
    max_age: Annotated[StrictInt, Field(ge=0, le=_LONGEST_AGE)] | None = Field(
        default=None, description="highest age of a sign-in in seconds"
    )
    integration: Annotated[IntegrationType | None, word_for_none("discover")] = Field(
        default=None, description="discover, or what would be discovered"
    )
    protect: StrictBool = Field(
        default=False, description="whether clients and deployments are protected; in prod: true"
    )
    guard_rails: StrictBool = Field(
        default=False, description="whether dangerous changes are stopped (docs/guard-rails.md)"
    )
    accepted_dangers: Annotated[tuple[Danger, ...], AfterValidator(distinct)] = Field(
        default=(), description="names of dangers that the guard rails let through"
    )

    @field_validator("clients")
    @classmethod
    def _fit_provider(cls, value: str, info: ValidationInfo) -> str:
        provider: IdentityProvider | None = info.data.get("identity_provider")
        if provider and value == "separate" and not provider.website_client_id:
            raise ValueError("shared, or identityProvider.websiteClientId as well")
        if provider and value == "shared" and provider.website_client_id:
            raise ValueError("separate, or no identityProvider.websiteClientId")
        return value

    @field_validator(
        "application_name",
        "authorization_server",
        "assignment",
        "token_endpoint_auth_method",
        "client_secret",
    )
    @classmethod
    def _okta_only(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("identity_provider"):
            raise ValueError(_NOT_WITH_PROVIDER)
        return value

    @field_validator("scopes")
    @classmethod
    def _known_scopes(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("openid among them (a list, or names with spaces between them)")
        server: AuthorizationServer | None = info.data.get("authorization_server")
        if server and info.data.get("identity_provider", ...) is None:
            known = {*BUILT_IN_SCOPES, *server.scopes}
            if unknown := [scope for scope in value if scope not in known]:
                raise ValueError(
                    f"Okta's own scopes and authorizationServer.scopes; {unknown[0]} is neither"
                )
        return value

    @field_validator("refresh_token")
    @classmethod
    def _offline_access(cls, value: bool, info: ValidationInfo) -> bool:
        if info.data.get("identity_provider"):
            if value:
                raise ValueError(_NOT_WITH_PROVIDER)
        elif not {"identity_provider", "scopes"} <= set(info.data):
            pass  # said already; this rule would only guess
        elif value != ("offline_access" in info.data["scopes"]):
            raise ValueError(
                "false, or offline_access among the scopes"
                if value
                else "true, or scopes without offline_access"
            )
        return value


class Settings(Configuration):
    """The configuration, and what the run itself decides."""

    model_config = ConfigDict(defer_build=True, arbitrary_types_allowed=True)

    project: str
    environment: str
    genesys: GenesysAccess

    def label(self, text: str, longest: int = 100) -> str:
        """Return a name for the vendors' admin pages: the text and the environment."""
        suffix = f" ({self.environment})"
        return text[: max(longest - len(suffix), 1)] + suffix[: longest - 1]


def load_settings(config: StackConfig) -> Settings:
    """Return the settings of a run.

    Raises SettingsError with every mistake of the project's namespace, and of the providers' where
    they would fail late. Values of secret keys are never repeated.
    """
    given = config.namespace(NAMESPACE, texts=_TEXTS)
    mistakes = _duplicates(given.get("sites")) + _plain_client_secrets(config, given)
    secret = {key.partition(":")[2] for key in config.secret_keys}

    def hidden(location: Location) -> bool:
        # A provider that is no object may be nothing but its secret.
        holder = location == ("identityProvider",)
        return holder or location[0] in secret or "clientSecret" in location

    configuration = None
    try:
        configuration = Configuration.model_validate(given)
    except ValidationError as error:
        mistakes = list_mistakes(error, Configuration, hidden=hidden) + mistakes
    genesys, unusable = read_genesys(config)
    mistakes += unusable + plain_secrets(config) + unknown_keys(config.values, NAMESPACE)
    if not given.get("identityProvider"):
        mistakes += okta_mistakes(config)
    chosen = _chosen(configuration, config.environment) if configuration else {}
    if configuration and chosen["guard_rails"]:
        mistakes += _plain_http(configuration)
    if mistakes or configuration is None or genesys is None:
        raise SettingsError(
            "\n".join(
                [
                    f"{NAMESPACE}: {counted(mistakes)} in the configuration of stack "
                    f"{config.environment}",
                    *(f"  {mistake}" for mistake in mistakes),
                    f"Correct Pulumi.{config.environment}.yaml, then run the command again; "
                    "docs/configuration.md describes every setting.",
                ]
            )
        )
    return Settings.model_construct(
        **chosen, project=config.project, environment=config.environment, genesys=genesys
    )


def _chosen(configuration: Configuration, environment: str) -> dict[str, Any]:
    """Return the settings with those that depend on the environment unless somebody said them."""
    chosen = dict(configuration)
    said = configuration.model_fields_set
    if "protect" not in said:
        chosen["protect"] = environment == "prod"
    if "guard_rails" not in said:
        chosen["guard_rails"] = environment == "prod" or chosen["protect"]
    return chosen


def _plain_http(configuration: Configuration) -> list[str]:
    """Return the addresses that are fit for this machine only, where guard rails are on."""
    if "plain-http" in configuration.accepted_dangers:
        return []
    addresses = {f"sites[{i}].url": site.url for i, site in enumerate(configuration.sites)}
    if provider := configuration.identity_provider:
        addresses |= {
            "identityProvider.issuer": provider.issuer,
            "identityProvider.discoveryUri": provider.discovery_uri,
            "identityProvider.authorizationEndpoint": provider.authorization_endpoint or "",
            "identityProvider.endSessionEndpoint": provider.end_session_endpoint or "",
        }
    return [
        f"{path}: found {shown(url)}, expected https, as guardRails is on (plain-http)."
        for path, url in addresses.items()
        if url.startswith("http:")
    ]


def _duplicates(sites: Any) -> list[str]:
    """Return the sites that another site's name or URL was given to."""
    mistakes = []
    seen: dict[tuple[str, str], int] = {}
    for index, site in enumerate(sites if isinstance(sites, list) else []):
        for key in ("name", "url") if isinstance(site, dict) else ():
            value = site.get(key)
            if not isinstance(value, str):
                continue
            first = seen.setdefault((key, _comparable(key, value)), index)
            if first != index:
                mistakes.append(
                    f"sites[{index}].{key}: found {shown(value)}, expected another one than "
                    f"that of sites[{first}]."
                )
    return mistakes


def _comparable(key: str, value: str) -> str:
    try:
        return parse_site_url(value).url if key == "url" else value
    except ValueError:
        return value


def _plain_client_secrets(config: StackConfig, given: dict[str, Any]) -> list[str]:
    provider = given.get("identityProvider")
    found = {
        "clientSecret": given,
        "identityProvider.clientSecret": provider if isinstance(provider, dict) else {},
    }
    return [
        f"{key}: found in clear, expected an encrypted value: "
        f"`pulumi config set --secret --path {NAMESPACE}:{key}`."
        for key, holder in found.items()
        if "clientSecret" in holder
        and f"{NAMESPACE}:{key.partition('.')[0]}" not in config.secret_keys
    ]
