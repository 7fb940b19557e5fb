"""What the exit codes of `python -m doctor` mean."""

from __future__ import annotations

from doctor.check import Status

EXIT_CODES = {Status.PASS: 0, Status.FAIL: 1, Status.UNKNOWN: 2}
WRONG_USE = 64
"""As `EX_USAGE` of sysexits.h: the command, the stack or its configuration cannot be used."""
INTERRUPTED = 130
