"""What S3 cannot send, as a CloudFront response headers policy."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sample_site.csp import HEADER_ONLY
from sample_site.manifest import Manifest
from sample_site.publish.record import object_headers

_A_YEAR = 31_536_000
_REFERRER = "Referrer-Policy"


def response_headers_policy(manifest: Manifest) -> dict[str, Any]:
    """Return the configuration of a policy for every file of a build.

    It has the shape that `aws cloudfront create-response-headers-policy` takes. It carries what
    all files are sent with beside what S3 keeps, HSTS where every site is https, and of the pages'
    Content Security Policies only what their meta elements cannot say: the rest differs from page
    to page. A browser applies both.
    """
    files = [file for site in manifest.sites for file in site.files]
    common = {
        name: value
        for name, value in files[0].headers.items()
        if all(file.headers.get(name) == value for file in files)
    }
    for name in object_headers(files[0]):
        common.pop(name, None)
    # The pages that say otherwise do so in a meta element as well, which comes later and counts.
    ((common[_REFERRER], _),) = Counter(
        file.headers[_REFERRER] for file in files if _REFERRER in file.headers
    ).most_common(1)
    security: dict[str, Any] = {}
    if common.pop("X-Content-Type-Options", None):
        security["ContentTypeOptions"] = {"Override": True}
    security["ReferrerPolicy"] = {"ReferrerPolicy": common.pop(_REFERRER), "Override": True}
    if policy := _beyond_meta(manifest):
        security["ContentSecurityPolicy"] = {"ContentSecurityPolicy": policy, "Override": True}
    if all(site.url.startswith("https:") for site in manifest.sites):
        security["StrictTransportSecurity"] = {
            "AccessControlMaxAgeSec": _A_YEAR,
            # Other hosts below this one may not be ours.
            "IncludeSubdomains": False,
            "Preload": False,
            "Override": True,
        }
    items = [
        {"Header": name, "Value": value, "Override": True} for name, value in sorted(common.items())
    ]
    return {
        "Name": f"messenger-sso-{manifest.environment}",
        "Comment": f"Sites of stack {manifest.environment}; written by the site build.",
        "SecurityHeadersConfig": security,
        "CustomHeadersConfig": {"Quantity": len(items), "Items": items},
    }


def _beyond_meta(manifest: Manifest) -> str:
    """Return the directives that only a header can carry and that all pages share."""
    found: list[set[str]] = []
    for site in manifest.sites:
        for file in site.files:
            if policy := file.headers.get("Content-Security-Policy"):
                directives = {part.strip() for part in policy.split(";")}
                found.append({d for d in directives if d.split(" ")[0] in HEADER_ONLY})
    return "; ".join(sorted(set.intersection(*found))) if found else ""
