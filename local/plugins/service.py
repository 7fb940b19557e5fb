"""The provider protocol: the engine's calls, translated to resource types and look-ups."""

# ruff: noqa: ARG002 - the protocol fixes the signatures

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from local.plugins.answering import answering, keeping
from local.plugins.checking import DEFAULTS_KEY, add_defaults, check_values, top_level
from local.plugins.following import follow, with_defaults
from local.plugins.instances import Instances
from local.plugins.messages import decode_settings, diff_response, failures, naming
from local.plugins.planning import compare, outputs, plan
from local.plugins.resource import Client, Found, Mistake, Provider, RemoteError, Resource
from local.plugins.wire import (
    UNKNOWN,
    Values,
    decode,
    decode_marks,
    encode,
    has_unknown,
    merge_marks,
)


class ProviderService(provider_pb2_grpc.ResourceProviderServicer, Generic[Client]):
    """Serves one Provider to any number of engines, several at a time.

    Whatever a resource type raises becomes a gRPC error with the same text; anything unforeseen
    becomes an INTERNAL error that names its kind and nothing else (its text might be a secret).
    """

    def __init__(self, provider: Provider[Client]) -> None:
        self._provider = provider
        self._instances: Instances[Client] = Instances(provider.close)
        self._schema = ""

    def close(self) -> None:
        """Close every client."""
        self._instances.close()

    # Before anything is configured

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Say what this provider can take."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def Attach(
        self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Take note that an engine has come to a server that was running already."""
        return empty_pb2.Empty()

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Say the version of the plugin."""
        provider = self._provider
        return plugin_pb2.PluginInfo(version=provider.plugin_version or provider.version)

    @answering
    def Parameterize(
        self, request: provider_pb2.ParameterizeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ParameterizeResponse:
        """Confirm the package that this plugin stands for; any other is refused."""
        asked = request.value.name or " ".join(request.args.args)
        if self._provider.name not in asked:
            raise RemoteError(
                f"This plugin serves the package {self._provider.name} only, and {asked} was asked "
                "for: take it out of PULUMI_DEBUG_PROVIDERS to use other packages."
            )
        return provider_pb2.ParameterizeResponse(
            name=self._provider.name, version=request.value.version or self._provider.version
        )

    @answering
    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Return the package schema."""
        if not self._schema:
            self._schema = json.dumps(self._provider.schema())
        return provider_pb2.GetSchemaResponse(schema=self._schema)

    # Configuration

    @answering
    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Find mistakes in the configuration; the inputs themselves stay as they are."""
        shape = self._provider.shape
        marks = merge_marks(decode_marks(request.news), self._provider.secrets)
        given = decode_settings(shape, decode(request.news))
        _, mistakes = check_values(shape, given, marks)
        return provider_pb2.CheckResponse(
            inputs=request.news, failures=failures(mistakes, marks.keys())
        )

    @answering
    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Tell which settings changed; none of them needs other resources."""
        old, new = decode(request.old_inputs or request.olds), decode(request.news)
        keys = [key for key in {**old, **new} if not key.startswith("__")]
        diffs = [key for key in keys if old.get(key) != new.get(key)]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME
            if diffs
            else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=diffs,
        )

    @answering
    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Connect to the cloud; everything this connection asks from now on goes there."""
        variables = {key.rpartition(":")[2]: value for key, value in request.variables.items()}
        shape = self._provider.shape
        given = decode_settings(shape, decode(request.args) or variables)
        configuration, mistakes = check_values(shape, given)
        if mistakes:
            raise RemoteError("\n".join(mistake.reason for mistake in mistakes))
        self._instances.add(context.peer(), self._provider.connect(configuration))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End this connection's client once its running calls are done."""
        self._instances.remove(context.peer())
        return empty_pb2.Empty()

    # Resources

    @answering
    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Find every mistake in the inputs and fill in the defaults."""
        resource = self._resource(request.type, request.urn)
        olds, marks = decode(request.olds), decode_marks(request.news)
        inputs, mistakes = check_values(resource.shape, decode(request.news), marks)
        mistakes += add_defaults(resource.inputs, resource.named_by, inputs, olds, naming(request))
        hidden = marks.keys() | resource.secrets.keys()
        mistakes += resource.check(_veil(resource, inputs, mistakes, hidden))
        return provider_pb2.CheckResponse(
            inputs=encode(inputs, marks), failures=failures(mistakes, hidden)
        )

    @answering
    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Tell what would change, and whether that is an update or a replacement."""
        resource = self._resource(request.type, request.urn)
        old, news = decode(request.olds), decode(request.news)
        found = compare(resource, old, news, request.ignoreChanges)
        return diff_response(found, _name_is_taken(resource, old, news))

    @answering
    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Make the object; in a preview, tell what is known of it."""
        resource = self._resource(request.type, request.urn)
        inputs = _clean(decode(request.properties))
        marks = merge_marks(decode_marks(request.properties), resource.secrets)
        if request.preview:
            planned = plan(resource, None, inputs)
            return provider_pb2.CreateResponse(properties=encode(planned, marks))
        with self._client(context) as client, keeping(resource, inputs, marks, request.properties):
            found = resource.create(client, inputs)
        state = outputs(resource, inputs, found.values)
        return provider_pb2.CreateResponse(id=found.id, properties=encode(state, marks))

    @answering
    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Change the object; in a preview, tell what is known of it."""
        resource = self._resource(request.type, request.urn)
        inputs, old = _clean(decode(request.news)), _clean(decode(request.olds))
        marks = merge_marks(decode_marks(request.news), resource.secrets)
        planned = plan(resource, old, inputs)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encode(planned, marks))
        base = {name: value for name, value in planned.items() if not has_unknown(value)}
        with self._client(context) as client, keeping(resource, base, marks, request.news):
            values = resource.update(client, request.id, old, inputs)
        state = outputs(resource, base, values)
        return provider_pb2.UpdateResponse(properties=encode(state, marks))

    @answering
    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Return the object as it stands, with inputs that agree; nothing when it is gone.

        Without a former state this is an import, and the id may be a path to the object.
        """
        resource = self._resource(request.type, request.urn)
        known, old_inputs = _clean(decode(request.properties)), decode(request.inputs)
        id, imported = request.id, not known and not old_inputs
        if imported:
            known, id = _parse_import_id(resource, request.id)
        with self._client(context) as client:
            found = _read(resource, client, id, known)
        if found is None:
            return provider_pb2.ReadResponse()
        state = outputs(resource, known, found.values)
        if imported:
            state = with_defaults(resource, state)
        marks = merge_marks(decode_marks(request.properties), resource.secrets)
        input_marks = decode_marks(request.inputs) if old_inputs else marks
        return provider_pb2.ReadResponse(
            id=found.id,
            properties=encode(state, merge_marks(marks, input_marks)),
            inputs=encode(follow(resource, old_inputs, state), input_marks),
        )

    @answering
    def Delete(
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete the object; one that is gone already is fine."""
        resource = self._resource(request.type, request.urn)
        with self._client(context) as client:
            try:
                resource.delete(client, request.id, _clean(decode(request.properties)))
            except RemoteError as error:
                if not error.missing:
                    raise
        return empty_pb2.Empty()

    # Look-ups

    @answering
    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Look something up in the cloud."""
        lookup = self._provider.lookups.get(request.tok)
        if lookup is None:
            raise RemoteError(_unknown_token("look-up", request.tok, self._provider.lookups))
        marks = decode_marks(request.args)
        arguments, mistakes = check_values(lookup.shape, decode(request.args), marks)
        if mistakes:
            return provider_pb2.InvokeResponse(failures=failures(mistakes, ()))
        with self._client(context) as client:
            results = lookup.find(client, arguments)
        known = {name: value for name, value in results.items() if value is not None}
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(known, lookup.secrets))
        return response

    # Shared steps

    def _resource(self, token: str, urn: str) -> Resource[Client]:
        token = token or urn.split("::")[2].rpartition("$")[2]
        if token not in self._provider.resources:
            raise RemoteError(_unknown_token("resource type", token, self._provider.resources))
        return self._provider.resources[token]

    @contextmanager
    def _client(self, context: grpc.ServicerContext) -> Iterator[Client]:
        try:
            instance = self._instances.borrow(context.peer())
        except LookupError:
            raise RemoteError(
                f"The {self._provider.name} provider is not configured on this connection. "
                "Run the command again."
            ) from None
        try:
            yield instance.client
        finally:
            self._instances.give_back(instance)


def _unknown_token(what: str, token: str, known: Mapping[str, object]) -> str:
    return (
        f"The local provider has no {what} {token}; it has {', '.join(sorted(known)) or 'none'}. "
        "Others need the vendor's plugin."
    )


def _veil(
    resource: Resource[Any], inputs: Values, mistakes: list[Mistake], hidden: Collection[str]
) -> Values:
    """Return the inputs with UNKNOWN in the place of what is wrong, missing or secret."""
    veiled = {top_level(mistake.path) for mistake in mistakes} | set(hidden)
    return inputs | dict.fromkeys(veiled & (inputs.keys() | resource.required), UNKNOWN)


def _clean(values: Values) -> Values:
    return {name: value for name, value in values.items() if not name.startswith("__")}


def _name_is_taken(
    resource: Resource[Any], old: Mapping[str, Any], news: Mapping[str, Any]
) -> bool:
    """Tell whether a replacement would collide with its predecessor's name (bridge, autonaming)."""
    name = resource.named_by
    return (
        name in resource.inputs.by_name
        and name not in (news.get(DEFAULTS_KEY) or ())
        and old.get(name) == news.get(name)
    )


def _parse_import_id(resource: Resource[Any], id: str) -> tuple[Values, str]:
    *parents, own = id.split("/")
    names = resource.import_path
    if len(parents) != len(names) or not all((*parents, own)):
        form = "/".join((*names, "id"))
        raise RemoteError(f"{id!r} is no import id of {resource.token}; expected {form}.")
    return dict(zip(names, parents, strict=True)), own


def _read(resource: Resource[Client], client: Client, id: str, known: Values) -> Found | None:
    try:
        return resource.read(client, id, known)
    except RemoteError as error:
        if error.missing:
            return None
        raise
