"""Groups that may use an application."""

from __future__ import annotations

import json

from local.plugins.okta.client import Json, OktaClient, compact, quoted
from local.plugins.okta.objects import json_text
from local.plugins.properties import BOOLEAN, INTEGER, Property
from local.plugins.resource import Found, Mistake, Resource
from local.plugins.values import keeping, same_json
from local.plugins.wire import UNKNOWN, Values

_SERVER_ERROR = 500
_PATIENCE_SECONDS = 30.0


class GroupAssignment(Resource[OktaClient]):
    """`okta:app/groupAssignment:GroupAssignment`; its id is the group's."""

    token = "okta:app/groupAssignment:GroupAssignment"  # noqa: S105 - a type token
    named_by = None
    import_path = ("appId",)
    properties = (
        Property("appId", required=True, replaces=True),
        Property("groupId", required=True, replaces=True),
        Property("priority", INTEGER),
        Property("profile", same=same_json),
        Property("retainAssignment", BOOLEAN, default=False),
    )

    def check(self, inputs: Values) -> list[Mistake]:
        """Demand that the profile is a JSON object."""
        return json_mistakes(inputs, "profile")

    def create(self, client: OktaClient, inputs: Values) -> Found:
        """PUT and read. The group or the application may be too young for Okta: 500 is retried."""
        client.persist(
            lambda: _put(client, inputs),
            lambda error: error.status == _SERVER_ERROR,
            _PATIENCE_SECONDS,
        )
        with keeping(inputs["groupId"], {}):
            return _get(client, inputs["appId"], inputs["groupId"])

    def read(self, client: OktaClient, id: str, known: Values) -> Found | None:
        """GET."""
        return _get(client, known["appId"], known.get("groupId", id))

    def update(self, client: OktaClient, id: str, old: Values, inputs: Values) -> Values:  # noqa: ARG002
        """PUT and read."""
        _put(client, inputs)
        return _get(client, inputs["appId"], inputs["groupId"]).values

    def delete(self, client: OktaClient, id: str, old: Values) -> None:  # noqa: ARG002
        """DELETE, unless the assignment is to be retained."""
        if not old.get("retainAssignment"):
            doing = f"remove group {old['groupId']} from application {old['appId']}"
            client.call(doing, "DELETE", _path(old["appId"], old["groupId"]))


def json_mistakes(inputs: Values, *names: str) -> list[Mistake]:
    """Return a mistake for each of these properties that is given and no JSON object."""
    mistakes = []
    for name in names:
        text = inputs.get(name)
        if text in (None, "", UNKNOWN):
            continue
        try:
            good = isinstance(json.loads(text), dict)
        except ValueError:
            good = False
        if not good:
            mistakes.append(Mistake(name, f"{name} is not a JSON object, such as {{}}."))
    return mistakes


def _path(app_id: str, group_id: str) -> str:
    return f"/api/v1/apps/{quoted(app_id)}/groups/{quoted(group_id)}"


def _put(client: OktaClient, inputs: Values) -> Json:
    profile = inputs.get("profile")
    body = compact({"priority": inputs.get("priority") or None})
    if profile:
        body["profile"] = json.loads(profile)
    app_id, group_id = inputs["appId"], inputs["groupId"]
    doing = f"assign group {group_id} to application {app_id}"
    return client.call(doing, "PUT", _path(app_id, group_id), body=body)


def _get(client: OktaClient, app_id: str, group_id: str) -> Found:
    doing = f"read the assignment of group {group_id} to application {app_id}"
    found = client.call(doing, "GET", _path(app_id, group_id))
    values = {
        "appId": app_id,
        "groupId": group_id,
        "profile": json_text(found.get("profile")),
    }
    if found.get("priority") is not None:
        values["priority"] = found["priority"]
    return Found(str(found.get("id", group_id)), values)
