"""No secret leaves the report, whoever forgot to mark it."""

from __future__ import annotations

import copy
import json
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from review.markdown import to_markdown
from review.masking import is_secret_key, masked, masked_text
from review.terminal import show_report
from tests.review.making import (
    CREDENTIAL,
    OKTA,
    RESOURCES,
    Step,
    plan,
    reported,
    setting,
    step,
    update,
)

SECRET = "sEcReT-4711-value"
SIGNED = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "value": SECRET,
}


def everything(document: dict[str, Any]) -> str:
    """Return every form of the report in one text."""
    report = reported(document)
    screen = Console(file=StringIO(), width=120)
    show_report(report, screen)
    assert isinstance(screen.file, StringIO)
    return "\n".join(
        [to_markdown(report), json.dumps(report.as_json()), screen.file.getvalue(), repr(report)]
    )


def client(**properties: Any) -> Step:
    old = RESOURCES["messenger-client"]["inputs"]
    return update("messenger-client", OKTA, old, {**old, **properties})


def listed_as_secret() -> Step:
    change = update("thing", "a:b:Thing", {"pin": "old"}, {"pin": SECRET})
    change["newState"]["additionalSecretOutputs"] = ["pin"]
    return change


LEAKS: dict[str, dict[str, Any]] = {
    "the secret of a client, in clear": plan(client(clientBasicSecret=SECRET)),
    "a secret inside another property": plan(client(settings={"oauth": {"clientSecret": SECRET}})),
    "the engine's wrapper": plan(client(label=SIGNED)),
    "a property that the resource calls secret": plan(listed_as_secret()),
    "the fields of a credential": plan(
        update("credential", CREDENTIAL, {"fields": {"a": "b"}}, {"fields": {"a": SECRET}})
    ),
    "a password of an unknown type": plan(step("create", "x", "a:b:C", None, {"password": SECRET})),
    "the same text in another property": plan(
        client(clientBasicSecret=SECRET, label=f"my {SECRET}")
    ),
    "the same text in what the engine says": plan(
        client(clientBasicSecret=SECRET),
        diagnostics=[{"severity": "error", "message": f"error: refused {SECRET}"}],
    ),
    "the same text as a resource's name": plan(
        step("create", SECRET, "a:b:C", None, {"apiToken": SECRET})
    ),
    "a setting in clear": {
        **plan(diagnostics=[{"severity": "warning", "message": f"got {SECRET}"}]),
        "config": {"okta:apiToken": SECRET},
    },
    "a setting in clear, inside a structured one": {
        **plan(client(label=SECRET)),
        "config": {"messenger-sso:identityProvider": json.dumps({"clientSecret": SECRET})},
    },
    "a header in what the engine says": plan(
        diagnostics=[{"severity": "error", "message": f"Authorization: SSWS {SECRET}"}]
    ),
    "an assignment in what the engine says": plan(
        diagnostics=[{"severity": "error", "message": f'"client_secret": "{SECRET}"'}]
    ),
    "a URL with a password in what the engine says": plan(
        diagnostics=[{"severity": "error", "message": f"https://me:{SECRET}@proxy.example/"}]
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_secret_is_in_no_form_of_the_report(leak: str) -> None:
    assert SECRET in json.dumps(LEAKS[leak])
    assert SECRET not in everything(LEAKS[leak])


def test_secrets_of_the_environment_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENESYSCLOUD_OAUTHCLIENT_SECRET", SECRET)
    assert SECRET not in everything(plan(client(label=f"a {SECRET}")))
    assert masked_text(f"refused: {SECRET}") == "refused: [secret]"


def test_a_change_of_a_secret_in_clear_is_told() -> None:
    old = {**RESOURCES["messenger-client"]["inputs"], "clientBasicSecret": "another-secret"}
    change = update("messenger-client", OKTA, old, {**old, "clientBasicSecret": SECRET})
    (row,) = reported(plan(change)).rows
    assert row.rule.id == "secret-rotated"


def test_what_is_no_secret_stays() -> None:
    for key in ("tokenEndpointAuthMethod", "clientId", "refreshTokenRotation", "publicKeys"):
        assert not is_secret_key(key), key
    kept = {"omitSecret": True, "refreshToken": False, "tokenPoolSize": "1", "name": "secret"}
    assert masked(kept) == kept


def test_long_and_short_secrets_that_share_a_beginning_are_both_masked() -> None:
    hidden = masked({"password": "abcd", "clientSecret": "abcd-efgh", "note": "abcd-efgh abcd"})
    assert hidden["note"] == "[secret] [secret]"


KEYS = ("clientSecret", "apiToken", "privateKey", "password", "access_token", "clientBasicSecretWo")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(KEYS),
    st.text(alphabet="QXZ@|`\\\"'<>&é\n ", min_size=6, max_size=20).filter(
        lambda text: len(text.strip()) >= 6
    ),
    st.sampled_from(["messenger-client", "help-deployment", "credential", "access-rule"]),
)
def test_no_secret_of_any_shape_is_told(key: str, secret: str, name: str) -> None:
    change = setting(name, key, secret)
    other = copy.deepcopy(setting("website-client", "label", f"about {secret} here"))
    said = [{"severity": "warning", "message": f"said {secret} twice"}]
    report = reported(plan(change, other, diagnostics=said))
    for text in (to_markdown(report), json.dumps(report.as_json(), ensure_ascii=False)):
        assert secret.strip() not in text
        assert json.dumps(secret.strip())[1:-1] not in text
