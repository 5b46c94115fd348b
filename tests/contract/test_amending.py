"""What is kept beside usage: differences of corrections, what was produced, and what channels were told."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import World
from tests.contract.given import DAY, HOUR, NOW, booked, reported, usage
from tests.contract.racing import race
from workflows.amendments import Report
from workflows.digest import Digest
from workflows.money import LARGEST
from workflows.outcomes import Produced, Yield
from workflows.ports import Stale, UnitOfWork
from workflows.spend import Booked
from workflows.times import Window

TODAY = NOW.date()
RETRIEVAL = "platform/search/retrieval"


def step(key: bytes, **changes: Any) -> Booked:
    (one,) = booked(reported(usage(key, **changes)))
    return one


def correct(unit: UnitOfWork, of: bytes, made: Booked, at: datetime = NOW) -> None:
    unit.meter.fresh([(event.usage.at.date(), event.usage.key) for event in made.events])
    unit.meter.append([made])
    unit.corrections.add(made, of, at)


# Corrections.


def test_a_correction_knows_its_original(world: World) -> None:
    world.keep(lambda unit: correct(unit, b"k1", step(b"c1", cost=-50)))
    with world.other() as unit:
        assert (unit.corrections.original(b"c1"), unit.corrections.original(b"k1")) == (b"k1", None)


def test_the_differences_to_an_event_are_found_as_they_were_booked(world: World) -> None:
    def work(unit: UnitOfWork) -> None:
        correct(unit, b"k1", step(b"c2", cost=7, model="opus"), NOW + HOUR)
        correct(unit, b"k1", step(b"c1", cost=-50))
        correct(unit, b"k9", step(b"c3", cost=-9))

    world.keep(work)
    with world.other() as unit:
        found = unit.corrections.of(b"k1")
        assert [(one.day, one.series.model, one.sums.cost) for one in found] == [
            (TODAY, "claude-sonnet-4-6", -50),
            (TODAY, "opus", 7),
        ]
        assert unit.corrections.of(b"k2") == []


def test_differences_are_found_by_when_they_were_booked_and_the_days_they_belong_to(world: World) -> None:
    def work(unit: UnitOfWork) -> None:
        for n in range(4):
            correct(unit, b"k", step(b"c%d" % n, cost=n, at=NOW - n * DAY), NOW + n * HOUR)

    world.keep(work)
    with world.other() as unit:
        found = unit.corrections.since(NOW + HOUR, TODAY - 2 * DAY, TODAY)
        assert [one.sums.cost for one in found] == [1, 2]
        assert unit.corrections.since(NOW + 4 * HOUR, date.min, date.max) == []


# What was produced.


def made(key: object, quantity: int = 1, **said: Any) -> Produced:
    return Produced(str(key).encode(), NOW, RETRIEVAL, "tickets resolved", quantity)._replace(**said)


def test_what_was_produced_counts_once_whoever_sends_it_again(world: World) -> None:
    with world.units() as unit:
        assert unit.yields.add([(TODAY, made(1, 3)), (TODAY, made(1, 9)), (TODAY, made(2, 4))]) == {b"1", b"2"}
        unit.commit()
    with world.other() as unit:
        assert unit.yields.add([(TODAY - DAY, made(2, 4)), (TODAY, made(3, 5))]) == {b"3"}
        assert [one.quantity for one in unit.yields.sums(TODAY, TODAY)] == [12]


def test_nothing_produced_is_nothing(world: World) -> None:
    with world.units() as unit:
        assert unit.yields.add([]) == set()
        assert unit.yields.sums(date.min, date.max) == []
        assert unit.yields.find(b"1") is None


def test_a_report_is_found_whole(world: World) -> None:
    whole = Produced(b"k", NOW, RETRIEVAL, "żółć", LARGEST, "chat", 3600, LARGEST, "opus", "helpdesk", b"o", -1)
    world.keep(lambda unit: unit.yields.add([(TODAY, whole)]))
    with world.other() as unit:
        assert unit.yields.find(b"k") == (TODAY, whole)


def test_the_differences_to_a_report_are_found(world: World) -> None:
    batch = [made(1, 3), made("c1", -2, corrects=b"1", reports=0), made("c2", 9, corrects=b"2"), made("b1", 5, corrects=b"1")]
    world.keep(lambda unit: unit.yields.add([(TODAY, one) for one in batch]))
    with world.other() as unit:
        assert unit.yields.of(b"1") == [batch[3], batch[1]]
        assert unit.yields.of(b"9") == []


def test_sums_are_by_day_use_case_and_metric_and_may_fall(world: World) -> None:
    batch = [
        made(1, 3, seconds=60, value=5),
        made(2, 4, seconds=1),
        made(3, 7, metric="reviews"),
        made(4, 1, use_case="chat"),
        made(5, -2, corrects=b"1", reports=0),
    ]
    world.keep(lambda unit: unit.yields.add([*((TODAY, one) for one in batch), (TODAY - DAY, made(6, 9))]))
    with world.other() as unit:
        assert unit.yields.sums(TODAY, TODAY) == [
            Yield(TODAY, RETRIEVAL, "", "reviews", 1, 7, 0, 0),
            Yield(TODAY, RETRIEVAL, "", "tickets resolved", 2, 5, 61, 5),
            Yield(TODAY, RETRIEVAL, "chat", "tickets resolved", 1, 1, 0, 0),
        ]
        assert [one.quantity for one in unit.yields.sums(TODAY - DAY, TODAY - DAY)] == [9]


@pytest.mark.parametrize(
    ("scope", "found"), [("", 4), ("platform", 4), ("platform/search", 2), (RETRIEVAL, 1), ("platform/sea", 0), ("plat%", 0)]
)
def test_sums_are_of_a_scope_and_all_below_it(world: World, scope: str, found: int) -> None:
    scopes = ["platform", "platform/search", RETRIEVAL, "platform/search_x"]
    world.keep(lambda unit: unit.yields.add([(TODAY, made(n, 1, scope=where)) for n, where in enumerate(scopes)]))
    with world.other() as unit:
        assert len(unit.yields.sums(TODAY, TODAY, scope)) == found


produce = st.builds(
    made,
    key=st.integers(0, 12),
    quantity=st.integers(-5, 50),
    metric=st.sampled_from(["tickets", "Reviews", "żółć"]),
    scope=st.sampled_from([RETRIEVAL, "platform", "platform/search"]),
    use_case=st.sampled_from(["", "chat", "Chat"]),
    seconds=st.integers(0, 9),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), produce), max_size=15), st.integers(1, 15))
def test_sums_are_those_of_what_came_first_under_each_key(world: World, batch: list[tuple[int, Produced]], size: int) -> None:
    dated = [(TODAY - back * DAY, one) for back, one in batch]
    first: dict[bytes, tuple[date, Produced]] = {}
    for day, one in dated:
        first.setdefault(one.key, (day, one))
    with world.units() as unit:
        new = [key for n in range(0, len(dated), size) for key in unit.yields.add(dated[n : n + size])]
        assert sorted(new) == sorted(first)
        found = unit.yields.sums(TODAY - 9 * DAY, TODAY)
    sums: dict[tuple[date, str, str, str], int] = {}
    for day, one in first.values():
        key = day, one.scope, one.use_case, one.metric
        sums[key] = sums.get(key, 0) + one.quantity
    assert {one[:4]: one.quantity for one in found} == sums
    assert found == sorted(found)


# What channels were told.

WEEK = Window(datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC))


def told(channel: str = "C1", week: str = "2026-W47") -> Report:
    return Report(Digest(channel, week, WEEK, NOW, (), (), ()))


def test_a_report_is_kept_once_and_found_by_channel_and_week(world: World) -> None:
    world.keep(lambda unit: unit.reports.add(told()))
    with world.other() as unit:
        assert unit.reports.get("C1/2026-W47") == told()
        assert unit.reports.get("C2/2026-W47") is None
        with pytest.raises(Stale):
            unit.reports.add(told())


def test_a_report_changes_from_version_to_version(world: World) -> None:
    first = told()
    second = replace(first, shown=replace(first.said, at=NOW + DAY), version=2)
    world.keep(lambda unit: unit.reports.add(first))
    world.keep(lambda unit: unit.reports.save(second))
    with world.other() as unit:
        assert unit.reports.get(first.key) == second
        for late in (second, replace(second, version=4), told("C9")):
            with pytest.raises(Stale):
                unit.reports.save(late)


def test_of_two_who_amend_at_once_one_is_first(world: World) -> None:
    world.keep(lambda unit: unit.reports.add(told()))
    second = replace(told(), version=2)

    def save() -> bool:
        try:
            world.keep(lambda unit: unit.reports.save(second))
        except Stale:
            return False
        return True

    assert sorted(race(save, save)) == [False, True]


def test_which_weeks_were_told_is_asked_of_many_at_once(world: World) -> None:
    def work(unit: UnitOfWork) -> None:
        for week in (45, 46, 48):
            unit.reports.add(told(week=f"2026-W{week}"))
        unit.reports.add(told("C2"))

    world.keep(work)
    with world.other() as unit:
        assert unit.reports.told([f"C1/2026-W{week}" for week in (46, 47, 48)]) == {"C1/2026-W46", "C1/2026-W48"}
        assert unit.reports.told([]) == set()
        assert [report.said.week for report in unit.reports.since("C1", "2026-W46")] == ["2026-W46", "2026-W48"]
        assert unit.reports.since("C1", "2026-W49") == []
