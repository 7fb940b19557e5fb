"""Runs the project's Pulumi program against a monitor that records what it is asked for.

The monitor sees the whole request, as the engine does: options, dependencies and secrets included.
Each run has an event loop and Pulumi settings of its own, so that runs cannot see each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import json
import logging
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import mocks, rpc, settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_in_stack

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = rpc._special_secret_sig

INTEGRATION = {
    "typeId": "oidc-messenger",
    "discoveryUriProperty": "discoveryUri",
    "credentialType": "oidcCredential",
    "credentialSlot": "oidcSlot",
}
SITES: list[dict[str, Any]] = [
    {"name": "storefront", "url": "https://shop.example.com/"},
    {"name": "help", "url": "https://www.example.com/help/", "languages": ["de", "en-us"]},
]
PROVIDERS = {
    "okta:orgName": "example",
    "okta:baseUrl": "okta.com",
    "okta:apiToken": "okta-token-in-clear",
    "genesyscloud:awsRegion": "eu-central-1",
    "genesyscloud:oauthclientId": "genesys-client",
    "genesyscloud:oauthclientSecret": "genesys-secret-in-clear",
}
SECRET_KEYS = ("okta:apiToken", "genesyscloud:oauthclientSecret")
CLIENT_SECRET = "client-secret-in-clear"

_PROJECT = "messenger-sso"
_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
)


@dataclass(frozen=True)
class Registration:
    """One resource as the engine was asked for it."""

    request: resource_pb2.RegisterResourceRequest

    @property
    def name(self) -> str:
        return self.request.name

    @property
    def type(self) -> str:
        return self.request.type

    @property
    def inputs(self) -> dict[str, Any]:
        """Inputs by provider name; secrets still wrapped."""
        return json_format.MessageToDict(self.request.object)

    @property
    def parent(self) -> str:
        return _name(self.request.parent)

    @property
    def dependencies(self) -> set[str]:
        """Logical names of everything that has to be there first."""
        return {_name(urn) for urn in self.request.dependencies}

    def needs(self, name: str) -> set[str]:
        """Logical names of what the input `name` comes from."""
        return {_name(urn) for urn in self.request.propertyDependencies[name].urns}

    def secret(self, name: str) -> Any:
        """The clear value of an input, after making sure that it travels as a secret."""
        wrapped = self.inputs[name]
        assert wrapped[rpc._special_sig_key] == SECRET, f"{self.name}.{name} is no secret"
        return wrapped["value"]


@dataclass
class Run:
    """What a run of the program asked for."""

    resources: dict[str, Registration] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    error: BaseException | None = None

    def of_type(self, text: str) -> dict[str, Registration]:
        """Resources whose type contains the text, by logical name."""
        return {name: one for name, one in self.resources.items() if text in one.type}

    def __getitem__(self, name: str) -> Registration:
        return self.resources[name]


class _Monitor:
    """Stands where the engine stands; answers as the vendors would.

    Ids and outputs are made from logical names. Pulumi's own mock monitor is not used: it starts
    event loops in worker threads and never closes them.
    """

    def __init__(self, run: Run, stack: str, preview: bool) -> None:
        self._run = run
        self._stack = stack
        self._preview = preview

    def GetDeploymentInfo(self, _: object) -> resource_pb2.DeploymentInfo:
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def SupportsFeature(self, request: resource_pb2.SupportsFeatureRequest) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id != "outputValues")

    def RegisterPackage(self, _: object) -> resource_pb2.RegisterPackageResponse:
        return resource_pb2.RegisterPackageResponse(ref="package")

    def SignalAndWaitForShutdown(self, _: object) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def RegisterResource(
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        urn = f"urn:pulumi:{self._stack}::{_PROJECT}::{request.type}::{request.name}"
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        assert request.name not in self._run.resources, f"{request.name} is there twice"
        self._run.resources[request.name] = Registration(request)
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.object)
        if not self._preview:
            outputs.update(_computed(request.type, request.name))
        for name in request.additionalSecretOutputs:
            if name in outputs.fields:
                outputs.fields[name].CopyFrom(_wrapped(outputs.fields[name]))
        return resource_pb2.RegisterResourceResponse(
            urn=urn,
            id=f"{request.name}-id" if request.custom and not self._preview else "",
            object=outputs,
        )

    def RegisterResourceOutputs(
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        if "::pulumi:pulumi:Stack::" in request.urn:
            self._run.outputs.update(_whole(json_format.MessageToDict(request.outputs)))
        return empty_pb2.Empty()

    def Invoke(
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        arguments = json_format.MessageToDict(request.args)
        self._run.calls.append((request.tok, arguments))
        answer = resource_pb2.ResourceInvokeResponse()
        name = arguments.get("name", "Everyone")
        getattr(answer, "return").update(
            {"id": f"{name}-id", "issuer": f"https://example.okta.com/oauth2/{name}"}
        )
        return answer


def _computed(kind: str, name: str) -> dict[str, str]:
    """Return what the vendors would add to the inputs of a resource."""
    return {
        "OAuth": {"clientId": f"0oa-{name}", "clientSecret": CLIENT_SECRET},
        "Server": {"issuer": "https://example.okta.com/oauth2/aus1"},
        "WebdeploymentsConfiguration": {"version": "7", "status": "Active"},
        "WebdeploymentsDeployment": {"snippet": f"<script>{name}</script>", "status": "Active"},
    }.get(kind.rpartition(":")[2], {})


def stack_values(**own: Any) -> dict[str, str]:
    """Return the configuration of a stack as the engine hands it over: nothing but texts."""
    values = {"sites": SITES, "integration": INTEGRATION, **own}
    return PROVIDERS | {
        f"{_PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
        if value is not None
    }


def run_program(
    values: Mapping[str, str] | None = None,
    *,
    secret_keys: Sequence[str] = SECRET_KEYS,
    stack: str = "dev",
    preview: bool = False,
    folder: Path = ROOT / "infra",
    fails: bool = False,
) -> Run:
    """Run the program once, as a language host does, and return what it asked for.

    `fails` returns the run of a program that raised instead of raising here.
    """
    found = run_inside(
        lambda: _start(folder),
        values=stack_values() if values is None else values,
        secret_keys=secret_keys,
        stack=stack,
        preview=preview,
    )
    if found.error and not fails:
        raise found.error
    return found


def run_inside(
    action: Callable[[], None],
    *,
    values: Mapping[str, str] | None = None,
    secret_keys: Sequence[str] = (),
    stack: str = "dev",
    preview: bool = False,
) -> Run:
    """Do something where a program would; return what it asked for and how it failed."""
    found = Run()
    context = contextvars.copy_context()
    context.run(_configure, found, dict(values or {}), secret_keys, stack, preview)
    context.run(_run, found, action)
    return found


def _configure(
    run: Run, values: dict[str, str], secret_keys: Sequence[str], stack: str, preview: bool
) -> None:
    logger = logging.Logger("program", logging.INFO)
    logger.addHandler(_Keep(run.log))
    settings.ROOT.set(None)
    settings.configure(
        # Not MockSettings, which shares its list of pending outputs with every other run.
        settings.Settings(
            project=_PROJECT,
            stack=stack,
            monitor=_Monitor(run, stack, preview),
            engine=mocks.MockEngine(logger),
            dry_run=preview,
        )
    )
    set_all_config(values, list(secret_keys))


def _run(run: Run, action: Callable[[], None]) -> None:
    path = list(sys.path)
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(run_in_stack(action))
    except BaseException as error:
        run.error = error
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        sys.path[:] = path


def _start(folder: Path) -> None:
    runpy.run_path(str(folder), run_name="__main__")


class _Keep(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{record.levelname} {record.getMessage()}")


def _whole(value: Any) -> Any:
    """Return the value with whole numbers as the engine prints them; they travel as floats."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _wrapped(value: struct_pb2.Value) -> struct_pb2.Value:
    wrapped = struct_pb2.Value()
    wrapped.struct_value.fields[rpc._special_sig_key].string_value = SECRET
    wrapped.struct_value.fields["value"].CopyFrom(value)
    return wrapped


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
