"""Integrations: installed, set up by a configuration with a version, and switched on."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from local.plugins.genesyscloud.client import GenesysCloudClient, GenesysCloudError, Json, quoted
from local.plugins.genesyscloud.declarations import GenesysCloudResource, declare, token_of
from local.plugins.planning import differs
from local.plugins.resource import Found, Mistake
from local.plugins.values import keeping, occurrences, same_json
from local.plugins.wire import Values

INTEGRATIONS: Final = "/api/v2/integrations"

_ATTEMPTS: Final = 10
_STALE: Final = "does not match the current version"
# What the service keeps in place of an empty note.
_NO_NOTES: Final = "node_dynamodb_empty_string"
# Parameters that the vendor's provider sends along, without effect.
_PATCH_QUERY: Final = {"pageSize": 25, "pageNumber": 1}
_GET_QUERY: Final = {"pageSize": 100, "pageNumber": 1}


class Integration(GenesysCloudResource):
    """`genesyscloud:index/integration:Integration`.

    Another `integrationType` is an update that changes nothing and is planned again for ever, as
    with the vendor's provider: programs replace the resource by `replace_on_changes`.
    """

    token = token_of("integration")
    noun = "integration"
    id_property = "integrationId"
    named_by = None
    properties = declare(
        "integration",
        {
            "intendedState": {"default": "DISABLED", "choices": ("ENABLED", "DISABLED")},
            "config": {"computed": True},
            "config.name": {"computed": True},
            "config.notes": {"computed": True},
            "config.properties": {"computed": True, "same": same_json},
            "config.advanced": {"computed": True, "same": same_json},
        },
    )

    def title(self, values: Values) -> str:
        """Return what a person calls the object: its name lies in the configuration."""
        config = values.get("config") or {}
        return f"the integration {config.get('name') or values.get('integrationType', '')}"

    def check(self, inputs: Values) -> list[Mistake]:
        """Demand that settings are JSON objects; the vendor's provider fails on them later."""
        return [
            Mistake(
                where, f"{where} is no JSON object: use json.dumps, or pulumi.Output.json_dumps."
            )
            for name in ("config.properties", "config.advanced")
            for where, text in occurrences(inputs, name)
            if text and not _is_object(text)
        ]

    def create(self, client: GenesysCloudClient, inputs: Values) -> Found:
        """POST, then configuration and state; a failure after the POST keeps the integration."""
        body = {"integrationType": {"id": inputs["integrationType"]}}
        made = client.call(f"create {self.title(inputs)}", "POST", INTEGRATIONS, body=body)
        id = str(made["id"])
        # What a failure leaves open must not look done: the next update sends it again.
        with keeping(id, self.with_id(id, {"config": None, "intendedState": None})):
            if "config" in inputs:
                self._configure(client, id, inputs, inputs["config"])
            self._switch(client, id, inputs)
            return Found(id, self._state(client, id, inputs))

    def read(self, client: GenesysCloudClient, id: str, known: Values) -> Found | None:
        """GET the integration and its configuration."""
        return Found(id, self._state(client, id, known))

    def update(self, client: GenesysCloudClient, id: str, old: Values, inputs: Values) -> Values:
        """Replace the configuration and switch the state, each only where it changed."""
        given, before = inputs.get("config"), old.get("config") or {}
        config = self.shape.by_name["config"]
        if given is not None and differs(config, config.type, before, given):
            # What the program does not say stays as it was last seen; credentials do not.
            kept = {key: value for key, value in before.items() if key != "credentials"}
            self._configure(client, id, inputs, kept | given)
        if old.get("intendedState") != inputs.get("intendedState"):
            self._switch(client, id, inputs)
        return self._state(client, id, inputs)

    def delete(self, client: GenesysCloudClient, id: str, old: Values) -> None:
        """DELETE, and wait until it is gone."""
        path = f"{INTEGRATIONS}/{quoted(id)}"
        client.delete(f"delete {self.title(old)}", path, path)

    def _configure(
        self, client: GenesysCloudClient, id: str, inputs: Values, config: Values
    ) -> None:
        path = f"{INTEGRATIONS}/{quoted(id)}/config/current"
        doing = f"set up {self.title(inputs)}"
        present = client.call(doing, "GET", path)
        body: Json = {
            "name": config.get("name") or present.get("name"),
            "notes": config.get("notes") or "",
            "properties": _settings(config.get("properties"), present.get("properties")),
            "advanced": _settings(config.get("advanced"), present.get("advanced")),
            "credentials": {
                slot: {"id": credential}
                for slot, credential in (config.get("credentials") or {}).items()
            },
        }
        for attempt in range(1, _ATTEMPTS + 1):
            # Read anew each time, as someone else may have changed it in between.
            version = client.call(doing, "GET", path).get("version")
            try:
                client.call(doing, "PUT", path, body=body | {"version": version})
                return
            except GenesysCloudError as error:
                if attempt == _ATTEMPTS or not _is_stale(error):
                    raise

    def _switch(self, client: GenesysCloudClient, id: str, inputs: Values) -> None:
        client.call(
            f"switch {self.title(inputs)} to {inputs['intendedState']}",
            "PATCH",
            f"{INTEGRATIONS}/{quoted(id)}",
            body={"intendedState": inputs["intendedState"]},
            query=_PATCH_QUERY,
        )

    def _state(self, client: GenesysCloudClient, id: str, values: Values) -> Values:
        path, doing = f"{INTEGRATIONS}/{quoted(id)}", f"read {self.title(values)}"
        found = client.fetch(doing, path, _GET_QUERY)
        config = client.call(doing, "GET", f"{path}/config/current")
        notes = config.get("notes") or ""
        return self.with_id(
            id,
            {
                "integrationType": found["integrationType"]["id"],
                "intendedState": found.get("intendedState"),
                "config": {
                    "name": config.get("name") or "",
                    "notes": "" if notes == _NO_NOTES else notes,
                    "properties": _text(config.get("properties")),
                    "advanced": _text(config.get("advanced")),
                    "credentials": {
                        slot: one["id"] for slot, one in (config.get("credentials") or {}).items()
                    },
                },
            },
        )


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _is_stale(error: GenesysCloudError) -> bool:
    if error.status in (HTTPStatus.CONFLICT, HTTPStatus.REQUEST_TIMEOUT):
        return True
    return error.status == HTTPStatus.BAD_REQUEST and _STALE in error.message


def _settings(text: str | None, present: Any) -> Any:
    return json.loads(text) if text else present or {}


def _text(settings: Any) -> str:
    # As the vendor's provider writes it: no spaces, keys in order.
    return json.dumps(settings or {}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
