"""Those who are asked are reminded a few times, in their own working hours, and then others are asked as well."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from workflows.people import PersonId
from workflows.reminders import Chase, Due, Turn, escalates, look, reminders
from workflows.working import Wait, Week

BOB, PAT = PersonId("U0BOB"), PersonId("U0PAT")
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
HOUR, DAY, MOMENT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
WEEK = Week()
CHASE = Chase((Wait(worked=4 * HOUR), Wait(days=1)), Wait(days=2))


def berlin(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


MONDAY = berlin(23, 10)
ALONE = {BOB: Turn(MONDAY, BERLIN)}
BOTH = {BOB: Turn(MONDAY, BERLIN), PAT: Turn(MONDAY, NEW_YORK)}

waits = st.one_of(
    st.integers(1, 10).map(lambda n: Wait(plain=n * HOUR)),
    st.integers(1, 30).map(lambda n: Wait(worked=n * HOUR)),
    st.integers(1, 5).map(lambda n: Wait(days=n)),
)
chases = st.builds(Chase, st.lists(waits, max_size=5).map(tuple), st.none() | waits)
turn = st.builds(
    Turn,
    st.integers(0, 14 * 24 * 60).map(lambda n: MONDAY + n * timedelta(minutes=1)),
    st.sampled_from(["UTC", BERLIN, NEW_YORK, "Asia/Tokyo"]),
)
stages = st.dictionaries(st.sampled_from([BOB, PAT, PersonId("U0CY")]), turn)
Turns = dict[PersonId, Turn]


def test_nothing_is_due_before_the_first_wait_is_over() -> None:
    first = berlin(23, 14)
    assert look(CHASE, ALONE, WEEK, first - MOMENT) == Due({}, again=first)
    assert look(CHASE, ALONE, WEEK, first) == Due({BOB: 1}, again=berlin(24, 10))


def test_each_is_reminded_in_their_own_working_hours() -> None:
    assert look(CHASE, BOTH, WEEK, berlin(23, 14)) == Due({BOB: 1}, again=berlin(23, 19))
    assert look(CHASE, BOTH, WEEK, berlin(23, 19)) == Due({BOB: 1, PAT: 1}, again=berlin(24, 10))
    assert look(CHASE, BOTH, WEEK, berlin(24, 10)) == Due({BOB: 2, PAT: 1}, again=berlin(24, 15))


def test_others_are_asked_when_everyone_had_their_time_and_nobody_is_reminded_beside_it() -> None:
    assert escalates(CHASE, ALONE, WEEK) == berlin(25, 10)
    assert escalates(CHASE, BOTH, WEEK) == berlin(25, 15)
    assert look(CHASE, BOTH, WEEK, berlin(25, 15) - MOMENT) == Due({BOB: 2, PAT: 2}, again=berlin(25, 15))
    assert look(CHASE, BOTH, WEEK, berlin(25, 15)) == Due({}, escalate=True)


def test_who_was_asked_later_is_reminded_later_and_has_as_long() -> None:
    turns = {BOB: Turn(MONDAY, BERLIN), PAT: Turn(berlin(24, 10), BERLIN)}
    assert look(CHASE, turns, WEEK, berlin(24, 10)) == Due({BOB: 2}, again=berlin(24, 14))
    assert escalates(CHASE, turns, WEEK) == berlin(26, 10)


def test_after_a_time_in_which_nobody_looked_there_is_one_reminder() -> None:
    three = Chase((Wait(worked=HOUR), Wait(worked=4 * HOUR), Wait(days=1)))
    assert look(three, ALONE, WEEK, MONDAY + 30 * DAY) == Due({BOB: 3})


def test_who_is_asked_on_a_weekend_is_reminded_on_monday() -> None:
    assert reminders(CHASE, Turn(berlin(28, 11), BERLIN), WEEK) == (berlin(30, 13), datetime(2026, 12, 1, 8, tzinfo=UTC))


def test_nobody_waited_for_means_nothing_is_due() -> None:
    assert look(CHASE, {}, WEEK, MONDAY + 30 * DAY) == Due({})


@given(chases, stages, st.integers(0, 40 * 24))
def test_a_chase_that_looks_whenever_it_is_told_to_comes_to_an_end(chase: Chase, asked: Turns, hours: int) -> None:
    looks, now, due = 0, MONDAY + hours * HOUR, Due({})
    while not looks or due.again is not None:
        now = due.again or now
        due = look(chase, asked, WEEK, now)
        looks += 1
        assert due.again is None or due.again > now
    assert looks <= len(chase.remind) * len(asked) + 2


@given(chases, stages, st.integers(0, 400), st.integers(0, 400))
def test_what_is_due_stays_due_and_never_more_than_there_are_reminders(chase: Chase, asked: Turns, hours: int, more: int) -> None:
    one = look(chase, asked, WEEK, MONDAY + hours * HOUR)
    two = look(chase, asked, WEEK, MONDAY + (hours + more) * HOUR)
    assert two.escalate or (not one.escalate and all(two.remind.get(who, 0) >= step for who, step in one.remind.items()))
    assert set(two.remind) <= set(asked)
    assert all(1 <= step <= len(chase.remind) for step in two.remind.values())


@given(chases, stages, st.integers(0, 400))
def test_nothing_changes_between_one_look_and_the_next(chase: Chase, asked: Turns, hours: int) -> None:
    now = MONDAY + hours * HOUR
    due = look(chase, asked, WEEK, now)
    if due.again is not None:
        before = look(chase, asked, WEEK, due.again - MOMENT)
        assert (before.remind, before.escalate) == (due.remind, due.escalate)
        assert look(chase, asked, WEEK, due.again) != before
