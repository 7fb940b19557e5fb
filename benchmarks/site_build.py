"""The site build for many sites in every language, against Jinja rendering the same alone."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Template

from benchmarks.timing import seconds
from infra.outputs import StackOutputs, load_outputs
from sample_site.build import TEMPLATES, build_site
from tests.sample_site.samples import production_stack

SITES = 100

_Rendering = tuple[Template, tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class Measurement:
    """Seconds for the whole build, and for its templates alone with the same variables."""

    sites: int
    languages: int
    pages: int
    build: float
    jinja: float

    @property
    def per_second(self) -> float:
        """Pages that the build makes in a second."""
        return self.pages / self.build

    @property
    def ratio(self) -> float:
        """The build's pages per second to those of Jinja alone: 1 is all that can be had."""
        return self.jinja / self.build


def measure(folder: Path, sites: int = SITES, repeats: int = 3) -> Measurement:
    """Build that many sites in each language; medians count."""
    languages = sorted(path.stem for path in (TEMPLATES / "messages").glob("*.json"))
    outputs = _outputs(sites, languages)
    out = folder / "site"
    manifest = build_site(outputs, out)
    renderings = _renderings(outputs, out)

    def jinja() -> None:
        for template, arguments, named in renderings:
            template.render(*arguments, **named)

    # One after the other, so that a busy moment of the machine meets both.
    measured = [(seconds(lambda: build_site(outputs, out)), seconds(jinja)) for _ in range(repeats)]
    return Measurement(
        sites=sites,
        languages=len(languages),
        pages=sum(file.path.endswith(".html") for site in manifest.sites for file in site.files),
        build=statistics.median(build for build, _ in measured),
        jinja=statistics.median(alone for _, alone in measured),
    )


def _outputs(sites: int, languages: list[str]) -> StackOutputs:
    outputs = production_stack()
    (model,) = outputs["sites"]
    outputs["sites"] = [
        {
            **model,
            "name": f"site-{number}-{language}",
            "displayName": f"Site {number}",
            "url": f"https://site-{number}.example.com/{language}/",
            "languages": languages,
            "defaultLanguage": language,
            "primaryColor": f"#{number * 9973 % 0xFFFFFF:06x}",
        }
        for number in range(sites)
        for language in languages
    ]
    return load_outputs(outputs)


def _renderings(outputs: StackOutputs, out: Path) -> list[_Rendering]:
    """Return what a build has Jinja render, in order."""
    noted: list[_Rendering] = []
    render = Template.render

    def note(template: Template, *arguments: Any, **named: Any) -> str:
        noted.append((template, arguments, named))
        return render(template, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", note)
        build_site(outputs, out)
    return noted
