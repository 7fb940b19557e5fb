"""Names that Okta keeps for itself on a custom authorization server."""

from __future__ import annotations

# Okta, "OpenID Connect & OAuth 2.0 API", scopes; device_sso with native SSO.
BUILT_IN_SCOPES = frozenset(
    ("openid", "profile", "email", "address", "phone", "offline_access", "device_sso")
)

# Okta Support, "OIDC Bearer Tokens: List of Reserved Claims", those for ID tokens; and the claims
# of the built-in scopes, which that page rules out as well without listing them. Assumption: it
# means all of them.
_RESERVED_FOR_ID_TOKENS = """
    active aid aud app_id app_type at_hash auth_time client_id client_ip client_req_id client_type
    client_user_agent cnf c_hash device_compliance device_id device_known device_managed
    device_name device_trust did dst group hotk idp idp_iss iss jti mac_key may_act nonce oid
    okta_emailVerified okta_lastUpdated orig permissions purpose pwd_exp_days pwd_exp_time rid role
    scope scopes sid sub term token_type user_ip ver
"""
_OF_BUILT_IN_SCOPES = """
    name preferred_username nickname given_name middle_name family_name profile zoneinfo locale
    updated_at email email_verified address phone_number
"""
RESERVED_CLAIMS = frozenset((_RESERVED_FOR_ID_TOKENS + _OF_BUILT_IN_SCOPES).split())
