"""Whatever arrives, the parsers answer with a refusal of their own and with nothing else."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.genesys.guest import frames
from local.genesys.guest.frames import FrameRefused
from local.genesys.guest.id_tokens import Expected, read_id_token
from local.genesys.guest.provider import ProviderError
from tests.local.genesys.guest.provider import KEYS, public

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
TOKEN = "6f1c1f8e-3f0a-4a57-9d59-0d2f5b7d7c11"
MEMBERS = st.fixed_dictionaries(
    {"action": st.sampled_from([*frames.ACTIONS, "onAttachment", "dance"])},
    optional={
        "token": st.just(TOKEN) | JSON,
        "tracingId": st.text() | JSON,
        "deploymentId": st.text() | JSON,
        "data": st.fixed_dictionaries({"code": st.text()}) | JSON,
        "message": JSON
        | st.fixed_dictionaries(
            {"type": st.sampled_from(["Text", "Event", "Structured"])},
            optional={
                "text": st.text() | JSON,
                "events": JSON | st.lists(st.fixed_dictionaries({"eventType": st.just("Typing")})),
                "channel": st.fixed_dictionaries({"metadata": JSON}),
            },
        ),
    },
)


@given(st.text())
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    with suppress(FrameRefused):
        assert isinstance(frames.decode(text), dict)


@given(MEMBERS)
def test_any_members_are_parsed_or_refused(members: dict[str, Any]) -> None:
    with suppress(FrameRefused):
        found = frames.parse(frames.decode(json.dumps(members)))
        assert found["action"] in frames.ACTIONS
        assert found["token"] == TOKEN
        if found["action"] == "onMessage":
            frames.check_message(found["message"])
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


@given(st.text() | st.from_regex(r"[\w-]{1,20}\.[\w-]{1,20}\.[\w-]{0,20}", fullmatch=True))
def test_nothing_made_up_is_an_id_token(token: str) -> None:
    expected = Expected(issuer="https://idp.example.com", client_id="client", now=0)
    refused = False
    try:
        read_id_token(token, [public(KEYS[0])], expected)
    except ProviderError:
        refused = True
    assert refused
