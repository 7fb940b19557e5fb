"""Where a site goes: a bucket, a folder in it, and the CloudFront distribution in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from sample_site.errors import WrongUse
from sample_site.manifest import BuiltSite, Manifest

# Amazon S3, "General purpose bucket naming rules"; the ARN is that of an access point.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|arn:aws[a-z-]*:s3[a-z-]*:\S+")
# CloudFront, "CreateInvalidation": up to 13 or 14 characters today, no length is promised.
_DISTRIBUTION = re.compile(r"[A-Z0-9]{6,32}")
_PREFIX = re.compile(r"([A-Za-z0-9!_.*'()~ -]+/)*")


@dataclass(frozen=True)
class Destination:
    """One site and where it is published. `prefix` is empty or ends in a slash."""

    site: BuiltSite
    bucket: str
    prefix: str
    distribution: str | None = None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def address(self, path: str) -> str:
        """Return the path of a file's URL, escaped, as a distribution's cache knows it."""
        return quote(unquote(urlsplit(self.site.url).path) + path)


def find_destinations(
    manifest: Manifest,
    *,
    only: str | None = None,
    buckets: Sequence[str],
    prefixes: Sequence[str] = (),
    distributions: Sequence[str] = (),
) -> list[Destination]:
    """Return where each site of a build goes, or the one named.

    Each choice is a VALUE for every site, or NAME=VALUE for one of them. A site without a prefix
    goes to the folder that its URL's path names. Raises WrongUse with every mistake in it.
    """
    names = [site.name for site in manifest.sites]
    if only is not None and only not in names:
        raise WrongUse(f"The build has no site {only!r}. Its sites: {', '.join(names)}.")
    mistakes: list[str] = []
    bucket = dict(_choices("--bucket", buckets, names, mistakes))
    prefix = dict(_choices("--prefix", prefixes, names, mistakes))
    distribution = dict(_choices("--distribution", distributions, names, mistakes))
    found = []
    for site in manifest.sites:
        if only not in (None, site.name):
            continue
        if site.name not in bucket:
            mistakes.append(f"--bucket: missing for site {site.name}, expected the bucket's name.")
            continue
        place = Destination(
            site,
            bucket[site.name],
            _folder(prefix.get(site.name, unquote(urlsplit(site.url).path))),
            distribution.get(site.name),
        )
        mistakes += _unfit(place)
        found.append(place)
    mistakes += _shared(found)
    if mistakes:
        mistakes = list(dict.fromkeys(mistakes))
        raise WrongUse(
            "\n".join(
                [
                    "Nothing was published, the destinations are not clear:",
                    *(f"  {mistake}" for mistake in mistakes),
                    "Say NAME=VALUE where the sites differ, for example "
                    f"`--bucket {names[0]}=my-bucket`.",
                ]
            )
        )
    return found


def _choices(
    option: str, values: Sequence[str], names: Sequence[str], mistakes: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield a value for each site that has one; a site's own value comes after that of all."""
    own: dict[str, str] = {}
    general: list[str] = []
    for value in values:
        name, equals, chosen = value.partition("=")
        if not equals:
            general.append(value)
        elif name not in names:
            mistakes.append(f"{option}: found site {name!r}, expected one of {', '.join(names)}.")
        elif name in own:
            mistakes.append(f"{option}: found twice for site {name}, expected once.")
        else:
            own[name] = chosen
    if len(general) > 1:
        mistakes.append(f"{option}: found {len(general)} values for every site, expected one.")
    for name in names:
        if name in own or general:
            yield name, own.get(name, *general[:1])


def _folder(text: str) -> str:
    plain = text.strip("/")
    return f"{plain}/" if plain else ""


def _unfit(place: Destination) -> Iterator[str]:
    if not _BUCKET.fullmatch(place.bucket):
        yield f"--bucket: found {place.bucket!r}, expected the name of an S3 bucket."
    folders = place.prefix.split("/")
    if not _PREFIX.fullmatch(place.prefix) or {".", ".."} & set(folders):
        yield f"--prefix: found {place.prefix!r}, expected a folder such as help/."
    if place.distribution is not None and not _DISTRIBUTION.fullmatch(place.distribution):
        yield (
            f"--distribution: found {place.distribution!r}, expected the id of a CloudFront "
            "distribution such as E2QWRUHAPOMQZL."
        )


def _shared(places: Sequence[Destination]) -> Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for place in places:
        other = first.setdefault((place.bucket, place.prefix), place.site.name)
        if other != place.site.name:
            yield f"--bucket: {other} and {place.site.name} would both go to {place}."
