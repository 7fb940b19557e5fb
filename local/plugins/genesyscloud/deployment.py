"""Messenger deployments: they offer a published configuration version on some domains."""

from __future__ import annotations

from typing import Any, Final

from local.plugins.genesyscloud.client import GenesysCloudClient, Json, quoted
from local.plugins.genesyscloud.configuration import newest, newest_version, version_numbers
from local.plugins.genesyscloud.declarations import (
    STATUSES,
    GenesysCloudResource,
    declare,
    settled,
    token_of,
)
from local.plugins.genesyscloud.fields import Field, plain, to_body
from local.plugins.resource import Found, Mistake, PartialFailure, RemoteError
from local.plugins.values import keeping
from local.plugins.wire import Values, has_unknown

DEPLOYMENTS: Final = "/api/v2/webdeployments/deployments"

_ACTIVE_SECONDS: Final = 60.0
_PASSING: Final = "Pending"
_SENT: Final = [
    *plain("name", "description"),
    Field("allowAllDomains", unset=False),
    Field("allowedDomains", unset=[]),
    Field("flowId", "flow.id"),
    Field("supportedContentId", "supportedContent.id"),
    Field("pushIntegrations", inner=plain("id", "provider")),
]


class WebdeploymentsDeployment(GenesysCloudResource):
    """`genesyscloud:index/webdeploymentsDeployment:WebdeploymentsDeployment`.

    A create takes the given configuration version, an update always the newest. An update to
    another status than Active fails, as with the vendor's provider; that one finds out after three
    minutes. Further differences: no fixed pause of 10 s after a create; allowed domains are checked
    before the preview, not only before the calls.
    """

    token = token_of("webdeploymentsDeployment")
    noun = "Messenger deployment"
    id_property = "webdeploymentsDeploymentId"
    properties = declare(
        "webdeploymentsDeployment",
        {
            "allowAllDomains": {"default": False},
            "configuration.version": {"computed": True},
            "status": {"computed": True, "choices": STATUSES, "same": settled},
            "supportedContentId": {"computed": True},
            "pushIntegrations.provider": {"choices": ("APNS", "FCM")},
        },
    )

    def check(self, inputs: Values) -> list[Mistake]:
        """Demand allowed domains or all domains, not both."""
        everywhere, domains = inputs.get("allowAllDomains"), inputs.get("allowedDomains")
        if has_unknown([everywhere, domains]):
            return []
        if everywhere and domains:
            reason = "allowedDomains cannot be given while allowAllDomains is true: drop one."
            return [Mistake("allowedDomains", reason)]
        if not everywhere and not domains:
            reason = "allowedDomains is empty: name the site's hosts, or set allowAllDomains."
            return [Mistake("allowedDomains", reason)]
        return []

    def create(self, client: GenesysCloudClient, inputs: Values) -> Found:
        """POST with a version that exists, wait until it is active, read."""
        configuration = inputs["configuration"]["id"]
        versions = version_numbers(client, configuration)
        version = inputs["configuration"].get("version") or newest(versions)
        if version not in versions:
            raise RemoteError(
                f"{self.title(inputs).capitalize()} wants version {version} of the configuration "
                f"{configuration}, which has {', '.join(versions) or 'no published version'}. "
                "Pass on the configuration's own `version` output."
            )
        body = _body(inputs, version)
        made = client.call(f"create {self.title(inputs)}", "POST", DEPLOYMENTS, body=body)
        id = str(made["id"])
        with keeping(id, self.with_id(id, {})):
            return Found(id, self._settle(client, id, inputs))

    def read(self, client: GenesysCloudClient, id: str, known: Values) -> Found | None:
        """GET."""
        doing = f"read {self.title(known)}"
        return Found(id, self._state(id, client.fetch(doing, _path(id))))

    def update(self, client: GenesysCloudClient, id: str, old: Values, inputs: Values) -> Values:
        """PUT with the newest version and the status, wait until it is active, read."""
        version = newest_version(client, inputs["configuration"]["id"])
        kept = {"supportedContentId": old.get("supportedContentId")}
        status = inputs.get("status") or old.get("status")
        body = _body(kept | inputs, version) | ({"status": status} if status else {})
        client.call(f"update {self.title(inputs)}", "PUT", _path(id), body=body)
        return self._settle(client, id, inputs)

    def delete(self, client: GenesysCloudClient, id: str, old: Values) -> None:
        """DELETE, and wait until it is gone."""
        client.delete(f"delete {self.title(old)}", _path(id), _path(id))

    def _settle(self, client: GenesysCloudClient, id: str, inputs: Values) -> Values:
        doing = f"read {self.title(inputs)}"
        found: Json = {}

        def is_settled() -> bool:
            found.update(client.call(doing, "GET", _path(id)))
            return bool(found.get("status") != _PASSING)

        client.poll(is_settled, _ACTIVE_SECONDS, missing_is_fine=True)
        status = found.get("status", _PASSING)
        if status != "Active":
            raise PartialFailure(
                id,
                self._state(id, found) if found else self.with_id(id, {}),
                f"{self.title(inputs).capitalize()} is {status}, not Active. This resource type "
                "only works with active deployments: leave `status` out.",
            )
        return self._state(id, client.call(doing, "GET", _path(id)))

    def _state(self, id: str, found: Json) -> Values:
        # Only what the service tells: what it leaves out keeps its last known value, as the
        # vendor's provider has it.
        used: Json = found["configuration"]
        state: Values = {
            "name": found["name"],
            "configuration": {"id": used["id"], "version": str(used["version"])},
            "status": found.get("status") or "",
            "snippet": found.get("snippet") or "",
            "supportedContentId": _inner_id(found, "supportedContent"),
        }
        if "allowAllDomains" in found:
            state["allowAllDomains"] = found["allowAllDomains"]
        for name in ("description", "allowedDomains", "pushIntegrations"):
            if found.get(name):
                state[name] = found[name]
        if flow := _inner_id(found, "flow"):
            state["flowId"] = flow
        return self.with_id(id, state)


def _path(id: str) -> str:
    return f"{DEPLOYMENTS}/{quoted(id)}"


def _inner_id(found: Json, name: str) -> str:
    inner: Any = found.get(name) or {}
    return str(inner.get("id") or "")


def _body(inputs: Values, version: str) -> Json:
    reference = {"id": inputs["configuration"]["id"], "version": version}
    return to_body(_SENT, inputs) | {"configuration": reference}
