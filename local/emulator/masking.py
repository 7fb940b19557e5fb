"""Keeps secrets out of everything an emulator writes down."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

MASK = "***"

# Names that carry secrets in Okta's, Genesys' and OAuth 2.0's requests and answers.
_SECRET_NAME = re.compile(
    r"secret|password|passcode|token|assertion|credentialfields|private_?key|^code$|code_?verifier"
    r"|^jwt$|cookie|authorization",
    re.IGNORECASE,
)
# Names that match the pattern but tell how tokens are handled, not what they are.
_HARMLESS = re.compile(
    r"^(token_endpoint_auth_method|token_type|.*lifetime.*|.*rotation.*|tokentype)$", re.IGNORECASE
)


def is_secret_name(name: str) -> bool:
    """Tell whether a field of this name is expected to hold a secret."""
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS.match(name)


def mask(value: Any, name: str = "") -> Any:
    """Return JSON data with every value under a secret name replaced by `***`."""
    if name and is_secret_name(name) and value not in (None, "", {}, []):
        return MASK
    if isinstance(value, dict):
        return {key: mask(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [mask(item) for item in value]
    return value


def mask_query(query: str) -> str:
    """Return a query string or form body with the values of secret names replaced."""
    pairs = parse_qsl(query, keep_blank_values=True)
    masked = [(name, MASK if value and is_secret_name(name) else value) for name, value in pairs]
    return urlencode(masked, safe="*:/,")


def mask_body(body: bytes, content_type: str) -> Any:
    """Return a request body fit for the journal: masked JSON or form, else only its size."""
    if not body:
        return None
    if "json" in content_type:
        try:
            return mask(json.loads(body))
        except (ValueError, RecursionError):
            return f"{len(body)} bytes that are not JSON"
    if "x-www-form-urlencoded" in content_type:
        return mask_query(body.decode("latin-1"))
    return f"{len(body)} bytes of {content_type or 'unknown type'}"
