"""Usage that is told in two ways counts once, and meters count by what they grew."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memory import Memory
from workflows.metering import Recorded, record
from workflows.money import Unit
from workflows.policy import Organization, Policy
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.spend import Costed, Tokens, Usage
from workflows.streams import Part, Reading, Signal, Via
from workflows.telling import measured

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EVENTS, METRICS = Signal
QUOTAS = (Quota("usd", "platform", 10**12), Quota("tokens", "platform", 10**12, Unit.TOKENS))
POLICY = Policy(Organization("Acme", "Europe/Berlin"), QUOTAS)
PRICES = {"mini": Price(3_000, 5_000, 1_000, 4_000)}


def call(key: int, *, also: bytes = b"", session: bytes = b"s", marks: tuple[bytes, ...] = (), at: datetime = NOW) -> Usage:
    """An event of 10 tokens."""
    via = Via(EVENTS, session, marks, also)
    return Usage(b"call%d" % key, at, "platform", "mini", Tokens(10), via=via)


def meter(at: int, amount: int, part: Part = Part.INPUT, *, session: bytes = b"s", cost: int | None = None) -> Usage:
    """A reading of a meter, `at` in seconds."""
    via = Via(METRICS, session, reading=Reading(b"meter of " + part.encode(), at, part, amount))
    return Usage(b"%s%d" % (part.encode(), at), NOW + at * timedelta(seconds=1), "platform", "mini", Tokens(), cost, via=via)


def count(memory: Memory, *usages: Usage, now: datetime = NOW) -> Recorded:
    return record(usages, policy=POLICY, prices=PRICES, units=memory.units, now=now)


def spent(memory: Memory, quota: str = "tokens") -> int:
    with memory.units() as unit:
        return unit.meter.spent(quota, POLICY.window(POLICY.by_key[quota], NOW))


def kept(memory: Memory) -> list[Costed]:
    return [event for event, _ in memory.data.kept.events.values()]


def test_calls_count_and_meters_of_the_same_session_do_not() -> None:
    memory = Memory()
    count(memory, call(1))
    assert count(memory, meter(1, 10), call(2)) == Recorded(1, 1, frozenset({b"call2"}))
    assert spent(memory) == 20
    with memory.units() as unit:
        assert unit.streams.passed() == 1


def test_meters_count_and_calls_of_the_same_session_do_not_when_meters_came_first() -> None:
    memory = Memory()
    count(memory, meter(1, 10))
    count(memory, call(1), meter(2, 25))
    assert spent(memory) == 25


def test_in_one_batch_calls_are_heard_first() -> None:
    memory = Memory()
    count(memory, meter(1, 10), call(1), call(2))
    assert spent(memory) == 20


def test_two_sessions_are_told_each_in_its_own_way() -> None:
    memory = Memory()
    count(memory, call(1, session=b"one"), meter(1, 7, session=b"two"))
    assert spent(memory) == 17


def test_a_service_whose_sessions_tell_of_calls_is_not_counted_by_its_meters() -> None:
    memory = Memory()
    count(memory, call(1, session=b"one", marks=(b"service",)))
    count(memory, meter(1, 10, session=b"service"))
    assert spent(memory) == 10


def test_a_service_that_only_had_meters_stops_to_be_counted_by_them_when_a_session_tells_of_calls() -> None:
    memory = Memory()
    count(memory, meter(1, 10, session=b"service"))
    count(memory, call(1, session=b"one", marks=(b"service",)))
    count(memory, meter(2, 30, session=b"service"))
    assert spent(memory) == 20


def test_a_meter_that_takes_over_after_a_silence_does_not_count_what_calls_told_before() -> None:
    memory = Memory()
    count(memory, call(1))
    count(memory, meter(1, 10))
    later = NOW + 8 * DAY
    count(memory, meter(2, 14), now=later)
    assert spent(memory) == 14


def test_a_call_that_is_told_twice_counts_once_however_it_is_cut() -> None:
    together, apart = Memory(), Memory()
    both = call(1, also=b"resp_1"), call(2, also=b"resp_1")
    assert count(together, *both) == Recorded(1, 1, frozenset({b"call1"}))
    assert [count(apart, one).accepted for one in (*both, *both)] == [1, 0, 0, 0]
    assert spent(together) == spent(apart) == 10


@pytest.mark.parametrize("minutes", [(-1, 1), (1, -1), (-9, 12), (12, 9), (9, 12), (-12, -9)])
def test_a_call_that_is_told_about_midnight_counts_once(minutes: tuple[int, int]) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    memory = Memory()
    for n, after in enumerate(minutes):
        count(memory, call(n, also=b"resp_1", at=midnight + timedelta(minutes=after)))
    assert spent(memory) == 10


def test_tokens_whose_cost_is_metered_too_are_not_priced() -> None:
    memory = Memory()
    count(memory, meter(1, 1_000, cost=0), meter(1, 77, Part.COST))
    assert (spent(memory), spent(memory, "usd")) == (1_000, 77)


def test_cached_tokens_are_taken_out_of_the_input_that_has_them_in_its_sum() -> None:
    memory = Memory()
    count(memory, meter(1, 1_000), meter(1, 600, Part.CACHED), meter(1, 100, Part.WRITTEN))
    assert sum(event.usage.tokens.input for event in kept(memory)) == 300
    assert (spent(memory), spent(memory, "usd")) == (1_000, 300 * 3 + 600 + 100 * 4)


def test_a_meter_that_did_not_grow_leaves_no_event() -> None:
    memory = Memory()
    assert count(memory, meter(1, 0)).accepted == 0
    assert count(memory, meter(2, 5), meter(3, 5), meter(2, 5)).accepted == 1


def test_a_part_and_its_amount_are_a_usage() -> None:
    base = meter(1, 0)
    assert [measured(base, part, 3, 2).tokens.total for part in Part] == [3, 3, 3, 3, 0, 0, 0]
    assert measured(base, Part.COST, 3, 0).cost == 3
    assert measured(base, Part.OUTPUT, 3, 2).requests == 2


readings = st.lists(st.integers(0, 50), min_size=1, max_size=8).map(sorted)


@given(readings, readings, st.lists(st.integers(0, 9), max_size=6), st.data())
def test_any_cut_and_any_order_of_meters_and_calls_counts_one_of_the_two(
    inputs: list[int], outputs: list[int], calls: list[int], data: st.DataObject
) -> None:
    """With every export sent once or more: it comes to the calls or to what the meters say last, never to both."""
    sent = [meter(n, amount) for n, amount in enumerate(inputs)] + [meter(n, a, Part.OUTPUT) for n, a in enumerate(outputs)]
    sent += [call(n) for n in calls]
    rest = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=6))))
    memory = Memory()
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        count(memory, *rest[:size])
        rest = rest[size:]
    metered, called = inputs[-1] + outputs[-1], 10 * len(set(calls))
    assert spent(memory) in ({metered, called} if calls and metered else {metered or called})
