"""docs/sign-in.md says what the site's browser code does, and leaves no failure out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from infra.outputs import load_outputs
from sample_site.approaches import APPROACHES, Choice, choose_approaches
from sample_site.context import site_contexts
from sample_site.source import PROJECT
from tests.sample_site.samples import local_stack

PAGE = (PROJECT / "docs" / "sign-in.md").read_text(encoding="utf-8")
SCRIPTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (PROJECT / "sample_site" / "static").glob("*.js")
}
MESSAGES = PROJECT / "templates" / "messages"
WORDS = json.loads((MESSAGES / "en.json").read_text(encoding="utf-8"))

_IN_CODE = re.compile(r"`([^`]+)`")
_BUS_NAME = re.compile(r"^[A-Z]\w+\.[a-z]\w+$")


def section(title: str) -> str:
    """Return the text below a heading, up to the next one of whatever level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows(title: str) -> Iterator[list[str]]:
    """Yield the rows of a section's first table, as cells."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def listed(title: str, column: int = 0) -> list[str]:
    """Return what a column has in code font."""
    return [name for row in rows(title) for name in _IN_CODE.findall(row[column])]


def test_every_failure_has_its_row_its_words_and_its_place_in_the_code() -> None:
    """R13, M84: what a visitor may meet is written down, with cause and cure."""
    told = listed("What a page tells")
    prefix = "script_failure_"
    assert told == list(dict.fromkeys(told)), "twice"
    assert set(told) == {key.removeprefix(prefix) for key in WORDS if key.startswith(prefix)}
    script = "\n".join(SCRIPTS.values())
    thrown = set(re.findall(r"SignInFailure\(\s*'(\w+)'", script))
    assert thrown <= set(told)
    assert {code for code in told if f"'{code}'" not in script} == set()
    assert all(len(row) == 3 and all(row) for row in rows("What a page tells"))


@pytest.mark.parametrize(
    "title", ["What the provider answers", "What ends at the provider", "What no code tells"]
)
def test_every_other_failure_has_cause_and_cure(title: str) -> None:
    """M61: among them the redirect URI that is not registered, where no page of ours is shown."""
    found = list(rows(title))
    assert len(found) >= 5
    assert all(len(row) == 3 and all(row) for row in found)


def test_the_site_calls_no_name_that_messenger_does_not_have() -> None:
    """M77: `Messenger.auth` and its like are mapped to what exists, and called nowhere."""
    table = "Names that guides use"
    guides = {name for name in listed(table) if _BUS_NAME.match(name)}
    assert {"Messenger.auth", "Messenger.show"} <= guides
    templates = [path.read_text(encoding="utf-8") for path in PROJECT.glob("templates/*.html")]
    ours = "\n".join([*SCRIPTS.values(), *templates])
    assert [name for name in guides if re.search(rf"{re.escape(name)}\b", ours)] == []

    real = {name for name in listed(table, column=1) if _BUS_NAME.match(name)}
    stand_in = (PROJECT / "local" / "genesys" / "static" / "README.md").read_text(encoding="utf-8")
    plugins = dict(re.findall(r"^\| (\w+)(?: \(the page's\))? \| (.+) \|$", stand_in, re.MULTILINE))
    for plugin, name in (one.split(".") for one in real):
        assert f"`{name}`" in plugins[plugin], f"{plugin}.{name}"


def test_the_interface_is_what_plugin_and_gatekeeper_use() -> None:
    script = "\n".join(SCRIPTS.values())
    used = set(re.findall(r"(?<![\w./])approach\.(\w+)", script))
    assert {re.split(r"\W", name)[0] for name in listed("One interface")} == used


@pytest.mark.parametrize(
    ("said", "held"),
    [
        (r"(\d+) seconds for Messenger to load", r"SECONDS_TO_LOAD = (\d+)"),
        (r"(\d+) for an answer in a frame", r"SECONDS_IN_FRAME = (\d+)"),
        (r"(\d+) for a sign-in to be accepted", r"SECONDS_TO_AUTHENTICATE = (\d+)"),
        (r"Auth\.logout, (\d+) seconds at most", r"SECONDS_TO_SIGN_OUT = (\d+)"),
        (r"for (\d+) minutes at most", r"request: (\d+)0\b"),
        (r"within (\d+) seconds", r"answer: (\d+)\b"),
    ],
)
def test_times_are_those_of_the_code(said: str, held: str) -> None:
    on_page = re.search(said, " ".join(PAGE.split()))
    in_code = re.search(held, "\n".join(SCRIPTS.values()))
    assert on_page, said
    assert in_code, held
    factor = 6 if "minutes" in said else 1
    assert int(on_page[1]) * factor == int(in_code[1])


def test_settings_are_those_that_a_built_page_has() -> None:
    outputs = load_outputs(local_stack())
    chosen = choose_approaches(outputs, Choice(), sdk=False)
    [context, *_] = site_contexts(outputs, MESSAGES, chosen)
    page = context.variables["settings"]
    named = [name for name in listed("On a site of your own") if name not in ("src", "integrity")]
    of_site = next(row for row in rows("On a site of your own") if row[0].startswith("`site`"))
    for name in named:
        owner = page["site"] if name in of_site[0] and name != "site" else page
        assert name in owner or name == "root", name


def test_the_callback_page_needs_what_is_said_and_no_more() -> None:
    needed = set(re.findall(r"getElementById\('([\w-]+)'\)", SCRIPTS["callback.js"]))
    template = (PROJECT / "templates" / "callback.html").read_text(encoding="utf-8")
    assert needed == set(re.findall(r"`(callback-\w+)`", PAGE))
    assert all(f'id="{name}"' in template for name in needed)


def test_approaches_and_commands_are_those_of_the_build() -> None:
    """M30: what the page offers can be asked for."""
    head = next(line for line in section("Which approach").splitlines() if "`" in line)
    assert set(_IN_CODE.findall(head)) == set(APPROACHES)
    asked = re.findall(r"--approach (\S+)", section("Which approach"))
    assert len(asked) == 2
    for choice in asked:
        Choice.parse([choice])


def test_settings_of_the_stack_are_those_of_the_reference() -> None:
    reference = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
    nested = re.findall(r"`((?:sites\[\]|authorizationServer)\.\w+)", PAGE)
    plain = ["clients", "refreshToken", "pkce", "maxAge", "assignment", "tokenEndpointAuthMethod"]
    assert len(nested) >= 5
    assert [key for key in {*nested, *plain} if f"`{key}`" not in reference] == []


@pytest.mark.parametrize("diagram", re.findall(r"^```mermaid\n(.*?)^```", PAGE, re.M | re.S))
def test_diagrams_are_whole(diagram: str) -> None:
    """Every arrow is between participants, every block is closed."""
    kind, *lines = [line.strip() for line in diagram.splitlines()]
    assert kind == "sequenceDiagram"
    known = {line.split()[1] for line in lines if re.match(r"(participant|actor) ", line)}
    blocks = 0
    for line in lines:
        if arrow := re.match(r"(\w+)--?>>(\w+): \S", line):
            assert {arrow[1], arrow[2]} <= known, line
        elif note := re.match(r"Note over ([\w,]+): \S", line):
            assert set(note[1].split(",")) <= known, line
        elif re.match(r"(alt|opt) \S", line):
            blocks += 1
        elif line == "end":
            blocks -= 1
        else:
            assert re.match(r"(participant|actor|else) ", line), line
        assert ";" not in line, "mermaid ends a statement there"
    assert blocks == 0


def test_each_approach_has_its_diagram_and_the_back_end_is_said_to_be_missing() -> None:
    titles = [
        "A: Okta's SDK",
        "B: the authorization endpoint",
        "C: separate clients",
        "D: a back end",
    ]
    assert all("```mermaid" in section(title) for title in titles)
    assert "Not part of this project" in section("D: a back end")
