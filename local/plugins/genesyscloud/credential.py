"""Credentials: secrets that the service takes and never tells again."""

from __future__ import annotations

from typing import Final

from local.plugins.genesyscloud.client import GenesysCloudClient, Json, quoted
from local.plugins.genesyscloud.declarations import GenesysCloudResource, declare, token_of
from local.plugins.resource import Found
from local.plugins.values import keeping
from local.plugins.wire import Values

CREDENTIALS: Final = "/api/v2/integrations/credentials"


class IntegrationCredential(GenesysCloudResource):
    """`genesyscloud:index/integrationCredential:IntegrationCredential`.

    Fields are never read back, so a secret that was changed elsewhere is no drift, and leaving
    `fields` out is no change. Difference to the vendor's provider: that one fills in the secret of
    a `pureCloudOAuthClient` from OAuth clients it has made itself.
    """

    token = token_of("integrationCredential")
    noun = "credential"
    id_property = "integrationCredentialId"
    properties = declare("integrationCredential", {"fields": {"secret": True, "computed": True}})

    def create(self, client: GenesysCloudClient, inputs: Values) -> Found:
        """POST, then read."""
        doing = f"create {self.title(inputs)}"
        made = client.call(doing, "POST", CREDENTIALS, body=_body(inputs, {}))
        id = str(made["id"])
        with keeping(id, self.with_id(id, {})):
            return Found(id, self._state(client, id, inputs))

    def read(self, client: GenesysCloudClient, id: str, known: Values) -> Found | None:
        """GET; fields stay as they are known."""
        return Found(id, self._state(client, id, known))

    def update(self, client: GenesysCloudClient, id: str, old: Values, inputs: Values) -> Values:
        """PUT all of it, whatever changed."""
        path = f"{CREDENTIALS}/{quoted(id)}"
        client.call(f"update {self.title(inputs)}", "PUT", path, body=_body(inputs, old))
        return self._state(client, id, inputs)

    def delete(self, client: GenesysCloudClient, id: str, old: Values) -> None:
        """DELETE, and wait until it is gone."""
        path = f"{CREDENTIALS}/{quoted(id)}"
        client.delete(f"delete {self.title(old)}", path, path)

    def _state(self, client: GenesysCloudClient, id: str, values: Values) -> Values:
        found = client.fetch(f"read {self.title(values)}", f"{CREDENTIALS}/{quoted(id)}")
        state: Values = {"name": found["name"], "credentialTypeName": found["type"]["name"]}
        return self.with_id(id, state)


def _body(inputs: Values, old: Values) -> Json:
    return {
        "name": inputs.get("name", ""),
        "type": {"name": inputs["credentialTypeName"]},
        "credentialFields": inputs.get("fields") or old.get("fields") or {},
    }
