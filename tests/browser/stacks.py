"""Deployed stacks with their sites: declared by the program, built from its outputs, and served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from local.emulator.server import Server
from sample_site.build import TEMPLATES, build_site
from sample_site.minify import find_minifier
from sample_site.okta_sdk import find_sdk
from sample_site.serve import site_application
from tests.end_to_end.clouds import Clouds, declared_clouds
from tests.stack.cloud import Cloud
from tests.stack.workbench import Config


@dataclass(frozen=True)
class Shape:
    """What tells one stack from another here; each shape is brought up at most once."""

    pkce: bool = True
    clients: str = "separate"
    refresh_token: bool = False
    max_age: int | None = 86400
    session_upgrade: bool = False
    launcher: str = "OnDemand"

    def configure(self, config: Config) -> None:
        """Write it into the configuration of the local stack, for both of its sites."""
        config["messenger-sso:pkce"] = self.pkce
        config["messenger-sso:clients"] = self.clients
        config["messenger-sso:assignment"] = ["Customers"]
        if self.max_age is not None:
            config["messenger-sso:maxAge"] = self.max_age
        if self.refresh_token:
            config["messenger-sso:refreshToken"] = True
            config["messenger-sso:scopes"] = ["openid", "profile", "email", "offline_access"]
        for site in config["messenger-sso:sites"]:
            site["launcher"] = self.launcher
            site["sessionUpgrade"] = self.session_upgrade


@dataclass(frozen=True)
class Stack:
    """Both clouds as the program declared them, and the sites where the outputs say they are."""

    shape: Shape
    clouds: Clouds
    folder: Path

    def url(self, site: str = "storefront", page: str = "") -> str:
        """Return the address of a page."""
        return self.clouds.site(site).url + page


# With everything that differs from the usual one and goes together, so that there are few stacks.
OTHER = Shape(pkce=False, refresh_token=True, launcher="On")


@contextmanager
def deployed(
    shape: Shape, engine: Path, home: Path, attached: Cloud | None = None
) -> Iterator[Stack]:
    """Bring a stack up, build its sites and serve them, until the end of the block.

    `attached` is a local cloud that lends its providers, for whoever brings up several.
    """
    with declared_clouds(engine, home, shape.configure, attached) as clouds:
        folder = home / "site"
        build_site(clouds.outputs, folder, sdk=find_sdk(None), minifier=find_minifier())
        # In this process: the command that serves a site is tests/sample_site's to start.
        with Server(urlsplit(clouds.site().url).port or 0) as server:
            server.start(site_application(folder, TEMPLATES))
            yield Stack(shape, clouds, folder)
