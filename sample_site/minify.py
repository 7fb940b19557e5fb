"""Minifies the browser modules, each by itself, with the terser that npm installed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample_site.errors import SiteError
from sample_site.source import PROJECT

DEFAULT_PACKAGE = PROJECT / ".local" / "npm" / "node_modules" / "terser"

_PINNED = PROJECT / "package.json"
_SCRIPT = Path(__file__).with_name("minify_modules.mjs")
_KEPT = PROJECT / ".local" / "cache" / "modules.json"
_SECONDS = 60


@dataclass(frozen=True)
class Minifier:
    """terser in the version that package.json pins, and the Node.js that runs it.

    What was minified last is kept in the file `kept`, and taken from there while neither the
    modules, nor the script and its options, nor the version have changed.
    """

    node: str
    package: Path
    version: str
    kept: Path = _KEPT

    def minify(self, modules: Mapping[str, str]) -> dict[str, str]:
        """Return the sources without what only people need; names and exports stay.

        Raises SiteError that names each module which is no valid one, or says how Node.js failed.
        """
        asked = json.dumps(modules)
        key = hashlib.sha256(
            "\0".join([self.version, _SCRIPT.read_text("utf-8"), asked]).encode()
        ).hexdigest()
        known = self._recall(key)
        if known is None:
            known = self._run(asked)
            self._keep(key, known)
        return known

    def _run(self, asked: str) -> dict[str, str]:
        command = [self.node, str(_SCRIPT), str(self.package)]
        try:
            done = subprocess.run(  # noqa: S603
                command, input=asked.encode(), capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _broken(str(error)) from None
        if done.returncode != 0:
            raise _broken(done.stderr.decode(errors="replace").strip() or "it did not say why")
        try:
            minified: dict[str, str] = json.loads(done.stdout)
        except ValueError:
            raise _broken(f"{self.node} did not answer with JSON") from None
        return minified

    def _recall(self, key: str) -> dict[str, str] | None:
        try:
            kept = json.loads(self.kept.read_bytes())
            modules: dict[str, str] | None = kept["modules"] if kept["key"] == key else None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return modules

    def _keep(self, key: str, modules: Mapping[str, str]) -> None:
        draft = self.kept.with_name(f"{self.kept.name}.{os.getpid()}")
        try:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({"key": key, "modules": modules}), encoding="utf-8")
            draft.replace(self.kept)
        except OSError:
            return  # the next build minifies again


def find_minifier(package: Path | None = None) -> Minifier | None:
    """Return the minifier that this checkout installed; None without it, or without Node.js.

    Raises SiteError for another version than the pinned one: its output would be another, too.
    """
    package = package or DEFAULT_PACKAGE
    try:
        version = _read(package / "package.json")["version"]
    except FileNotFoundError:
        return None
    pinned = _read(_PINNED)["dependencies"]["terser"]
    if version != pinned:
        raise SiteError(
            f"terser {version} is installed in {package}, expected {pinned} as in package.json. "
            "`make up` installs it."
        )
    node = shutil.which("node")
    return Minifier(node, package, version) if node else None


def _read(file: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(file.read_bytes())
    return described


def _broken(said: str) -> SiteError:
    return SiteError(
        f"The browser modules could not be minified:\n{said}\n"
        "Correct what is named; else install Node.js and the npm packages anew (`make up`), or "
        "build with --no-minify."
    )
