"""A build is a function of its input, and is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.outputs import load_outputs
from sample_site.build import build_site
from sample_site.errors import SiteError
from sample_site.manifest import MANIFEST_FILE, read_manifest
from sample_site.source import PROJECT
from tests.sample_site.samples import as_json, local_stack, production_stack


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_outputs_make_the_same_bytes(tmp_path: Path) -> None:
    """In processes that order their sets and dictionaries of strings differently, too."""
    outputs = tmp_path / "outputs.json"
    outputs.write_text(as_json(local_stack()), encoding="utf-8")
    trees = []
    for seed in ("1", "4711"):
        out = tmp_path / seed
        subprocess.run(
            [
                *(sys.executable, "-m", "sample_site", "build"),
                *("--outputs", str(outputs), "--out", str(out)),
            ],
            cwd=PROJECT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{seed[0]}"},
            check=True,
            capture_output=True,
        )
        trees.append(tree(out))
    assert trees[0] == trees[1]
    assert len(trees[0]) > 20


def test_the_manifest_names_every_file_and_what_it_is_sent_with(tmp_path: Path) -> None:
    manifest = build_site(load_outputs(local_stack()), tmp_path / "site")
    found = tree(tmp_path / "site")
    assert read_manifest(tmp_path / "site") == manifest
    named = {f"{site.folder}/{file.path}": file for site in manifest.sites for file in site.files}
    assert set(named) | {MANIFEST_FILE} == set(found)
    for path, file in named.items():
        assert file.sha256 == hashlib.sha256(found[path]).hexdigest()
        assert file.size == len(found[path])
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        told = "no-referrer" if file.path == "callback.html" else "strict-origin"
        assert file.headers["Referrer-Policy"] == told
        assert "camera=()" in file.headers["Permissions-Policy"]
        kept = "immutable" in file.headers["Cache-Control"]
        assert kept == file.path.startswith("assets/")
        page = file.path.endswith(".html")
        assert ("Content-Security-Policy" in file.headers) == page
    types = {Path(path).suffix: file.headers["Content-Type"] for path, file in named.items()}
    assert types == {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
    }
    assert [(site.name, site.url) for site in manifest.sites] == [
        ("storefront", "http://localhost:8080/"),
        ("help", "http://help.localhost:8080/"),
    ]


def test_a_builds_id_and_stack_tell_it_from_others(tmp_path: Path) -> None:
    first = build_site(load_outputs(local_stack()), tmp_path / "site")
    again = build_site(load_outputs(local_stack()), tmp_path / "site")
    outputs = local_stack()
    outputs["sites"][1]["displayName"] = "Help desk"
    renamed = build_site(load_outputs(outputs), tmp_path / "site")
    assert first.build_id == again.build_id != renamed.build_id
    elsewhere = build_site(load_outputs({**local_stack(), "environment": "x"}), tmp_path / "site")
    assert elsewhere.build_id != first.build_id
    assert elsewhere.environment == "x"


def test_a_change_of_one_site_changes_no_file_of_another(tmp_path: Path) -> None:
    build_site(load_outputs(local_stack()), tmp_path / "a")
    outputs = local_stack()
    outputs["sites"][1]["primaryColor"] = "#006644"
    build_site(load_outputs(outputs), tmp_path / "b")
    assert tree(tmp_path / "a" / "storefront") == tree(tmp_path / "b" / "storefront")
    assert tree(tmp_path / "a" / "help") != tree(tmp_path / "b" / "help")


def test_a_new_build_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "site"
    build_site(load_outputs(local_stack()), out)
    build_site(load_outputs(production_stack()), out)
    assert {path.name for path in out.iterdir()} == {"hilfe", MANIFEST_FILE}
    assert [path.name for path in out.parent.iterdir()] == ["site"]
    build_site(load_outputs(local_stack()), out, only="help")
    assert {path.name for path in out.iterdir()} == {"help", MANIFEST_FILE}


def test_a_build_that_fails_leaves_the_former_one_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused outputs, a full disk while writing, a failure between the two renames."""
    out = tmp_path / "site"
    build_site(load_outputs(local_stack()), out)
    before = tree(out)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    outputs = local_stack()
    outputs["sites"][1]["snippet"] = "broken"
    with pytest.raises(SiteError):
        build_site(load_outputs(outputs), out)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fail)
        with pytest.raises(SiteError, match="No space left on device"):
            build_site(load_outputs(production_stack()), out)
    rename = Path.rename
    with monkeypatch.context() as patch:
        patch.setattr(
            Path,
            "rename",
            lambda self, to: fail() if self.suffix == ".new" else rename(self, to),
        )
        with pytest.raises(SiteError, match="cannot be written"):
            build_site(load_outputs(production_stack()), out)
    assert tree(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("precious", ["home", "home/letter.txt", "home/build.json"])
def test_what_is_no_build_is_never_replaced(tmp_path: Path, precious: str) -> None:
    """A file, a folder of files, and another program's idea of a `build.json`."""
    path = tmp_path / precious
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(SiteError, match="Choose another --out"):
        build_site(load_outputs(local_stack()), tmp_path / "home")
    assert path.read_text(encoding="utf-8") == "{}"


def test_a_build_of_another_version_is_not_read(tmp_path: Path) -> None:
    build_site(load_outputs(local_stack()), tmp_path / "site")
    record = tmp_path / "site" / MANIFEST_FILE
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace('"schemaVersion": 1', '"schemaVersion": 2'), encoding="utf-8")
    with pytest.raises(SiteError, match="was not written by this version of the site build"):
        read_manifest(tmp_path / "site")


def test_a_build_of_another_version_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    (out / MANIFEST_FILE).write_text('{"schemaVersion": 9, "buildId": "x", "sites": {}}')
    build_site(load_outputs(local_stack()), out)
    assert read_manifest(out).environment == "local"
