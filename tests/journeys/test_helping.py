"""An override that could not help is not asked for in vain: what is in the way is named, and so is what would cost less."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.demo import acme
from bot.demo.actor import texts
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, usd
from tests.journeys.world import world as opened

TIGHT = POLICY.replace("$250,000 a month", "$12,000 a month")
LATE = datetime(2026, 11, 29, 12, tzinfo=ZoneInfo(acme.ZONE))  # a Sunday; the month ends on Tuesday at midnight


@pytest.fixture
def tight() -> Iterator[World]:
    """A world in which the whole platform has hardly more than one of its teams."""
    with opened(TIGHT) as made:
        yield made


def told(world: World, block: str) -> str:
    """What ada's form says in one of its blocks."""
    blocks = world.ada.modal()["view"]["blocks"]
    return " ".join(texts([found for found in blocks if str(found.get("block_id")).startswith(block)]))


def test_a_request_that_a_quota_above_would_stop_is_refused_and_that_quota_named(tight: World) -> None:
    tight.mobile.spends(usd(12_000))
    tight.ada.opens()
    assert "Platform, monthly budget: spent $12,000 of $12,000" in told(tight, "barriers")
    sent = tight.ada.submit(**form())
    assert "Platform, monthly budget: spent $12,000 of $12,000" in str(sent.errors)
    assert not tight.search.requests


def test_a_request_for_more_than_a_quota_above_has_left_is_told_so_and_goes_through(tight: World) -> None:
    tight.mobile.spends(usd(11_900))
    tight.ada.opens()
    assert "Platform, monthly budget: $100 left, less than is asked for." in told(tight, "barriers")
    assert not tight.ada.submit(**form()).errors
    assert tight.search.requests


def test_a_guardrail_for_models_stops_a_request_for_those_models_alone(tight: World) -> None:
    tight.policy("owner: bob@acme.example}", 'owner: bob@acme.example, also: [{models: premium, limit: "$50 a month"}]}')
    tight.is_down(minutes=1)
    tight.search.spends(usd(60), model="claude-opus-4-5")
    tight.ada.command("request search", "team-search")
    assert not told(tight, "barriers")
    tight.ada.pick("models", ["claude-opus-*"])
    assert "Search (premium models), monthly budget: spent $60 of $50" in told(tight, "barriers")
    sent = tight.ada.submit(**form())
    assert "Search (premium models)" in str(sent.errors)
    assert not tight.search.requests
    assert not tight.ada.submit(models=[]).errors


def test_an_amount_that_leaves_the_quota_past_its_limit_is_said_with_the_least_that_would_help(world: World) -> None:
    world.search.spends(usd(10_900))
    world.ada.opens()
    world.ada.pick("amount", "400")
    assert "It takes at least +$910." in told(world, "barriers")
    world.ada.pick("amount", "910")
    assert not told(world, "barriers")


def test_near_its_reset_the_form_says_when_the_quota_begins_anew() -> None:
    with opened(start=LATE) as world:
        world.ada.opens()
        assert "The quota resets Tue 1 Dec, in 2 days." in told(world, "cheaper")


def test_far_from_the_reset_and_without_history_nothing_is_said_to_cost_less(world: World) -> None:
    world.ada.opens()
    assert not told(world, "cheaper")


def test_less_than_is_asked_for_is_said_where_the_forecast_says_it_is_enough(world: World) -> None:
    for _ in range(5):
        world.search.spends(usd(100))
        world.days_pass(1)
    world.ada.opens()
    world.ada.pick("duration", "days:1")
    assert "At this pace nothing more is needed until" in told(world, "cheaper")


def test_an_approved_model_that_costs_less_is_named_with_real_prices(world: World) -> None:
    calls = {"input_tokens": 30_000, "output_tokens": 10_000}
    for model in ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"):
        world.search.spends(usd(50 if "opus" in model else 10), model=model, **calls)
    world.ada.opens()
    assert "claude-sonnet-4-5` is approved for internal data: $6 for 1M tokens" in told(world, "cheaper")
    assert "`claude-opus-4-5` $10 ($4 less)" in told(world, "cheaper")
    world.ada.pick("data", "restricted")
    assert not told(world, "cheaper")  # only internal/* is approved for it
