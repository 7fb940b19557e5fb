"""Okta's own Python SDK makes, reads, changes and removes every object through its models."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import okta.models as models
import pytest
from okta.client import Client

from local.okta.api.calls import API_TOKEN
from tests.local.okta.conftest import Okta

Story = Callable[[Any], Awaitable[None]]


@pytest.fixture
def drive(okta: Okta, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], None]:
    """Run a story with a client of the SDK."""
    # The SDK takes this switch from the environment only.
    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")

    def run(story: Story) -> None:
        async def tell() -> None:
            async with Client({"orgUrl": okta.url, "token": API_TOKEN}) as client:
                await story(client)

        asyncio.run(tell())

    return run


async def good(answer: Awaitable[tuple[Any, ...]]) -> Any:
    """Return what the SDK understood; an error fails the test."""
    result = await answer
    assert result[-1] is None, result[-1]
    return result[0]


async def refused(answer: Awaitable[tuple[Any, ...]], code: str) -> None:
    """Demand that the SDK got a refusal of this code."""
    error = (await answer)[-1]
    assert error is not None
    assert error.error_code == code, error


def application(label: str, *redirect_uris: str) -> Any:
    """Return a web application as the SDK has it."""
    return models.OpenIdConnectApplication(
        label=label,
        name="oidc_client",
        sign_on_mode="OPENID_CONNECT",
        credentials=models.OAuthApplicationCredentials(
            oauth_client=models.ApplicationCredentialsOAuthClient(pkce_required=True)
        ),
        settings=models.OpenIdConnectApplicationSettings(
            oauth_client=models.OpenIdConnectApplicationSettingsClient(
                application_type="web",
                grant_types=["authorization_code", "refresh_token"],
                response_types=["code"],
                redirect_uris=list(redirect_uris),
            )
        ),
    )


def test_an_application_lives_through_the_sdk(drive: Callable[[Story], None]) -> None:
    async def story(client: Any) -> None:
        made = await good(client.create_application(application("Shop", "https://shop.test/cb")))
        assert isinstance(made, models.OpenIdConnectApplication)
        secret = made.credentials.oauth_client.client_secret
        assert len(secret) == 64
        assert made.credentials.oauth_client.client_id == made.id

        read = await good(client.get_application(made.id))
        assert read.credentials.oauth_client.client_secret is None
        assert read.settings.oauth_client.redirect_uris == ["https://shop.test/cb"]
        assert read.links.access_policy.href.rsplit("/", 1)[1].startswith("rst")

        changed = application("Shop 2", "https://shop.test/cb", "https://shop.test/other")
        after = await good(client.replace_application(made.id, changed))
        assert after.label == "Shop 2"
        assert after.credentials.oauth_client.client_secret == secret

        assert [one.id for one in await good(client.list_applications())] == [made.id]
        await refused(client.delete_application(made.id), "E0000056")
        await good(client.deactivate_application(made.id))
        await good(client.delete_application(made.id))
        await refused(client.get_application(made.id), "E0000007")

    drive(story)


def test_groups_people_and_assignments_live_through_the_sdk(
    drive: Callable[[Story], None],
) -> None:
    async def story(client: Any) -> None:
        app = await good(client.create_application(application("Shop", "https://shop.test/cb")))
        profile = models.OktaUserGroupProfile(name="Partners", description="Who sells for us")
        group = await good(client.add_group(models.AddGroupRequest(profile=profile)))
        assert group.type == "OKTA_GROUP"
        assert group.profile.actual_instance.name == "Partners"
        person = await good(
            client.create_user(
                models.CreateUserRequest(
                    profile=models.UserProfile(
                        first_name="Dora",
                        last_name="Dean",
                        email="dora@example.com",
                        login="dora@example.com",
                    ),
                    credentials=models.UserCredentialsWritable(
                        password=models.PasswordCredential(value="long-enough-1")
                    ),
                )
            )
        )
        assert person.status == "ACTIVE"
        await good(client.assign_user_to_group(group.id, person.id))
        assert [one.id for one in await good(client.list_group_users(group.id))] == [person.id]

        assigned = await good(
            client.assign_group_to_application(
                app.id, group.id, models.ApplicationGroupAssignment(priority=0)
            )
        )
        assert assigned.priority == 0
        read = await good(client.get_application_group_assignment(app.id, group.id))
        assert read.id == group.id
        users = await good(client.list_application_users(app.id))
        assert [(one.id, one.scope) for one in users] == [(person.id, "GROUP")]
        own = await good(
            client.assign_user_to_application(app.id, models.AppUserAssignRequest(id=person.id))
        )
        assert (own.scope, own.credentials.user_name) == ("USER", "dora@example.com")

        await good(client.unassign_user_from_application(app.id, person.id))
        await good(client.unassign_application_from_group(app.id, group.id))
        await good(client.delete_group(group.id))
        await refused(client.get_group(group.id), "E0000007")
        everyone = (await good(client.list_groups(q="Everyone")))[0]
        assert everyone.type == "BUILT_IN"
        await refused(client.delete_group(everyone.id), "E0000111")

    drive(story)


def test_a_trusted_origin_lives_through_the_sdk(drive: Callable[[Story], None]) -> None:
    async def story(client: Any) -> None:
        wanted = models.TrustedOriginWrite(
            name="Shop",
            origin="https://shop.test",
            scopes=[
                models.TrustedOriginScope(type="CORS"),
                models.TrustedOriginScope(type="IFRAME_EMBED", allowed_okta_apps=["OKTA_ENDUSER"]),
            ],
        )
        made = await good(client.create_trusted_origin(wanted))
        assert (made.status, made.origin) == ("ACTIVE", "https://shop.test")
        assert made.scopes[1].allowed_okta_apps == ["OKTA_ENDUSER"]
        off = await good(client.deactivate_trusted_origin(made.id))
        assert off.status == "INACTIVE"
        replaced = await good(
            client.replace_trusted_origin(
                made.id,
                models.TrustedOrigin(
                    name="Shop",
                    origin="https://shop.test:8443",
                    scopes=[models.TrustedOriginScope(type="REDIRECT")],
                    status="ACTIVE",
                ),
            )
        )
        assert (replaced.status, replaced.origin) == ("ACTIVE", "https://shop.test:8443")
        listed = await good(client.list_trusted_origins(filter='status eq "ACTIVE"'))
        assert [one.id for one in listed] == [made.id]
        await good(client.delete_trusted_origin(made.id))
        assert await good(client.list_trusted_origins()) == []

    drive(story)


def test_an_authorization_server_lives_through_the_sdk(drive: Callable[[Story], None]) -> None:
    async def story(client: Any) -> None:
        made = await good(
            client.create_authorization_server(
                models.AuthorizationServer(
                    name="shop", description="Of the shop", audiences=["api://shop"]
                )
            )
        )
        assert made.issuer.endswith(f"/oauth2/{made.id}")
        assert made.credentials.signing.rotation_mode == "AUTO"
        assert made.credentials.signing.next_rotation > made.credentials.signing.last_rotated

        scope = await good(
            client.create_o_auth2_scope(
                made.id, models.OAuth2Scope(name="shop:read", metadata_publish="ALL_CLIENTS")
            )
        )
        read = await good(client.get_o_auth2_scope(made.id, scope.id))
        assert (read.name, read.system) == ("shop:read", False)
        claim = await good(
            client.create_o_auth2_claim(
                made.id,
                models.OAuth2Claim(
                    name="customer_number",
                    claim_type="IDENTITY",
                    value_type="EXPRESSION",
                    value="user.customerNumber",
                    always_include_in_token=True,
                    conditions=models.OAuth2ClaimConditions(scopes=["shop:read"]),
                ),
            )
        )
        assert (await good(client.get_o_auth2_claim(made.id, claim.id))).conditions.scopes == [
            "shop:read"
        ]
        policy = await good(
            client.create_authorization_server_policy(
                made.id,
                models.AuthorizationServerPolicy(
                    type="OAUTH_AUTHORIZATION_POLICY",
                    name="Shop",
                    description="The shop's clients",
                    priority=1,
                    status="ACTIVE",
                    conditions=models.AuthorizationServerPolicyConditions(
                        clients=models.ClientPolicyCondition(include=["ALL_CLIENTS"])
                    ),
                ),
            )
        )
        rule = await good(
            client.create_authorization_server_policy_rule(
                made.id, policy.id, _rule("Sign in", ["*"])
            )
        )
        assert rule.actions.token.access_token_lifetime_minutes == 15
        changed = await good(
            client.replace_authorization_server_policy_rule(
                made.id, policy.id, rule.id, _rule("Sign in", ["openid", "shop:read"])
            )
        )
        assert changed.conditions.scopes.include == ["openid", "shop:read"]

        keys = await good(client.list_authorization_server_keys(made.id))
        assert [key.status for key in keys] == ["ACTIVE", "NEXT"]
        rotated = await good(
            client.rotate_authorization_server_keys(made.id, models.JwkUse(use="sig"))
        )
        assert [key.status for key in rotated] == ["ACTIVE", "NEXT", "EXPIRED"]
        assert rotated[0].kid == keys[1].kid

        await good(client.delete_authorization_server_policy_rule(made.id, policy.id, rule.id))
        await good(client.delete_authorization_server_policy(made.id, policy.id))
        await good(client.delete_o_auth2_claim(made.id, claim.id))
        await good(client.delete_o_auth2_scope(made.id, scope.id))
        await good(client.deactivate_authorization_server(made.id))
        await good(client.delete_authorization_server(made.id))
        names = [one.name for one in await good(client.list_authorization_servers())]
        assert names == ["default"]

    drive(story)


def test_what_a_new_organization_holds_fits_the_models(drive: Callable[[Story], None]) -> None:
    async def story(client: Any) -> None:
        me = await good(client.get_user("me"))
        assert me.profile.login == "ada.admin@example.com"
        system = [
            policy.system for policy in await good(client.list_policies(type="ACCESS_POLICY"))
        ]
        assert system.count(True) == 1
        scopes = {scope.name for scope in await good(client.list_o_auth2_scopes("default"))}
        assert {"openid", "profile", "email", "offline_access"} <= scopes
        claims = {claim.name for claim in await good(client.list_o_auth2_claims("default"))}
        assert {"sub", "email", "preferred_username"} <= claims
        (policy,) = await good(client.list_authorization_server_policies("default"))
        (rule,) = await good(client.list_authorization_server_policy_rules("default", policy.id))
        assert (policy.name, rule.name) == ("Default Policy", "Default Policy Rule")
        assert rule.conditions.people.groups.include == ["EVERYONE"]
        events = await good(client.list_log_events(filter='eventType sw "oauth2.as"'))
        assert [event.event_type for event in events] == ["oauth2.as.created"]
        assert (await good(client.get_org_settings())).status == "ACTIVE"

    drive(story)


def _rule(name: str, scopes: list[str]) -> Any:
    return models.AuthorizationServerPolicyRuleRequest(
        type="RESOURCE_ACCESS",
        name=name,
        priority=1,
        conditions=models.AuthorizationServerPolicyRuleConditions(
            grant_types=models.GrantTypePolicyRuleCondition(include=["authorization_code"]),
            scopes=models.OAuth2ScopesMediationPolicyRuleCondition(include=scopes),
            people=models.AuthorizationServerPolicyPeopleCondition(
                groups=models.AuthorizationServerPolicyRuleGroupCondition(include=["EVERYONE"])
            ),
        ),
        actions=models.AuthorizationServerPolicyRuleActions(
            token=models.TokenAuthorizationServerPolicyRuleAction(
                access_token_lifetime_minutes=15,
                refresh_token_lifetime_minutes=0,
                refresh_token_window_minutes=10080,
            )
        ),
    )
