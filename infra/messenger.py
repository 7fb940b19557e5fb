"""Genesys' half of the stack: the integration with the provider, and Messenger for each site."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_genesyscloud as genesys

from infra.component import Component
from infra.settings import IntegrationType, Settings
from infra.sign_in import SignIn
from infra.site import Site

# Keys of the Messenger configuration's own texts (genesys-cloud.md 1.3).
_HEADER_TITLE = "MessengerHomeHeaderTitle"


@dataclass(frozen=True)
class SiteMessenger:
    """A site's Messenger: what is configured, and where it is deployed."""

    site: Site
    configuration: genesys.WebdeploymentsConfiguration
    deployment: genesys.WebdeploymentsDeployment


class AuthenticatedMessenger(Component):
    """Credential, OpenID Connect integration, and per site a configuration and a deployment."""

    integration: genesys.Integration
    sites: tuple[SiteMessenger, ...]

    def __init__(
        self,
        name: str,
        settings: Settings,
        sign_in: SignIn,
        integration_type: IntegrationType,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._settings = settings
        self.integration = self._integrate(sign_in, integration_type)
        self.sites = tuple(self._offer(site) for site in settings.sites)
        self.register_outputs({"integrationId": self.integration.id})

    def _integrate(self, sign_in: SignIn, kind: IntegrationType) -> genesys.Integration:
        label = self._settings.label(self._settings.application_name)
        credential = genesys.IntegrationCredential(
            "credential",
            name=label,
            credential_type_name=kind.credential_type,
            fields={
                kind.client_id_field: sign_in.messenger_client_id,
                kind.client_secret_field: sign_in.messenger_client_secret,
            },
            opts=self.child(),
        )
        return genesys.Integration(
            "integration",
            integration_type=kind.type_id,
            intended_state="ENABLED",
            config=genesys.IntegrationConfigArgs(
                name=label,
                notes=f"Declared by {self._settings.project}; change it there.",
                properties=pulumi.Output.json_dumps(
                    {kind.discovery_uri_property: sign_in.discovery_uri}
                ),
                advanced="{}",
                credentials={kind.credential_slot: credential.id},
            ),
            # The provider never sends a changed type (genesys-cloud.md 1.1).
            opts=self.child(replace_on_changes=["integrationType"]),
        )

    def _offer(self, site: Site) -> SiteMessenger:
        label = self._settings.label(site.display_name)
        configuration = genesys.WebdeploymentsConfiguration(
            f"{site.name}-configuration",
            name=label,
            description=f"Messenger on {site.url}",
            languages=list(site.languages),
            default_language=site.default_language,
            custom_i18n_labels=[_titled(language, site) for language in site.languages],
            messenger=_messenger(site),
            authentication_settings=genesys.WebdeploymentsConfigurationAuthenticationSettingsArgs(
                enabled=True,
                integration_id=self.integration.id,
                allow_session_upgrade=site.session_upgrade,
            ),
            opts=self.child(),
        )
        deployment = genesys.WebdeploymentsDeployment(
            f"{site.name}-deployment",
            name=label,
            description=f"Messenger on {site.url}",
            allow_all_domains=False,
            allowed_domains=[site.address.host],
            # Only the version makes the deployment follow a new publish (genesys-cloud.md 1.4).
            configuration=genesys.WebdeploymentsDeploymentConfigurationArgs(
                id=configuration.id, version=configuration.version
            ),
            flow_id=site.flow_id,
            # Left out, one that was deactivated by hand stays so. Creating never sends it, updating
            # does and waits for it (genesys-cloud.md 1.4).
            status="Active",
            opts=self.child(protect=self._settings.protect),
        )
        return SiteMessenger(site, configuration, deployment)


def _messenger(site: Site) -> genesys.WebdeploymentsConfigurationMessengerArgs:
    conversations = genesys.WebdeploymentsConfigurationMessengerAppsConversationsArgs(
        enabled=True,
        show_agent_typing_indicator=True,
        show_user_typing_indicator=True,
        markdown_enabled=True,
        conversation_clear_enabled=True,
        auto_start_enabled=False,
    )
    return genesys.WebdeploymentsConfigurationMessengerArgs(
        enabled=True,
        apps=genesys.WebdeploymentsConfigurationMessengerAppsArgs(conversations=conversations),
        home_screen=genesys.WebdeploymentsConfigurationMessengerHomeScreenArgs(enabled=True),
        launcher_button=genesys.WebdeploymentsConfigurationMessengerLauncherButtonArgs(
            visibility=site.launcher
        ),
        styles=genesys.WebdeploymentsConfigurationMessengerStylesArgs(
            primary_color=site.primary_color
        ),
        # Sites under one domain may belong to different teams: a session stays with its site.
        session_persistence_type="DomainOrSubdomainOnly",
    )


def _titled(language: str, site: Site) -> genesys.WebdeploymentsConfigurationCustomI18nLabelArgs:
    title = genesys.WebdeploymentsConfigurationCustomI18nLabelLocalizedLabelArgs(
        key=_HEADER_TITLE, value=site.display_name
    )
    return genesys.WebdeploymentsConfigurationCustomI18nLabelArgs(
        language=language, localized_labels=[title]
    )
