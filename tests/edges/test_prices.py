"""The price list: the same costs as genai-prices itself, in integers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext

import pytest
from genai_prices.data import providers
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)
from genai_prices.types import Usage as Counts
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.prices import REMEMBERED, TEXT, PriceList
from workflows.policy import FREE
from workflows.pricing import cost
from workflows.spend import Tokens

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LIST = PriceList(NOW)


def by_hour(model: ModelInfo) -> bool:
    return isinstance(model.prices, list) and any(isinstance(p.constraint, TimeOfDateConstraint) for p in model.prices)


SOLD = [
    (provider, model)
    for provider in providers
    for model in provider.models
    if f"{provider.id}/{model.id}" in LIST and not by_hour(model)
]


def exact(price: ModelPrice) -> bool:
    """Whether its prices are whole pico-dollars; a few are thirds, or were floats once."""
    parts = [getattr(price, name) for name in TEXT]
    flat = [p for p in parts if isinstance(p, Decimal)] + [p.base for p in parts if isinstance(p, TieredPrices)]
    return all(p * 10**6 == (p * 10**6).to_integral_value() for p in flat)


counts = st.one_of(st.integers(0, 1_000), st.integers(0, 300_000))


@settings(max_examples=400)
@given(st.sampled_from(SOLD), st.builds(Tokens, counts, counts, counts, counts))
def test_a_cost_is_that_of_genai_prices_to_within_half_a_nano_dollar(sold: tuple[Provider, ModelInfo], used: Tokens) -> None:
    provider, model = sold
    whole = used.input + used.cache_read + used.cache_write
    said = Counts(
        input_tokens=whole,
        output_tokens=used.output,
        cache_read_tokens=used.cache_read,
        cache_write_tokens=used.cache_write,
    )
    with localcontext(prec=60):
        theirs = model.calc_price(said, provider, genai_request_timestamp=NOW)
        slack = Decimal(0) if exact(theirs.model_price) else Decimal(used.total) * Decimal("0.0005")
        ours = cost(used, LIST[f"{provider.id}/{model.id}"])
        assert abs(theirs.total_price * 10**9 - ours) <= Decimal("0.5") + slack


def test_nearly_every_model_that_is_sold_by_the_token_is_on_the_list() -> None:
    models = sum(len(provider.models) for provider in providers)
    assert models > 2_000
    assert len(SOLD) > models * 95 // 100


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("gpt-5", "openai/gpt-5"),
        ("GPT-5", "openai/gpt-5"),
        ("azure/gpt-5", "openai/gpt-5"),
        ("claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("vertex_ai/claude-opus-4-5", "anthropic/claude-opus-4-5"),
        ("openrouter/anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5"),
    ],
)
def test_a_model_is_found_by_the_names_that_are_used_for_it(name: str, same: str) -> None:
    assert LIST[name] == LIST[same]


@pytest.mark.parametrize("name", ["", "/", "who-knows", "nobody/gpt-5", "openai/", "x" * 10_000])
def test_an_unknown_name_has_no_price(name: str) -> None:
    assert name not in LIST
    assert LIST.get(name) is None


def test_names_that_are_not_on_the_list_do_not_fill_the_memory() -> None:
    prices = PriceList(NOW, providers[:1])
    for number in range(REMEMBERED + 10):
        prices.get(f"who-knows-{number}")
    assert len(prices) == len(PriceList(NOW, providers[:1]))


def test_cached_tokens_without_a_price_of_their_own_cost_what_input_costs() -> None:
    made = shop(ModelPrice(input_mtok=Decimal("1.5"), output_mtok=Decimal(4)))
    price = PriceList(NOW, [made])["shop/thing"]
    assert (price.input, price.output, price.cache_read, price.cache_write) == (1_500_000, 4_000_000, 1_500_000, 1_500_000)


def shop(prices: ModelPrice | list[ConditionalPrice]) -> Provider:
    pattern = next(p.model_match for p in providers if p.model_match)
    model = ModelInfo(id="thing", match=pattern, prices=prices)
    return Provider(id="shop", name="Shop", api_pattern="x", models=[model])


def test_a_price_by_the_hour_costs_its_dearest_hour_all_day() -> None:
    [deepseek] = [provider for provider in providers if provider.id == "deepseek"]
    for model in filter(by_hour, deepseek.models):
        price = LIST[f"deepseek/{model.id}"]
        hours = [model.get_prices(NOW.replace(hour=hour)).input_mtok for hour in range(24)]
        assert price.input == max(int(hour * 10**6) for hour in hours if isinstance(hour, Decimal))


def test_a_price_holds_from_its_day_on() -> None:
    now, then = ModelPrice(input_mtok=Decimal(1)), ModelPrice(input_mtok=Decimal(3))
    made = shop([ConditionalPrice(prices=now), ConditionalPrice(StartDateConstraint(date(2026, 11, 26)), prices=then)])
    today, tomorrow = (PriceList(at, [made])["shop/thing"].input for at in (NOW, NOW + timedelta(days=1)))
    assert (today, tomorrow) == (1_000_000, 3_000_000)


def test_what_is_free_costs_nothing_and_is_not_taken_for_unknown() -> None:
    assert LIST["openrouter/deepseek/deepseek-r1:free"] == FREE


def test_a_fee_for_each_call_is_part_of_the_cost() -> None:
    assert cost(Tokens(input=1_000), LIST["perplexity/sonar"]) == 1_000_000 + 12_000_000
    assert cost(Tokens(input=1_000), LIST["perplexity/sonar"], requests=3) == 1_000_000 + 36_000_000
