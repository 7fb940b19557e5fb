"""Okta's SDK, as the site hosts it itself."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from sample_site import okta_sdk
from sample_site.errors import SiteError
from sample_site.okta_sdk import find_sdk
from tests.sample_site.samples import okta_package


def test_the_core_build_is_taken_with_its_licences_and_named_by_its_hash(tmp_path: Path) -> None:
    """M31: a browser loads this script only if it is byte for byte the one that was built with."""
    sdk = find_sdk(okta_package(tmp_path))
    assert sdk is not None
    assert sdk.version == "8.0.1"
    script = (tmp_path / "dist" / "okta-auth-js.core.min.js").read_bytes()
    assert sdk.script.content == script
    assert sdk.integrity == "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()
    assert sdk.script.path.startswith("assets/okta-auth-js.core.min-")
    for words in (b"of the script", b"Apache License", b"of others"):
        assert words in sdk.licence.content


def test_another_script_has_another_name_and_hash(tmp_path: Path) -> None:
    first = find_sdk(okta_package(tmp_path / "a"))
    second = find_sdk(okta_package(tmp_path / "b", script="var OktaAuth = 2;"))
    assert first is not None
    assert second is not None
    assert first.script.path != second.script.path
    assert first.integrity != second.integrity


@pytest.mark.parametrize("missing", ["dist/okta-auth-js.core.min.js", "LICENSE", "package.json"])
def test_a_package_that_is_not_whole_is_refused(tmp_path: Path, missing: str) -> None:
    """Without its licence the script must not be passed on."""
    (okta_package(tmp_path) / missing).unlink()
    with pytest.raises(SiteError, match="is not the npm package @okta/okta-auth-js") as refusal:
        find_sdk(tmp_path)
    assert missing in str(refusal.value)
    assert "`make up` installs it" in str(refusal.value)


def test_a_folder_that_was_not_named_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(okta_sdk, "DEFAULT_PACKAGE", tmp_path / "none")
    assert find_sdk(None) is None
    with pytest.raises(SiteError):
        find_sdk(tmp_path / "none")
