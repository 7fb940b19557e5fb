"""Builds the site: outputs in, folder out."""

from __future__ import annotations

from pathlib import Path

from infra.outputs import StackOutputs
from sample_site.assets import load_assets
from sample_site.context import site_contexts
from sample_site.manifest import Manifest
from sample_site.render import render_site, template_environment
from sample_site.source import PROJECT
from sample_site.write import write_build

TEMPLATES = PROJECT / "templates"
STATIC = PROJECT / "sample_site" / "static"


def build_site(outputs: StackOutputs, out: Path, only: str | None = None) -> Manifest:
    """Build every site of the stack, or the one named, into `out` and return what was built.

    The bytes depend on the outputs and the templates alone. Raises SiteError, with every mistake
    in it, and then leaves `out` as it was.
    """
    contexts = site_contexts(outputs, TEMPLATES / "messages", only)
    environment = template_environment(TEMPLATES)
    assets = load_assets(STATIC)
    sites = [(context.site, render_site(context, environment, assets)) for context in contexts]
    manifest = Manifest.of(outputs.environment, sites)
    write_build(out, manifest, {site.name: files for site, files in sites})
    return manifest
