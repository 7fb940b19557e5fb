"""The server of the built site, over real sockets."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infra.outputs import load_outputs
from sample_site.build import build_site
from sample_site.manifest import Manifest, read_manifest
from sample_site.serve import STYLE_PATH
from tests.sample_site.samples import Outputs, local_stack, production_stack
from tests.sample_site.serving import Served, serving


def several_sites() -> Outputs:
    """Two hosts, and on one of them a site within the path of another."""
    outputs = local_stack()
    inner = {**outputs["sites"][0], "name": "inner", "displayName": "Inner shop"}
    inner["url"] = "http://localhost:8080/shop/inner/"
    outputs["sites"][0]["displayName"] = "Outer shop"
    outputs["sites"][0]["url"] = "http://localhost:8080/shop/"
    outputs["sites"].append(inner)
    return outputs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("served") / "site"
    build_site(load_outputs(several_sites()), out)
    (out.parent / "secret.txt").write_text("never to be served", encoding="utf-8")
    (out / "storefront" / "stray.txt").write_text("never built", encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Served]:
    with serving(folder) as served:
        yield served


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Manifest:
    return read_manifest(folder)


@pytest.mark.parametrize(
    ("host", "target", "title"),
    [
        ("localhost", "/shop/", "Outer shop"),
        ("localhost:8080", "/shop/index.html", "Outer shop"),
        ("LOCALHOST:1", "/shop/?code=1&state=2", "Outer shop"),
        ("localhost.", "/shop/", "Outer shop"),
        ("localhost", "/shop/inner/", "Inner shop"),
        ("help.localhost:8080", "/", "Help centre"),
    ],
)
def test_host_and_path_choose_the_site_and_the_port_does_not_matter(
    site: Served, host: str, target: str, title: str
) -> None:
    answer = site.get(target, host)
    assert answer.status == 200
    assert f"<title>{title}</title>" in answer.text


def test_every_file_is_sent_with_what_the_manifest_says(site: Served, manifest: Manifest) -> None:
    (built,) = (built for built in manifest.sites if built.name == "help")
    for file in built.files:
        answer = site.get(f"/{file.path}", "help.localhost")
        assert answer.status == 200
        assert len(answer.body) == file.size
        assert answer.headers["etag"] == f'"{file.sha256}"'
        for name, value in file.headers.items():
            assert answer.headers[name.lower()] == value
    page = site.get("/", "help.localhost").headers["content-security-policy"]
    assert "frame-ancestors 'self'" in page


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"{etag}"', 304),
        ('W/"{etag}"', 304),
        ('"other", "{etag}"', 304),
        ("*", 304),
        ('"other"', 200),
        ("{etag}", 200),
    ],
)
def test_what_the_browser_has_is_not_sent_again(
    site: Served, manifest: Manifest, condition: str, status: int
) -> None:
    (file,) = (file for file in manifest.sites[1].files if file.path == "index.html")
    answer = site.get("/", "help.localhost", If_None_Match=condition.replace("{etag}", file.sha256))
    assert answer.status == status
    assert answer.headers["etag"] == f'"{file.sha256}"'
    assert (answer.body == b"") == (status == 304)


@pytest.mark.parametrize(
    "target", ["/shop/nothing", "/shop/assets/", "/shop/index.html/", "/shop//"]
)
def test_a_missing_page_is_the_sites_own(site: Served, target: str) -> None:
    answer = site.get(target, If_None_Match="*")
    assert answer.status == 404
    assert "There is nothing here" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_address_without_a_site_gets_a_list_that_looks_like_one(site: Served) -> None:
    answer = site.get("/", "nowhere.localhost")
    assert answer.status == 404
    assert f"http://help.localhost:{site.port}/" in answer.text
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    style = site.get(STYLE_PATH, "nowhere.localhost")
    assert style.status == 200
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert f'href="{STYLE_PATH}"' in answer.text
    assert style.text.index("--accent:") < style.text.index(".sites a {")


@pytest.mark.parametrize(
    "target",
    [
        "/shop/../secret.txt",
        "/shop/../../secret.txt",
        "/shop/..%2f..%2fsecret.txt",
        "/shop/%2e%2e/%2e%2e/secret.txt",
        "/shop/%252e%252e/secret.txt",
        "/shop/..\\..\\secret.txt",
        "/shop/%5c..%5c..%5csecret.txt",
        "/shop/....//....//secret.txt",
        "/shop/assets/../../../secret.txt",
        "/shop/%00",
        "/shop/index.html%00.txt",
        "/shop//etc/passwd",
        "//etc/passwd",
        "/shop/../build.json",
        "/shop/build.json",
        "/shop/../help/index.html",
        "/shop/stray.txt",
        "/shop/%c3%28",
        "http://elsewhere.example/shop/secret.txt",
    ],
)
def test_nothing_but_the_built_files_is_ever_sent(site: Served, target: str) -> None:
    answer = site.get(target)
    assert answer.status in (400, 404)
    for never in ("never to be served", "never built", "root:", "buildId", "Help centre</title>"):
        assert never not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "evil.example", "", "[::1", "a b", "%"])
def test_an_unknown_address_lists_the_sites(site: Served, host: str) -> None:
    answer = site.get("/", host)
    assert answer.status in (400, 404)
    if answer.status == 404:
        assert f'href="http://help.localhost:{site.port}/"' in answer.text
        assert f'href="http://localhost:{site.port}/shop/inner/"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_hostile_host_is_not_echoed_as_markup(site: Served) -> None:
    assert "<script" not in site.get("/", "<script>alert(1)</script>").text


def test_a_site_without_its_last_slash_is_redirected(site: Served) -> None:
    answer = site.get("/shop")
    assert (answer.status, answer.headers["location"]) == (308, "/shop/")


def test_asking_for_the_head_sends_no_body_and_writing_is_refused(site: Served) -> None:
    head = site.get("/shop/", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    assert site.get("/shop/", method="POST").status == 405


def test_readiness_tells_which_build_is_served(site: Served, manifest: Manifest) -> None:
    answer = site.get("/_site/health", "anything")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    found = json.loads(answer.body)
    assert found["status"] == "ok"
    assert found["buildId"] == manifest.build_id
    assert found["environment"] == "local"
    assert [site["name"] for site in found["sites"]] == ["storefront", "help", "inner"]


def test_only_this_machine_can_connect(site: Served) -> None:
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(site.process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


def test_a_new_build_is_noticed_and_a_broken_one_is_not_taken(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(load_outputs(local_stack()), out)
    with serving(out) as served:
        outputs = local_stack()
        outputs["sites"][0]["displayName"] = "Corner shop"
        rebuilt = build_site(load_outputs(outputs), out)
        assert "<title>Corner shop</title>" in served.get("/").text
        page = out / "storefront" / "index.html"
        page.write_text("half", encoding="utf-8")
        (out / "build.json").touch()
        assert "<title>Corner shop</title>" in served.get("/").text
        (out / "build.json").rename(tmp_path / "gone")
        assert json.loads(served.get("/_site/health").body)["buildId"] == rebuilt.build_id
        build_site(load_outputs(production_stack()), tmp_path / "other")
        (tmp_path / "other").rename(tmp_path / "swapped")
        out.rename(tmp_path / "old")
        (tmp_path / "swapped").rename(out)
        assert served.get("/hilfe/", "www.example.com").status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_to(folder: Path, number: signal.Signals) -> None:
    with serving(folder) as served:
        served.process.send_signal(number)
        assert served.process.wait(timeout=10) == 0
        said = served.process.stdout
        assert said is not None
        text = said.read()
        assert f"Serving {folder} on 127.0.0.1:{served.port}" in text
        assert "Traceback" not in text
