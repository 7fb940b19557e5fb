"""Bodies that the local Okta takes, to be spoilt by tests."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]


def app_body(label: str = "Shop", **settings: Any) -> Json:
    """Return a web application; `settings` go to `settings.oauthClient`, `credentials` beside."""
    credentials = settings.pop("credentials", {})
    return {
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"pkce_required": True, **credentials}},
        "settings": {
            "oauthClient": {
                "application_type": "web",
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "redirect_uris": ["https://shop.test/cb"],
                **settings,
            }
        },
    }


def origin_body(origin: str = "https://shop.test", **fields: Any) -> Json:
    """Return a trusted origin."""
    return {"name": origin, "origin": origin, "scopes": [{"type": "CORS"}], **fields}


def server_body(name: str = "shop", **fields: Any) -> Json:
    """Return an authorization server."""
    return {"name": name, "description": "", "audiences": ["api://shop"], **fields}


def claim_body(**fields: Any) -> Json:
    """Return a claim."""
    body = {"name": "number", "claimType": "IDENTITY", "valueType": "EXPRESSION", "value": "1"}
    return body | fields


def policy_body(name: str = "Shop", *clients: str, **fields: Any) -> Json:
    """Return an access policy."""
    return {
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "name": name,
        "description": "Of the shop",
        "conditions": {"clients": {"include": list(clients) or ["ALL_CLIENTS"]}},
        **fields,
    }


def rule_body(name: str = "Sign in", **fields: Any) -> Json:
    """Return a rule with changes laid over it."""
    body: Json = {
        "type": "RESOURCE_ACCESS",
        "name": name,
        "conditions": {
            "grantTypes": {"include": ["authorization_code"]},
            "scopes": {"include": ["*"]},
            "people": {"groups": {"include": ["EVERYONE"]}},
        },
        "actions": {"token": {}},
    }
    return merged(body, fields)


def user_body(login: str = "dora@example.com", **profile: Any) -> Json:
    """Return a person."""
    known = {"firstName": "Dora", "lastName": "Dean", "email": login, "login": login}
    return {"profile": known | profile}


def merged(body: Json, changes: Json) -> Json:
    """Return a body with changes laid over it, objects within objects."""
    result = copy.deepcopy(body)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
