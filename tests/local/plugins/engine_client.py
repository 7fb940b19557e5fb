"""A small stand-in for the engine: drives a provider server through real gRPC calls.

Values are plain dictionaries in the engine's own wire form, made and read with the protocol
buffers' and the Pulumi SDK's means alone, so that it shares no code with what it checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from google.rpc import status_pb2  # type: ignore[import-untyped]
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from local.plugins.resource import Provider
from local.plugins.server import ProviderServer

UNKNOWN = rpc.UNKNOWN
Values = dict[str, Any]


def secret(value: Any) -> Values:
    """Return a value wrapped as the engine wraps secrets."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def is_secret(value: Any) -> bool:
    """Tell whether a value is wrapped as a secret."""
    return isinstance(value, dict) and value.get(rpc._special_sig_key) == rpc._special_secret_sig


def to_struct(values: Values | None) -> struct_pb2.Struct:
    """Return the protocol's form of plain values."""
    return json_format.ParseDict(values or {}, struct_pb2.Struct())


def from_struct(struct: struct_pb2.Struct) -> Values:
    """Return the plain form of the protocol's values; every number is a float."""
    values: Values = json_format.MessageToDict(struct)
    return values


class CallError(Exception):
    """A call that the provider refused: the code's name, the text, and what was left behind."""

    def __init__(self, error: Any) -> None:
        self.code: str = error.code().name
        self.text: str = error.details() or ""
        self.left: provider_pb2.ErrorResourceInitFailed | None = None
        for entry in error.trailing_metadata() or ():
            key, value = entry[0], entry[1]
            if key == "grpc-status-details-bin":
                status = status_pb2.Status.FromString(value)
                self.left = provider_pb2.ErrorResourceInitFailed()
                assert status.details[0].Unpack(self.left)
        super().__init__(f"{self.code}: {self.text}")


@dataclass
class Checked:
    """What Check answered."""

    inputs: Values
    failures: dict[str, str]


@dataclass
class Diffed:
    """What Diff answered: path -> kind, and the properties that force a replacement."""

    changed: bool
    paths: dict[str, str]
    replaces: list[str]
    delete_first: bool


@dataclass
class EngineClient:
    """One connection to a provider server."""

    port: int
    project: str = "messenger-sso"
    stub: provider_pb2_grpc.ResourceProviderStub = field(init=False)

    def __post_init__(self) -> None:
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{self.port}",
            # Connections are told apart by the server, so tests must not share one by accident.
            options=(
                ("grpc.use_local_subchannel_pool", 1),
                ("grpc.max_receive_message_length", 400 * 1024 * 1024),
            ),
        )
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def urn(self, token: str, name: str) -> str:
        """Return the URN that a resource has in this project."""
        return f"urn:pulumi:local::{self.project}::{token}::{name}"

    def configure(self, settings: Values, variables: dict[str, str] | None = None) -> None:
        """Handshake, CheckConfig and Configure, as the engine does; failures raise."""
        with _raising():
            self.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="none"))
            checked = self.stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct(settings)))
            assert not checked.failures, [one.reason for one in checked.failures]
            request = provider_pb2.ConfigureRequest(
                args=checked.inputs, variables=variables or {}, acceptSecrets=True
            )
            self.stub.Configure(request)

    def check(
        self,
        token: str,
        news: Values,
        *,
        olds: Values | None = None,
        name: str = "example",
        seed: bytes = b"",
    ) -> Checked:
        """Check the inputs of a resource."""
        with _raising():
            answer = self.stub.Check(
                provider_pb2.CheckRequest(
                    urn=self.urn(token, name),
                    type=token,
                    name=name,
                    news=to_struct(news),
                    olds=to_struct(olds),
                    randomSeed=seed,
                )
            )
        return Checked(
            from_struct(answer.inputs), {one.property: one.reason for one in answer.failures}
        )

    def diff(
        self, token: str, olds: Values, news: Values, *, ignore: tuple[str, ...] = ()
    ) -> Diffed:
        """Compare a state with new inputs."""
        with _raising():
            answer = self.stub.Diff(
                provider_pb2.DiffRequest(
                    id="id",
                    urn=self.urn(token, "example"),
                    type=token,
                    olds=to_struct(olds),
                    news=to_struct(news),
                    ignoreChanges=ignore,
                )
            )
        kinds = provider_pb2.PropertyDiff.Kind
        return Diffed(
            answer.changes == provider_pb2.DiffResponse.DIFF_SOME,
            {path: kinds.Name(one.kind) for path, one in answer.detailedDiff.items()},
            list(answer.replaces),
            answer.deleteBeforeReplace,
        )

    def create(self, token: str, inputs: Values, *, preview: bool = False) -> tuple[str, Values]:
        """Create (or plan to create) a resource; return its id and state."""
        with _raising():
            answer = self.stub.Create(
                provider_pb2.CreateRequest(
                    urn=self.urn(token, "example"),
                    type=token,
                    properties=to_struct(inputs),
                    preview=preview,
                )
            )
        return answer.id, from_struct(answer.properties)

    def update(
        self, token: str, id: str, olds: Values, news: Values, *, preview: bool = False
    ) -> Values:
        """Update (or plan to update) a resource; return its state."""
        with _raising():
            answer = self.stub.Update(
                provider_pb2.UpdateRequest(
                    id=id,
                    urn=self.urn(token, "example"),
                    type=token,
                    olds=to_struct(olds),
                    news=to_struct(news),
                    preview=preview,
                )
            )
        return from_struct(answer.properties)

    def read(
        self, token: str, id: str, *, state: Values | None = None, inputs: Values | None = None
    ) -> tuple[str, Values, Values]:
        """Refresh a resource, or import it when neither state nor inputs are given.

        Returns its id (empty when it is gone), its state and its inputs.
        """
        with _raising():
            answer = self.stub.Read(
                provider_pb2.ReadRequest(
                    id=id,
                    urn=self.urn(token, "example"),
                    type=token,
                    properties=to_struct(state),
                    inputs=to_struct(inputs),
                )
            )
        return answer.id, from_struct(answer.properties), from_struct(answer.inputs)

    def delete(self, token: str, id: str, state: Values) -> None:
        """Delete a resource."""
        with _raising():
            self.stub.Delete(
                provider_pb2.DeleteRequest(
                    id=id,
                    urn=self.urn(token, "example"),
                    type=token,
                    properties=to_struct(state),
                )
            )

    def invoke(self, token: str, arguments: Values) -> tuple[Values, dict[str, str]]:
        """Look something up; return the results and the failures by property."""
        with _raising():
            answer = self.stub.Invoke(
                provider_pb2.InvokeRequest(tok=token, args=to_struct(arguments))
            )
        failures = {one.property: one.reason for one in answer.failures}
        return from_struct(getattr(answer, "return")), failures

    def cancel(self) -> None:
        """Say goodbye."""
        self.stub.Cancel(empty_pb2.Empty())

    def make(
        self, token: str, news: Values, *, name: str = "example"
    ) -> tuple[str, Values, Values]:
        """Check and create a resource; return its id, state and checked inputs."""
        checked = self.check(token, news, name=name)
        assert not checked.failures, checked.failures
        id, state = self.create(token, checked.inputs)
        return id, state, checked.inputs


@contextmanager
def serving(provider: Provider[Any]) -> Iterator[EngineClient]:
    """Serve a provider on a free port and connect to it."""
    with ProviderServer(provider) as server:
        client = EngineClient(server.port)
        try:
            yield client
        finally:
            client.close()


@contextmanager
def _raising() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise CallError(error) from None
