"""A cost is rounded once and fairly, and a batch adds up the same however it is cut or ordered."""

from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.money import Unit
from workflows.pricing import Price, cost, price_all
from workflows.quotas import Quota, lineage
from workflows.spend import Costed, CostSource, Tally, Tokens, Usage, grouped, tally
from workflows.times import Period, local_day, window_at

counts = st.integers(0, 10**9)
tokens = st.builds(Tokens, counts, counts, counts, counts)
prices = st.builds(Price, *[st.integers(0, 10**9)] * 4)


@given(tokens, prices)
def test_a_cost_is_the_nearest_nano_dollar_and_on_a_tie_the_even_one(used: Tokens, price: Price) -> None:
    exact = Fraction(
        used.input * price.input
        + used.output * price.output
        + used.cache_read * price.cache_read
        + used.cache_write * price.cache_write,
        1000,
    )
    assert cost(used, price) == round(exact)


@pytest.mark.parametrize(("pico", "nano"), [(0, 0), (499, 0), (500, 0), (501, 1), (1499, 1), (1500, 2), (1501, 2), (2500, 2)])
def test_half_a_nano_dollar_goes_to_the_even_side(pico: int, nano: int) -> None:
    assert cost(Tokens(input=1), Price(pico, 0, 0, 0)) == nano
    assert cost(Tokens(output=1), Price(0, pico, 0, 0)) == nano
    assert cost(Tokens(cache_read=1), Price(0, 0, pico, 0)) == nano
    assert cost(Tokens(cache_write=1), Price(0, 0, 0, pico)) == nano


def test_a_cached_token_of_75_nano_dollars_is_not_lost() -> None:
    assert cost(Tokens(cache_read=7), Price(0, 0, 75_000, 0)) == 525


LONG = Price(1_000, 2_000, 3_000, 4_000, above=((200, Price(10_000, 20_000, 30_000, 40_000)), (500, Price(0, 7_000, 0, 0))))


@pytest.mark.parametrize(
    ("used", "nano"),
    [
        (Tokens(input=200, output=1), 202),
        (Tokens(input=201, output=1), 2_030),
        (Tokens(input=100, cache_read=60, cache_write=41, output=1), 1_000 + 1_800 + 1_640 + 20),
        (Tokens(input=1, output=1_000_000), 2_000_001),
        (Tokens(input=500, output=1), 5_020),
        (Tokens(input=501, output=1), 7),
    ],
)
def test_a_long_context_has_its_own_price_for_every_token(used: Tokens, nano: int) -> None:
    assert cost(used, LONG) == nano


def test_an_event_of_many_requests_is_priced_by_its_average_context() -> None:
    assert cost(Tokens(input=400), LONG, requests=2) == 400
    assert cost(Tokens(input=402), LONG, requests=2) == 4_020
    assert cost(Tokens(input=201), LONG, requests=0) == 2_010


def test_every_request_has_its_fee_beside_its_tokens() -> None:
    price = Price(1_000, 0, 0, 0, above=((10, Price(2_000, 0, 0, 0)),), request=500_000)
    assert cost(Tokens(input=5), price) == 505
    assert cost(Tokens(input=5), price, requests=3) == 1_505
    assert cost(Tokens(input=11), price) == 522


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_cost_is_reported_or_priced_or_by_the_fallback_and_none_is_dropped() -> None:
    known = {"opus": Price(1_000, 0, 0, 0, ((1, Price(500, 0, 0, 0)),), request=1_000), "cloud/opus": Price(2_500, 0, 0, 0)}
    fallback = Price(9_000, 0, 0, 0)
    usages = [
        Usage(b"1", NOON, "platform", "opus", Tokens(input=2), cost=77),
        Usage(b"2", NOON, "platform", "opus", Tokens(input=2)),
        Usage(b"3", NOON, "platform", "who-knows", Tokens(input=2)),
        Usage(b"4", NOON, "platform", "opus", Tokens(input=2), cost=0),
        Usage(b"5", NOON, "platform", "opus", Tokens(input=2), provider="cloud"),
        Usage(b"6", NOON, "platform", "opus", Tokens(input=2), requests=4),
    ]
    costed = price_all(usages, lambda provider, model: known.get(f"{provider}/{model}" if provider else model), fallback)
    assert [c.usage for c in costed] == usages
    assert [(c.cost, c.source) for c in costed] == [
        (77, CostSource.REPORTED),
        (2, CostSource.PRICED),
        (18, CostSource.FALLBACK),
        (0, CostSource.REPORTED),
        (5, CostSource.PRICED),
        (6, CostSource.PRICED),
    ]


QUOTAS = (
    Quota("all", "platform", 1, period=Period.QUARTER),
    Quota("eng", "platform/eng", 1, period=Period.MONTH),
    Quota("search", "platform/eng/search", 1, period=Period.WEEK),
    Quota("search tokens", "platform/eng/search", 1, unit=Unit.TOKENS, period=Period.DAY),
    Quota("search opus", "platform/eng/search", 1, models=("opus*",)),
    Quota("calls", "platform/eng/search/rag", 1, unit=Unit.REQUESTS, period=Period.DAY),
)
BY_SCOPE = {scope: [q for q in QUOTAS if q.scope == scope] for scope in {q.scope for q in QUOTAS}}
ZONE = "America/Sao_Paulo"

scopes = st.sampled_from(
    ["platform", "platform/eng", "platform/eng/search", "platform/eng/search/rag", "platform/sales/x", "elsewhere"]
)
when = st.datetimes(datetime(2017, 10, 1), datetime(2018, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
usages = st.builds(
    Usage,
    key=st.binary(max_size=4),
    at=when,
    scope=scopes,
    model=st.sampled_from(["opus-5", "mini"]),
    tokens=st.builds(Tokens, *[st.integers(0, 99)] * 4),
    requests=st.integers(0, 3),
)
batches = st.lists(st.builds(Costed, usages, st.integers(0, 10**12), st.just(CostSource.PRICED)), max_size=7)


def added(batch: list[Costed]) -> Tally:
    return tally(grouped(batch, ZONE), BY_SCOPE, ZONE, fiscal_start=4)


@given(batches)
@example([])
def test_a_batch_adds_up_per_quota_and_window_and_day(batch: list[Costed]) -> None:
    counters: Counter[object] = Counter()
    days: Counter[object] = Counter()
    for event in batch:
        u = event.usage
        for quota in QUOTAS:
            if quota.scope in lineage(u.scope) and quota.counts(u.model):
                used = {Unit.USD: event.cost, Unit.TOKENS: u.tokens.total, Unit.REQUESTS: u.requests}[quota.unit]
                counters[quota.key, window_at(quota.period, ZONE, u.at, 4)] += used
                days[quota.key, local_day(u.at, ZONE)] += used
    assert (added(batch).counters, added(batch).days) == (counters, days)


@given(batches, st.data())
def test_order_and_cut_do_not_change_what_adds_up(batch: list[Costed], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(batch))
    cut = data.draw(st.integers(0, len(mixed)))
    one, two, whole = added(mixed[:cut]), added(mixed[cut:]), added(batch)
    assert Counter(one.counters) + Counter(two.counters) == +Counter(whole.counters)
    assert Counter(one.days) + Counter(two.days) == +Counter(whole.days)


@given(batches, st.data())
def test_two_writers_of_the_same_rows_take_them_in_one_order(batch: list[Costed], data: st.DataObject) -> None:
    one, two = added(batch), added(data.draw(st.permutations(batch)))
    assert list(one.counters) == list(two.counters) == sorted(one.counters, key=lambda row: (row[0], row[1].start))
    assert list(one.days) == list(two.days) == sorted(one.days)


def test_an_event_counts_in_its_leaf_and_in_every_ancestor_once() -> None:
    event = Costed(Usage(b"1", NOON, "platform/eng/search/rag", "mini", Tokens(3, 4), requests=2), 50, CostSource.REPORTED)
    assert {key: n for (key, _), n in added([event]).counters.items()} == {
        "all": 50,
        "eng": 50,
        "search": 50,
        "search tokens": 7,
        "calls": 2,
    }


def test_an_event_of_an_unknown_scope_still_counts_in_the_ancestors_that_are_known() -> None:
    event = Costed(Usage(b"1", NOON, "platform/unattributed", "mini", Tokens()), 50, CostSource.REPORTED)
    assert {key for key, _ in added([event]).counters} == {"all"}
    assert added([Costed(Usage(b"1", NOON, "elsewhere", "mini", Tokens()), 50, CostSource.REPORTED)]) == Tally({}, {})


def test_an_event_counts_on_the_day_of_its_zone() -> None:
    late = datetime(2026, 11, 24, 2, 59, tzinfo=UTC)  # 23:59 the day before in Sao Paulo
    event = Costed(Usage(b"1", late, "platform", "mini", Tokens()), 50, CostSource.REPORTED)
    assert added([event]).days == {("all", date(2026, 11, 23)): 50}
