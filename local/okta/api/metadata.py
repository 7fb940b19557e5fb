"""What clients learn about authorization servers: discovery documents and public keys.

Okta, "OpenID Connect & OAuth 2.0 API" (okta.md 4.1 and 4.4).
"""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse, Response

from local.emulator.store import Document
from local.okta.api.calls import Call, Operation
from local.okta.errors import OktaError
from local.okta.model.organization import Organization
from local.okta.oidc.issuers import ORGANIZATION_SCOPES, Issuer, Issuers

_OPENID: Final = ".well-known/openid-configuration"
_OAUTH: Final = ".well-known/oauth-authorization-server"
_DAY: Final = 86_400
_SECRET_METHODS: Final = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
]
_JWT_ALGORITHMS: Final = [
    f"{family}{size}" for family in ("HS", "RS", "ES") for size in (256, 384, 512)
]
_CLAIMS: Final = [
    *("iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce"),
    *("name", "nickname", "preferred_username", "given_name", "middle_name", "family_name"),
    *("email", "email_verified", "profile", "zoneinfo", "locale", "address", "phone_number"),
    *("picture", "website", "gender", "birthdate", "updated_at", "at_hash", "c_hash"),
]


class MetadataCalls:
    """Calls about what authorization servers offer, without authentication."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._issuers = Issuers(organization)
        self._base_url = organization.state.base_url

    def operations(self) -> list[Operation]:
        """Return all of them: of custom servers, and of the organization's own."""
        server = "/oauth2/{server_id}"
        return [
            Operation("GET", f"{server}/{_OPENID}", self._openid, public=True),
            Operation("GET", f"{server}/{_OAUTH}", self._oauth, public=True),
            # RFC 8414 puts the well-known part in front of the issuer's path.
            Operation("GET", f"/{_OAUTH}/oauth2/{{server_id}}", self._oauth, public=True),
            Operation("GET", f"/{_OPENID}", self._openid, public=True),
            Operation("GET", f"/{_OAUTH}", self._oauth, public=True),
            Operation("GET", f"{server}/v1/keys", self._keys, public=True),
            Operation("GET", "/oauth2/v1/keys", self._keys, public=True),
        ]

    def _openid(self, call: Call) -> Response:
        document = self._document(call)
        document |= {
            "userinfo_endpoint": f"{self._issuer(call).endpoints}/v1/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return _cached(document, _DAY)

    def _oauth(self, call: Call) -> Response:
        return _cached(self._document(call), _DAY)

    def _keys(self, call: Call) -> Response:
        server_id = self._issuer(call).key
        keys = self._organization.keys
        public = [
            {name: value for name, value in key.items() if name != "status"}
            for key in keys.public(server_id)
        ]
        return _cached({"keys": public}, keys.seconds_to_rotation(server_id))

    def _issuer(self, call: Call) -> Issuer:
        return self._issuers.find(call.path.get("server_id"))

    def _document(self, call: Call) -> Document:
        issuer = self._issuer(call)
        client_id = call.query.get("client_id")
        if client_id and not self._organization.applications.has_client(client_id):
            raise OktaError("invalid_client")
        endpoints = f"{issuer.endpoints}/v1"
        return {
            "issuer": issuer.url,
            "authorization_endpoint": f"{endpoints}/authorize",
            "token_endpoint": f"{endpoints}/token",
            "registration_endpoint": f"{self._base_url}/oauth2/v1/clients",
            "jwks_uri": f"{endpoints}/keys",
            "response_types_supported": [
                "code",
                "token",
                "id_token",
                "code id_token",
                "code token",
                "id_token token",
                "code id_token token",
            ],
            "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
            "grant_types_supported": [
                "authorization_code",
                "implicit",
                "refresh_token",
                "password",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "subject_types_supported": ["public"],
            "scopes_supported": self._scopes(issuer),
            "token_endpoint_auth_methods_supported": _SECRET_METHODS,
            "claims_supported": _CLAIMS,
            "code_challenge_methods_supported": ["S256"],
            "introspection_endpoint": f"{endpoints}/introspect",
            "introspection_endpoint_auth_methods_supported": _SECRET_METHODS,
            "revocation_endpoint": f"{endpoints}/revoke",
            "revocation_endpoint_auth_methods_supported": _SECRET_METHODS,
            "end_session_endpoint": f"{endpoints}/logout",
            "request_parameter_supported": True,
            "request_object_signing_alg_values_supported": _JWT_ALGORITHMS,
            "device_authorization_endpoint": f"{endpoints}/device/authorize",
            "pushed_authorization_request_endpoint": f"{endpoints}/par",
            "backchannel_token_delivery_modes_supported": ["poll"],
            "backchannel_authentication_request_signing_alg_values_supported": _JWT_ALGORITHMS,
            "dpop_signing_alg_values_supported": _JWT_ALGORITHMS[3:],
        }

    def _scopes(self, issuer: Issuer) -> list[str]:
        if not issuer.custom:
            return list(ORGANIZATION_SCOPES)
        return [
            scope["name"]
            for scope in self._organization.scopes.all(issuer.key)
            if scope["metadataPublish"] == "ALL_CLIENTS"
        ]


def _cached(document: Document, seconds: int) -> Response:
    headers = {"Cache-Control": f"max-age={seconds}, must-revalidate"}
    return JSONResponse(document, headers=headers)
