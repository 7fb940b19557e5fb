"""What is in the built files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import UndefinedError

from sample_site.build import STATIC, TEMPLATES
from sample_site.manifest import Manifest, read_manifest
from sample_site.render import template_environment
from sample_site.snippet import hash_source
from tests.sample_site.conftest import Build
from tests.sample_site.samples import local_stack, production_stack

PAGES = ("index.html", "tag-manager.html", "404.html")
HOSTILE = (
    "</title></script><script>alert(1)</script> \"'><img src=x onerror=alert(2)> {{ 7*7 }} &lt;"
)


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def element(page: BeautifulSoup, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, f"{selector}: {len(found)}"
    return found[0]


def headers(manifest: Manifest, page: str) -> dict[str, str]:
    return next(file.headers for file in manifest.sites[0].files if file.path == page)


def test_the_deployments_snippet_is_on_the_home_page_word_for_word(build: Build) -> None:
    """M26: and on no page that is not meant to load Messenger by itself."""
    outputs = local_stack()
    folder = build(outputs)
    for site in outputs["sites"]:
        home = (folder / site["name"] / "index.html").read_bytes()
        assert home.count(site["snippet"].encode()) == 1
        assert site["snippet"].encode() not in (folder / site["name"] / "404.html").read_bytes()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_inline_script_is_named_by_its_hash_and_nothing_else_is(
    build: Build, line_end: str
) -> None:
    """X8: the header and the meta element agree, and name what is really in the page."""
    outputs = local_stack()
    outputs["sites"][0]["snippet"] = outputs["sites"][0]["snippet"].replace("\n", line_end)
    folder = build(outputs)
    manifest = read_manifest(folder)
    for page in PAGES:
        html = (folder / "storefront" / page).read_bytes().decode()
        parsed = BeautifulSoup(html, "html.parser")
        inline = [
            script
            for script in parsed.find_all("script")
            if not script.get("src") and script.get("type") != "application/json"
        ]
        policy = headers(manifest, page)["Content-Security-Policy"]
        hashes = re.findall(r"'sha256-[^']+'", policy)
        assert hashes == [hash_source(script.string or "") for script in inline]
        meta = element(parsed, 'meta[http-equiv="Content-Security-Policy"]')["content"]
        assert set(str(meta).split("; ")) == set(policy.split("; ")) - {"frame-ancestors 'self'"}


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_comes_before_anything_that_loads(build: Build, page: str) -> None:
    head = soup(build(local_stack()) / "storefront" / page).head
    assert head is not None
    first, second = [child for child in head.children if isinstance(child, Tag)][:2]
    assert first.get("charset") == "utf-8"
    assert second["http-equiv"] == "Content-Security-Policy"


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_styled_or_handled_inline_and_nothing_is_loaded_from_elsewhere(
    build: Build, page: str
) -> None:
    parsed = soup(build(local_stack()) / "storefront" / page)
    assert not parsed.select("style, [style]")
    for tag in parsed.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
    for tag in parsed.select("[src], link[href]"):
        assert not urlsplit(str(tag.get("src") or tag.get("href"))).netloc


def test_a_hostile_display_name_stays_text(build: Build) -> None:
    outputs = local_stack()
    outputs["sites"][0]["displayName"] = outputs["sites"][1]["displayName"] = HOSTILE
    outputs["scopes"] = ["openid", HOSTILE]
    folder = build(outputs)
    for page in PAGES:
        parsed = soup(folder / "storefront" / page)
        assert "alert" not in "".join(
            s.get_text() for s in parsed.select("script:not([type*=json])")
        )
        assert not parsed.select("img[onerror], img[src=x]")
        assert HOSTILE in element(parsed, "title").get_text()
    home = soup(folder / "storefront" / "index.html")
    assert element(home, "h1").get_text() == HOSTILE
    assert json.loads(element(home, "#site-settings").get_text())["site"]["displayName"] == HOSTILE


def test_there_is_one_settings_element_and_it_cannot_end_its_script(build: Build) -> None:
    outputs = local_stack()
    outputs["integrationId"] = "</script><!-- \u2028"
    html = (build(outputs) / "storefront" / "index.html").read_text(encoding="utf-8")
    raw = re.search(r'id="site-settings">(.*?)</script>', html, re.DOTALL)
    assert raw is not None
    assert not re.search(r"[<>&\u2028]", raw[1])
    assert json.loads(raw[1])["integrationId"] == outputs["integrationId"]


def test_the_page_speaks_the_sites_language(build: Build) -> None:
    html = soup(build(production_stack()) / "hilfe" / "index.html")
    assert element(html, "html")["lang"] == "de"
    assert element(html, "body")["lang"] == "de"
    assert "Für Entwickler" in html.get_text()


def test_a_page_that_falls_back_to_english_says_so(build: Build) -> None:
    outputs = production_stack()
    outputs["sites"][0].update(languages=["fr"], defaultLanguage="fr")
    html = soup(build(outputs) / "hilfe" / "index.html")
    assert element(html, "html")["lang"] == "fr"
    assert element(html, "body")["lang"] == "en"
    assert element(html, "h1")["lang"] == "fr"


def test_a_template_that_asks_for_what_is_not_there_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ outputs.isuer }}", encoding="utf-8")
    template = template_environment(tmp_path).get_template("page.html")
    with pytest.raises(UndefinedError, match="isuer"):
        template.render(outputs=local_stack())


def test_every_catalogue_has_every_text_with_its_placeholders() -> None:
    catalogues = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (TEMPLATES / "messages").glob("*.json")
    }
    assert {"en", "de"} <= set(catalogues)
    for name, catalogue in catalogues.items():
        assert list(catalogue) == list(catalogues["en"]), name
        for key, text in catalogue.items():
            expected = sorted(re.findall(r"\{\w+\}", catalogues["en"][key]))
            assert sorted(re.findall(r"\{\w+\}", text)) == expected, f"{name}: {key}"


def test_every_text_is_used() -> None:
    templates = " ".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    scripts = " ".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    for key in json.loads((TEMPLATES / "messages" / "en.json").read_text(encoding="utf-8")):
        used = f"'{key.removeprefix('script_')}'" if key.startswith("script_") else f"text.{key}"
        assert used in (scripts if key.startswith("script_") else templates), key


@pytest.mark.parametrize(
    "url",
    ["https://www.example.com/", "https://www.example.com/hilfe/", "https://example.com/a/b%20c/"],
)
def test_every_link_leads_to_a_file_of_the_site_under_any_path(build: Build, url: str) -> None:
    """M51: a static page works where it lies; the page for a missing address works at any depth."""
    outputs = production_stack()
    outputs["sites"][0]["url"] = url
    folder = build(outputs) / "hilfe"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for page in PAGES:
        shown_at = urljoin(url, "not/here/at/all") if page == "404.html" else urljoin(url, page)
        for tag in soup(folder / page).select("a[href], link[href], script[src], img[src]"):
            link = str(tag.get("href") or tag.get("src"))
            if link.startswith("#"):
                continue
            target = urljoin(shown_at, link)
            assert target.startswith(url), target
            inside = urlsplit(target.removeprefix(url)).path
            assert (inside or "index.html") in files, target


def test_links_to_the_other_sites_are_on_the_page(build: Build) -> None:
    home = soup(build(local_stack()) / "storefront" / "index.html")
    assert [a["href"] for a in home.select(".sites a")] == ["http://help.localhost:8080/"]


def test_a_site_alone_offers_no_other(build: Build) -> None:
    home = soup(build(production_stack()) / "hilfe" / "index.html")
    assert not home.select("#sites, a[href='#sites']")


def test_a_developer_finds_every_output_on_the_page(build: Build) -> None:
    outputs = production_stack()
    sheet = element(soup(build(outputs) / "hilfe" / "index.html"), "#developers")
    shown = {
        str(small.get_text()): small.find_parent(class_="value") for small in sheet.select("small")
    }
    values: dict[str, Any] = {**outputs, **outputs["sites"][0]}
    for name in set(values) - {
        "schemaVersion",
        "sites",
        "snippet",
        "transport",
        "displayName",
        "primaryColor",
    }:
        row = shown[name]
        assert row is not None
        value = values[name]
        text = {True: "ja", False: "nein"}.get(value) if isinstance(value, bool) else None
        expected = text or (" ".join(value) if isinstance(value, list) else str(value))
        cell = row.dd
        assert cell is not None
        assert cell.get_text(strip=True) == expected


def test_the_mobile_sdks_values_are_a_file(build: Build) -> None:
    """M29"""
    values = json.loads((build(production_stack()) / "hilfe" / "transport.json").read_bytes())
    assert values == {
        "deploymentId": "0c6e3f9a-4b8d-4d51-8a7e-1f2b3c4d5e6f",
        "domain": "mypurecloud.de",
        "logging": False,
        "reconnectionTimeoutInSeconds": 300,
        "autoRefreshTokenWhenExpired": True,
        "encryptedVault": False,
        "sessionExpirationNoticeIntervalSeconds": 300,
    }


def test_the_tag_is_the_snippets_script_in_one_inline_script(build: Build) -> None:
    """M27: in a file, and shown on a page that holds the same tag ready."""
    outputs = production_stack()
    folder = build(outputs) / "hilfe"
    tag = (folder / "tag-manager.txt").read_text(encoding="utf-8")
    scripts = BeautifulSoup(tag, "html.parser").find_all(True)
    assert [script.name for script in scripts] == ["script"]
    given = BeautifulSoup(outputs["sites"][0]["snippet"], "html.parser").script
    assert given is not None
    assert str(given.string).strip("\n") in str(scripts[0].string)
    page = soup(folder / "tag-manager.html")
    assert element(page, "pre code").get_text() == tag
    ready = element(page, "template#messenger-tag").find_all("script")
    assert [script.string for script in ready] == [scripts[0].string]


def test_the_tag_page_names_what_a_policy_must_allow(build: Build) -> None:
    page = soup(build(production_stack()) / "hilfe" / "tag-manager.html")
    rows = {
        dt.get_text(strip=True): dd.get_text(strip=True)
        for dt, dd in zip(page.select(".sheet dt"), page.select(".sheet dd"), strict=True)
    }
    assert "https://shyrka-prod-euc1.s3.eu-central-1.amazonaws.com" in rows["connect-src"]
    assert "https://*.euc1.pure.cloud" in rows["script-src"]


def test_nothing_that_looks_like_a_secret_is_in_any_file(build: Build) -> None:
    """M13, R2: outputs that a team added to its stack never reach the site."""
    outputs = {**local_stack(), "clientSecret": "s3cr3t-of-the-team", "apiToken": "00Abcdef"}
    for path in build(outputs).rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "s3cr3t-of-the-team" not in text
            assert "00Abcdef" not in text
            assert not re.search(r"client_?secret|api_?token|passw|private_?key", text, re.I), path
