"""The command line: where a plan comes from, what is printed, how it ends."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Protocol

import pytest

from review import commands
from review.engine import Preview, judge
from review.reference import severity_table
from review.rules import RULES
from tests.review.captured import FOLDER, text_of

PROJECT = Path(__file__).parent.parent.parent


class Run(Protocol):
    """Runs a command and returns its exit code and what it printed to both streams."""

    def __call__(self, *arguments: str, width: int = 100) -> tuple[int, str, str]: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process."""

    def run(*arguments: str, width: int = 100) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys, "argv", ["review", *arguments])
        with pytest.raises(SystemExit) as ended:
            commands.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def plan(name: str) -> tuple[str, str]:
    return "--file", str(FOLDER / f"{name}.json")


@pytest.mark.parametrize(
    ("name", "fail_at", "code"),
    [
        ("nothing", "notice", 0),
        ("max-age", "danger", 0),
        ("max-age", "notice", 1),
        ("refresh-tokens", "danger", 0),
        ("refresh-tokens", "warning", 1),
        ("no-pkce", "danger", 1),
        ("no-pkce", "never", 0),
        ("bad-settings", "never", 3),
        ("protected", "danger", 3),
    ],
)
def test_the_exit_code_is_what_a_check_needs(run: Run, name: str, fail_at: str, code: int) -> None:
    assert run("preview", *plan(name), "--fail-at", fail_at)[0] == code


def test_a_check_fails_at_danger_when_nothing_is_said(run: Run) -> None:
    assert [run("preview", *plan(name))[0] for name in ("no-pkce", "refresh-tokens")] == [1, 0]


@pytest.mark.parametrize("width", [30, 50, 80, 160])
def test_the_report_fits_the_window(run: Run, width: int) -> None:
    _, printed, complained = run("preview", *plan("move-site"), width=width)
    assert complained == ""
    assert max(len(line.rstrip()) for line in printed.splitlines()) <= width
    words = " ".join(printed.split())
    assert "1 warning, " in words
    assert "Help Centre" in words
    joined = "".join(printed.split())
    assert "http://support.localhost:8080/callback.html" in joined or width > 50


def test_colour_is_only_where_it_is_wanted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[1;31mdanger" in run("preview", *plan("no-pkce"))[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in run("preview", *plan("no-pkce"))[1]
    monkeypatch.delenv("FORCE_COLOR")
    assert "\x1b" not in run("preview", *plan("no-pkce"))[1]


def test_a_failed_preview_says_why_in_the_terminal(run: Run) -> None:
    _, printed, _ = run("preview", *plan("bad-settings"))
    assert "The preview failed" in printed
    assert "expected 'separate' or 'shared'" in printed


def test_nothing_of_a_plan_acts_in_a_terminal(run: Run, tmp_path: Path) -> None:
    text = text_of("no-pkce").replace("messenger-client", "[red]x[/red]\\u001b[2J")
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    _, printed, _ = run("preview", "--file", str(tmp_path / "plan.json"))
    assert "\x1b" not in printed
    assert "[red]x[/red]\\u{1b}[2J" in printed


def test_json_is_the_whole_report(run: Run) -> None:
    _, printed, _ = run("preview", *plan("no-pkce"), "--json")
    document = json.loads(printed)
    assert (document["schemaVersion"], document["stack"], document["worst"]) == (
        1,
        "local",
        "danger",
    )
    assert {row["rule"] for row in document["rows"]} == {"pkce-off"}


def test_markdown_goes_to_a_file_or_alone_to_the_output(run: Run, tmp_path: Path) -> None:
    comment = tmp_path / "comment.md"
    _, printed, _ = run("preview", *plan("no-pkce"), "--markdown", str(comment))
    assert printed.startswith("Preview of local")
    _, alone, _ = run("preview", *plan("no-pkce"), "--markdown", "-")
    assert alone == comment.read_text(encoding="utf-8")
    assert alone.startswith("<!-- messenger-sso:preview:local -->\n")


def test_a_plan_comes_from_standard_input_as_well(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text_of("no-pkce")))
    assert run("preview", "--file", "-")[1] == run("preview", *plan("no-pkce"))[1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--file", "no-such-file.json"], "no-such-file.json cannot be read (No such file"),
        (["--file", "README.md"], "README.md: found"),
        ([*plan("nothing"), "--refresh"], "with --file nobody is asked"),
        ([*plan("nothing"), "--json", "--markdown", "-"], "both would print to the same place"),
        ([*plan("nothing"), "--markdown", "/no/such/folder/x.md"], "cannot be written"),
    ],
)
def test_wrong_use_is_answered_with_what_to_do(
    run: Run, arguments: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    code, printed, complained = run("preview", *arguments)
    assert (code, printed) == (2, "")
    assert reason in complained
    assert "Traceback" not in complained


def test_without_an_engine_the_way_to_one_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, complained = run("preview", "--stack", "dev")
    assert code == 2
    assert "`pulumi` is not on PATH" in complained


def test_what_the_engine_says_without_a_plan_is_the_report() -> None:
    told = judge("dev", 6, "", "error: no stack named 'dev' found, token=abcdef-123456 x\n")
    assert told.failed
    assert "no stack named 'dev'" in told.errors[0].message
    assert "exit code 6" in told.errors[0].message
    quiet = judge("dev", 255, "", "")
    assert "did not say why" in quiet.errors[0].message


def test_a_plan_of_a_run_that_failed_without_a_word_is_not_believed() -> None:
    told = judge("local", 1, text_of("no-pkce"), "error: the policy pack refused")
    assert told.failed
    assert "the policy pack refused" in told.errors[0].message
    assert not judge("local", 0, text_of("no-pkce"), "warning: something").failed


def test_the_engine_is_asked_for_what_the_options_say() -> None:
    asked = Preview("dev", refresh=True, save_plan=Path("plan.json")).arguments
    assert asked == [
        *("preview", "--json", "--stack", "dev", "--refresh"),
        *("--save-plan", "plan.json"),
    ]


def test_the_page_has_the_table_of_the_rules(run: Run) -> None:
    code, printed, _ = run("rules")
    assert (code, printed) == (0, severity_table())
    page = (PROJECT / "docs" / "preview.md").read_text(encoding="utf-8")
    assert severity_table() in page, "write it anew with `python -m review rules`"
    assert all(f"| `{rule}` |" in page for rule in RULES)
