"""Whatever arrives, the parsers answer with a refusal of their own and with nothing else."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from joserfc import jws
from starlette.responses import Response

from local.emulator.clock import Clock
from local.emulator.store import Store
from local.genesys.errors import GenesysError
from local.genesys.guest import frames
from local.genesys.guest.frames import FrameRefused
from local.genesys.guest.id_tokens import Expected, read_id_token
from local.genesys.guest.provider import ProviderError
from local.genesys.guest.sign_ins import SignIns
from tests.local.genesys.guest.conftest import EXCHANGE, Desk
from tests.local.genesys.guest.provider import KEYS, public

# A machine that is busy makes a test slow, not wrong.
calm = settings(deadline=None, suppress_health_check=list(HealthCheck))

HALF = "\ud800"  # half a character: JSON can say it, UTF-8 cannot
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HALF),
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


@calm
@given(st.text())
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    with suppress(FrameRefused):
        assert isinstance(frames.decode(text), dict)


@calm
@given(MEMBERS)
def test_any_members_are_parsed_or_refused(members: dict[str, Any]) -> None:
    with suppress(FrameRefused):
        found = frames.parse(frames.decode(json.dumps(members)))
        assert found["action"] in frames.ACTIONS
        assert found["token"] == TOKEN
        if found["action"] == "onMessage":
            frames.check_message(found["message"])
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


HEADER = st.fixed_dictionaries(
    {}, optional={"alg": st.sampled_from(["RS256", "HS256", "none"]) | JSON, "crit": JSON}
)
MADE_UP = st.text() | st.builds(
    lambda header, payload, signature: f"{_part(header)}.{_part(payload)}.{signature}",
    HEADER,
    JSON,
    st.just("AAAA") | st.text(max_size=9),
)
WRONG_TYPES = (
    f"{_part({'alg': ['HS256']})}.{_part({})}.AAAA",
    f"{_part({'alg': 'HS256', 'crit': [None]})}.{_part({})}.AAAA",
    f"{_part({'alg': 'RS256', 'kid': 'key-0', 'crit': 1})}.{_part({})}.AAAA",
)
SIGN_INS = SignIns(Store(), Clock(), "http://127.0.0.1")


@calm
@given(MADE_UP)
@example(WRONG_TYPES[2])
def test_nothing_made_up_is_an_id_token(token: str) -> None:
    expected = Expected(issuer="https://idp.example.com", client_id="client", now=0)
    with pytest.raises(ProviderError):
        read_id_token(token, [public(KEYS[0])], expected)


@calm
@given(MADE_UP)
@example(WRONG_TYPES[0])
@example(WRONG_TYPES[1])
def test_nothing_made_up_is_a_jwt_of_a_visitor(token: str) -> None:
    for read in (SIGN_INS.check, SIGN_INS.session_of):
        with pytest.raises(GenesysError) as caught:
            read(token)
        assert caught.value.status == 401


@pytest.mark.parametrize(
    "claims",
    [
        b"[" * 20_000 + b"]" * 20_000,
        b"[]",
        b"{",
        b'{"exp": NaN}',
        b'{"exp": 1e999}',
        json.dumps({"given_name": HALF}).encode(),
    ],
)
def test_a_provider_that_signs_nonsense_is_refused(claims: bytes) -> None:
    token = jws.serialize_compact({"alg": "RS256", "kid": "key-0"}, claims, KEYS[0])
    expected = Expected(issuer="https://idp.example.com", client_id="client", now=0)
    with pytest.raises(ProviderError, match="its claims are no JSON object"):
        read_id_token(token, [public(KEYS[0])], expected)


OAUTH = st.fixed_dictionaries(
    {},
    optional={
        "code": JSON,
        "idToken": MADE_UP,
        "redirectUri": JSON,
        "nonce": JSON,
        "maxAge": JSON,
        "codeVerifier": st.just("v" * 43) | JSON,
        "iss": JSON,
    },
)
ORIGINS = st.binary(max_size=40).map(
    lambda text: bytes(one for one in text if one > 0x20 and one != 0x7F)
) | st.sampled_from(
    [b"https://www.example.com", b"http://[", b"null", b"https://a@www.example.com"]
)


@settings(calm, max_examples=40)
@given(oauth=OAUTH | JSON, body=st.dictionaries(st.text(max_size=5), JSON), origin=ORIGINS)
def test_no_exchange_is_a_defect(
    desk: Desk, oauth: Any, body: dict[str, Any], origin: bytes
) -> None:
    """Whatever a page posts, and from wherever: refused, not failed."""
    whole = body | {"deploymentId": desk.deployment, "oauth": oauth}
    content = json.dumps(whole).encode()
    headers = [(b"Content-Type", b"application/json"), (b"Origin", origin)]
    answer = desk.cloud.anyone.post(EXCHANGE, content=content, headers=headers)
    assert 400 <= answer.status_code < 500, (answer.text, desk.reason())
    answer = desk.cloud.anyone.post(
        "/api/v2/webdeployments/token/refresh", content=json.dumps(oauth).encode(), headers=headers
    )
    assert 400 <= answer.status_code < 500, (answer.text, desk.reason())


@pytest.mark.parametrize("body", [{"name": HALF}, {"name": ["x", {HALF: 1}]}, {"x": float("nan")}])
def test_what_could_not_be_written_again_is_not_taken(desk: Desk, body: Any) -> None:
    """Kept, it would break every listing that it is in."""
    for path in (EXCHANGE, "/api/v2/webdeployments/configurations"):
        answer = desk.cloud.api.post(path, content=json.dumps(body))
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid.json")


NESTED = b'{"a":' * 2_000 + b"1" + b"}" * 2_000


def test_bodies_that_are_nested_too_deeply_are_refused(desk: Desk) -> None:
    """From a page, and from the provider; the journal has them all the same."""
    answer = desk.cloud.anyone.post(
        EXCHANGE, content=NESTED, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid.json")
    assert desk.cloud.log()[-1]["body"] == f"{len(NESTED)} bytes that are not JSON"
    desk.provider.replies["discovery"] = lambda: Response(NESTED, media_type="application/json")
    assert desk.exchange(desk.grant()).status_code == 401
    assert desk.reason() == "discovery document: no JSON object (status 200)"
