"""The comment: what a Markdown parser makes of it, whatever the plan's texts are."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from review.markdown import LONGEST_COMMENT, SHORTEST_COMMENT, inline, marker, to_markdown
from review.plan import Diagnostic
from review.report import Report, failed_report
from review.rules import Severity
from review.sentences import Name, Value, shortened, visible
from tests.review.captured import Document, load, names, report_on
from tests.review.making import (
    DEPLOYMENT,
    OKTA,
    plan,
    reported,
    setting,
    step,
    update,
    whole,
)

PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
OUR_HTML = re.compile(
    r"<!-- messenger-sso:preview:[\w.~]+ -->|<details><summary>All \d+ resources that change"
    r"</summary>|</details>|</?code>"
)
# What somebody could try, or what simply happens in names and descriptions.
NASTY = [
    "a|b|c",
    "`",
    "``x``",
    "`a|b`",
    "\\|",
    "\\",
    "a\nb\n\n# Heading",
    "@everyone",
    "@org/team see #12 GH-3 0123456789abcdef0123456789abcdef01234567",
    "<script>alert(1)</script>",
    "<!-- messenger-sso:preview:other -->",
    "</details>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example me@evil.example",
    "**bold** _em_ ~~gone~~",
    "&lt;b&gt; &#64;you",
    "\u202edlrow olleh",
    "\x1b[31mred\x1b[0m",
    "\ud800",
    " leading and trailing ",
    "```\nfence\n```",
    "x" * 5_000,
    "",
]
ANY_TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(alphabet="|`\\<>&@#*_[]()!~\n\r\t :/.-ab1é\u202e\u200b", max_size=30),
    st.text(max_size=20),
)


def cells(tokens: list[Token]) -> list[int]:
    """Return the number of cells of each table row."""
    found: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            found.append(0)
        elif token.type in ("td_open", "th_open"):
            found[-1] += 1
    return found


def flat(tokens: list[Token]) -> list[Token]:
    """Return the tokens with those inside them."""
    found: list[Token] = []
    for token in tokens:
        found += [token, *flat(token.children or [])]
    return found


def assert_sound(report: Report, text: str, rows: int) -> None:
    """Check that a comment is what it looks like: our tables, our HTML, nothing that acts."""
    tokens = PARSER.parse(text)
    counted = cells(tokens)
    assert set(counted) <= {3}
    headings = len(report.sections) + (1 if report.changes else 0)
    assert len(counted) == rows + headings + len(report.changes)
    in_code = False
    for token in flat(tokens):
        assert token.type not in ("link_open", "image", "s_open")
        if token.type in ("html_block", "html_inline"):
            for line in token.content.strip().splitlines():
                assert OUR_HTML.fullmatch(line), line
            in_code = token.content == "<code>"
        elif token.type == "text" and not in_code:
            assert not re.search(r"@\w|#\d|GH-\d|https?:|www\.|[0-9a-f]{40}", token.content)
    assert text.count("<!--") == 1
    assert all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize("name", names())
def test_a_real_plan_becomes_tables_of_three_columns(name: str) -> None:
    report = report_on(load(name))
    assert_sound(report, to_markdown(report), len(report.rows))


def rich_plan(text: Callable[[], str]) -> Document:
    """Return a plan with a text in every place where a plan has one."""
    site = {"name": "help", "url": "http://help.localhost:8080/", "displayName": text()}
    document = copy.deepcopy(plan())
    document["steps"][0]["oldState"]["outputs"] |= {"sites": [site], "scopes": [text()]}
    document["config"] = {}
    document["steps"] += [
        setting("help-deployment", "allowedDomains", [text(), text()]),
        setting("help-configuration", "name", text()),
        setting("messenger-client", "redirectUris", [text()]),
        setting("access-rule", "scopeWhitelists", [text()]),
        setting("authorization-server", "audiences", [text()]),
        update("odd", OKTA, {"a": text(), "b": {text(): 1}}, {"a": [text()], text(): None}),
        step("create", text(), "a:b:" + text().replace("::", ""), None, {"name": text()}),
        step("delete", "x-deployment", DEPLOYMENT, {"name": text(), "description": text()}),
    ]
    return document


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_no_text_of_a_plan_breaks_the_comment(data: st.DataObject) -> None:
    report = reported(rich_plan(lambda: data.draw(ANY_TEXT)))
    assert_sound(report, to_markdown(report), len(report.rows))


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_are_shown_and_do_nothing(text: str) -> None:
    report = reported(rich_plan(lambda: text))
    assert_sound(report, to_markdown(report), len(report.rows))


@pytest.mark.parametrize("text", [one for one in NASTY if one])
@pytest.mark.parametrize("kind", [Value, Name])
def test_a_value_is_readable_as_it_was(kind: type[Value | Name], text: str) -> None:
    """What a reader sees is the value itself, apart from cuts and characters that cannot show."""
    (token,) = PARSER.parseInline(inline((kind(text),)))
    seen = "".join(
        child.content
        for child in token.children or []
        if child.type in ("text", "code_inline", "text_special")
    )
    assert seen == shortened(visible(text))


@settings(max_examples=15, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_what_the_engine_said_cannot_leave_its_block(message: str, stack: str) -> None:
    report = failed_report(stack, f"{message}\n```\n# Heading\n@everyone <b>")
    tokens = PARSER.parse(to_markdown(report))
    kinds = [token.type for token in tokens if token.type not in ("paragraph_close", "inline")]
    assert kinds == ["html_block", "heading_open", "heading_close", "paragraph_open", "fence"]


def many(number: int) -> Document:
    """Return a plan of many changes, a dangerous one among ten."""
    steps = []
    for index in range(number):
        rule = {"grantTypes": ["implicit"]} if index % 10 == 0 else {"label": f"Client {index}"}
        old = {"grantTypes": ["authorization_code"], "pkceRequired": True, "label": "Client"}
        steps.append(update(f"client-{index:04}", OKTA, old, {**old, **rule}))
    return plan(*steps)


@pytest.mark.parametrize("limit", [SHORTEST_COMMENT, 20_000, LONGEST_COMMENT])
def test_a_long_comment_is_cut_from_below(limit: int) -> None:
    report = reported(many(1_000))
    text = to_markdown(report, limit)
    assert len(text.encode()) <= limit
    assert len(text.encode()) > limit * 0.5
    shown = [
        severity
        for severity in Severity
        if f"| {severity.word} |" in re.sub(r"[^\x20-\x7e\n]", "", text).replace("|  ", "| ")
    ]
    left_out = text.partition("Left out:")[2]
    for severity in Severity:
        if severity.word in left_out:
            assert all(other >= severity for other in shown)
    assert "the list of 1000 resources" in left_out
    tokens = PARSER.parse(text)
    assert set(cells(tokens)) == {3}


def test_the_number_of_rows_left_out_is_told() -> None:
    report = reported(many(1_000))
    text = to_markdown(report, 20_000)
    kept = len(cells(PARSER.parse(text))) - 1
    numbers = re.findall(r"(\d+) (?:info|notice|warning|danger)", text.partition("Left out:")[2])
    assert kept + sum(map(int, numbers)) == len(report.rows)


def test_a_comment_that_fits_says_nothing_of_cuts() -> None:
    text = to_markdown(report_on(load("remove-site")))
    assert "Left out" not in text
    assert "All 5 resources that change" in text


def test_the_marker_is_the_first_line_and_names_the_stack() -> None:
    text = to_markdown(report_on(load("add-site")))
    assert text.splitlines()[0] == "<!-- messenger-sso:preview:local -->"
    assert marker("a--><b>") == "<!-- messenger-sso:preview:a~2d~~2d~~3e~~3c~b~3e~ -->"
    assert marker("a") != marker("b")


def test_the_example_of_the_page_is_what_is_written() -> None:
    page = (Path(__file__).parents[2] / "docs" / "preview.md").read_text(encoding="utf-8")
    example = page.partition("```markdown\n")[2].partition("```\n")[0]
    assert example.count("\n") > 5
    assert example in to_markdown(report_on(load("move-site")))


def test_the_same_plan_gives_the_same_bytes() -> None:
    document = load("move-site")
    turned = {**document, "steps": document["steps"][::-1], "duration": 12345}
    assert to_markdown(reported(turned)) == to_markdown(reported(document))


def test_a_reviewer_reads_first_what_matters() -> None:
    document = plan(whole("replace", "help-deployment"), whole("replace", "messenger-client"))
    lines = to_markdown(reported(document)).splitlines()
    start = lines.index("### What a reviewer must know")
    assert lines[start + 2 : start + 4] == [
        "- 🔴 danger: **A deployment id changes**: *Help Centre*",
        "- 🔴 danger: **A client id changes**",
    ]


def test_warnings_of_the_engine_are_shown_in_a_block() -> None:
    said = [{"severity": "warning", "message": "warning: the `name` is old\n"}]
    report = reported(plan(diagnostics=said))
    assert report.remarks == (Diagnostic("warning", "warning: the `name` is old"),)
    assert [row.rule.id for row in report.rows] == ["said"]
    assert "```text\nwarning: the `name` is old\n```" in to_markdown(report)


def test_values_that_are_cut_say_so() -> None:
    (row,) = reported(plan(setting("access-rule", "inlineHookId", "h" * 500))).rows
    text = inline(row.what)
    assert "…" in text
    assert len(text) < 200
