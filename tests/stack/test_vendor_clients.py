"""The vendors' own Python SDKs read back, through their models, everything the stack declares."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from local.genesys.models.tokens import LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET
from local.okta.api.calls import API_TOKEN
from tests.local.okta.test_sdk import good
from tests.stack.vendor_plugins import either_plugins
from tests.stack.workbench import Workbench

Inputs = Mapping[str, Any]
Found = dict[str, Any]
"""What a client has read, by the names that the properties have in the state."""


async def application(okta: Any, id: str, _: Inputs) -> Found:
    read = await good(okta.get_application(id))
    settings, client = read.settings.oauth_client, read.credentials.oauth_client
    assert type(read).__name__ == "OpenIdConnectApplication"
    return {
        "label": read.label,
        "status": read.status,
        "signOnMode": read.sign_on_mode,
        "type": settings.application_type,
        "grantTypes": settings.grant_types,
        "responseTypes": settings.response_types,
        "redirectUris": settings.redirect_uris,
        "postLogoutRedirectUris": settings.post_logout_redirect_uris,
        "clientId": client.client_id,
        "tokenEndpointAuthMethod": client.token_endpoint_auth_method,
        "pkceRequired": client.pkce_required,
        "hideWeb": read.visibility.hide.web,
        "authenticationPolicy": read.links.access_policy.href.rpartition("/")[2],
    }


async def assignment(okta: Any, id: str, inputs: Inputs) -> Found:
    read = await good(okta.get_application_group_assignment(inputs["appId"], id))
    assigned = await good(okta.list_application_group_assignments(inputs["appId"]))
    assert [one.id for one in assigned] == [id]
    return {
        "appId": read.links.app.href.rpartition("/")[2],
        "groupId": read.id,
        "priority": read.priority,
    }


async def trusted_origin(okta: Any, id: str, _: Inputs) -> Found:
    read = await good(okta.get_trusted_origin(id))
    return {
        "name": read.name,
        "origin": read.origin,
        "status": read.status,
        "scopes": [{"type": scope.type} for scope in read.scopes],
    }


async def server(okta: Any, id: str, _: Inputs) -> Found:
    read = await good(okta.get_authorization_server(id))
    return {
        "name": read.name,
        "description": read.description,
        "audiences": read.audiences,
        "issuer": read.issuer,
        "issuerMode": read.issuer_mode,
        "status": read.status,
        "kid": read.credentials.signing.kid,
        "credentialsRotationMode": read.credentials.signing.rotation_mode,
    }


async def scope(okta: Any, id: str, inputs: Inputs) -> Found:
    read = await good(okta.get_o_auth2_scope(inputs["authServerId"], id))
    return {
        "authServerId": inputs["authServerId"],
        "name": read.name,
        "metadataPublish": read.metadata_publish,
        "consent": read.consent,
        "default": read.default,
        "system": read.system,
    }


async def claim(okta: Any, id: str, inputs: Inputs) -> Found:
    read = await good(okta.get_o_auth2_claim(inputs["authServerId"], id))
    return {
        "authServerId": inputs["authServerId"],
        "name": read.name,
        "claimType": read.claim_type,
        "value": read.value,
        "valueType": read.value_type,
        "alwaysIncludeInToken": read.always_include_in_token,
        "status": read.status,
    }


async def policy(okta: Any, id: str, inputs: Inputs) -> Found:
    read = await good(okta.get_authorization_server_policy(inputs["authServerId"], id))
    return {
        "authServerId": inputs["authServerId"],
        "name": read.name,
        "description": read.description,
        "clientWhitelists": read.conditions.clients.include,
        "priority": read.priority,
        "status": read.status,
    }


async def rule(okta: Any, id: str, inputs: Inputs) -> Found:
    place = inputs["authServerId"], inputs["policyId"]
    read = await good(okta.get_authorization_server_policy_rule(*place, id))
    return {
        "authServerId": inputs["authServerId"],
        "policyId": inputs["policyId"],
        "name": read.name,
        "type": read.type,
        "priority": read.priority,
        "status": read.status,
        "grantTypeWhitelists": read.conditions.grant_types.include,
        "scopeWhitelists": read.conditions.scopes.include,
        "groupWhitelists": read.conditions.people.groups.include,
        "accessTokenLifetimeMinutes": read.actions.token.access_token_lifetime_minutes,
        "refreshTokenWindowMinutes": read.actions.token.refresh_token_window_minutes,
    }


def credential(genesys: Any, id: str, _: Inputs) -> Found:
    read = genesys.IntegrationsApi.get_integrations_credential(id)
    assert not read.credential_fields, "Genesys never shows them again"
    return {"name": read.name, "credentialTypeName": read.type.name}


def integration(genesys: Any, id: str, _: Inputs) -> Found:
    read = genesys.IntegrationsApi.get_integration(id)
    config = genesys.IntegrationsApi.get_integration_config_current(id)
    assert read.reported_state.code == "ACTIVE"
    return {
        "integrationType": read.integration_type.id,
        "intendedState": read.intended_state,
        "config": {
            "name": config.name,
            "notes": config.notes,
            "properties": config.properties,
            "advanced": config.advanced,
            "credentials": {slot: kept.id for slot, kept in config.credentials.items()},
        },
    }


def configuration(genesys: Any, id: str, _: Inputs) -> Found:
    api = genesys.WebDeploymentsApi
    # The newest first; the first version is the only one that this stack has published.
    (newest,) = api.get_webdeployments_configuration_versions(id).entities
    read = api.get_webdeployments_configuration_version(id, newest.version)
    authentication, messenger = read.authentication_settings, read.messenger
    talks = messenger.apps.conversations
    return {
        "name": read.name,
        "description": read.description,
        "status": read.status,
        "version": read.version,
        "languages": read.languages,
        "defaultLanguage": read.default_language,
        "customI18nLabels": [
            {
                "language": of_language.language,
                "localizedLabels": [
                    {"key": label.key, "value": label.value}
                    for label in of_language.localized_labels
                ],
            }
            for of_language in read.custom_i18n_labels
        ],
        "authenticationSettings": {
            "enabled": authentication.enabled,
            "integrationId": authentication.integration_id,
            "allowSessionUpgrade": authentication.allow_session_upgrade,
        },
        "messenger": {
            "enabled": messenger.enabled,
            "apps": {
                "conversations": {
                    "enabled": talks.enabled,
                    "autoStartEnabled": talks.auto_start.enabled,
                    "conversationClearEnabled": talks.conversation_clear.enabled,
                    "markdownEnabled": talks.markdown.enabled,
                    "showAgentTypingIndicator": talks.show_agent_typing_indicator,
                    "showUserTypingIndicator": talks.show_user_typing_indicator,
                }
            },
            "homeScreen": {"enabled": messenger.home_screen.enabled},
            "launcherButton": {"visibility": messenger.launcher_button.visibility},
            "sessionPersistenceType": messenger.session_persistence_type,
            "styles": {"primaryColor": messenger.styles.primary_color},
        },
    }


def deployment(genesys: Any, id: str, _: Inputs) -> Found:
    read = genesys.WebDeploymentsApi.get_webdeployments_deployment(id)
    return {
        "name": read.name,
        "description": read.description,
        "status": read.status,
        "allowAllDomains": read.allow_all_domains,
        "allowedDomains": read.allowed_domains,
        "configuration": {"id": read.configuration.id, "version": read.configuration.version},
        "snippet": read.snippet,
    }


OKTA: dict[str, Callable[[Any, str, Inputs], Awaitable[Found]]] = {
    "okta:app/oAuth:OAuth": application,
    "okta:app/groupAssignment:GroupAssignment": assignment,
    "okta:trustedorigin/origin:Origin": trusted_origin,
    "okta:auth/server:Server": server,
    "okta:auth/serverScope:ServerScope": scope,
    "okta:auth/serverClaim:ServerClaim": claim,
    "okta:auth/serverPolicy:ServerPolicy": policy,
    "okta:auth/serverPolicyRule:ServerPolicyRule": rule,
}
GENESYS: dict[str, Callable[[Any, str, Inputs], Found]] = {
    "genesyscloud:index/integrationCredential:IntegrationCredential": credential,
    "genesyscloud:index/integration:Integration": integration,
    "genesyscloud:index/webdeploymentsConfiguration:WebdeploymentsConfiguration": configuration,
    "genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment": deployment,
}
# Neither service gives a credential's fields out again.
UNREADABLE = {"fields"}


class GenesysClient:
    """The SDK's APIs, one per class name, on a client that has got its token as programs do."""

    def __init__(self, url: str) -> None:
        # Imported late, because that takes seconds and 200 MB.
        import PureCloudPlatformClientV2

        self._sdk = PureCloudPlatformClientV2
        self.client = self._sdk.api_client.ApiClient(host=url)
        self.client.gateway_configuration = None  # a file in the home folder must not redirect it
        self.client.get_client_credentials_token(LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sdk, name)(self.client)


@contextmanager
def genesys_client(url: str) -> Iterator[GenesysClient]:
    """Yield a client whose connections are closed in the end."""
    found = GenesysClient(url)
    try:
        yield found
    finally:
        found.client.get_http_client().rest_client.pool_manager.clear()


def declared(state: Mapping[str, Any]) -> Found:
    """Return the properties that the program itself has set and that a client can read."""
    filled_in = state["inputs"].get("__defaults", [])
    unread = {"__defaults", *UNREADABLE, *filled_in}
    return {name: value for name, value in state["inputs"].items() if name not in unread}


def comparable(value: Any) -> Any:
    """Return a value without what does not count: the order of a set, the shape of a JSON text."""
    if isinstance(value, Mapping):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((comparable(item) for item in value), key=json.dumps)
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value


def spoken_of(value: Any, by: Any) -> Any:
    """Return a value without the keys that another one of its shape does not have."""
    if isinstance(value, Mapping) and isinstance(by, Mapping):
        return {key: spoken_of(value.get(key), item) for key, item in by.items()}
    return value


def assert_reads_the_state(found: Found, state: Mapping[str, Any]) -> None:
    """Demand that a client has read all that was declared, and the values of the state."""
    read = comparable(found)
    wanted, kept = comparable(declared(state)), comparable(state["outputs"])
    assert spoken_of(read, wanted) == wanted, f"declared: {state['urn']}"
    assert read == spoken_of(kept, read), f"in the state: {state['urn']}"


@either_plugins
def test_both_vendors_clients_read_back_every_object(
    deployed: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One `up`; each resource of the state, then what the outputs promise to a site's build."""
    import okta.client

    # The SDK takes this switch from the environment only.
    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
    resources, outputs = deployed.resources(), deployed.outputs()
    # A kind of resource that the program gains needs a reader here.
    assert {state["type"] for state in resources.values()} == {*OKTA, *GENESYS}
    found: dict[str, Found] = {}

    async def read_okta() -> None:
        options = {"orgUrl": deployed.okta_url, "token": API_TOKEN}
        async with okta.client.Client(options) as client:
            for name, state in resources.items():
                if read := OKTA.get(state["type"]):
                    found[name] = await read(client, state["id"], state["inputs"])

    asyncio.run(read_okta())
    with genesys_client(deployed.genesys_url) as client:
        for name, state in resources.items():
            if reader := GENESYS.get(state["type"]):
                found[name] = reader(client, state["id"], state["inputs"])

    assert found.keys() == resources.keys()
    for name, state in resources.items():
        assert_reads_the_state(found[name], state)
    assert_outputs_are_true(
        outputs, found, {name: state["id"] for name, state in resources.items()}
    )


def assert_outputs_are_true(
    outputs: Mapping[str, Any], found: Mapping[str, Found], ids: Mapping[str, str]
) -> None:
    """Demand of every output that stems from an object what the clients have read of it."""
    sites = outputs["sites"]
    clients = {
        "messenger-client": outputs["messengerClientId"],
        "website-client": outputs["websiteClientId"],
    }
    for name, client_id in clients.items():
        assert found[name]["clientId"] == client_id
        for key, output in (
            ("redirectUris", "redirectUri"),
            ("postLogoutRedirectUris", "postLogoutRedirectUri"),
        ):
            assert sorted(found[name][key]) == sorted(site[output] for site in sites)
    assert sorted(found["access-policy"]["clientWhitelists"]) == sorted(clients.values())
    assert sorted(found["access-rule"]["scopeWhitelists"]) == sorted(outputs["scopes"])

    assert found["authorization-server"]["issuer"] == outputs["issuer"]
    config = found["integration"]["config"]
    assert list(config["properties"].values()) == [outputs["discoveryUri"]]
    assert list(config["credentials"].values()) == [ids["credential"]]
    assert ids["integration"] == outputs["integrationId"]

    for site in sites:
        configured = found[f"{site['name']}-configuration"]
        deployed = found[f"{site['name']}-deployment"]
        assert configured["authenticationSettings"] == {
            "enabled": True,
            "integrationId": outputs["integrationId"],
            "allowSessionUpgrade": site["sessionUpgrade"],
        }
        assert configured["version"] == site["configurationVersion"]
        assert configured["languages"] == site["languages"]
        assert configured["messenger"]["styles"] == {"primaryColor": site["primaryColor"]}
        assert deployed["configuration"] == {
            "id": site["configurationId"],
            "version": site["configurationVersion"],
        }
        assert deployed["snippet"] == site["snippet"]
        assert site["deploymentId"] == ids[f"{site['name']}-deployment"]
        assert site["url"].startswith(
            tuple(f"http://{host}" for host in deployed["allowedDomains"])
        )
