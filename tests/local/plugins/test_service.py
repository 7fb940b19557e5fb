"""A provider server answers the engine's calls as the protocol asks."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from tests.local.plugins.engine_client import (
    UNKNOWN,
    CallError,
    EngineClient,
    from_struct,
    is_secret,
    secret,
    serving,
    to_struct,
)
from tests.local.plugins.shop import FIND, ORDER, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def fresh(shop: Shop) -> Iterator[EngineClient]:
    """A connection on which nothing is configured."""
    with serving(shop.provider()) as client:
        yield client


@pytest.fixture
def engine(fresh: EngineClient) -> EngineClient:
    fresh.configure({"key": secret("right")})
    return fresh


class TestBeforeConfiguration:
    def test_the_engine_learns_what_the_provider_is(self, fresh: EngineClient) -> None:
        shaken = fresh.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
        assert shaken.accept_secrets
        assert shaken.supports_autonaming_configuration
        assert fresh.stub.GetPluginInfo(empty_pb2.Empty()).version == "4.5.6"
        fresh.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
        schema = json.loads(fresh.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
        assert schema["resources"][ORDER]["requiredInputs"] == ["customer"]

    def test_the_package_is_confirmed_and_any_other_refused(self, fresh: EngineClient) -> None:
        value = provider_pb2.ParameterizeRequest.ParametersValue(name="shop", version="9.9.9")
        answer = fresh.stub.Parameterize(provider_pb2.ParameterizeRequest(value=value))
        assert (answer.name, answer.version) == ("shop", "9.9.9")
        args = provider_pb2.ParameterizeRequest.ParametersArgs(args=["acme/shop"])
        answer = fresh.stub.Parameterize(provider_pb2.ParameterizeRequest(args=args))
        assert (answer.name, answer.version) == ("shop", "1.2.3")
        value.name = "bakery"
        with pytest.raises(Exception, match="shop only, and bakery was asked"):
            fresh.stub.Parameterize(provider_pb2.ParameterizeRequest(value=value))

    def test_resources_can_be_checked_but_not_made(self, fresh: EngineClient) -> None:
        assert not fresh.check(ORDER, {"customer": "c"}).failures
        with pytest.raises(CallError, match="shop provider is not configured"):
            fresh.create(ORDER, {"customer": "c"})

    def test_unheard_of_types_and_look_ups_are_refused(self, fresh: EngineClient) -> None:
        with pytest.raises(
            CallError, match=r"no resource type shop:index/x:X; it has shop:index/o"
        ):
            fresh.check("shop:index/x:X", {})
        with pytest.raises(CallError, match=r"no look-up shop:index/x:x; it has shop:index/find"):
            fresh.invoke("shop:index/x:x", {})


class TestConfiguration:
    def test_settings_arrive_decoded_without_what_the_engine_adds(
        self, fresh: EngineClient, shop: Shop
    ) -> None:
        """Settings other than texts are JSON texts on the wire."""
        fresh.configure(
            {
                "key": secret("right"),
                "retries": "5",
                "careful": "true",
                "doors": '["a"]',
                "version": "1.2.3",
                "__internal": {},
            }
        )
        expected = {"key": "right", "retries": 5, "careful": True, "doors": ["a"]}
        assert shop.till.settings == expected

    def test_settings_may_come_as_variables(self, fresh: EngineClient, shop: Shop) -> None:
        fresh.configure({}, {"shop:config:key": "right", "shop:config:retries": "2"})
        assert shop.till.settings == {"key": "right", "retries": 2}

    def test_mistakes_in_settings_are_found_and_secrets_kept(self, fresh: EngineClient) -> None:
        settings = {"key": "hush", "retries": "many", "kee": "x", "careful": UNKNOWN}
        answer = fresh.stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct(settings)))
        found = {one.property: one.reason for one in answer.failures}
        assert set(found) == {"", "retries", "kee"}
        assert "expected a whole number" in found["retries"]
        assert "Did you mean key?" in found["kee"]
        assert "hush" not in str(answer.failures)
        assert from_struct(answer.inputs) == settings

    def test_a_cloud_that_refuses_stops_the_configuration(self, fresh: EngineClient) -> None:
        with pytest.raises(CallError, match=r"The key does not fit\. Check shop:key\.") as caught:
            fresh.configure({"key": "wrong"})
        assert caught.value.code == "FAILED_PRECONDITION"

    def test_changed_settings_never_replace(self, fresh: EngineClient) -> None:
        request = provider_pb2.DiffRequest(
            old_inputs=to_struct({"key": "a", "__internal": {}}), news=to_struct({"key": "b"})
        )
        answer = fresh.stub.DiffConfig(request)
        assert (list(answer.diffs), list(answer.replaces)) == (["key"], [])
        request.news.CopyFrom(request.old_inputs)
        none = provider_pb2.DiffResponse.DIFF_NONE
        assert fresh.stub.DiffConfig(request).changes == none


class TestCheck:
    def test_inputs_come_back_with_defaults_and_their_secrecy(self, engine: EngineClient) -> None:
        checked = engine.check(ORDER, {"customer": secret("c"), "tags": ["a", secret("b")]})
        assert not checked.failures
        assert is_secret(checked.inputs["customer"])
        assert is_secret(checked.inputs["tags"])
        assert checked.inputs["shelf"] == "A"
        assert checked.inputs["__defaults"] == ["name", "shelf"]

    def test_a_name_once_invented_is_kept(self, engine: EngineClient) -> None:
        first = engine.check(ORDER, {"customer": "c"}, name="tea").inputs
        again = engine.check(ORDER, {"customer": "c"}, name="tea", olds=first).inputs
        assert again["name"] == first["name"]
        assert first["name"].startswith("tea-")

    def test_the_resource_s_own_rules_are_told_along_with_the_others(
        self, engine: EngineClient
    ) -> None:
        found = engine.check(ORDER, {"count": 10, "parts": [{"kind": "huge"}], "gift": "x"})
        assert set(found.failures) == {"customer", "count", "parts[0].kind", "gift"}

    def test_rules_do_not_stumble_over_unknown_or_wrong_values(self, engine: EngineClient) -> None:
        assert not engine.check(ORDER, {"customer": "c", "count": UNKNOWN}).failures
        found = engine.check(ORDER, {"customer": "c", "count": "many"}).failures
        assert found == {"count": "count is a text, expected a whole number."}

    def test_the_engine_is_not_led_to_print_a_secret(self, engine: EngineClient) -> None:
        """It prints the value of the property that a failure names."""
        found = engine.check(ORDER, {"customer": "c", "pin": [], "count": secret(10)})
        assert set(found.failures) == {""}
        assert "pin is a list" in found.failures[""]

    def test_a_stack_may_forbid_or_propose_names(self, engine: EngineClient) -> None:
        options = provider_pb2.CheckRequest.AutonamingOptions
        request = provider_pb2.CheckRequest(
            urn=engine.urn(ORDER, "tea"),
            news=to_struct({"customer": "c"}),
            autonaming=options(mode=options.Mode.DISABLE),
        )
        assert [one.property for one in engine.stub.Check(request).failures] == ["name"]
        request.autonaming.CopyFrom(options(mode=options.Mode.ENFORCE, proposed_name="tea-9"))
        assert from_struct(engine.stub.Check(request).inputs)["name"] == "tea-9"


class TestDiff:
    def test_differences_are_detailed(self, engine: EngineClient) -> None:
        found = engine.diff(ORDER, {"customer": "a", "count": 1}, {"customer": "b", "tags": ["x"]})
        assert found.changed
        assert found.paths == {"customer": "UPDATE_REPLACE", "count": "DELETE", "tags": "ADD"}
        assert found.replaces == ["customer"]

    def test_nothing_changed(self, engine: EngineClient) -> None:
        found = engine.diff(ORDER, {"customer": "a", "number": "1"}, {"customer": secret("a")})
        assert (found.changed, found.paths) == (False, {})

    def test_ignored_changes_do_not_count(self, engine: EngineClient) -> None:
        assert not engine.diff(ORDER, {"count": 1}, {"count": 2}, ignore=("count",)).changed

    @pytest.mark.parametrize(
        ("news", "first"),
        [
            ({"name": "x"}, True),
            ({"name": "x", "__defaults": ["name"]}, False),
            ({"name": "y"}, False),
        ],
    )
    def test_a_replacement_with_the_same_given_name_deletes_first(
        self, engine: EngineClient, news: dict[str, object], first: bool
    ) -> None:
        found = engine.diff(ORDER, {"customer": "a", "name": "x"}, {"customer": "b", **news})
        assert found.delete_first is first

    def test_an_update_never_deletes_first(self, engine: EngineClient) -> None:
        """The program may want a replacement all the same, and knows no name that is taken."""
        found = engine.diff(ORDER, {"name": "x", "count": 1}, {"name": "x", "count": 2})
        assert (found.changed, found.delete_first) == (True, False)


class TestWrites:
    def test_a_preview_writes_nothing(self, engine: EngineClient, shop: Shop) -> None:
        id, planned = engine.create(ORDER, {"customer": "c"}, preview=True)
        assert id == ""
        assert planned["number"] == UNKNOWN
        assert planned["receipt"]["value"] == UNKNOWN
        olds = {"customer": "c", "number": "O1"}
        changed = engine.update(ORDER, "o1", olds, {"customer": "c", "count": 2}, preview=True)
        assert changed["number"] == "O1"
        assert changed["count"] == 2
        assert shop.till.writes == []

    def test_an_object_is_made_with_its_secrets_wrapped(
        self, engine: EngineClient, shop: Shop
    ) -> None:
        id, state, _ = engine.make(
            ORDER, {"customer": secret("c"), "pin": "1", "hint": "h", "count": 2}
        )
        assert id == "o1"
        assert {name for name, value in state.items() if is_secret(value)} == {
            "customer",
            "pin",
            "receipt",
        }
        assert state["number"] == "O1"
        assert "hint" not in state
        assert not {key for key in (*state, *shop.till.orders["o1"]) if key.startswith("__")}

    def test_an_update_keeps_what_the_service_said_before(
        self, engine: EngineClient, shop: Shop
    ) -> None:
        id, state, inputs = engine.make(ORDER, {"customer": "c", "count": 1})
        after = engine.update(ORDER, id, state, inputs | {"count": 2})
        assert shop.till.writes == ["create o1", "update o1 1 to 2"]
        assert after == state | {"count": 2}

    def test_a_refusal_leaves_nothing_behind(self, engine: EngineClient) -> None:
        with pytest.raises(CallError, match="The shop is closed") as caught:
            engine.create(ORDER, {"customer": "refuse"})
        assert (caught.value.code, caught.value.left) == ("FAILED_PRECONDITION", None)

    def test_an_uncertain_outcome_is_told_as_such(self, engine: EngineClient) -> None:
        with pytest.raises(CallError, match="The line broke") as caught:
            engine.create(ORDER, {"customer": "lost"})
        assert caught.value.code == "UNKNOWN"

    def test_what_was_half_done_reaches_the_state(self, engine: EngineClient) -> None:
        inputs = {"customer": "half", "pin": "1"}
        with pytest.raises(CallError, match="The create was half done") as caught:
            engine.create(ORDER, inputs)
        left = caught.value.left
        assert left is not None
        assert (left.id, list(left.reasons)) == ("o7", ["The create was half done."])
        state = from_struct(left.properties)
        assert (state["number"], state["customer"]) == ("O7", "half")
        assert is_secret(state["pin"])
        assert from_struct(left.inputs) == inputs

    def test_a_half_done_update_keeps_what_was_known(self, engine: EngineClient) -> None:
        olds = {"customer": "half", "receipt": "paid"}
        with pytest.raises(CallError, match="The update was half done") as caught:
            engine.update(ORDER, "o7", olds, {"customer": "half"})
        left = caught.value.left
        assert left is not None
        assert from_struct(left.properties)["receipt"]["value"] == "paid"

    def test_an_unforeseen_error_tells_its_place_but_no_value(
        self, engine: EngineClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with pytest.raises(CallError, match="ValueError at _behave:") as caught:
            engine.create(ORDER, {"customer": "crash", "pin": "hush"})
        assert caught.value.code == "INTERNAL"
        assert "hush" not in str(caught.value) + caplog.text
        assert "ValueError" in caplog.text

    def test_deleting_what_is_gone_is_fine_and_other_failures_are_not(
        self, engine: EngineClient, shop: Shop
    ) -> None:
        id, state, _ = engine.make(ORDER, {"customer": "c"})
        engine.delete(ORDER, id, state)
        engine.delete(ORDER, id, state)
        with pytest.raises(CallError, match="No order stuck"):
            engine.delete(ORDER, "stuck", state)
        assert shop.till.orders == {}


class TestReads:
    def test_a_refresh_sees_drift_and_keeps_secrets(self, engine: EngineClient, shop: Shop) -> None:
        id, state, inputs = engine.make(
            ORDER, {"customer": secret("c"), "count": 1, "hint": secret("h")}
        )
        shop.till.orders[id]["count"] = 3
        found, state, inputs = engine.read(ORDER, id, state=state, inputs=inputs)
        assert found == id
        assert (state["count"], inputs["count"]) == (3, 3)
        assert state["receipt"]["value"] == "paid"
        assert is_secret(state["customer"])
        assert is_secret(inputs["customer"])
        assert inputs["hint"]["value"] == "h"

    @pytest.mark.parametrize("id", ["gone", "o99"])
    def test_what_is_gone_has_no_id(self, engine: EngineClient, id: str) -> None:
        state = {"customer": "c"}
        assert engine.read(ORDER, id, state=state, inputs=state) == ("", {}, {})

    def test_an_import_finds_the_parent_in_its_id(self, engine: EngineClient) -> None:
        id, _, _ = engine.make(ORDER, {"customer": "c", "shelf": "B", "pin": "1"})
        found, state, inputs = engine.read(ORDER, f"B/{id}")
        assert found == id
        assert state["shelf"] == "B"
        assert is_secret(state["pin"])
        assert is_secret(inputs["pin"])
        assert "number" not in inputs
        assert engine.diff(ORDER, state, inputs).paths == {}

    @pytest.mark.parametrize("id", ["o1", "a/b/o1", "/o1", "B/"])
    def test_an_import_id_of_the_wrong_form_is_refused(self, engine: EngineClient, id: str) -> None:
        with pytest.raises(CallError, match=r"is no import id of .*; expected shelf/id"):
            engine.read(ORDER, id)


class TestLookUps:
    def test_results_come_back_with_secrets_wrapped(self, engine: EngineClient) -> None:
        results, failures = engine.invoke(FIND, {"customer": "c"})
        assert not failures
        assert (results["customer"], results["count"]) == ("c", 0)
        assert is_secret(results["receipt"])
        assert "nothing" not in results

    def test_wrong_arguments_are_named(self, engine: EngineClient) -> None:
        _, failures = engine.invoke(FIND, {"custmer": "c"})
        assert set(failures) == {"customer", "custmer"}


class TestInstances:
    def test_connections_are_configured_apart(self, engine: EngineClient, shop: Shop) -> None:
        other = EngineClient(engine.port)
        other.configure({"retries": "9"})
        other.make(ORDER, {"customer": "theirs"})
        engine.make(ORDER, {"customer": "mine"})
        other.close()
        first, second = shop.tills
        assert first.settings == {"key": "right"}
        assert [till.orders["o1"]["customer"] for till in (first, second)] == ["mine", "theirs"]

    def test_a_connection_that_was_lost_goes_on_where_it_was(
        self, engine: EngineClient, shop: Shop
    ) -> None:
        again = EngineClient(engine.port)
        again.make(ORDER, {"customer": "c"})
        again.close()
        assert len(shop.tills) == 1
        assert shop.till.writes == ["create o1"]

    def test_a_client_ends_when_the_engine_says_goodbye(
        self, engine: EngineClient, shop: Shop
    ) -> None:
        assert not shop.till.closed
        engine.cancel()
        assert shop.till.closed

    def test_a_client_never_ends_in_the_middle_of_a_call(
        self, engine: EngineClient, shop: Shop
    ) -> None:
        till = shop.till
        till.held = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(engine.create, ORDER, {"customer": "c"})
            assert till.entered.wait(10)
            engine.cancel()
            assert not till.closed
            till.held.set()
            assert made.result(10)[0] == "o1"
        engine.stub.GetPluginInfo(empty_pb2.Empty())
        assert till.closed

    def test_many_calls_at_once_do_not_disturb_each_other(self, engine: EngineClient) -> None:
        def check(index: int) -> object:
            return engine.check(ORDER, {"customer": f"c{index}"}).inputs["customer"]

        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(check, range(200))) == [f"c{index}" for index in range(200)]
