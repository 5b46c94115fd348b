"""The meter: an event counts once, sums do not depend on how it came, and a threshold is told once."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count as count_up

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import World
from tests.contract.given import DAY, HOUR, MONTH, NOW, SEARCH, SUPPORT, booked, notice, reported, usage
from tests.contract.racing import race
from workflows.money import LARGEST, Unit
from workflows.ports import UnitOfWork, Units
from workflows.quotas import Level, Quota, Thresholds, crossings
from workflows.quotas import notice as notice_of
from workflows.spend import (
    NOTHING,
    Costed,
    CostSource,
    Counter,
    Metered,
    Series,
    Slice,
    Tally,
    Tokens,
    Usage,
    grouped,
    summed,
    tally,
)
from workflows.times import Period, Window

TODAY = date(2026, 11, 26)
QUOTA = Quota(SEARCH, "platform/search", 1_000)
QUOTAS = {
    "platform": (Quota("platform:tokens/quarter", "platform", 10**9, Unit.TOKENS, Period.QUARTER),),
    "platform/search": (QUOTA, Quota("platform/search:requests/day", "platform/search", 99, Unit.REQUESTS, Period.DAY)),
}
ZONE = "Europe/Warsaw"


def keep(unit: UnitOfWork, events: Sequence[Costed]) -> None:
    """Counts those that are new, as metering does, all within base."""
    fresh = unit.meter.fresh([(event.usage.at.date(), event.usage.key) for event in events])
    new = [event for event in events if event.usage.key in fresh]
    unit.meter.append(booked(*new, zone=ZONE))
    unit.meter.add(tally(grouped(new, ZONE), QUOTAS, ZONE))


def spend(amount: int, quota: str = SEARCH, window: Window = MONTH, day: date = TODAY) -> Tally:
    return Tally({(quota, window): amount}, {(quota, day): amount})


def test_a_key_is_fresh_once(world: World) -> None:
    keys = [(TODAY, b"k1"), (TODAY, b"k2")]
    with world.units() as unit:
        assert unit.meter.fresh(keys) == {b"k1", b"k2"}
        assert unit.meter.fresh(keys) == set()
        unit.commit()
    with world.other() as unit:
        assert unit.meter.fresh([*keys, (TODAY, b"k3")]) == {b"k3"}


def test_a_key_twice_in_a_batch_is_one_key(world: World) -> None:
    with world.units() as unit:
        assert unit.meter.fresh([(TODAY, b"k1"), (TODAY, b"k1")]) == {b"k1"}


def test_a_key_of_another_day_is_another_key(world: World) -> None:
    with world.units() as unit:
        unit.meter.fresh([(TODAY, b"k1")])
        assert unit.meter.fresh([(TODAY + DAY, b"k1")]) == {b"k1"}


def test_any_bytes_are_a_key(world: World) -> None:
    keys = {b"", b"\x00", b"\x00\x00", b"\xff" * 64, "żółć".encode()}
    with world.units() as unit:
        assert unit.meter.fresh([(TODAY, key) for key in keys]) == keys
        assert unit.meter.fresh([(TODAY, key) for key in keys]) == set()


def test_an_empty_batch_is_nothing(world: World) -> None:
    with world.units() as unit:
        assert unit.meter.fresh([]) == set()
        unit.meter.append([])
        assert unit.meter.add(Tally({}, {})) == []


def test_a_batch_larger_than_one_statement_may_bind_is_kept_whole(world: World) -> None:
    keys = [n.to_bytes(8, "big") for n in range(40_000)]
    with world.units() as unit:
        unit.meter.fresh([(TODAY, key) for key in keys[::2]])
        assert unit.meter.fresh([(TODAY, key) for key in keys]) == set(keys[1::2])


def test_sums_grow_and_tell_what_they_are_now(world: World) -> None:
    with world.units() as unit:
        assert unit.meter.spent(SEARCH, MONTH) == 0
        assert unit.meter.add(spend(30)) == [Counter(SEARCH, MONTH, 30, 1)]
        unit.commit()
    with world.other() as unit:
        assert unit.meter.add(spend(12)) == [Counter(SEARCH, MONTH, 42, 2)]
        assert unit.meter.spent(SEARCH, MONTH) == 42


def test_each_quota_and_window_has_a_sum_of_its_own(world: World) -> None:
    next_month = Window(MONTH.end, MONTH.end + 31 * DAY)
    counters = {(SEARCH, MONTH): 1, (SEARCH, next_month): 2, (SUPPORT, MONTH): 3}
    with world.units() as unit:
        after = unit.meter.add(Tally(counters, {}))
        expected = [Counter(SEARCH, MONTH, 1, 1), Counter(SEARCH, next_month, 2, 1), Counter(SUPPORT, MONTH, 3, 1)]
        assert sorted(after, key=lambda counter: counter.spent) == expected


def test_a_sum_holds_the_largest_amount(world: World) -> None:
    with world.units() as unit:
        unit.meter.add(spend(LARGEST - 1))
        assert unit.meter.add(spend(1)) == [Counter(SEARCH, MONTH, LARGEST, 2)]


def test_days_are_found_from_first_to_last_and_days_without_are_absent(world: World) -> None:
    with world.units() as unit:
        for n in (0, 1, 3, 4):
            unit.meter.add(spend(10 + n, day=TODAY - n * DAY))
        unit.meter.add(spend(99, quota=SUPPORT))
        found = unit.meter.days(SEARCH, TODAY - 3 * DAY, TODAY - DAY)
    assert found == {TODAY - 3 * DAY: 13, TODAY - DAY: 11}


def test_events_priced_by_the_fallback_are_counted_by_model(world: World) -> None:
    numbers = count_up()

    def fallback(model: str, cost: int, at: datetime = NOW) -> Costed:
        return Costed(usage(b"%d" % next(numbers), at=at, model=model), cost, CostSource.FALLBACK)

    with world.units() as unit:
        keep(unit, [fallback("new-1", 5), reported(usage()), fallback("new-2", 1), fallback("new-1", 7)])
        keep(unit, [fallback("new-1", 1)])
        keep(unit, [fallback("new-3", 9, NOW - 2 * DAY)])
        assert unit.meter.unpriced(TODAY, TODAY) == {"new-1": (3, 13), "new-2": (1, 1)}
        assert unit.meter.unpriced(TODAY - 3 * DAY, TODAY - DAY) == {"new-3": (1, 9)}
        assert unit.meter.unpriced(TODAY - DAY, TODAY - DAY) == {}


def test_the_total_is_what_was_counted_everywhere_on_these_days(world: World) -> None:
    calls = [
        reported(usage(b"1", cost=5)),
        reported(usage(b"2", cost=7, scope="sales", latency=20)),
        reported(usage(b"3", cost=9, at=NOW - 2 * DAY, requests=3)),
    ]
    with world.units() as unit:
        assert unit.meter.total(TODAY - 9 * DAY, TODAY) == NOTHING
        keep(unit, calls)
        assert unit.meter.total(TODAY, TODAY) == summed(calls[:2])
        assert unit.meter.total(TODAY - 2 * DAY, TODAY) == summed(calls)
        assert unit.meter.total(TODAY - DAY, TODAY - DAY) == NOTHING


def test_the_counters_since_a_moment_are_those_whose_window_was_not_over(world: World) -> None:
    next_month = Window(MONTH.end, MONTH.end + 31 * DAY)
    now, later = [Counter(SEARCH, MONTH, 1, 1), Counter(SUPPORT, MONTH, 3, 1)], Counter(SEARCH, next_month, 2, 1)
    with world.units() as unit:
        unit.meter.add(Tally({(SUPPORT, MONTH): 3, (SEARCH, MONTH): 1, (SEARCH, next_month): 2}, {}))
        assert unit.meter.counters(MONTH.start - DAY) == [now[0], later, now[1]]
        assert unit.meter.counters(MONTH.end - timedelta(microseconds=1)) == [now[0], later, now[1]]
        assert unit.meter.counters(MONTH.end) == [later]
        assert unit.meter.counters(next_month.end, {MONTH.end, MONTH.start}) == now


def test_the_tide_turns_with_every_change_of_such_a_counter_and_with_no_other(world: World) -> None:
    next_month = Window(MONTH.end, MONTH.end + 31 * DAY)
    with world.units() as unit:
        assert unit.meter.tide(MONTH.end) == (0, 0)
        unit.meter.add(Tally({(SEARCH, MONTH): 1, (SUPPORT, next_month): 5}, {}))
        unit.meter.add(Tally({(SEARCH, MONTH): 1, (SEARCH, next_month): 0}, {}))
        assert unit.meter.tide(MONTH.start) == (3, 4)
        assert unit.meter.tide(MONTH.end) == (2, 2)
        assert unit.meter.tide(next_month.end, {MONTH.end}) == (1, 2)


ODD = {"team": "a/b", "use_case": "ra%g_", "environment": "prod", "provider": "", "ended": "ok"}


def test_slices_add_up_by_day_and_series(world: World) -> None:
    one, two = usage(b"1", latency=40, **ODD), usage(b"2", latency=2, cost=7, **ODD)
    other = usage(b"3", team="a", use_case="b/ra%g_", **{k: v for k, v in ODD.items() if k not in ("team", "use_case")})
    with world.units() as unit:
        keep(unit, [reported(one), reported(other)])
        unit.commit()
    with world.other() as unit:
        keep(unit, [reported(two), reported(one)])
        found = unit.meter.slices(TODAY, TODAY)
    [alike] = grouped([reported(one), reported(two)], ZONE)
    [alone] = grouped([reported(other)], ZONE)
    expected = [Slice(TODAY, Series(*group.sort, "base"), group.sums) for group in (alike, alone)]
    assert sorted(found) == sorted(expected)
    assert alike.sums == summed([reported(one), reported(two)]) and alike.sums.latency == 42 and alike.sums.clocked == 2


def test_slices_are_found_from_first_to_last_in_a_scope_and_below_it(world: World) -> None:
    scopes = ["platform", "platform/search", "platform/search/bot", "platform/search-2", "platform/searchXbot", "platform/se%"]
    with world.units() as unit:
        for n, scope in enumerate(scopes):
            keep(unit, [reported(usage(b"%d/%d" % (n, back), scope=scope, at=NOW - back * DAY)) for back in range(3)])
        found = unit.meter.slices(TODAY - DAY, TODAY, "platform/search")
        assert [(s.day, s.series.scope) for s in found] == [(d, s) for d in (TODAY - DAY, TODAY) for s in scopes[1:3]]
        assert [s.series.scope for s in unit.meter.slices(TODAY, TODAY, "platform/se%")] == ["platform/se%"]
        assert len(unit.meter.slices(TODAY - 2 * DAY, TODAY)) == 3 * len(scopes)


def test_an_event_is_found_by_its_key_on_the_days_that_are_looked_at(world: World) -> None:
    said = usage(b"k1", latency=12, user="ada", source="gw", **ODD)
    priced = Costed(usage(b"k2")._replace(cost=None), 5, CostSource.PRICED)
    with world.units() as unit:
        keep(unit, [reported(said), priced])
        unit.commit()
    series = Series(*grouped([reported(said)], ZONE)[0].sort, "base")
    with world.other() as unit:
        assert unit.meter.find(b"k1", [TODAY - DAY, TODAY]) == (reported(said), series)
        assert unit.meter.find(b"k1", [TODAY - DAY]) is None
        assert unit.meter.find(b"k9", [TODAY]) is None
        found = unit.meter.find(b"k2", [TODAY])
        assert found and found[0] == priced


def test_a_threshold_is_told_once(world: World) -> None:
    first = notice(700)
    with world.units() as unit:
        assert unit.meter.tell(first)
        unit.commit()
    with world.other() as unit:
        assert not unit.meter.tell(notice(700, at=NOW + HOUR))
        assert unit.meter.notice(first.key) == first
        assert unit.meter.notice("another") is None


def test_the_latest_notice_of_a_window_is_the_newest_that_was_shown(world: World) -> None:
    before, other = Window(MONTH.start - 30 * DAY, MONTH.start), notice(990, quota=SUPPORT)
    with world.units() as unit:
        assert unit.meter.latest(SEARCH, MONTH) is None
        for told in (notice(700), notice(900, at=NOW + HOUR), notice(1_200, window=before), other):
            unit.meter.tell(told)
        assert unit.meter.latest(SEARCH, MONTH) == notice(900, at=NOW + HOUR)


def test_of_a_jump_the_highest_is_shown_and_the_milder_ones_count_as_told(world: World) -> None:
    hard = notice(1_200, level=Level.HARD)
    with world.units() as unit:
        assert unit.meter.tell(hard)
        assert unit.meter.tell(notice(900), shown=False)
        assert unit.meter.latest(SEARCH, MONTH) == hard
        assert not unit.meter.tell(notice(900))


def test_what_was_told_without_showing_is_not_the_latest(world: World) -> None:
    with world.units() as unit:
        unit.meter.tell(notice(700), shown=False)
        assert unit.meter.latest(SEARCH, MONTH) is None


def test_how_a_quota_is_metered_is_kept_until_it_changes_or_is_forgotten(world: World) -> None:
    first, again = Metered(SEARCH, NOW, "UTC/1"), Metered(SEARCH, NOW, "UTC/1 opus-*")
    with world.units() as unit:
        assert unit.meter.since(SEARCH) is None
        assert [unit.meter.know(each) for each in (first, first, again, again)] == [True, False, True, False]
        assert unit.meter.know(Metered(SUPPORT, NOW - HOUR, "UTC/1"))
        assert (unit.meter.since(SEARCH), unit.meter.since(SUPPORT)) == (NOW, NOW - HOUR)
        unit.commit()
    with world.units() as unit:
        assert unit.meter.known() == {SEARCH: again, SUPPORT: Metered(SUPPORT, NOW - HOUR, "UTC/1")}
        unit.meter.forget(SEARCH)
        assert (list(unit.meter.known()), unit.meter.since(SEARCH)) == ([SUPPORT], None)
        assert unit.meter.know(again)


def test_many_writers_tell_every_threshold_exactly_once(world: World) -> None:
    def write(units: Units) -> Callable[[], list[str]]:
        def run() -> list[str]:
            told: list[str] = []
            for _ in range(10):
                with units() as unit:
                    mine = _tell(unit, 30)
                    unit.commit()
                told += mine
            return told

        return run

    told = race(*(write(units) for units in (world.units, world.other) * 2))
    marks = Thresholds().marks(1_000)
    assert sorted(key for each in told for key in each) == sorted(
        f"{SEARCH}@{MONTH.start:%Y%m%dT%H%M}@{crossing.level}{crossing.percent}@{crossing.mark}" for crossing in marks
    )
    with world.units() as unit:
        assert unit.meter.spent(SEARCH, MONTH) == 4 * 10 * 30


def _tell(unit: UnitOfWork, amount: int) -> list[str]:
    [(_, window, after, _)] = unit.meter.add(spend(amount))
    reached = crossings(after - amount, after, QUOTA.limit, QUOTA.thresholds)
    notices = [notice_of(QUOTA, window, crossing, spent=after, at=NOW) for crossing in reached]
    return [each.key for each in notices if unit.meter.tell(each)]


MOMENTS = st.integers(0, 45 * 24 * 60).map(lambda minutes: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes))
USAGES = st.builds(
    Usage,
    key=st.integers(0, 30).map(lambda n: f"k{n}".encode()),
    at=MOMENTS,
    scope=st.sampled_from(["platform/search", "platform/search/bot", "platform", "sales"]),
    model=st.sampled_from(["m1", "m2"]),
    team=st.sampled_from(["", "search"]),
    latency=st.none() | st.integers(0, 10**5),
    tokens=st.builds(Tokens, *[st.integers(0, 10**6)] * 4),
    cost=st.integers(0, 10**15),
    requests=st.integers(0, 3),
)


def count(unit: UnitOfWork, batches: Sequence[Sequence[Usage]]) -> None:
    """What metering does with each batch."""
    for batch in batches:
        first = {u.key: u for u in reversed(batch)}
        keep(unit, [reported(u) for u in first.values()])


def sums(unit: UnitOfWork, usages: Sequence[Usage]) -> list[object]:
    every = [quota for quotas in QUOTAS.values() for quota in quotas]
    windows = set(tally(grouped([reported(u) for u in usages], ZONE), QUOTAS, ZONE).counters)
    days = [unit.meter.days(quota.key, date(2026, 1, 1), date(2027, 1, 1)) for quota in every]
    slices = unit.meter.slices(date(2026, 1, 1), date(2027, 1, 1))
    return [*days, *((key, unit.meter.spent(*key)) for key in sorted(windows, key=str)), *slices]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data(), usages=st.lists(USAGES, max_size=20, unique_by=lambda u: u.key))
def test_sums_depend_neither_on_order_nor_on_batches_nor_on_duplicates(
    world: World, data: st.DataObject, usages: list[Usage]
) -> None:
    with world.units() as unit:
        count(unit, [usages])
        expected = sums(unit, usages)
    again = data.draw(st.lists(st.sampled_from(usages), max_size=10)) if usages else []
    shuffled = data.draw(st.permutations(usages + again))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    with world.units() as unit:
        count(unit, batches)
        assert sums(unit, usages) == expected


def test_an_hour_of_usage_is_counted_as_one_whatever_its_pieces(world: World) -> None:
    usages = [usage(f"k{n}".encode(), at=NOW + timedelta(seconds=n), cost=n) for n in range(100)]
    with world.units() as unit:
        count(unit, [usages[n : n + 7] for n in range(0, 100, 7)])
        count(unit, [usages])
        assert unit.meter.spent(SEARCH, MONTH) == sum(range(100))
