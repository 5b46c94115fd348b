"""From a call that may not proceed to one that may: by the command that the check says, an approval, and until the end."""

from datetime import timedelta
from typing import Any

from tests.edges.gateway import call
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, usd
from tests.journeys.world import world as opened

INSTANT = timedelta(microseconds=1)
PREMIUM = 'platform/search: {limit: "$10,000 a month", also: [{models: premium, limit: "$100 a month"}], '


def check(world: World, **said: Any) -> dict[str, Any]:
    answer = world.stage.api.post("/v1/check", json={"scope": "platform/search", "model": "claude-sonnet-4-5"} | said)
    return dict(answer.raise_for_status().json())


def asks_as_told(world: World, verdict: dict[str, Any]) -> None:
    """Ada types what the check says."""
    command, _, text = verdict["command"].partition(" ")
    assert command == "/leeway"
    assert not world.ada.command(text, "random").error


def test_a_call_may_proceed_from_the_moment_its_override_is_active_until_its_end(world: World) -> None:
    world.search.spends(usd(10_000))
    stopped = check(world)
    assert (stopped["decision"], stopped["remaining"]) == ("needs_exception", 0)
    asks_as_told(world, stopped)
    world.ada.submit(**form())
    assert check(world)["decision"] == "needs_exception"
    world.bob.approves()
    assert (check(world)["decision"], check(world)["remaining"]) == ("allow", usd(400))
    assert world.search.override
    assert world.search.override.ends
    world.stage.clock.jump(world.search.override.ends - INSTANT)
    assert check(world)["decision"] == "allow"
    world.stage.clock.jump(world.search.override.ends)  # nothing that is due was done yet
    assert check(world)["decision"] == "needs_exception"


def test_after_a_restart_the_same_is_answered(world: World) -> None:
    world.search.spends(usd(10_000))
    world.ada.asks(usd(400))
    world.bob.approves()
    before = check(world)
    world.is_down(minutes=1)
    assert check(world) == before
    world.policy("$10,000 a month", "$9,000 a month")
    world.is_down(minutes=1)
    assert (check(world)["decision"], check(world)["limit"]) == ("needs_exception", usd(9_400))


def test_the_command_opens_the_form_on_the_quota_that_decided() -> None:
    policy = POLICY.replace('platform/search: {limit: "$10,000 a month", ', PREMIUM)
    with opened(policy) as world:
        opus = {"scope": "platform/search", "model": "claude-opus-4-5", "cost_usd": "100"}
        world.stage.use([{"specversion": "1.0", "type": "ai.leeway.usage", "source": "t", "id": "1", "data": opus}])
        stopped = check(world, model="claude-opus-4-5")
        assert stopped["quota"] == "platform/search:usd/month:premium"
        assert check(world)["decision"] == "allow"
        asks_as_told(world, stopped)
        chosen = world.ada.modal()["values"]["quota"]["quota"]["selected_option"]["value"]
        assert chosen == stopped["quota"]


def test_whom_the_hook_stopped_in_litellm_is_told_by_which_quota_and_can_ask_there() -> None:
    with opened(POLICY.replace('platform/search: {limit: "$10,000 a month", ', PREMIUM)) as world:
        key, at = "platform/search:usd/month:premium", world.now.timestamp()
        why = {"error_budget_entity_type": "leeway", "error_budget_entity_id": key, "error_class": "Refused"}
        stopped = call("denied", 1, error_information=why, startTime=at, endTime=at, model="claude-opus-4-5")
        assert world.stage.api.post("/v1/litellm/logs", json=[stopped]).json()["accepted"] == 1
        world.stage.settle()
        told = world.ada.sees("LiteLLM stopped a call of yours: a quota of Leeway's is used up.", channel="leeway")
        assert "Search (premium models)" in told["text"]
        assert not world.ada.press(told, "ask").error
        assert world.ada.modal()["values"]["quota"]["quota"]["selected_option"]["value"] == key
