"""The workflows' steps, run in their order on the local cloud: what each job leaves behind."""

from __future__ import annotations

from tests.stack.workbench import Config
from tests.workflows.conftest import STACK, Team

PLANNED = {
    "make set-up": 0,
    "make preview": 0,
    'cat ".local/review/$STACK.md" >> "$GITHUB_STEP_SUMMARY"': 0,
}
APPLIED = {
    "make set-up": 0,
    "make deploy": 0,
    "make site": 0,
    "make publish": 0,
    "make doctor": 0,
}


def rename_shop(name: str) -> object:
    """Return a change of the configuration that visitors see, and that no rule calls dangerous."""

    def change(config: Config) -> None:
        config["messenger-sso:sites"][0]["displayName"] = name

    return change


def test_a_deploy_applies_its_plan_and_the_doctor_finds_nothing_amiss(deployed: Team) -> None:
    """From nothing: two jobs in two checkouts, the plan handed from one to the other."""
    assert deployed.planned.codes == PLANNED
    assert f"## Preview of `{STACK}`" in deployed.planned.summary
    plan = deployed.runner.artifacts[f"plan-{STACK}"].read_text(encoding="utf-8")
    assert not [one for one in deployed.reader.secrets.values() if one in plan]

    assert deployed.applied.codes == APPLIED, [one.said for one in deployed.applied.done]
    assert "21 created" in deployed.applied.said("make deploy")
    assert deployed.applied.kept == set(), "a plan is applied once"
    assert {"index.html", "help/index.html"} <= set(deployed.written)
    assert ", 0 fail, 0 could-not-tell" in deployed.applied.said("make doctor")


def switch_pkce_off(config: Config) -> None:
    """Make the change that is dangerous in every environment."""
    config["messenger-sso:pkce"] = False


def test_a_pull_request_gets_one_comment_and_fails_its_check_once_it_is_dangerous(
    team: Team,
) -> None:
    """The comment is edited in place; neither the clouds nor the state are changed."""
    team.bench.forget_requests()
    before = team.bench.state()
    team.edit(rename_shop("Other Name"))
    ran = team.run("preview", "preview")
    assert ran.codes == {"make set-up": 0, "make preview": 0, "make comment": 0}
    human, comment = team.github.comments
    assert "Other Name" in comment["body"]
    assert "PKCE" not in comment["body"]
    first = dict(comment)

    team.edit(rename_shop("Example Shop"))
    team.edit(switch_pkce_off)
    ran = team.run("preview", "preview")
    assert ran.codes["make preview"] != 0
    assert ran.codes["make comment"] == 0
    assert team.github.comments == [human, comment]
    assert comment["id"] == first["id"]
    assert "PKCE is switched off" in comment["body"]
    assert "Other Name" not in comment["body"]
    assert team.bench.written() == {}
    assert team.bench.state() == before


def test_a_danger_that_was_merged_is_shown_to_the_environments_reviewers(team: Team) -> None:
    """The pull request's check has failed for it; whether it is applied they decide."""
    team.edit(switch_pkce_off)
    ran = team.run("deploy-stack", "plan")
    assert ran.codes == PLANNED
    assert "PKCE is switched off" in ran.summary
    assert f"{STACK}.plan.json" in ran.kept


def test_what_is_not_in_the_reviewed_plan_is_refused(team: Team) -> None:
    """Somebody merges another change after the plan was read: nothing of either is applied."""
    team.edit(rename_shop("Reviewed Name"))
    assert team.run("deploy-stack", "plan").codes == PLANNED
    team.edit(switch_pkce_off)
    team.bench.forget_requests()
    ran = team.run("deploy-stack", "apply")
    assert ran.codes.pop("make deploy") != 0
    assert set(ran.codes) == {"make set-up", "make deploy"}, "nothing is published or checked"
    assert "pkce" in ran.said("make deploy").lower()
    assert "plan" in ran.said("make deploy")
    assert team.bench.written() == {}, ran.said("make deploy")
    app = team.bench.outputs()["messengerClientId"]
    client = team.bench.okta("GET", f"/api/v1/apps/{app}").json()["credentials"]["oauthClient"]
    assert client["pkce_required"] is True


def test_the_site_alone_is_published_and_only_what_changed(team: Team) -> None:
    before = team.written
    team.storage.client().delete_object(Bucket=team.bucket, Key="help/index.html")
    ran = team.run("publish", "publish")
    assert ran.codes == {"make set-up": 0, "make site": 0, "make publish": 0}
    assert team.written == before
    assert "Uploaded 1 file " in ran.said("make publish")


def test_the_night_finds_what_was_changed_behind_the_stacks_back(team: Team) -> None:
    """It changes nothing by itself; both steps run, and both name what they see."""
    # What keeps the other tests from being asked is no option here.
    team.reader.follow(f"unset PULUMI_SKIP_CONFIRMATIONS; make drift STACK={STACK}")
    site = team.bench.outputs()["sites"][0]
    path = f"/api/v2/webdeployments/deployments/{site['deploymentId']}"
    before = team.bench.genesys("GET", path).json()
    team.bench.genesys("PUT", path, json={**before, "allowedDomains": ["elsewhere.example"]})
    try:
        ran = team.run("drift", "drift")
    finally:
        team.bench.genesys("PUT", path, json=before)
    assert list(ran.codes) == ["make set-up", "make drift", "make doctor"]
    assert ran.codes["make drift"] != 0
    assert "shop-deployment" in ran.said("make drift")
    assert ran.codes["make doctor"] != 0
    assert "deployment-domains" in ran.said("make doctor")
