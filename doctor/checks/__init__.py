"""All checks, in the order in which they are shown."""

from __future__ import annotations

from doctor.check import Check
from doctor.checks import genesys, machine, okta, provider, sites

ALL_CHECKS: tuple[Check, ...] = (
    *provider.CHECKS.all,
    *okta.CHECKS.all,
    *genesys.CHECKS.all,
    *sites.CHECKS.all,
    *machine.CHECKS.all,
)
