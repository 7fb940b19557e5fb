"""Builds the site: outputs in, folder out."""

from __future__ import annotations

from pathlib import Path

from infra.outputs import StackOutputs
from sample_site.approaches import Choice, choose_approaches
from sample_site.assets import load_assets
from sample_site.context import site_contexts
from sample_site.manifest import Manifest
from sample_site.minify import Minifier
from sample_site.okta_sdk import OktaSdk
from sample_site.render import render_site, template_environment
from sample_site.source import PROJECT
from sample_site.write import new_build

TEMPLATES = PROJECT / "templates"
STATIC = PROJECT / "sample_site" / "static"


def build_site(
    outputs: StackOutputs,
    out: Path,
    only: str | None = None,
    *,
    choice: Choice | None = None,
    sdk: OktaSdk | None = None,
    minifier: Minifier | None = None,
) -> Manifest:
    """Build every site of the stack, or the one named, into `out` and return what was built.

    `choice` is how each site signs visitors in; without `sdk` none can use Okta's, and
    without `minifier` modules are shipped as they are written. The bytes depend on these, the
    outputs and the templates alone. Raises SiteError, with every mistake in it, and
    then leaves `out` as it was.
    """
    approaches = choose_approaches(outputs, choice or Choice(), sdk=sdk is not None)
    contexts = site_contexts(outputs, TEMPLATES / "messages", approaches, sdk, only)
    environment = template_environment(TEMPLATES)
    assets = load_assets(STATIC, minifier)
    if sdk:
        assets |= {"okta-auth-js.core.min.js": sdk.script, "okta-auth-js.licence.txt": sdk.licence}
    sites = []
    with new_build(out) as draft:
        for context in contexts:
            files = render_site(context, environment, assets)
            draft.add(context.site.name, files)
            sites.append((context.site, files))
        manifest = Manifest.of(outputs.environment, sites)
        draft.finish(manifest)
    return manifest
