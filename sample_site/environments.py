"""The Genesys Cloud environments that a visitor of the playground may choose from."""

from __future__ import annotations

from dataclasses import dataclass

from infra.outputs import StackOutputs
from infra.regions import REGIONS, Region
from sample_site.csp import bootstrap_origin

VENDOR_REGIONS = (
    *REGIONS.values(),
    # Only the vendor's sample page has this one (messenger-web.md 3.1).
    Region("us-east-2", "use2.maximus-pure.cloud", "maximus-use2"),
)

_ALIASES = {"prod": "use1", "fedramp-use2-core": "fedramp-use2"}


@dataclass(frozen=True)
class Environment:
    """An environment: its names in the snippet, and where its Messenger loads from."""

    name: str
    region: str
    domain: str
    host: str
    script: str
    aliases: tuple[str, ...]


def all_environments(outputs: StackOutputs) -> list[Environment]:
    """Return every environment, the stack's own first where no region of the vendor has its name.

    The vendor's script takes a short name too, without `prod-` (messenger-web.md 3.1).
    """
    own = Region(outputs.region, outputs.messenger_domain, outputs.messenger_environment)
    regions = list(VENDOR_REGIONS)
    if own.environment not in {region.environment for region in regions}:
        regions.insert(0, own)
    return [_environment(region) for region in regions]


def _environment(region: Region) -> Environment:
    short = _ALIASES.get(region.environment, region.environment.removeprefix("prod-"))
    origin = bootstrap_origin(region.domain)
    return Environment(
        name=region.environment,
        region=region.name,
        domain=region.domain,
        host=origin.split("://")[1],
        script=f"{origin}/genesys-bootstrap/genesys.min.js",
        aliases=() if short == region.environment else (short,),
    )
