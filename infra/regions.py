"""Genesys Cloud regions: AWS region, domain, and the environment name that the snippet carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Where a Genesys Cloud organisation lives.

    `domain` is what the hosts of the region end in (`api.`, `login.`, `apps.`, `api-cdn.`,
    `webmessaging.`); `environment` is what the Messenger bootstrap is told.
    """

    name: str
    domain: str
    environment: str


# genesys-cloud.md 5.1. Assumption: the environment names of mx-central-1, ap-southeast-1 and
# eusc-de-east-1, which only the SDK's own table has.
REGIONS = {
    region.name: region
    for region in (
        Region("ap-northeast-1", "mypurecloud.jp", "prod-apne1"),
        Region("ap-northeast-2", "apne2.pure.cloud", "prod-apne2"),
        Region("ap-northeast-3", "apne3.pure.cloud", "prod-apne3"),
        Region("ap-south-1", "aps1.pure.cloud", "prod-aps1"),
        Region("ap-southeast-1", "apse1.pure.cloud", "prod-apse1"),
        Region("ap-southeast-2", "mypurecloud.com.au", "prod-apse2"),
        Region("ca-central-1", "cac1.pure.cloud", "prod-cac1"),
        Region("eu-central-1", "mypurecloud.de", "prod-euc1"),
        Region("eu-central-2", "euc2.pure.cloud", "prod-euc2"),
        Region("eu-west-1", "mypurecloud.ie", "prod-euw1"),
        Region("eu-west-2", "euw2.pure.cloud", "prod-euw2"),
        Region("eusc-de-east-1", "edee1.eusc-pure.cloud", "eusc-edee1-core"),
        Region("me-central-1", "mec1.pure.cloud", "prod-mec1"),
        Region("mx-central-1", "mxc1.pure.cloud", "prod-mxc1"),
        Region("sa-east-1", "sae1.pure.cloud", "prod-sae1"),
        Region("us-east-1", "mypurecloud.com", "prod"),
        Region("us-east-2", "use2.us-gov-pure.cloud", "fedramp-use2-core"),
        Region("us-west-2", "usw2.pure.cloud", "prod-usw2"),
    )
}


def local_region(host_and_port: str) -> Region:
    """Return the region of a Genesys Cloud that runs on this machine."""
    return Region("local", host_and_port, "local")
