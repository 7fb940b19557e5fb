"""A deployed stack that tests break in one place and heal again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from doctor.case import Case
from doctor.examine import Examination, examine
from infra.outputs import SiteOutputs, StackOutputs
from tests import loopback
from tests.stack.workbench import Workbench

Document = dict[str, Any]
Bend = Callable[[httpx.Response], httpx.Response]
Broken = AbstractContextManager[None]


@dataclass
class Organisation:
    """The stack, the clouds that it is deployed to, and its sites."""

    bench: Workbench
    case: Case
    state: Mapping[str, Document]
    sites: SiteServer
    wire: BentTransport

    @property
    def outputs(self) -> StackOutputs:
        """The stack's outputs, as they are at the moment."""
        return self.case.outputs

    @property
    def storefront(self) -> SiteOutputs:
        """The first site, which tests break; the other stays well."""
        return self.outputs.sites[0]

    def examine(self) -> Examination:
        """Make all checks."""
        return examine(self.case, transport=self.wire)

    def told(self, **changes: Any) -> Broken:
        """Let the doctor be told something else than what is so for a while."""
        case = self.case
        return between(
            lambda: setattr(self, "case", replace(case, **changes)),
            lambda: setattr(self, "case", case),
        )

    def id(self, name: str) -> str:
        """Return the id of a resource of the stack by its logical name."""
        return str(self.state[name]["id"])

    def says_version(self, number: str) -> None:
        """Let the outputs name this version of the first site's configuration."""
        first, *others = self.outputs.sites
        changed = first.model_copy(update={"configuration_version": number})
        outputs = self.outputs.model_copy(update={"sites": (changed, *others)})
        self.case = replace(self.case, outputs=outputs)

    def fault(self, url: str, path: str, status: int) -> Broken:
        """Let an emulator answer with a status, however often it is asked."""
        faults = f"{url}/_local/faults"
        order = {"path": path, "status": status, "times": 100}
        return between(
            lambda: loopback.post(faults, json=order).raise_for_status(),
            lambda: loopback.delete(faults).raise_for_status(),
        )

    def okta_change(self, path: str, change: Callable[[Document], object]) -> Broken:
        """Let Okta hold something else at a path for a while."""
        before = self.bench.okta("GET", path).json()
        changed = json.loads(json.dumps(before))
        change(changed)
        return between(
            lambda: self.bench.okta("PUT", path, json=changed),
            lambda: self.bench.okta("PUT", path, json=before),
        )

    def okta_lifecycle(self, path: str) -> Broken:
        """Deactivate something in Okta for a while."""
        return between(
            lambda: self.bench.okta("POST", f"{path}/lifecycle/deactivate"),
            lambda: self.bench.okta("POST", f"{path}/lifecycle/activate"),
        )

    def deployment_change(self, **changes: Any) -> Broken:
        """Let the first site's deployment be otherwise for a while."""
        path = f"/api/v2/webdeployments/deployments/{self.storefront.deployment_id}"
        before = self.bench.genesys("GET", path).json()
        return between(
            lambda: self.bench.genesys("PUT", path, json={**before, **changes}),
            lambda: self.bench.genesys("PUT", path, json=before),
        )

    def publish(self, **changes: Any) -> str:
        """Publish the first site's configuration with changes; return the new version."""
        path = f"/api/v2/webdeployments/configurations/{self.storefront.configuration_id}"
        draft = self.bench.genesys("GET", f"{path}/versions/draft").json()
        self.bench.genesys("PUT", f"{path}/versions/draft", json={**draft, **changes})
        self.bench.genesys("GET", f"{path}/versions/draft")
        return str(self.bench.genesys("POST", f"{path}/versions/draft/publish").json()["version"])

    def use(self, version: str) -> None:
        """Let the first site's deployment offer a version of its configuration."""
        path = f"/api/v2/webdeployments/deployments/{self.storefront.deployment_id}"
        deployment = self.bench.genesys("GET", path).json()
        deployment["configuration"]["version"] = version
        self.bench.genesys("PUT", path, json=deployment)
        self.bench.genesys("GET", path)

    def have_authentication(self, settings: Document) -> None:
        """Publish the first site's configuration with these settings; let everything name it."""
        version = self.publish(authenticationSettings=settings)
        self.use(version)
        self.says_version(version)


@contextmanager
def between(broken: Callable[[], object], healed: Callable[[], object]) -> Iterator[None]:
    """Break something for a while, and heal it whatever a test finds out meanwhile."""
    broken()
    try:
        yield
    finally:
        healed()


class BentTransport(httpx.BaseTransport):
    """The network, with answers bent that no emulator gives of itself."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport()
        self._bends: list[tuple[str, Bend]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and bend what comes back."""
        response = self._network.handle_request(request)
        for pattern, bend in self._bends:
            if fnmatchcase(request.url.path, pattern):
                response.read()
                return bend(response)
        return response

    def close(self) -> None:
        """Close nothing: the next run goes on with it."""

    def end(self) -> None:
        """Close all connections."""
        self._network.close()

    def json(self, path: str, change: Callable[[Document], object]) -> Broken:
        """Change the JSON of answers to paths of a pattern."""

        def bend(response: httpx.Response) -> httpx.Response:
            document = response.json()
            change(document)
            return httpx.Response(response.status_code, json=document)

        return self._bent(path, bend)

    def headers(self, path: str, **changed: str) -> Broken:
        """Change headers of answers to paths of a pattern."""

        def bend(response: httpx.Response) -> httpx.Response:
            headers = httpx.Headers(response.headers)
            headers.update(changed)
            del headers["Content-Length"]
            return httpx.Response(response.status_code, headers=headers, content=response.content)

        return self._bent(path, bend)

    def _bent(self, path: str, bend: Bend) -> Broken:
        return between(lambda: self._bends.append((path, bend)), self._bends.pop)


@dataclass
class SiteServer:
    """Serves the pages of a build on loopback, by host name; tests change what is answered."""

    folder: Path
    port: int
    status: dict[str, int] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)

    def page(self, host: str) -> bytes:
        """Return the first page of the site on a host as it was built."""
        manifest = json.loads((self.folder / "build.json").read_bytes())
        for site in manifest["sites"]:
            if f"//{host}:" in site["url"]:
                file = self.folder / str(site["folder"]) / "index.html"
                return file.read_bytes()
        raise KeyError(host)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve for as long as the block lasts."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = (self.headers.get("Host") or "").partition(":")[0]
                body = outer.pages.get(host) or outer.page(host)
                self.send_response(outer.status.get(host, 200))
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                for name, value in outer.headers.get(host, {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
