"""`python -m sample_site` as a person or a script uses it."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sample_site import okta_sdk
from sample_site.__main__ import main
from sample_site.manifest import read_manifest
from sample_site.source import PROJECT
from tests.sample_site.samples import Outputs, as_json, local_stack, okta_package


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def command(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["sample_site", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        shown = capsys.readouterr()
        return Done(int(end.value.code or 0), shown.out, shown.err)

    return command


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], Path]:
    """Put a `pulumi` on PATH that notes how it was called, prints a text and ends."""

    def install(prints: str, code: int) -> Path:
        bin_folder, noted = tmp_path / "bin", tmp_path / "called.json"
        bin_folder.mkdir()
        program = bin_folder / "pulumi"
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, os, pathlib, sys\n"
            f"pathlib.Path({str(noted)!r}).write_text(json.dumps([sys.argv[1:], os.getcwd()]))\n"
            f"print({prints!r}, file=sys.stderr if {code} else sys.stdout)\n"
            f"sys.exit({code})\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(bin_folder))
        return noted

    return install


def test_a_stack_is_built_from_what_the_engine_prints(
    run: Run, engine: Callable[[str, int], Path], tmp_path: Path
) -> None:
    noted = engine(as_json(local_stack()), 0)
    done = run("build", "--stack", "local", "--out", tmp_path / "site")
    assert done.code == 0
    for words in ("local", "storefront", "http://localhost:8080/", "help", "files"):
        assert words in done.out
    arguments, folder = json.loads(noted.read_text(encoding="utf-8"))
    assert arguments[:5] == ["stack", "output", "--json", "--stack", "local"]
    assert "--show-secrets" not in arguments
    assert Path(folder) == PROJECT
    assert "the same as before" not in done.out
    again = run("build", "--stack", "local", "--out", tmp_path / "site")
    assert "the same as before" in again.out


def test_an_engine_that_fails_is_quoted(
    run: Run, engine: Callable[[str, int], Path], tmp_path: Path
) -> None:
    engine("error: no stack named 'lokal' [found]", 255)
    done = run("build", "--stack", "lokal", "--out", tmp_path / "site")
    assert done.code == 1
    assert "error: no stack named 'lokal' [found]" in done.err
    assert "exit code 255" in done.err
    assert "Traceback" not in done.err


def test_without_an_engine_one_sentence_says_how_to_get_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("build", "--stack", "local", "--out", tmp_path / "site")
    assert done.code == 1
    assert 'eval "$(python3 -m local env)"' in done.err
    assert "install Pulumi" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, "Name the stack, for example: make publish STACK=dev"),
        ({"STACK": "dev"}, "Name the bucket, for example: make publish STACK=dev SITE_BUCKET=my-"),
    ],
)
def test_make_asks_for_the_variables_that_publishing_needs(
    given: dict[str, str], asked: str
) -> None:
    others = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    done = subprocess.run(
        ["make", "--old-file=set-up", "publish"],
        cwd=PROJECT,
        env={**others, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout.startswith(asked)


def test_outputs_can_come_from_a_file_or_from_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(as_json(local_stack()), encoding="utf-8")
    assert run("build", "--outputs", file, "--out", tmp_path / "a").code == 0
    stream = io.TextIOWrapper(io.BytesIO(file.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert run("build", "--outputs", "-", "--out", tmp_path / "b").code == 0
    assert read_manifest(tmp_path / "a") == read_manifest(tmp_path / "b")


def built_approaches(folder: Path) -> dict[str, str]:
    """Return the approach that each built site's pages start with."""
    found = {}
    for site in read_manifest(folder).sites:
        html = (folder / site.folder / "index.html").read_text(encoding="utf-8")
        found[site.name] = html.partition('"approach": "')[2].partition('"')[0]
    return found


def test_each_site_signs_in_as_it_is_told_to(run: Run, tmp_path: Path) -> None:
    """M30"""
    (tmp_path / "outputs.json").write_text(as_json(local_stack()), encoding="utf-8")
    done = run(
        *("build", "--outputs", tmp_path / "outputs.json", "--out", tmp_path / "site"),
        *("--okta-auth-js", okta_package(tmp_path / "package")),
        *("--approach", "okta-auth-js", "--approach", "help=endpoint"),
    )
    assert done.code == 0
    assert built_approaches(tmp_path / "site") == {"storefront": "okta-auth-js", "help": "endpoint"}


def test_a_build_without_oktas_sdk_says_so_and_refuses_a_site_that_wants_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(okta_sdk, "DEFAULT_PACKAGE", tmp_path / "none")
    (tmp_path / "outputs.json").write_text(as_json(local_stack()), encoding="utf-8")
    build = ("build", "--outputs", tmp_path / "outputs.json", "--out", tmp_path / "site")
    done = run(*build)
    assert done.code == 0
    assert "Without the approach okta-auth-js: the SDK is not installed" in done.out
    assert built_approaches(tmp_path / "site") == {"storefront": "separate", "help": "separate"}
    refused = run(*build, "--approach", "help=okta-auth-js")
    assert refused.code == 1
    assert "help: okta-auth-js is not possible" in refused.err


def without(outputs: Outputs, *names: str) -> Outputs:
    for name in names:
        target = outputs["sites"][1] if name.startswith("site.") else outputs
        del target[name.removeprefix("site.")]
    return outputs


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            as_json(without(local_stack(), "issuer", "region", "site.snippet", "site.url")),
            ["issuer: missing", "region: missing", "sites[1].snippet: missing", "sites[1].url"],
        ),
        (as_json({**local_stack(), "schemaVersion": 2}), ["schemaVersion", "newer"]),
        (as_json({**local_stack(), "pkce": "yes", "maxAge": -1}), ["pkce: found", "maxAge: found"]),
        (as_json({**local_stack(), "sites": []}), ["sites: found"]),
        ("{", ["no JSON"]),
        ("", ["no JSON"]),
        ("[]", ["expected a JSON object"]),
    ],
)
def test_outputs_that_cannot_be_used_stop_the_build_and_are_named(
    run: Run, tmp_path: Path, text: str, named: Sequence[str]
) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(text, encoding="utf-8")
    done = run("build", "--outputs", file, "--out", tmp_path / "site")
    assert done.code == 1
    for words in (*named, str(file)):
        assert words in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build"], "either --stack NAME or --outputs FILE"),
        (["build", "--stack", "local", "--outputs", "x"], "either --stack NAME or --outputs FILE"),
        (["serve", "--host", "0.0.0.0"], "No such option"),  # noqa: S104 (what must be refused)
        (["serve", "--port", "70000"], "65535"),
        (["build", "--stack", "local", "--approach", "a=b"], "expected NAME=APPROACH"),
    ],
)
def test_wrong_use_ends_with_two(run: Run, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert words in done.err


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    done = run("build", "--outputs", tmp_path / "no.json", "--out", tmp_path / "site")
    assert done.code == 1
    assert "no.json cannot be read (No such file or directory)" in done.err


def test_serving_what_is_not_built_says_how_to_build_it(run: Run, tmp_path: Path) -> None:
    done = run("serve", "--dir", tmp_path, "--port", "1")
    assert done.code == 1
    assert f"no built site in {tmp_path}" in done.err
    assert "python -m sample_site build" in done.err


def test_serving_on_a_port_in_use_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text(as_json(local_stack()), encoding="utf-8")
    run("build", "--outputs", tmp_path / "outputs.json", "--out", tmp_path / "site")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", "--dir", tmp_path / "site", "--port", str(port))
    assert done.code == 2
    assert f"Port {port} on 127.0.0.1 cannot be used (Address already in use)" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_colour_is_left_out_where_it_is_not_wanted() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sample_site", "build"],
        cwd=PROJECT,
        env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "31m" not in done.stderr
