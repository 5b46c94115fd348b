"""Spikes: one of a key; what each use case cost on each day, in each scope by itself."""

from datetime import date

from tests.contract.conftest import World
from tests.contract.given import DAY, NOW, booked, reported, usage
from tests.contract.racing import race
from workflows.spend import Outlay
from workflows.spikes import Spike, spike

TODAY = date(2026, 11, 26)


def rise(day: date = TODAY, *, began: date = TODAY, use_case: str = "rag") -> Spike:
    return spike("platform/search", use_case, began=began, day=day, at=NOW)


def test_a_spike_is_kept_once_as_it_was_first(world: World) -> None:
    first, again = rise(), rise(TODAY + DAY)
    with world.units() as unit:
        assert unit.spikes.add(first)
        assert not unit.spikes.add(again)
        unit.commit()
    with world.units() as unit:
        assert not unit.spikes.add(again)
        assert unit.spikes.get(first.key) == first
        assert unit.spikes.get("nothing") is None


def test_what_is_not_committed_is_not_kept(world: World) -> None:
    with world.units() as unit:
        unit.spikes.add(rise())
    with world.units() as unit:
        assert unit.spikes.get(rise().key) is None


def test_spikes_are_found_from_a_day_on(world: World) -> None:
    late, early, old = (
        rise(TODAY, use_case="chat"),
        rise(TODAY - DAY, began=TODAY - DAY),
        rise(began=TODAY - 9 * DAY, day=TODAY - 9 * DAY),
    )
    world.keep(lambda unit: [unit.spikes.add(one) for one in (late, early, old)])
    with world.reads() as unit:
        assert unit.spikes.since(TODAY - DAY) == [early, late]
        assert unit.spikes.since(TODAY + DAY) == []


def test_two_who_find_a_spike_at_once_keep_one(world: World) -> None:
    def found() -> bool:
        with world.units() as unit:
            new = unit.spikes.add(rise())
            unit.commit()
            return new

    assert sorted(race(found, found)) == [False, True]


def test_outlays_are_added_up_by_scope_use_case_and_local_day(world: World) -> None:
    late = NOW.replace(hour=23, minute=30)  # tomorrow in Warsaw
    events = [
        usage(b"1", cost=100, use_case="rag"),
        usage(b"2", cost=20, use_case="rag", model="gpt-5"),
        usage(b"3", cost=3),
        usage(b"4", cost=4, use_case="rag", at=late),
        usage(b"5", cost=5, use_case="rag", scope="platform/search/retrieval"),
        usage(b"6", cost=6, use_case="rag", at=NOW - 40 * DAY),
    ]
    with world.units() as unit:
        unit.meter.fresh([(event.at.date(), event.key) for event in events])
        unit.meter.append(booked(*map(reported, events)))
        unit.commit()
    with world.reads() as unit:
        assert unit.meter.outlays(TODAY - DAY, TODAY + DAY) == [
            Outlay(TODAY, "platform/search", "", 3),
            Outlay(TODAY, "platform/search", "rag", 120),
            Outlay(TODAY + DAY, "platform/search", "rag", 4),
            Outlay(TODAY, "platform/search/retrieval", "rag", 5),
        ]
        assert unit.meter.outlays(TODAY + DAY, TODAY + DAY) == [Outlay(TODAY + DAY, "platform/search", "rag", 4)]
