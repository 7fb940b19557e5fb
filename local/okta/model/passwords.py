"""Passwords, kept as salted hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

# Cheap on purpose: the passwords of a local organization are public, the hashing keeps them out of
# files and logs, and a reset hashes several.
_COST: Final = 2**10


def hash_password(password: str) -> str:
    """Return what to keep in place of a password."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(password, salt)}"


def matches(password: str, kept: str) -> bool:
    """Tell whether a password is the one that was kept."""
    salt, _, digest = kept.partition(":")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), digest)


def _digest(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=8, p=1).hex()
