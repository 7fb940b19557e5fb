"""The vendor's own Python SDK as a client: every object through its models, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from tests.local.genesys.conftest import DISCOVERY_URI, MESSENGER_TYPE_NAME, Cloud


@pytest.fixture(scope="module")
def sdk() -> ModuleType:
    """The SDK; imported late, because that takes seconds and 200 MB."""
    import PureCloudPlatformClientV2

    module: ModuleType = PureCloudPlatformClientV2
    return module


@pytest.fixture
def client(cloud: Cloud, sdk: ModuleType) -> Iterator[Any]:
    """An API client that has got its token as every program does."""
    found = sdk.api_client.ApiClient(host=cloud.url)
    found.gateway_configuration = None  # a file in the home folder must not redirect it
    found.get_client_credentials_token(LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET)
    yield found
    found.get_http_client().rest_client.pool_manager.clear()


def test_the_organisation_and_its_lists_fit_the_models(client: Any, sdk: ModuleType) -> None:
    assert sdk.OrganizationApi(client).get_organizations_me().default_country_code == "US"
    products = sdk.AuthorizationApi(client).get_authorization_products()
    assert products.total == len(products.entities) > 0
    assert all(product.id for product in products.entities)
    assert sdk.TokensApi(client).get_tokens_me().o_auth_client.id == LOCAL_CLIENT_ID
    (flow,) = sdk.ArchitectApi(client).get_flows(type=["inboundshortmessage"]).entities
    assert flow.published_version.id
    assert sdk.ArchitectApi(client).get_flow(flow.id).name == flow.name


def test_sign_in_is_set_up_changed_and_removed(client: Any, sdk: ModuleType) -> None:
    api = sdk.IntegrationsApi(client)
    (kind,) = [
        one
        for one in api.get_integrations_types(page_size=100).entities
        if one.name == MESSENGER_TYPE_NAME
    ]
    ((slot, specification),) = api.get_integrations_type(kind.id).credentials.items()
    schema = api.get_integrations_type_configschema(kind.id, "properties")
    ((key, _),) = [
        item for item in schema.properties.items() if item[1]["title"] == "Discovery URI"
    ]
    assert schema.required == [key]

    credential = sdk.Credential()
    credential.name = "okta"
    credential.type = sdk.CredentialType()
    credential.type.name = specification.credential_types[0]
    credential.credential_fields = {"clientId": "client", "clientSecret": "first"}
    made = api.post_integrations_credentials(body=credential)
    assert datetime.now(UTC) - made.created_date < timedelta(minutes=1)
    credential.name = "okta, renewed"
    assert api.put_integrations_credential(made.id, body=credential).id == made.id
    shown = api.get_integrations_credential(made.id)
    assert (shown.name, shown.credential_fields) == ("okta, renewed", None)
    assert [one.id for one in api.get_integrations_credentials_listing().entities] == [made.id]

    wanted = sdk.CreateIntegrationRequest()
    wanted.integration_type = sdk.IntegrationType()
    wanted.integration_type.id = kind.id
    integration = api.post_integrations(body=wanted)
    config = api.get_integration_config_current(integration.id)
    config.name = "Sign-in"
    config.properties = {key: DISCOVERY_URI}
    config.credentials = {slot: sdk.CredentialInfo()}
    config.credentials[slot].id = made.id
    saved = api.put_integration_config_current(integration.id, body=config)
    assert (saved.version, saved.properties[key]) == (2, DISCOVERY_URI)
    assert saved.credentials[slot].id == made.id
    with pytest.raises(sdk.rest.ApiException) as stale:
        api.put_integration_config_current(integration.id, body=config)
    assert stale.value.status == 409

    switch = sdk.Integration()
    switch.intended_state = "ENABLED"
    assert api.patch_integration(integration.id, body=switch).reported_state.code == "ACTIVE"
    listed = api.get_integrations(integration_type=kind.id).entities
    assert [(one.id, one.intended_state) for one in listed] == [(integration.id, "ENABLED")]
    assert api.delete_integration(integration.id).name == "Sign-in"
    api.delete_integrations_credential(made.id)
    assert api.get_integrations_credentials_listing().entities == []


def make_configuration(sdk: ModuleType) -> Any:
    body = sdk.WebDeploymentConfigurationVersion()
    body.name = "shop"
    body.languages = ["en-us", "fr"]
    body.default_language = "fr"
    body.headless_mode = sdk.WebDeploymentHeadlessMode()
    body.headless_mode.enabled = False
    body.messenger = sdk.MessengerSettings()
    body.messenger.enabled = True
    body.messenger.styles = sdk.MessengerStyles()
    body.messenger.styles.primary_color = "#0b5fff"
    body.messenger.launcher_button = sdk.LauncherButtonSettings()
    body.messenger.launcher_button.visibility = "OnDemand"
    mode = sdk.FileUploadMode()
    mode.file_types, mode.max_file_size_kb = ["image/png"], 512
    body.messenger.file_upload = sdk.FileUploadSettings()
    body.messenger.file_upload.modes = [mode]
    body.authentication_settings = sdk.AuthenticationSettings()
    body.authentication_settings.enabled = True
    body.authentication_settings.integration_id = "1f3a4b5c-0000-4000-8000-000000000001"
    body.authentication_settings.allow_session_upgrade = True
    return body


def test_a_messenger_is_configured_published_deployed_and_removed(
    client: Any, sdk: ModuleType
) -> None:
    api = sdk.WebDeploymentsApi(client)
    body = make_configuration(sdk)
    made = api.post_webdeployments_configurations(body)
    assert made.status == "Pending"
    assert api.get_webdeployments_configuration_versions_draft(made.id).status == "Active"
    published = api.post_webdeployments_configuration_versions_draft_publish(made.id)
    assert published.version == "1"
    read = api.get_webdeployments_configuration_version(made.id, "1")
    for part in ("name", "languages", "default_language", "messenger", "authentication_settings"):
        assert getattr(read, part) == getattr(body, part)
    body.description = "changed"
    api.put_webdeployments_configuration_versions_draft(made.id, body)
    api.get_webdeployments_configuration_versions_draft(made.id)
    api.post_webdeployments_configuration_versions_draft_publish(made.id)
    versions = api.get_webdeployments_configuration_versions(made.id)
    assert [one.version for one in versions.entities] == ["2", "1"]
    listed = api.get_webdeployments_configurations(show_only_published=True).entities
    assert [(one.id, one.description) for one in listed] == [(made.id, "changed")]

    wanted = sdk.WebDeployment()
    wanted.name = "shop"
    wanted.allow_all_domains = False
    wanted.allowed_domains = ["shop.example.com"]
    wanted.configuration = sdk.WebDeploymentConfigurationVersionEntityRef()
    wanted.configuration.id, wanted.configuration.version = made.id, "2"
    deployment = api.post_webdeployments_deployments(wanted)
    assert deployment.status == "Pending"
    shown = api.get_webdeployments_deployment(deployment.id)
    assert (shown.status, shown.allowed_domains) == ("Active", ["shop.example.com"])
    assert deployment.id in shown.snippet
    wanted.name = "shop, renamed"
    assert api.put_webdeployments_deployment(deployment.id, wanted).name == "shop, renamed"
    assert [one.id for one in api.get_webdeployments_deployments().entities] == [deployment.id]
    offered = api.get_webdeployments_deployment_configurations(deployment.id)
    assert offered.configuration_version.authentication_settings.allow_session_upgrade is True

    resolution = sdk.DeploymentIdentityResolutionConfig()
    resolution.resolve_identities = True
    api.put_webdeployments_deployment_identityresolution(deployment.id, resolution)
    found = api.get_webdeployments_deployment_identityresolution(deployment.id)
    assert found.resolve_identities is True

    api.delete_webdeployments_deployment(deployment.id)
    api.delete_webdeployments_configuration(made.id)
    with pytest.raises(sdk.rest.ApiException) as gone:
        api.get_webdeployments_configuration_versions(made.id)
    assert gone.value.status == 404
