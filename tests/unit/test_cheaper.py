"""What could be done instead of asking for as much is said with its numbers where it is known, and else not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.blocking import Wish
from workflows.cheaper import Market, Model, Named, Smaller, Wait, model, smaller, ways
from workflows.forecast import Day, Outlook, lacking_by
from workflows.money import Unit, usd
from workflows.pricing import Price
from workflows.quotas import Quota, Standing
from workflows.spend import NOTHING, Sums
from workflows.times import Window

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RESET = datetime(2026, 12, 1, tzinfo=UTC)
AHEAD = [Day(NOW + timedelta(days=n), NOW + timedelta(days=n + 1), 0, "UTC") for n in range(11)]
STANDING = Standing(
    Quota("platform/search:usd/month", "platform/search", usd(1_000)),
    Window(NOW - timedelta(days=19), RESET),
    NOW,
    usd(1_000),
    usd(1_000),
)
OUTLOOK = Outlook(STANDING, 14, (Fraction(usd(10)),) * 11)
OPUS, SONNET, HAIKU = Named("anthropic", "claude-opus-4-5"), Named("", "claude-sonnet-4-5"), Named("", "claude-haiku-4-5")
EMBED, LOCAL, SECRET = Named("", "text-embed"), Named("", "internal/llama"), Named("", "unheard-of")
PRICES = {
    OPUS: Price(5_000_000, 25_000_000, 500_000, 6_250_000),
    SONNET: Price(3_000_000, 15_000_000, 300_000, 3_750_000),
    HAIKU: Price(1_000_000, 5_000_000, 100_000, 1_250_000),
    EMBED: Price(20_000, 0, 20_000, 20_000),
    LOCAL: Price(0, 0, 0, 0),
}
MIX = Sums(10, 10, 3_000_000, 1_000_000, cost=usd(40))


def market(*instead: Named, mine: dict[Named, Sums] | None = None, **named: Price) -> Market:
    """What there is; more prices by the model's name."""
    prices = PRICES | {Named("", name): price for name, price in named.items()}
    used = {OPUS: MIX} if mine is None else mine
    return Market(used, (*instead, *(Named("", name) for name in named)), lambda *name: prices.get(Named(*name)))


def wish(dollars: int = 400, *models: str, days: int = 3) -> Wish:
    return Wish(STANDING, usd(dollars), NOW + timedelta(days=days), models)


def at(days: float) -> Wish:
    """A wish so many days before the reset."""
    return replace(wish(), standing=replace(STANDING, at=RESET - timedelta(days=days)))


@pytest.mark.parametrize(("days", "near"), [(0.1, True), (2, True), (3, True), (3.01, False), (11, False)])
def test_waiting_for_the_reset_is_a_way_when_it_is_at_most_three_days_away(days: float, near: bool) -> None:
    found = ways(at(days), replace(OUTLOOK, expected=()), AHEAD, market())
    assert found == ((Wait(RESET),) if near else ())


def test_less_is_enough_where_less_is_expected_to_be_lacking_until_the_end() -> None:
    assert smaller(wish(days=3), OUTLOOK, AHEAD) == Smaller(usd(30), Unit.USD, NOW + timedelta(days=3))
    assert smaller(wish(days=30), OUTLOOK, AHEAD) == Smaller(usd(110), Unit.USD, RESET)
    assert smaller(wish(31, days=3), OUTLOOK, AHEAD)
    assert not smaller(wish(30, days=3), OUTLOOK, AHEAD)


def test_where_nothing_is_lacking_it_says_so() -> None:
    plenty = replace(OUTLOOK, standing=replace(STANDING, spent=usd(100)))
    assert smaller(replace(wish(), standing=plenty.standing), plenty, AHEAD) == Smaller(0, Unit.USD, NOW + timedelta(days=3))


def test_without_a_forecast_nothing_is_said_of_a_smaller_amount() -> None:
    assert smaller(wish(), replace(OUTLOOK, expected=()), AHEAD) is None


@given(st.integers(1, 3_000), st.integers(1, 11))
def test_a_smaller_amount_is_less_than_is_asked_for_and_covers_what_is_lacking(dollars: int, days: int) -> None:
    found = smaller(wish(dollars, days=days), OUTLOOK, AHEAD)
    lacking = lacking_by(OUTLOOK, AHEAD, NOW + timedelta(days=days))
    assert (lacking <= found.amount < usd(dollars)) if found else usd(dollars) <= lacking


def test_the_model_next_in_price_is_named_with_what_both_cost_for_the_same_tokens() -> None:
    found = model(wish(), market(HAIKU, SONNET, OPUS))
    assert found == Model("claude-opus-4-5", "claude-sonnet-4-5", usd(10), usd(6))
    assert found.saves == usd(4)


def test_a_model_that_is_hardly_cheaper_is_not_named() -> None:
    dear = {SONNET: MIX}
    assert not model(wish(), market(mine=dear, near=Price(2_500_000, 12_500_000, 0, 0)))
    assert model(wish(), market(mine=dear, near=Price(2_400_000, 12_000_000, 0, 0))) == Model(
        "claude-sonnet-4-5", "near", usd(6), usd("4.8")
    )


def test_which_is_cheaper_depends_on_the_tokens_that_the_calls_are_made_of() -> None:
    reader = Price(1_000_000, 60_000_000, 0, 0)
    reading, writing = (Sums(1, 1, into, out, cost=usd(1)) for into, out in ((999_000, 1_000), (1_000, 999_000)))
    assert model(wish(), market(mine={OPUS: reading}, reader=reader))
    assert not model(wish(), market(mine={OPUS: writing}, reader=reader))


def test_only_models_that_are_asked_for_are_compared_and_none_of_them_is_named_instead() -> None:
    mine = {OPUS: MIX, SONNET: MIX._replace(cost=usd(50))}
    found = model(wish(400, "claude-opus-*"), market(SONNET, HAIKU, mine=mine))
    assert found and (found.model, found.instead) == ("claude-opus-4-5", "claude-sonnet-4-5")
    found = model(wish(400, "claude-opus-*", "claude-sonnet-*"), market(OPUS, SONNET, HAIKU, mine=mine))
    assert found and (found.model, found.instead) == ("claude-sonnet-4-5", "claude-haiku-4-5")
    assert not model(wish(400, "gpt-*"), market(SONNET, mine=mine))


def test_what_writes_nothing_or_has_no_price_is_not_named() -> None:
    assert not model(wish(), market(EMBED, SECRET))
    assert not model(wish(), market(HAIKU, mine={SECRET: MIX}))
    assert not model(wish(), market(HAIKU, mine={OPUS: NOTHING}))
    assert not model(wish(), market(HAIKU, mine={}))


def test_a_model_that_costs_nothing_is_cheaper() -> None:
    assert model(wish(), market(LOCAL)) == Model("claude-opus-4-5", "internal/llama", usd(10), 0)


def test_a_quota_that_counts_no_money_has_no_cheaper_model() -> None:
    tokens = replace(STANDING, quota=replace(STANDING.quota, unit=Unit.TOKENS))
    assert not model(replace(wish(), standing=tokens), market(SONNET))


def test_all_that_is_true_is_told_in_one_order() -> None:
    near = replace(at(2), amount=usd(400))
    outlook = replace(OUTLOOK, standing=near.standing, expected=(Fraction(usd(10)),) * 2)
    assert [type(way) for way in ways(near, outlook, AHEAD[-2:], market(SONNET))] == [Wait, Smaller, Model]
