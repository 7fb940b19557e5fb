"""`python -m infra.reference`: the settings' reference page, made from the settings themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from infra.mistakes import nested_model
from infra.settings import NAMESPACE, Configuration

# Defaults that the settings themselves express by other means than a value.
_SAID_OTHERWISE = {
    "assignment": "`everyone`",
    "authorizationServer": "one is declared",
    "integration": "`discover`",
    "protect": "`false`; `true` in stack `prod`",
    "guardRails": "`true` in stack `prod` and with `protect`, else `false`",
    "acceptedDangers": "none",
    "sites[].displayName": "made from `name`",
    "sites[].defaultLanguage": "the first of `languages`",
    "authorizationServer.name": "project and environment",
    "authorizationServer.audience": "`api://<project>`",
    "identityProvider": "Okta",
    "identityProvider.authorizationEndpoint": "from the discovery document",
    "identityProvider.endSessionEndpoint": "from the discovery document, if that is read",
}

_PAGE = """\
# Configuration

Written by `python -m infra.reference` from the settings in `infra/`; a test compares.

Settings live in `Pulumi.<stack>.yaml`, in the namespace `{namespace}`; structured values are
written as YAML. An unknown key is an error, and so is everything else that could only be guessed
at: `pulumi preview` says all mistakes at once, before anything is touched.

| key | meaning | default |
|---|---|---|
{rows}

The providers' own settings stay in their namespaces. Okta: `okta:orgName`, `okta:baseUrl`, and
one of `okta:apiToken`, `okta:accessToken` or `okta:privateKey` with `okta:clientId`. Genesys
Cloud: `genesyscloud:awsRegion`, `genesyscloud:oauthclientId` and
`genesyscloud:oauthclientSecret`, or `genesyscloud:accessToken`. Set secrets with `pulumi config
set --secret`; in clear they are refused. The vendors' environment variables work too.

## The blueprint's shape

One client for everything, on the custom authorization server `default` that Okta makes:

```yaml
config:
  messenger-sso:clients: shared
  messenger-sso:authorizationServer: default
```

## Another OpenID provider

```yaml
config:
  messenger-sso:clients: shared
  messenger-sso:identityProvider:
    issuer: https://accounts.example.com/
    discoveryUri: https://accounts.example.com/.well-known/openid-configuration
    clientId: the-client-registered-there
    clientSecret:
      secure: # pulumi config set --secret --path messenger-sso:identityProvider.clientSecret
```

## A preview that calls nobody

With `integration: discover` the program asks the Genesys organisation how its OpenID Connect
Messenger integration is called inside. Given by hand, it does not:

```yaml
config:
  messenger-sso:integration:
    typeId: the-type-id
    discoveryUriProperty: discoveryUri
    credentialType: the-credential-type
    credentialSlot: the-credential-slot
```
"""


def reference() -> str:
    """Return the page as Markdown."""
    rows = [
        f"| `{key}` | {meaning} | {default} |" for key, meaning, default in _rows(Configuration, "")
    ]
    return _PAGE.format(namespace=NAMESPACE, rows="\n".join(rows))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for field in model.model_fields.values():
        nested = nested_model(field.annotation)
        key = f"{prefix}{field.alias}"
        if nested is not None and _is_list(field.annotation):
            key += "[]"
        yield key, field.description or "", _default(key, field)
        if nested is not None:
            yield from _rows(nested, f"{key}.")


def _default(key: str, field: FieldInfo) -> str:
    if key in _SAID_OTHERWISE:
        return _SAID_OTHERWISE[key]
    if field.is_required():
        return "**required**"
    value: Any = field.get_default()
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{' '.join(value)}`"
    if isinstance(value, dict):
        return ", ".join(f"`{name}`: `{text}`" for name, text in value.items())
    return f"`{value}`"


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


if __name__ == "__main__":
    sys.stdout.write(reference())
