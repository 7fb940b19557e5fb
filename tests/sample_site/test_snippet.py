"""What is taken as a deployment's snippet, and how a policy names it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from sample_site.snippet import Snippet, SnippetError, hash_source
from tests.sample_site.samples import local_stack

GIVEN = local_stack()["sites"][0]["snippet"]


def test_a_deployments_snippet_is_kept_word_for_word() -> None:
    snippet = Snippet.parse(GIVEN)
    assert snippet.html == GIVEN
    assert f">{snippet.script}</script>" in GIVEN


@pytest.mark.parametrize(
    "html",
    [
        "<script>run()</script>",
        "\n\t <SCRIPT type='Text/JavaScript' charset=utf-8>run()</SCRIPT >\r\n",
        '<script type="" async defer>if (1 < 2 && "<b>") run("&lt;")</script>',
    ],
)
def test_one_inline_script_is_taken_however_it_is_written(html: str) -> None:
    assert "run(" in Snippet.parse(html).script


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("", "no script element"),
        ("   ", "no script element"),
        ("run()", "text outside"),
        ("<script></script>", "empty"),
        ("<script> \n </script>", "empty"),
        ("<script>run()", "without an end"),
        ("<script>a()</script><script>b()</script>", "more than one"),
        ('<script src="https://elsewhere.example/x.js"></script>', "src"),
        ('<script src="x.js">run()</script>', "src"),
        ('<script/src="x.js">run()</script>', "src"),
        ('<script onload="x()">run()</script>', "event handler (onload)"),
        ('<script type="module">run()</script>', "another type (module)"),
        ('<script type="application/json">{}</script>', "another type"),
        ("<script>run()</script>and more", "text outside"),
        ("<script>run()</script>&amp;", "text outside"),
        ("<script>run()</script><img src=x onerror=y()>", "an element <img>"),
        ("<div><script>run()</script></div>", "an element <div>"),
        ("<!-- hello --><script>run()</script>", "a comment"),
        ("<!doctype html><script>run()</script>", "a declaration"),
        ("<?php ?><script>run()</script>", "a processing instruction"),
        ("<script>run()</script></body>", "an end tag"),
        ("<script>run('<!--')</script>", "comment mark"),
        ("<script>run('<script>')</script>", "script tag"),
        ("<script>run('</script x')</script>", "script"),
        ("<script>run('\0')</script>", "null character"),
    ],
)
def test_anything_else_is_refused_and_named(html: str, found: str) -> None:
    with pytest.raises(SnippetError) as refusal:
        Snippet.parse(html)
    assert found in str(refusal.value)


def test_the_hash_is_that_of_the_bytes_a_browser_runs() -> None:
    """A browser reads every line end as a line feed, and the text as UTF-8."""
    expected = base64.b64encode(hashlib.sha256("a('ü')\nb()\nc()".encode()).digest()).decode()
    assert hash_source("a('ü')\r\nb()\rc()") == f"'sha256-{expected}'"
