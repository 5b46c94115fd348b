"""Working time is counted in a person's own zone: only in working hours, never on a free day, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.working import Wait, Week, after

BERLIN = "Europe/Berlin"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NINE_TO_FIVE = Week()
HEILIGABEND = date(2026, 12, 24)

zones = st.sampled_from(
    ["UTC", BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Scoresbysund", "Pacific/Kiritimati"]
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.integers(0, 40 * 60).map(lambda minutes: minutes * MINUTE)


@st.composite
def near_changes(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a moment in the days before its clocks change."""
    zone, year = draw(st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe"])), draw(st.integers(2024, 2032))
    starts = [datetime(year, 1, 1, tzinfo=UTC) + n * DAY for n in range(365)]
    here = ZoneInfo(zone)
    changes = [s for s in starts if s.astimezone(here).utcoffset() != (s + DAY).astimezone(here).utcoffset()]
    return zone, draw(st.sampled_from(changes)) - draw(st.integers(-24 * 60, 4 * 24 * 60)) * MINUTE


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Usual hours, and every hour of the day."""
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    start, end = draw(st.sampled_from([(time(9), time(17)), (time(4, 30), time(12)), (time(10), time()), (time(), time())]))
    free = draw(st.sets(st.integers(0, 8 * 365).map(lambda n: date(2024, 1, 1) + n * DAY), max_size=30))
    return Week(tuple(sorted(days)), start, end, frozenset(free))


places = st.tuples(zones, moments) | near_changes()


def works(at: datetime, zone: str, week: Week) -> bool:
    """Whether a moment is working time, as the module's first sentence says it."""
    here = at.astimezone(ZoneInfo(zone))
    in_hours = week.start <= here.time() and (here.time() < week.end or week.end == time())
    return here.weekday() in week.days and here.date() not in week.holidays and in_hours


@given(places, weeks(), spans)
def test_a_working_wait_ends_in_working_hours(place: tuple[str, datetime], week: Week, span: timedelta) -> None:
    zone, since = place
    over = after(Wait(worked=span), since, zone, week)
    assert over >= since
    assert works(over, zone, week)


@settings(max_examples=40, deadline=None)
@given(places, st.sampled_from([NINE_TO_FIVE, Week((0, 2, 5, 6), time(), time())]), st.integers(0, 20 * 60))
def test_as_much_working_time_passes_as_was_to_be_waited(place: tuple[str, datetime], week: Week, minutes: int) -> None:
    zone, at = place
    since = at.replace(second=0, microsecond=0)
    over, worked = after(Wait(worked=minutes * MINUTE), since, zone, week), 0
    while since < over:
        worked += works(since, zone, week)
        since += MINUTE
    assert worked == minutes


@given(places, weeks(), spans, spans)
def test_two_waits_are_one_wait_of_both(place: tuple[str, datetime], week: Week, one: timedelta, two: timedelta) -> None:
    zone, since = place
    between = after(Wait(worked=one), since, zone, week)
    assert after(Wait(worked=two), between, zone, week) == after(Wait(worked=one + two), since, zone, week)


@given(places, weeks(), st.integers(0, 4), st.integers(0, 4))
def test_working_days_add_up_as_well(place: tuple[str, datetime], week: Week, one: int, two: int) -> None:
    zone, since = place
    between = after(Wait(days=one), since, zone, week)
    assert after(Wait(days=two), between, zone, week) == after(Wait(days=one + two), since, zone, week)


@given(places, weeks(), spans, spans)
def test_who_was_asked_later_has_at_least_as_long(
    place: tuple[str, datetime], week: Week, more: timedelta, span: timedelta
) -> None:
    zone, since = place
    wait = Wait(worked=span)
    assert after(wait, since + more, zone, week) >= after(wait, since, zone, week)
    assert after(wait, since, zone, week) >= since + min(span, wait.least(week))


def berlin(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(BERLIN))


@pytest.mark.parametrize(
    ("wait", "since", "over"),
    [
        pytest.param(Wait(worked=4 * HOUR), berlin(11, 23, 9), berlin(11, 23, 13), id="within a day"),
        pytest.param(
            Wait(worked=4 * HOUR), berlin(11, 23, 13), berlin(11, 24, 9), id="to the end of a day: the next one's start"
        ),
        pytest.param(Wait(worked=4 * HOUR), berlin(11, 23, 15, 30), berlin(11, 24, 11, 30), id="over a night"),
        pytest.param(Wait(worked=4 * HOUR), berlin(11, 23, 3), berlin(11, 23, 13), id="from the middle of the night"),
        pytest.param(Wait(worked=4 * HOUR), berlin(11, 27, 16), berlin(11, 30, 12), id="over a weekend"),
        pytest.param(Wait(worked=4 * HOUR), berlin(11, 28, 12), berlin(11, 30, 13), id="from a weekend"),
        pytest.param(Wait(worked=4 * HOUR), berlin(12, 23, 16), berlin(12, 28, 12), id="over a holiday and a weekend"),
        pytest.param(Wait(days=1), berlin(11, 23, 14, 5), berlin(11, 24, 14, 5), id="the same time tomorrow"),
        pytest.param(Wait(days=1), berlin(11, 27, 14, 5), berlin(11, 30, 14, 5), id="the same time on Monday"),
        pytest.param(Wait(days=1), berlin(11, 23, 22), berlin(11, 25, 9), id="a whole working day after an evening"),
        pytest.param(Wait(days=2), berlin(3, 27, 10), berlin(3, 31, 10), id="over the start of summer time"),
        pytest.param(Wait(days=2), berlin(10, 23, 10), berlin(10, 27, 10), id="over its end"),
        pytest.param(Wait(plain=2 * DAY), berlin(11, 27, 22), berlin(11, 29, 22), id="plain time minds no weekend"),
    ],
)
def test_a_wait_in_berlin(wait: Wait, since: datetime, over: datetime) -> None:
    week = Week(holidays=frozenset({HEILIGABEND, HEILIGABEND + DAY}))
    assert after(wait, since, BERLIN, week) == over


def test_each_waits_in_their_own_zone() -> None:
    asked = berlin(11, 23, 16)
    assert after(Wait(worked=4 * HOUR), asked, BERLIN, NINE_TO_FIVE) == berlin(11, 24, 12)
    assert after(Wait(worked=4 * HOUR), asked, "America/New_York", NINE_TO_FIVE) == berlin(11, 23, 20)
    assert after(Wait(worked=4 * HOUR), asked, "Asia/Tokyo", NINE_TO_FIVE) == berlin(11, 24, 5)


def test_hours_up_to_midnight_end_with_the_day() -> None:
    whole = Week(tuple(range(7)), time(), time())
    assert whole.day == DAY
    assert after(Wait(worked=30 * HOUR), berlin(11, 23, 14), BERLIN, whole) == berlin(11, 24, 20)


@pytest.mark.parametrize("hours", [(time(17), time(9)), (time(9), time(9))])
def test_a_week_without_working_time_cannot_be_made(hours: tuple[time, time]) -> None:
    with pytest.raises(ValueError, match="without working time"):
        Week(start=hours[0], end=hours[1])
    with pytest.raises(ValueError, match="without working time"):
        Week(days=())


def test_a_wait_is_exactly_one_of_its_kinds() -> None:
    with pytest.raises(ValueError, match="plain time, working time or working days"):
        Wait()
    with pytest.raises(ValueError, match="plain time, working time or working days"):
        Wait(plain=HOUR, days=1)


def test_how_long_a_wait_takes_at_least() -> None:
    assert Wait(plain=3 * DAY).least(NINE_TO_FIVE) == 3 * DAY
    assert Wait(worked=12 * HOUR).least(NINE_TO_FIVE) == DAY + 4 * HOUR
    assert Wait(days=2).least(NINE_TO_FIVE) == 2 * DAY
