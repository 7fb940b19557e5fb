"""Okta's browser SDK as the site hosts it itself: the script, its integrity hash, its licences."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from sample_site.errors import SiteError
from sample_site.files import File, hashed_asset
from sample_site.source import PROJECT

DEFAULT_PACKAGE = PROJECT / ".local" / "npm" / "node_modules" / "@okta" / "okta-auth-js"

_SCRIPT = "dist/okta-auth-js.core.min.js"
# The script names the first of these beside itself; the package's own licence is the second.
_LICENCES = (f"{_SCRIPT}.LICENSE.txt", "LICENSE", "THIRD-PARTY-NOTICES")


@dataclass(frozen=True)
class OktaSdk:
    """The core build of okta-auth-js, which signs in and out and nothing more."""

    version: str
    script: File
    licence: File

    @property
    def integrity(self) -> str:
        """The script's hash for the `integrity` attribute (W3C, "Subresource Integrity", 3.1)."""
        digest = hashlib.sha384(self.script.content).digest()
        return f"sha384-{base64.b64encode(digest).decode('ascii')}"


def find_sdk(package: Path | None) -> OktaSdk | None:
    """Return the SDK from its npm package's folder.

    Without a folder, the one that this checkout installed; None when there is none. Raises
    SiteError for a folder that was named and is not that package, or a package that is not whole.
    """
    if package is None and not DEFAULT_PACKAGE.is_dir():
        return None
    return _read(package or DEFAULT_PACKAGE)


def _read(package: Path) -> OktaSdk:
    try:
        described = json.loads((package / "package.json").read_bytes())
        script = (package / _SCRIPT).read_bytes()
        licences = [(package / name).read_bytes().strip() for name in _LICENCES]
    except (OSError, ValueError) as error:
        raise SiteError(
            f"{package} is not the npm package @okta/okta-auth-js ({error}). `make up` "
            "installs it; --okta-auth-js names the folder of another."
        ) from None
    return OktaSdk(
        version=str(described.get("version", "")),
        script=hashed_asset("okta-auth-js.core.min.js", script),
        licence=hashed_asset("okta-auth-js.licence.txt", b"\n\n".join(licences) + b"\n"),
    )
