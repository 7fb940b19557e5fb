"""Names of static assets change with their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample_site.assets import load_assets
from sample_site.build import STATIC
from sample_site.errors import SiteError


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_references_lead_to_the_hashed_names(tmp_path: Path) -> None:
    assets = load_assets(
        write(
            tmp_path,
            {
                "a.js": "import { b } from './b.js';",
                "b.js": "export const b = 1;",
                "look.css": 'x { mask: url("./dot.svg") }',
                "dot.svg": "<svg/>",
            },
        )
    )
    for user, used in (("a.js", "b.js"), ("look.css", "dot.svg")):
        name = assets[used].path.removeprefix("assets/")
        assert name != used
        assert f"./{name}" in assets[user].content.decode()


def test_a_change_renames_the_file_and_all_that_lead_to_it_and_no_other(tmp_path: Path) -> None:
    files = {"a.js": "import './b.js';", "b.js": "import './c.js';", "c.js": "1", "d.js": "1"}
    before = load_assets(write(tmp_path, files))
    after = load_assets(write(tmp_path, {"c.js": "2"}))
    renamed = {name for name in files if before[name].path != after[name].path}
    assert renamed == {"a.js", "b.js", "c.js"}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.js": "import './b.js';", "b.js": "import './a.js';"}, "circle: a.js -> b.js -> a.js"),
        ({"a.js": "import './gone.js';"}, "a.js refers to ./gone.js"),
    ],
)
def test_references_that_lead_nowhere_are_named(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    with pytest.raises(SiteError, match=words):
        load_assets(write(tmp_path, files))


def test_no_asset_of_ours_loads_from_elsewhere() -> None:
    for name, file in load_assets(STATIC).items():
        text = file.content.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, name
        assert "https://" not in text, name
