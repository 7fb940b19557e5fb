"""What the workflows may do, and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.layout import Layout
from tests.workflows.files import ACTIONS, EXPRESSION, FILES, WORKFLOWS, File, Job

ROOT = Layout.of_project().root
READS = {"contents": "read"}
# A token for AWS's roles is asked for with an identity of the run, so that no key is kept.
READS_WITH_AWS = {**READS, "id-token": "write"}
PERMISSIONS = {
    ("ci", "test"): READS,
    ("deploy", "dev"): READS_WITH_AWS,
    ("deploy", "staging"): READS_WITH_AWS,
    ("deploy", "prod"): READS_WITH_AWS,
    ("deploy-stack", "plan"): READS_WITH_AWS,
    ("deploy-stack", "apply"): READS_WITH_AWS,
    ("drift", "drift"): READS_WITH_AWS,
    ("preview", "preview"): {**READS_WITH_AWS, "pull-requests": "write"},
    ("publish", "publish"): READS_WITH_AWS,
}
# Whatever else is run: a container's packages, this project's own tests, the summary.
OTHER_SCRIPTS = {
    "apt-get update && apt-get install --yes --no-install-recommends "
    "ca-certificates git make procps python3-venv",
    "bash .ci/run",
    'cat ".local/review/$STACK.md" >> "$GITHUB_STEP_SUMMARY"',
}
JOBS = [job for file in WORKFLOWS.values() for job in file.jobs.values()]
THEIR_NAMES = [f"{job.workflow}/{job.name}" for job in JOBS]

every_file = pytest.mark.parametrize(
    "file", FILES, ids=lambda file: file.path.parent.name + "/" + file.path.name
)
every_job = pytest.mark.parametrize("job", JOBS, ids=THEIR_NAMES)


@every_file
def test_actions_of_others_are_pinned_to_a_commit_that_says_its_version(file: File) -> None:
    lines = re.findall(r"^\s*(?:- )?uses: (.*)$", file.text, re.MULTILINE)
    assert len(lines) == file.text.count("uses:")
    for used in lines:
        if not used.startswith("./"):
            assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used


def test_one_action_has_one_commit_everywhere() -> None:
    used = {
        line for file in FILES for line in re.findall(r"uses: (\S+@.*)$", file.text, re.MULTILINE)
    }
    assert len({line.partition("@")[0] for line in used}) == len(used)


@every_file
def test_actions_of_this_project_exist(file: File) -> None:
    for step in file.steps():
        if step.action.startswith("./"):
            assert step.action.removeprefix("./.github/actions/") in ACTIONS


@pytest.mark.parametrize("file", WORKFLOWS.values(), ids=WORKFLOWS)
def test_nothing_is_permitted_but_to_the_jobs_that_need_it(file: File) -> None:
    assert file.content["permissions"] == {}


def test_each_job_is_permitted_the_least() -> None:
    assert {(job.workflow, job.name): job.permissions for job in JOBS} == PERMISSIONS


def test_no_workflow_runs_a_forks_code_with_secrets() -> None:
    """`pull_request_target` and `workflow_run` have them, also for a pull request from a fork."""
    for file in WORKFLOWS.values():
        events = file.content["on"]
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(events)


@every_job
def test_forks_run_only_the_tests_which_need_no_secret(job: Job) -> None:
    if "pull_request" not in WORKFLOWS[job.workflow].content["on"]:
        return
    if "secrets." in str(job.content):
        assert job.content["if"] == (
            "github.event.pull_request.head.repo.full_name == github.repository"
        )
    else:
        assert job.permissions == READS
        assert [step.run for step in job.steps if step.run][-1] == "bash .ci/run"


@every_job
def test_secrets_reach_scripts_as_variables_and_nothing_else(job: Job) -> None:
    """An action's input, a condition or a name would show or spread them."""
    for path, text in _texts(job.content):
        for expression in EXPRESSION.findall(text):
            if expression.startswith("secrets.") or expression == "github.token":
                assert re.fullmatch(r"(steps\.\d+\.)?env\.[A-Z_]+", path), path
    inherits = [path for path, text in _texts(job.content) if text == "inherit"]
    assert inherits in ([], ["secrets"])
    if inherits:
        assert job.content["uses"].startswith("./"), "our own workflow, of the same commit"


@every_file
def test_no_expression_is_part_of_a_script(file: File) -> None:
    """GitHub puts its value in as text, so that a branch's name could be a command."""
    assert [step.run for step in file.steps() if "${{" in step.run] == []


@every_file
def test_every_script_is_a_target_of_make_that_exists(file: File) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for step in file.steps():
        if step.run and step.run not in OTHER_SCRIPTS:
            assert re.fullmatch(r"make [a-z-]+", step.run), step.run
            assert step.run.removeprefix("make ") in targets


@every_job
def test_a_checkout_leaves_no_token_behind(job: Job) -> None:
    for step in job.steps:
        if step.action == "actions/checkout":
            assert step.given == {"persist-credentials": False}


@every_job
def test_a_job_that_does_something_ends_in_bounded_time(job: Job) -> None:
    assert ("timeout-minutes" in job.content) is bool(job.steps)


@every_job
def test_a_job_with_secrets_belongs_to_an_environment(job: Job) -> None:
    """Its secrets are those of one environment; only where it is applied do reviewers wait."""
    if "secrets." not in str(job.content):
        return
    changes = {"make deploy", "make publish"} & {step.run for step in job.steps}
    environment = EXPRESSION.sub("STACK", job.content["environment"])
    assert environment == ("STACK" if changes else "STACK-preview")


def test_environments_are_deployed_one_after_the_other() -> None:
    jobs = WORKFLOWS["deploy"].jobs
    assert [jobs[name].content.get("needs") for name in ("dev", "staging", "prod")] == [
        None,
        "dev",
        "staging",
    ]
    assert {name: job.content["with"]["stack"] for name, job in jobs.items()} == {
        name: name for name in jobs
    }
    assert {job.content["uses"] for job in jobs.values()} == {
        "./.github/workflows/deploy-stack.yml"
    }
    for name in ("deploy", "publish"):
        assert WORKFLOWS[name].content["concurrency"] == {"group": "deploy"}, "one at a time"


def test_every_environment_is_looked_at() -> None:
    stacks = {path.stem.removeprefix("Pulumi.") for path in ROOT.glob("Pulumi.*.yaml")} - {"local"}
    assert set(WORKFLOWS["deploy"].jobs) == stacks
    for name in ("preview", "drift"):
        (job,) = WORKFLOWS[name].jobs.values()
        assert set(job.content["strategy"]["matrix"]["stack"]) == stacks
    inputs = WORKFLOWS["publish"].content["on"]["workflow_dispatch"]["inputs"]
    assert set(inputs["stack"]["options"]) == stacks


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text within, and where it is."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _texts(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, str):
        yield path, value
