"""What a person who builds or serves the site is told when it cannot be done."""

from __future__ import annotations

from collections.abc import Sequence


class SiteError(Exception):
    """The site cannot be built or served; the message says why and what to do next."""

    exit_code = 1


class WrongUse(SiteError):
    """The command was asked for something that this machine or its options do not allow."""

    exit_code = 2


def refuse(what: str, mistakes: Sequence[str], advice: str) -> None:
    """Raise one SiteError that names all mistakes; do nothing when there are none."""
    if not mistakes:
        return
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    raise SiteError("\n".join([f"{what}, {count}:", *(f"  {m}" for m in mistakes), advice]))
