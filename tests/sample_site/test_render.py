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

from infra.outputs import load_outputs
from sample_site import render
from sample_site.approaches import APPROACHES
from sample_site.build import STATIC, TEMPLATES, build_site
from sample_site.manifest import Manifest, read_manifest
from sample_site.okta_sdk import find_sdk
from sample_site.render import template_environment
from sample_site.snippet import hash_source
from tests.sample_site.conftest import Build
from tests.sample_site.samples import local_stack, okta_package, production_stack

PAGES = tuple(page.path for page in render.PAGES)
MESSENGER_PAGES = ("index.html", "account/index.html")
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


def test_the_deployments_snippet_is_on_its_pages_word_for_word(build: Build) -> None:
    """M26: and on no page that is not meant to load Messenger by itself."""
    outputs = local_stack()
    folder = build(outputs)
    for site in outputs["sites"]:
        for page in PAGES:
            html = (folder / site["name"] / page).read_bytes()
            assert html.count(site["snippet"].encode()) == (page in MESSENGER_PAGES), page


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
        if page == "playground.html":  # every region fills more than a header should
            assert policy == "frame-ancestors 'self'"
            assert "'sha256-" not in str(meta)
            continue
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


@pytest.mark.parametrize("clients", ["separate", "shared"])
def test_the_signed_out_page_promises_no_more_than_the_clients_allow(
    build: Build, clients: str
) -> None:
    """R17: with one client the provider's session ends only where cookies of others may go."""
    outputs = {**local_stack(), "clients": clients}
    if clients == "shared":
        outputs["websiteClientId"] = outputs["messengerClientId"]
    words = soup(build(outputs) / "storefront" / "signed-out.html").text
    assert ("session has ended" in words) == (clients == "separate")
    assert ("goes on: on a computer that others use" in words) == (clients == "shared")


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
    """Names that are put together are those of a step, a failure or an approach in the code."""
    templates = " ".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    scripts = " ".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    for key in json.loads((TEMPLATES / "messages" / "en.json").read_text(encoding="utf-8")):
        name = re.sub("^script_(step_|failure_|client_)?", "", key)
        if name.startswith("approach_"):
            assert name.removeprefix("approach_").replace("_", "-").startswith(APPROACHES), key
        elif key.startswith("script_"):
            assert f"'{name}'" in scripts, key
        elif key.startswith("order_"):
            assert f"text.{key}" in templates or f'"{name.removeprefix("order_")}"' in templates
        else:
            assert f"text.{key}" in templates, key


def test_every_step_and_failure_of_the_sign_in_has_words() -> None:
    """M84: a visitor is never shown a name out of the code."""
    texts = json.loads((TEMPLATES / "messages" / "en.json").read_text(encoding="utf-8"))
    scripts = " ".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    steps = set(re.findall(r"\bstep\('(\w+)'", scripts))
    failures = set(re.findall(r"\b(?:SignInFailure|bar)\(\s*'(\w+)'", scripts))
    assert len(steps) > 20
    assert len(failures) > 10
    assert {f"script_step_{name}" for name in steps} <= set(texts)
    assert {f"script_failure_{code}" for code in failures} <= set(texts)


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
            assert (f"{inside}index.html" if inside[-1:] in ("", "/") else inside) in files, target


def test_links_to_the_other_sites_are_on_the_page(build: Build) -> None:
    home = soup(build(local_stack()) / "storefront" / "index.html")
    assert [a["href"] for a in home.select(".sites a")] == ["http://help.localhost:8080/"]


def test_a_site_alone_offers_no_other(build: Build) -> None:
    home = soup(build(production_stack()) / "hilfe" / "index.html")
    assert not home.select("#sites, .other")


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


def test_a_build_with_oktas_sdk_hosts_it_with_its_licence(tmp_path: Path) -> None:
    """M31: from the site itself, under a name that changes with it."""
    package = okta_package(tmp_path / "package")
    build_site(load_outputs(local_stack()), tmp_path / "site", sdk=find_sdk(package))
    home = soup(tmp_path / "site" / "storefront" / "index.html")
    settings = json.loads(element(home, "#site-settings").get_text())
    script = (tmp_path / "site" / "storefront" / settings["oktaAuthJs"]["src"]).read_bytes()
    assert script == (package / "dist" / "okta-auth-js.core.min.js").read_bytes()
    licence = element(home, "a[href*=licence]")
    assert "8.0.1" in licence.get_text()
    text = (tmp_path / "site" / "storefront" / str(licence["href"])).read_text(encoding="utf-8")
    assert "Apache License" in text


@pytest.mark.parametrize(
    ("page", "root"), [("index.html", ""), ("account/index.html", "../"), ("404.html", "/hilfe/")]
)
def test_scripts_learn_the_way_to_the_sites_root(build: Build, page: str, root: str) -> None:
    parsed = soup(build(production_stack()) / "hilfe" / page)
    found = parsed.select("#site-settings")
    assert [json.loads(one.get_text())["root"] for one in found] == [root] * (page != "404.html")
    assert element(parsed, "a.wordmark")["href"] == (root or "./")


def test_the_callback_is_told_to_nobody(build: Build) -> None:
    """4.5: a code never leaves in a referrer, and Messenger has no place where one passes."""
    folder = build(local_stack())
    page = soup(folder / "storefront" / "callback.html")
    assert element(page, 'meta[name="referrer"]')["content"] == "no-referrer"
    sent = headers(read_manifest(folder), "callback.html")
    assert sent["Referrer-Policy"] == "no-referrer"
    assert "127.0.0.1" not in sent["Content-Security-Policy"]
    assert len(page.select("noscript")) == 1


@pytest.mark.parametrize("page", [*MESSENGER_PAGES, "playground.html", "tag-manager.html"])
def test_every_page_with_messenger_has_the_way_in_and_out(build: Build, page: str) -> None:
    """M42, M49"""
    parsed = soup(build(local_stack()) / "storefront" / page)
    header = element(parsed, "header")
    assert len(header.select("button[data-sign-in]")) == 1
    assert len(header.select("button[data-sign-out]")) == 1
    assert [a["href"] for a in header.select("a.other")] == ["http://help.localhost:8080/"]
    assert len(parsed.select("[data-sign-in-retry], #timeline, [role=status]#status-line")) == 3


def test_the_playground_offers_every_environment_language_and_setting(build: Build) -> None:
    """M52, M53, M34, X4, X10: the vendor's sample page has these too (B1, B3, B7)."""
    folder = build(local_stack())
    page = soup(folder / "storefront" / "playground.html")
    settings = json.loads(element(page, "#site-settings").get_text())
    names = [one["name"] for one in settings["environments"]]
    assert [option["value"] for option in page.select("#environment option")] == names
    assert len(page.select("#language option")) >= 22
    fields = {str(field["name"]) for field in page.select("form [name]")}
    assert fields == {
        *("deploymentId", "environment", "approach", "flow", "issuer", "messengerClientId"),
        *("websiteClientId", "scopes", "maxAge", "nonce"),
    }
    for field in page.select("form input:not([type=radio], [type=checkbox]), form select"):
        assert page.select(f'label[for="{field["id"]}"]')
    assert not page.select("input[type=password], [name*=ecret]")


def test_nothing_that_looks_like_a_secret_is_in_any_file(build: Build) -> None:
    """M13, R2: outputs that a team added to its stack never reach the site."""
    outputs = {**local_stack(), "clientSecret": "s3cr3t-of-the-team", "apiToken": "00Abcdef"}
    for path in build(outputs).rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "s3cr3t-of-the-team" not in text
            assert "00Abcdef" not in text
            assert not re.search(r"client_?secret|api_?token|passw|private_?key", text, re.I), path
