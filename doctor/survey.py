"""Everything that checks may look at, opened for one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from doctor.case import Case
from doctor.check import Check, Per
from doctor.genesys_client import GenesysClient
from doctor.genesys_reads import Deployment, GenesysReads, Integration, Version
from doctor.ledger import GENESYS, OKTA, Ledger
from doctor.okta_client import OktaClient
from doctor.okta_reads import Application, OktaReads
from doctor.reading import Waits
from doctor.web_reads import WebReads
from doctor.wire import Wire
from infra.outputs import SiteOutputs, StackOutputs

_OKTA_SERVER = "/oauth2/"


@dataclass(frozen=True)
class Client:
    """One of the stack's clients at the sign-in provider."""

    name: str
    id: str
    is_messengers: bool


@dataclass(frozen=True)
class Survey:
    """One run: what is examined, and the reads of it."""

    case: Case
    ledger: Ledger
    okta: OktaReads
    genesys: GenesysReads
    web: WebReads

    @property
    def outputs(self) -> StackOutputs:
        """The stack's outputs."""
        return self.case.outputs

    @property
    def clients(self) -> tuple[Client, ...]:
        """The stack's clients: Genesys' own, and the sites' where they have one."""
        messenger = Client("Messenger's client", self.outputs.messenger_client_id, True)
        if self.outputs.website_client_id == self.outputs.messenger_client_id:
            return (messenger,)
        return messenger, Client("website's client", self.outputs.website_client_id, False)

    @property
    def server_id(self) -> str | None:
        """The id of Okta's authorization server; None for the organisation's own, without rules."""
        return urlsplit(self.outputs.issuer).path.partition(_OKTA_SERVER)[2].strip("/") or None

    def subjects(self, check: Check) -> Sequence[tuple[str, object]]:
        """Return of what a check is to be made: name and value of each."""
        if check.per is Per.SITE:
            return [(site.name, site) for site in self.outputs.sites]
        if check.per is Per.CLIENT:
            return [(client.name, client) for client in self.clients]
        if check.per is Per.SERVICE:
            services = (OKTA, GENESYS) if self.case.signs_in_with_okta else (GENESYS,)
            return [(service, service) for service in services]
        return [("", None)]

    def application(self, client: Client) -> Application:
        """Return a client's application."""
        found = self.okta.application(client.id)
        if found is None:
            raise Waits("clients-active")
        return found

    def integration(self) -> Integration:
        """Return the stack's integration."""
        found = self.genesys.integration(self.outputs.integration_id)
        if found is None:
            raise Waits("integration-type")
        return found

    def deployment(self, site: SiteOutputs) -> Deployment:
        """Return a site's deployment."""
        wanted = frozenset(one.deployment_id for one in self.outputs.sites)
        found = self.genesys.deployments(wanted).get(site.deployment_id)
        if found is None:
            raise Waits("deployment-active")
        return found

    def newest_version(self, site: SiteOutputs) -> Version | None:
        """Return the newest published version of a site's configuration, if there is one."""
        wanted = frozenset(one.configuration_id for one in self.outputs.sites)
        return self.genesys.newest_versions(wanted).get(site.configuration_id)

    def version_in_use(self, site: SiteOutputs) -> Version:
        """Return the version of its configuration that a site's deployment offers."""
        deployment = self.deployment(site)
        newest = self.newest_version(site)
        number = deployment.configuration_version
        is_ours = deployment.configuration_id == site.configuration_id
        if is_ours and newest and newest.authentication and newest.number == number:
            return newest
        found = self.genesys.version(deployment.configuration_id, number)
        if found is None:
            raise Waits("deployment-version")
        return found


@contextmanager
def open_survey(
    case: Case,
    *,
    say: Callable[[str], None] = lambda _: None,
    transport: httpx.BaseTransport | None = None,
    ledger: Ledger | None = None,
) -> Iterator[Survey]:
    """Yield a survey whose connections are closed in the end.

    `say` is told what is going on. `transport` takes the network's place in tests, for everything
    but Okta's SDK.
    """
    ledger = ledger or Ledger()
    proxy = case.genesys.proxy if case.genesys else None
    with (
        Wire(ledger, proxy=proxy, transport=transport, say=say) as platform,
        Wire(ledger, transport=transport, say=say) as web,
        OktaClient(case.okta, case.okta_missing, ledger, say) as okta,
    ):
        genesys = GenesysClient(case.genesys, case.genesys_missing, platform, say)
        yield Survey(
            case, ledger, OktaReads(okta), GenesysReads(genesys), WebReads(case.outputs, web)
        )
