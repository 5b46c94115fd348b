"""A holder is told at the points that lie inside an override, and only while it is about to end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_extending import Desk
from tests.unit.test_overrides import ACTIVE, DAY, ENDS, HOUR, NEW, T0
from tests.unit.test_parts import ADA
from workflows import returning
from workflows.effects import Do
from workflows.noticing import ending, points

USUAL = (DAY, HOUR)


def test_the_points_lie_before_its_end_earliest_first() -> None:
    assert points(ACTIVE, USUAL) == (ENDS - DAY, ENDS - HOUR)
    assert points(ACTIVE, (HOUR, DAY, HOUR)) == (ENDS - DAY, ENDS - HOUR)


@pytest.mark.parametrize(
    ("lasts", "told"), [(25 * HOUR, [DAY, HOUR]), (DAY, [HOUR]), (2 * HOUR, [HOUR]), (HOUR, []), (HOUR / 2, [])]
)
def test_a_short_one_has_fewer_or_none(lasts: timedelta, told: list[timedelta]) -> None:
    short = replace(ACTIVE, starts=T0, ends=T0 + lasts)
    assert points(short, USUAL) == tuple(T0 + lasts - before for before in told)


def test_what_has_not_begun_has_none() -> None:
    assert points(NEW, USUAL) == ()


@given(st.lists(st.integers(-5, 100).map(lambda n: n * HOUR)), st.integers(0, 60))
def test_every_point_is_after_its_start_and_before_its_end(notices: list[timedelta], hours: int) -> None:
    override = replace(ACTIVE, starts=T0, ends=T0 + hours * HOUR)
    found = points(override, notices)
    assert list(found) == sorted(set(found))
    assert all(T0 < at < T0 + hours * HOUR for at in found)


def keys(desk: Desk) -> list[str]:
    return [key for do, key in desk.memory.data.outbox if do is Do.SHOW_NOTICE]


def told(desk: Desk, key: str) -> bool:
    with desk.memory.reads() as unit:
        return ending(unit, desk.kit.policy, key, desk.clock.now()) is not None


def moment(at: datetime) -> int:
    return int(at.timestamp())


def test_a_notice_that_is_late_is_told_as_the_last_one_and_never_after_the_end() -> None:
    desk = Desk()
    first = desk.approves(desk.files("first", duration="days:3"))
    assert first.ends is not None
    desk.at(48)
    desk.at(71)
    day, hour = f"{first.id}/{moment(first.ends - DAY)}", f"{first.id}/{moment(first.ends - HOUR)}"
    assert keys(desk) == [day, hour]
    assert (told(desk, day), told(desk, hour)) == (False, True)
    desk.at(72)
    assert not told(desk, hour)


def test_what_was_returned_or_goes_on_gets_none() -> None:
    desk = Desk()
    first = desk.approves(desk.files("first", duration="days:3"))
    desk.at(48)
    (key,) = keys(desk)
    assert told(desk, key)
    after = desk.approves(desk.files("second", extends=first.id))
    assert not told(desk, key)
    assert not isinstance(returning.give_back(desk.kit, after.id, ADA), tuple)
    assert told(desk, key)
    returning.give_back(desk.kit, first.id, ADA)
    assert not told(desk, key)


def test_an_extension_that_is_not_decided_is_said() -> None:
    desk = Desk()
    first = desk.approves(desk.files("first", duration="days:3"))
    asked = desk.files("second", extends=first.id)
    desk.at(48)
    (key,) = keys(desk)
    with desk.memory.reads() as unit:
        said = ending(unit, desk.kit.policy, key, desk.clock.now())
    assert said is not None and said.asked == asked
