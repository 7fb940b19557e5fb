"""The stack: settings, the two components, and what it tells the outside."""

from __future__ import annotations

import sys
from pathlib import Path

# The language host puts this folder on the search path, not the project's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pulumi

from infra.discovery import find_integration_type
from infra.exports import describe
from infra.guard_rails import guard_rails
from infra.messenger import AuthenticatedMessenger
from infra.mistakes import ProgramError
from infra.openid_provider import sign_in_elsewhere
from infra.settings import load_settings
from infra.sign_in import OktaSignIn
from infra.stack_config import read_stack_config


def main() -> None:
    """Declare the whole stack; every mistake and every look-up comes before the first resource."""
    settings = load_settings(read_stack_config())
    integration_type = settings.integration or find_integration_type(settings.genesys)
    other = settings.identity_provider
    with guard_rails(settings):
        sign_in = sign_in_elsewhere(other) if other else OktaSignIn("sign-in", settings).sign_in
        messenger = AuthenticatedMessenger("messenger", settings, sign_in, integration_type)
        for name, value in describe(settings, sign_in, messenger).items():
            pulumi.export(name, value)


try:
    main()
except ProgramError as error:
    raise pulumi.RunError(str(error)) from None
