"""How many calls the doctor makes, and how long it takes, for a number of sites."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from benchmarks.cloud import serving
from doctor.access import read_okta
from doctor.case import Case
from doctor.check import Status
from doctor.examine import examine
from infra.outputs import StackOutputs, load_outputs
from infra.provider_config import read_genesys
from infra.settings import load_settings
from infra.stack_config import StackConfig
from local.genesys.models.tokens import LOCAL_CLIENT_SECRET
from local.okta.api.calls import API_TOKEN


@dataclass(frozen=True)
class DoctorMeasurement:
    """Calls by service and seconds of one examination; the SDKs are loaded before."""

    sites: int
    calls: Mapping[str, int]
    seconds: float
    troubled: tuple[str, ...]


def measure_doctor(sites: int, folder: Path) -> DoctorMeasurement:
    """Bring up a stack with that many sites on a cloud of its own, and examine it.

    `troubled` names the checks that did not pass; there should be none.
    """
    with serving(folder) as cloud:
        cloud.declare(sites)
        cloud.run("up", "--yes", "--skip-preview")
        outputs = load_outputs(cloud.run.text("stack", "output", "--json"))
        case = _case(outputs, cloud.variables)
        with _pages(outputs, cloud.ports.site):
            examine(case)  # loads the SDKs
            begun = time.perf_counter()
            examination = examine(case)
            seconds = time.perf_counter() - begun
    troubled = (one.check.id for one in examination.results if one.status is not Status.PASS)
    return DoctorMeasurement(sites, examination.calls, seconds, tuple(troubled))


def _case(outputs: StackOutputs, variables: Mapping[str, str]) -> Case:
    file = Path(variables["PULUMI_OPTION_CONFIG_FILE"])
    given = {
        **yaml.safe_load(file.read_text(encoding="utf-8"))["config"],
        "okta:apiToken": API_TOKEN,
        "genesyscloud:oauthclientSecret": LOCAL_CLIENT_SECRET,
    }
    values = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()
    }
    secret = ("okta:apiToken", "genesyscloud:oauthclientSecret")
    stack = StackConfig("messenger-sso", outputs.environment, values, secret)
    return Case(
        name="stack local",
        outputs=outputs,
        settings=load_settings(stack),
        okta=read_okta(stack)[0],
        genesys=read_genesys(stack)[0],
        variables=variables,
    )


@contextmanager
def _pages(outputs: StackOutputs, port: int) -> Iterator[None]:
    """Serve a page with its snippet for each site."""
    snippets = {site.url.split("/")[2]: site.snippet for site in outputs.sites}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f"<!doctype html>{snippets[self.headers['Host']]}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
