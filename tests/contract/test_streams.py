"""Streams: who tells of what and what meters stood at, the same for every writer."""

import pytest

from tests.contract.conftest import World
from tests.contract.given import DAY, NOW
from tests.contract.racing import race
from workflows.keeping import attempt
from workflows.ports import UnitOfWork
from workflows.streams import Holder, Signal, Total

TODAY = NOW.date()
EVENTS, METRICS = Holder(Signal.EVENTS, TODAY), Holder(Signal.METRICS, TODAY - DAY, 7)
MOST = 2**63 - 1


def test_nobody_tells_of_what_was_never_heard(world: World) -> None:
    with world.units() as unit:
        assert (unit.streams.holders({b"a"}), unit.streams.totals({b"a"}), unit.streams.passed()) == ({}, {}, 0)


def test_what_is_kept_is_there_for_others_and_is_replaced_whole(world: World) -> None:
    world.keep(lambda unit: unit.streams.hold({b"a": EVENTS, b"b": METRICS}))
    world.keep(lambda unit: unit.streams.keep({b"a": Total(1, 2, 3), b"b": Total(MOST, MOST, 0)}))
    with world.other() as unit:
        assert unit.streams.holders({b"a", b"b", b"c"}) == {b"a": EVENTS, b"b": METRICS}
        assert unit.streams.totals({b"a", b"b", b"c"}) == {b"a": Total(1, 2, 3), b"b": Total(MOST, MOST, 0)}
        unit.streams.hold({b"b": EVENTS, b"c": EVENTS})
        unit.streams.keep({b"a": Total(4, 5, 6)})
        unit.commit()
    with world.units() as unit:
        assert unit.streams.holders({b"b", b"c"}) == {b"b": EVENTS, b"c": EVENTS}
        assert unit.streams.totals({b"a"}) == {b"a": Total(4, 5, 6)}


def test_a_unit_that_is_not_committed_leaves_nothing(world: World) -> None:
    with world.units() as unit:
        unit.streams.hold({b"a": EVENTS})
        unit.streams.keep({b"a": Total(1, 2, 3)})
        assert unit.streams.holders({b"a"}) == {b"a": EVENTS}
    with world.units() as unit:
        assert (unit.streams.holders({b"a"}), unit.streams.totals({b"a"})) == ({}, {})


def test_what_was_passed_over_adds_up(world: World) -> None:
    world.keep(lambda unit: unit.streams.hold({b"a": METRICS, b"b": METRICS, b"c": EVENTS}))
    with world.reads() as unit:
        assert unit.streams.passed() == 14


@pytest.mark.parametrize("many", [1, 300, 2_000])
def test_however_many_are_asked_for_at_once(world: World, many: int) -> None:
    keys = [n.to_bytes(16) for n in range(many)]
    world.keep(lambda unit: unit.streams.hold(dict.fromkeys(keys, EVENTS)))
    world.keep(lambda unit: unit.streams.keep({key: Total(n, n, n) for n, key in enumerate(keys)}))
    with world.units() as unit:
        assert unit.streams.holders(keys) == dict.fromkeys(keys, EVENTS)
        assert len(unit.streams.totals(keys)) == many


def test_of_two_who_would_tell_of_the_same_at_once_one_is_first(world: World) -> None:
    """Each keeps that it tells, if nobody does; both agree afterwards on who it is."""

    def claim(signal: Signal) -> Signal:
        def once(unit: UnitOfWork) -> Signal:
            held = unit.streams.holders({b"s"})
            if not held:
                unit.streams.hold({b"s": Holder(signal, TODAY)})
            return held[b"s"].signal if held else signal

        return attempt(world.units, once)

    first, second = race(lambda: claim(Signal.EVENTS), lambda: claim(Signal.METRICS))
    assert first == second
