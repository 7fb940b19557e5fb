"""Modules are shipped without what only people need, and do the same."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.outputs import load_outputs
from sample_site import minify
from sample_site.__main__ import main
from sample_site.assets import load_assets
from sample_site.build import STATIC, build_site
from sample_site.errors import SiteError
from sample_site.files import File
from sample_site.minify import Minifier, find_minifier
from sample_site.okta_sdk import find_sdk
from sample_site.source import PROJECT
from tests.sample_site.samples import as_json, local_stack, okta_package

_EXPORTED = re.compile(r"\bexport (?:async )?(?:function|const|class) ?(\w+)")
_IMPORTED = re.compile(r"""\bfrom ?["']\./([\w.-]+)["']""")

# Everything of ours that a page of approach B or C needs for its sign-in, but for the page's own
# entry, the timeline and the texts.
_MOST_BYTES = 6000
_NOT_COUNTED = {"messenger-sign-in.js", "settings.js", "steps.js"}
_MOST_BYTES_WITH_THEM = 8000


@pytest.fixture
def minifier(tmp_path: Path) -> Minifier:
    """The minifier, with nothing kept."""
    found = find_minifier()
    assert found, "terser is not installed; `make test` installs it."
    return dataclasses.replace(found, kept=tmp_path / "cache" / "modules.json")


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, File]:
    """The site's assets as they are shipped."""
    found = find_minifier()
    assert found
    kept = tmp_path_factory.mktemp("minified") / "modules.json"
    return load_assets(STATIC, dataclasses.replace(found, kept=kept))


def test_approaches_b_and_c_with_plugin_and_gatekeeper_stay_small(
    assets: Mapping[str, File],
) -> None:
    """Each file compressed by itself, as it is sent, with its imports' hashed names."""
    names = {file.path.removeprefix("assets/"): name for name, file in assets.items()}
    sizes: dict[str, int] = {}
    waiting = ["messenger-sign-in.js"]
    while waiting:
        name = waiting.pop()
        if name not in sizes:
            content = assets[name].content
            sizes[name] = len(gzip.compress(content, 9))
            waiting += [names[used] for used in _IMPORTED.findall(content.decode())]
    assert {"endpoint.js", "messenger.js", "openid.js", "store.js"} == set(sizes) - _NOT_COUNTED
    assert sum(size for name, size in sizes.items() if name not in _NOT_COUNTED) < _MOST_BYTES
    assert sum(sizes.values()) < _MOST_BYTES_WITH_THEM


def test_every_module_stays_one_and_exports_what_it_did(assets: Mapping[str, File]) -> None:
    written = load_assets(STATIC)
    assert set(written) == set(assets)
    for name, file in written.items():
        if not name.endswith(".js"):
            assert assets[name] == file, name
            continue
        before, after = file.content.decode(), assets[name].content.decode()
        assert set(_EXPORTED.findall(after)) == set(_EXPORTED.findall(before)), name
        assert "/*" not in after, name
        assert len(after) < len(before), name


def test_the_answer_still_leaves_the_address_bar_first(assets: Mapping[str, File]) -> None:
    """M45: the order of imports is the order in which modules run."""
    content = assets["callback.js"].content.decode()
    assert _IMPORTED.findall(content)[0].startswith("address-")


def test_scripts_of_others_are_shipped_as_they_are(minifier: Minifier, tmp_path: Path) -> None:
    sdk = find_sdk(okta_package(tmp_path / "sdk", script="/* Licence */ var  OktaAuth ;"))
    assert sdk is not None
    build_site(load_outputs(local_stack()), tmp_path / "site", sdk=sdk, minifier=minifier)
    shipped = tmp_path / "site" / "storefront" / sdk.script.path
    assert shipped.read_bytes() == b"/* Licence */ var  OktaAuth ;"


def test_what_has_not_changed_is_not_minified_again(minifier: Minifier) -> None:
    modules = {"a.js": "export const one = 1; // first\n"}
    first = minifier.minify(modules)
    assert first == {"a.js": "export const one=1;"}
    without_node = dataclasses.replace(minifier, node="/nowhere/node")
    assert without_node.minify(modules) == first
    for changed, asked in (
        (without_node, {"a.js": "export const one = 2;"}),
        (dataclasses.replace(without_node, version="0.0.1"), modules),
    ):
        with pytest.raises(SiteError, match="could not be minified"):
            changed.minify(asked)


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"key": "x"}'])
def test_a_damaged_cache_is_none(minifier: Minifier, kept: str) -> None:
    minifier.kept.parent.mkdir()
    minifier.kept.write_text(kept, encoding="utf-8")
    assert minifier.minify({"a.js": "export const one = 1;"}) == {"a.js": "export const one=1;"}


def test_every_module_with_a_mistake_is_named_with_its_place(minifier: Minifier) -> None:
    modules = {"a.js": "export const one = 1;", "b.js": "\nlet = ;", "c.js": "}"}
    with pytest.raises(SiteError) as refusal:
        minifier.minify(modules)
    said = str(refusal.value)
    assert "b.js:2:" in said
    assert "c.js:1:" in said
    assert "a.js" not in said
    assert "--no-minify" in said


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("#!/bin/sh\ncat >/dev/null\nexit 0\n", "did not answer with JSON"),
        ("#!/bin/sh\ncat >/dev/null\necho too old >&2\nexit 3\n", "too old"),
        ("#!/bin/sh\ncat >/dev/null\nexit 3\n", "it did not say why"),
    ],
)
def test_a_broken_node_is_told_in_words(
    minifier: Minifier, tmp_path: Path, program: str, words: str
) -> None:
    node = tmp_path / "node"
    node.write_text(program, encoding="utf-8")
    node.chmod(0o755)
    with pytest.raises(SiteError, match=words):
        dataclasses.replace(minifier, node=str(node)).minify({"a.js": "1"})


def test_another_version_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    """Its output would be another, so the same commit would build another site."""
    (tmp_path / "package.json").write_text('{"version": "1.0.0"}', encoding="utf-8")
    with pytest.raises(SiteError, match=r"terser 1\.0\.0 .* expected \d+\.\d+\.\d+ .*make up"):
        find_minifier(tmp_path)


def test_the_pinned_version_is_the_locked_one() -> None:
    pinned = json.loads((PROJECT / "package.json").read_bytes())["dependencies"]["terser"]
    locked = json.loads((PROJECT / "package-lock.json").read_bytes())["packages"]
    assert locked["node_modules/terser"]["version"] == pinned


def test_without_terser_or_without_node_there_is_no_minifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_minifier(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_minifier() is None


@pytest.mark.parametrize("has_minifier", [True, False])
@pytest.mark.parametrize("options", [(), ("--no-minify",)])
def test_a_build_that_does_not_minify_says_so_unless_it_was_told_to(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    has_minifier: bool,
) -> None:
    outputs, site = tmp_path / "outputs.json", tmp_path / "site"
    outputs.write_text(as_json(local_stack()), encoding="utf-8")
    command = ["build", "--outputs", str(outputs), "--out", str(site), *options]
    monkeypatch.setattr(sys, "argv", ["sample_site", *command])
    if not has_minifier:
        monkeypatch.setattr(minify, "DEFAULT_PACKAGE", tmp_path / "none")
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    assert ("are not minified" in capsys.readouterr().out) == (not has_minifier and not options)
    (module,) = (site / "storefront" / "assets").glob("openid-*.js")
    assert ("/**" in module.read_text(encoding="utf-8")) == (not has_minifier or bool(options))
