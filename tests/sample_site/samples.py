"""Outputs as deployed stacks have them: the local one, and one of a company."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Outputs = dict[str, Any]

# The structure that the vendor documents, in words of our own (Genesys Cloud, "Deploy Messenger").
_SNIPPET = """\
<script type="text/javascript" charset="utf-8">
  (function (w, name, url, options, tag) {
    w['_genesysJs'] = name;
    w[name] = w[name] || function () { (w[name].q = w[name].q || []).push(arguments); };
    w[name].t = 1 * new Date();
    w[name].c = options;
    tag = document.createElement('script');
    tag.async = 1; tag.src = url; tag.charset = 'utf-8';
    document.head.appendChild(tag);
  })(window, 'Genesys', '%(url)s', {
    environment: '%(environment)s',
    deploymentId: '%(deployment)s'
  });
</script>
"""


def snippet(deployment: str, *, environment: str, origin: str) -> str:
    """Return a deployment's snippet that loads the bootstrap script from an origin."""
    return _SNIPPET % {
        "url": f"{origin}/genesys-bootstrap/genesys.min.js",
        "environment": environment,
        "deployment": deployment,
    }


def local_stack(genesys: str = "127.0.0.1:8082", port: int = 8080) -> Outputs:
    """Return the outputs of the `local` stack: two sites on two hosts of this machine."""
    return {
        "schemaVersion": 1,
        "environment": "local",
        **_provider("http://127.0.0.1:8081/oauth2/aus4k2m9x7Qe1RtYu697"),
        "scopes": ["openid", "profile", "email"],
        "pkce": True,
        "maxAge": None,
        "clients": "separate",
        "websiteClientId": "0oa3b8f1c2Wd7ZkLm697",
        "messengerClientId": "0oa9d5e6a4Xp2HnJv697",
        "region": "us-east-1",
        "messengerDomain": genesys,
        "messengerEnvironment": "local",
        "integrationId": "7c1f0f3e-5a0b-4c53-9a43-6b8f1d2f7e10",
        "sites": [
            _site(
                "storefront",
                f"http://localhost:{port}/",
                "3f2a9c64-8a1d-4e0b-b1c7-52d6a0f94e31",
                environment="local",
                origin=f"http://{genesys}",
                domain=genesys,
                displayName="Storefront",
                primaryColor="#0f4c81",
            ),
            _site(
                "help",
                f"http://help.localhost:{port}/",
                "b81d7e05-2c3f-47a6-9f3d-0e6c5b7a1d42",
                environment="local",
                origin=f"http://{genesys}",
                domain=genesys,
                displayName="Help centre",
                languages=["en-us", "de"],
                defaultLanguage="en-us",
                primaryColor="#7a3e9d",
            ),
        ],
    }


def production_stack() -> Outputs:
    """Return the outputs of a company's stack in Frankfurt: a German site under a sub-path."""
    return {
        "schemaVersion": 1,
        "environment": "prod",
        **_provider("https://login.example.com/oauth2/default"),
        "scopes": ["openid", "profile", "email", "offline_access"],
        "pkce": True,
        "maxAge": 28800,
        "clients": "separate",
        "websiteClientId": "0oa1prod2Website3697",
        "messengerClientId": "0oa4prod5Genesys6697",
        "region": "eu-central-1",
        "messengerDomain": "mypurecloud.de",
        "messengerEnvironment": "prod-euc1",
        "integrationId": "d2b9a3b5-70cb-4f0f-8f26-0a4c0e7d9a11",
        "sites": [
            _site(
                "hilfe",
                "https://www.example.com/hilfe/",
                "0c6e3f9a-4b8d-4d51-8a7e-1f2b3c4d5e6f",
                environment="prod-euc1",
                origin="https://apps.mypurecloud.de",
                domain="mypurecloud.de",
                displayName="Hilfe & Kontakt",
                languages=["de", "en-us"],
                defaultLanguage="de",
                primaryColor="#ffcc00",
                sessionUpgrade=True,
            )
        ],
    }


def okta_package(folder: Path, script: str = "var OktaAuth = function () {};") -> Path:
    """Write what the build takes of the npm package @okta/okta-auth-js; return the folder."""
    for name, content in {
        "package.json": '{"name": "@okta/okta-auth-js", "version": "8.0.1"}',
        "dist/okta-auth-js.core.min.js": script,
        "dist/okta-auth-js.core.min.js.LICENSE.txt": "Licence of the script",
        "LICENSE": "Apache License",
        "THIRD-PARTY-NOTICES": "Licences of others",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def as_json(outputs: Outputs) -> str:
    """Return outputs as `pulumi stack output --json` prints them."""
    return json.dumps(outputs, indent=2)


def _provider(issuer: str) -> Outputs:
    return {
        "issuer": issuer,
        "discoveryUri": f"{issuer}/.well-known/openid-configuration",
        "authorizationEndpoint": f"{issuer}/v1/authorize",
        "endSessionEndpoint": f"{issuer}/v1/logout",
    }


def _site(
    name: str, url: str, deployment: str, *, environment: str, origin: str, domain: str, **own: Any
) -> Outputs:
    return {
        "name": name,
        "url": url,
        "redirectUri": f"{url}callback.html",
        "postLogoutRedirectUri": f"{url}signed-out.html",
        "deploymentId": deployment,
        "configurationId": f"{deployment[:-12]}c0ffee123456",
        "configurationVersion": "3",
        "snippet": snippet(deployment, environment=environment, origin=origin),
        "languages": ["en-us"],
        "defaultLanguage": "en-us",
        "launcher": "On",
        "sessionUpgrade": False,
        "transport": {"deploymentId": deployment, "domain": domain},
        **own,
    }
