"""What is examined: a stack's outputs, what its configuration declares, and how to get in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from doctor.access import OktaAccess, read_genesys_access, read_okta
from infra.engine import EngineError, ask_engine
from infra.mistakes import ProgramError
from infra.outputs import StackOutputs
from infra.provider_config import GenesysAccess
from infra.settings import Settings, load_settings
from infra.stack_config import StackConfig
from sample_site.errors import SiteError
from sample_site.source import read_outputs

_ENGINE_SECONDS = 120
_OKTA_VARIABLES = "set OKTA_ORG_NAME, OKTA_BASE_URL and OKTA_API_TOKEN."
_GENESYS_VARIABLES = (
    "set GENESYSCLOUD_REGION, GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET."
)


class CaseError(Exception):
    """There is nothing to examine; the message says why and what to do."""


@dataclass(frozen=True)
class Case:
    """One deployed stack.

    `settings` is None when only its outputs are known. Where `okta` or `genesys` is None,
    `okta_missing` or `genesys_missing` says why.
    """

    name: str
    outputs: StackOutputs
    settings: Settings | None = None
    okta: OktaAccess | None = None
    okta_missing: str = ""
    genesys: GenesysAccess | None = None
    genesys_missing: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def signs_in_with_okta(self) -> bool:
        """Whether Okta is the provider; without the configuration it is taken for granted."""
        return self.settings is None or self.settings.identity_provider is None

    @property
    def runs_the_engine(self) -> bool:
        """Whether the engine that manages the stack is at hand on this machine."""
        return self.settings is not None


def case_of_stack(stack: str, variables: Mapping[str, str]) -> Case:
    """Return the case of a stack that the engine on PATH knows.

    Raises CaseError when the engine, the outputs or the configuration cannot be had or used.
    """
    with ThreadPoolExecutor(2) as pool:
        configuring = pool.submit(_ask_for_configuration, stack)
        outputs = _outputs(stack=stack)
        config = _stack_config(stack, configuring.result(), variables)
    try:
        settings = load_settings(config)
    except ProgramError as error:
        raise CaseError(str(error)) from None
    return _case(f"stack {stack}", outputs, settings, config)


def case_of_file(file: str, variables: Mapping[str, str]) -> Case:
    """Return the case of outputs in a file (`-`: standard input).

    Credentials come from the variables that the vendors' providers read. Raises CaseError when the
    outputs cannot be had or used.
    """
    outputs = _outputs(file=file)
    case = _case(file, outputs, None, config_of_variables(outputs.environment, variables))
    if not any(name.startswith("OKTA_") for name in variables):
        case = replace(case, okta_missing=_OKTA_VARIABLES)
    if not any(name.startswith("GENESYSCLOUD_") for name in variables):
        case = replace(case, genesys_missing=_GENESYS_VARIABLES)
    return case


def config_of_variables(environment: str, variables: Mapping[str, str]) -> StackConfig:
    """Return the configuration of a stack that is configured by variables alone."""
    # The provider looks at the gateway's variables only where a block asks for one, which here
    # nobody could write.
    gateway = bool(variables.get("GENESYSCLOUD_GATEWAY_HOST"))
    values = {"genesyscloud:gateways": "[{}]"} if gateway else {}
    return StackConfig("messenger-sso", environment, values, variables=variables)


def config_of_stack(stack: str, variables: Mapping[str, str]) -> StackConfig:
    """Return the configuration of a stack; raise CaseError when the engine does not tell."""
    return _stack_config(stack, _ask_for_configuration(stack), variables)


def _case(name: str, outputs: StackOutputs, settings: Settings | None, config: StackConfig) -> Case:
    okta, okta_missing = read_okta(config)
    genesys, genesys_missing = read_genesys_access(config)
    return Case(
        name=name,
        outputs=outputs,
        settings=settings,
        okta=okta,
        okta_missing=okta_missing,
        genesys=genesys,
        genesys_missing=genesys_missing,
        variables=config.variables,
    )


def _outputs(*, stack: str | None = None, file: str | None = None) -> StackOutputs:
    try:
        return read_outputs(stack=stack, file=file)
    except SiteError as error:
        raise CaseError(str(error)) from None


def _stack_config(
    stack: str, found: Mapping[str, Any], variables: Mapping[str, str]
) -> StackConfig:
    return StackConfig(
        project="messenger-sso",
        environment=stack.rpartition("/")[2],
        values={key: str(entry.get("value", "")) for key, entry in found.items()},
        secret_keys={key for key, entry in found.items() if entry.get("secret")},
        variables=variables,
    )


def _ask_for_configuration(stack: str) -> Mapping[str, Any]:
    try:
        done = ask_engine(
            "config", "--show-secrets", "--json", "--stack", stack, seconds=_ENGINE_SECONDS
        )
    except EngineError as error:
        raise CaseError(str(error)) from None
    if done.returncode != 0:
        raise CaseError(
            f"`pulumi config` failed for stack {stack} (exit code {done.returncode}):\n"
            f"{done.stderr.strip()}\nThe doctor signs in with the stack's own credentials, so it "
            "needs its passphrase or key."
        )
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found
