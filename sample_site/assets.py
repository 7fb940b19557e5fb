"""Static assets with their content's hash in their names, references among them included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sample_site.errors import SiteError
from sample_site.files import File, hashed_asset
from sample_site.minify import Minifier

# An import of a module or a url() of a style sheet: a quoted name that begins with ./
_REFERENCE = re.compile(r"""(?P<quote>["'])\./(?P<name>[\w.-]+)(?P=quote)""")
_WITH_REFERENCES = {".css", ".js"}


def load_assets(folder: Path, minifier: Minifier | None = None) -> dict[str, File]:
    """Return the folder's files by name; their references point to the hashed names.

    Modules are minified if there is a minifier. A README.md is for people who work on the folder,
    and no asset.

    Raises SiteError for a reference to a file that is not there, or for files that refer to each
    other in a circle, because then no hash can come first.
    """
    sources = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "README.md"
    }
    if minifier:
        modules = {name: sources[name].decode() for name in sources if name.endswith(".js")}
        sources |= {name: text.encode() for name, text in minifier.minify(modules).items()}
    done: dict[str, File] = {}
    for name in sources:
        _add(name, sources, done, within=())
    return done


def _add(
    name: str, sources: Mapping[str, bytes], done: dict[str, File], *, within: tuple[str, ...]
) -> File:
    if name in within:
        circle = " -> ".join((*within[within.index(name) :], name))
        raise SiteError(f"Static assets refer to each other in a circle: {circle}.")
    if name not in sources:
        raise SiteError(f"{within[-1]} refers to ./{name}, which is not among the static assets.")
    if name not in done:
        content = sources[name]
        if Path(name).suffix in _WITH_REFERENCES:

            def hashed(reference: re.Match[str]) -> str:
                target = _add(reference["name"], sources, done, within=(*within, name))
                quote = reference["quote"]
                return f"{quote}./{target.path.removeprefix('assets/')}{quote}"

            content = _REFERENCE.sub(hashed, content.decode()).encode()
        done[name] = hashed_asset(name, content)
    return done[name]
