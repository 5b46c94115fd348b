"""One signal tells of a session; a meter counts what it grew by, however its readings come."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workflows.streams import SILENCE, Holder, Part, Reading, Signal, Total, grown, newest, told_by

DAY = timedelta(days=1)
TODAY = date(2026, 11, 25)
EVENTS, METRICS = Signal


def read(at: int, amount: int, calls: int = 0) -> Reading:
    return Reading(b"meter", at, Part.INPUT, amount, calls)


def counted(readings: list[Reading]) -> tuple[int, int]:
    """What all of these come to, in the order in which they come."""
    before: Total | None = None
    amount = calls = 0
    for reading in readings:
        more, again = grown(before, reading)
        before, amount, calls = newest(before, reading), amount + more, calls + again
    return amount, calls


def test_who_comes_first_tells_from_then_on() -> None:
    held = told_by(None, EVENTS, TODAY)
    assert held == Holder(EVENTS, TODAY)
    assert told_by(held, METRICS, TODAY) == held
    assert told_by(held, METRICS, TODAY + SILENCE) == held


def test_who_was_silent_for_more_than_a_week_is_followed_by_the_other() -> None:
    held = Holder(EVENTS, TODAY, passed=3)
    assert told_by(held, METRICS, TODAY + SILENCE + DAY) == Holder(METRICS, TODAY + SILENCE + DAY, passed=3)


def test_who_tells_is_not_silent() -> None:
    held = told_by(told_by(None, EVENTS, TODAY), EVENTS, TODAY + 5 * DAY)
    assert held.last == TODAY + 5 * DAY
    assert told_by(held, EVENTS, TODAY).last == TODAY + 5 * DAY, "a clock that steps back makes nobody silent"
    assert told_by(held, METRICS, TODAY + 12 * DAY).signal is EVENTS


def test_the_first_reading_counts_whole_and_each_one_after_it_by_what_it_grew() -> None:
    assert counted([read(1, 10, 1)]) == (10, 1)
    assert counted([read(1, 10, 1), read(2, 15, 3)]) == (15, 3)


def test_a_reading_that_comes_again_or_late_counts_nothing() -> None:
    assert counted([read(1, 10), read(1, 10), read(2, 15), read(1, 10), read(2, 15)]) == (15, 0)


def test_a_meter_that_fell_began_anew() -> None:
    assert counted([read(1, 10, 2), read(2, 4, 1), read(3, 6, 2)]) == (16, 4)


growing = st.lists(st.integers(0, 10**15), min_size=1, max_size=12).map(sorted)


@given(growing, st.data())
def test_readings_in_any_order_and_any_number_of_times_come_to_what_the_last_one_says(
    sums: list[int], data: st.DataObject
) -> None:
    readings = [read(n, amount, n) for n, amount in enumerate(sums)]
    sent = data.draw(st.permutations(readings + data.draw(st.lists(st.sampled_from(readings), max_size=10))))
    assert counted(sent) == (sums[-1], len(sums) - 1)


@given(growing)
def test_sums_and_their_differences_come_to_the_same(sums: list[int]) -> None:
    differences = [sums[0], *(after - before for before, after in pairwise(sums))]
    assert counted([read(n, amount) for n, amount in enumerate(sums)])[0] == sum(differences)
