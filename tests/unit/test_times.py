"""Time falls into windows without a gap or an overlap, in every zone, whatever its clocks do at midnight."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.times import (
    Period,
    Window,
    day_at,
    local_day,
    next_at,
    parse_span,
    show_day,
    show_moment,
    show_month,
    show_span,
    week_name,
    week_window,
    window_at,
)

# Zones whose clocks jump over midnight, repeat it, skip a day, move by half an hour, or lie far from UTC.
ODD = [
    "Africa/Cairo",
    "America/Havana",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "America/Toronto",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Etc/GMT+12",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
]
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", *ODD])
moments = st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
periods = st.sampled_from(Period)
months = st.integers(1, 12)
MOMENT = timedelta(microseconds=1)


@st.composite
def near_changes(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a moment within hours of a change of its clocks, where it has one that year."""
    zone, year = draw(zones), draw(st.integers(1972, 2037))
    here, day = ZoneInfo(zone), timedelta(days=1)
    starts = [datetime(year, 1, 1, tzinfo=UTC) + n * day for n in range(365)]
    changes = [s for s in starts if s.astimezone(here).utcoffset() != (s + day).astimezone(here).utcoffset()]
    start = draw(st.sampled_from(changes or starts))
    return zone, start + timedelta(minutes=draw(st.integers(-180, 27 * 60)))


places = near_changes() | st.tuples(zones, moments)
SKIPPED_DAY = ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC))
REPEATED_MIDNIGHT = ("America/St_Johns", datetime(2010, 11, 7, 2, 45, tzinfo=UTC))
GAP_BEFORE_MIDNIGHT = ("America/Toronto", datetime(1919, 3, 31, 4, 45, tzinfo=UTC))


@given(places, periods, months)
@example(SKIPPED_DAY, Period.DAY, 1)
@example(REPEATED_MIDNIGHT, Period.DAY, 1)
@example(GAP_BEFORE_MIDNIGHT, Period.DAY, 1)
def test_every_moment_is_in_exactly_one_window(place: tuple[str, datetime], period: Period, first: int) -> None:
    zone, at = place
    window = window_at(period, zone, at, first)
    assert at in window
    assert window_at(period, zone, window.start, first) == window
    assert window_at(period, zone, window.end - MOMENT, first) == window
    assert window_at(period, zone, window.end, first).start == window.end
    assert window_at(period, zone, window.start - MOMENT, first).end == window.start


@given(places, periods, months)
@example(REPEATED_MIDNIGHT, Period.MONTH, 1)
def test_a_day_lies_whole_in_a_week_a_month_and_a_quarter(place: tuple[str, datetime], period: Period, first: int) -> None:
    zone, at = place
    day, window = day_at(zone, at), window_at(period, zone, at, first)
    assert window.start <= day.start < day.end <= window.end


@given(places)
@example(REPEATED_MIDNIGHT)
@example(GAP_BEFORE_MIDNIGHT)
def test_a_day_has_one_date_and_the_next_day_a_later_one(place: tuple[str, datetime]) -> None:
    zone, at = place
    day = day_at(zone, at)
    assert local_day(day.start, zone) == local_day(at, zone) == local_day(day.end - MOMENT, zone)
    assert local_day(day.end, zone) > local_day(at, zone)


@given(zones, moments)
def test_away_from_clock_changes_a_days_date_is_the_calendars(zone: str, at: datetime) -> None:
    here = at.astimezone(ZoneInfo(zone))
    if 2 <= here.hour < 22:
        assert local_day(at, zone) == here.date()


@given(zones, moments, periods, months)
def test_windows_begin_with_the_local_day(zone: str, at: datetime, period: Period, first: int) -> None:
    start = local_day(window_at(period, zone, at, first).start, zone)
    if period is Period.WEEK:
        assert start.weekday() == 0
    if period in (Period.MONTH, Period.QUARTER):
        assert start.day == 1
    if period is Period.QUARTER:
        assert (start.month - first) % 3 == 0


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("UTC", date(2026, 3, 29), 24),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Africa/Cairo", date(2023, 4, 28), 23),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("America/Sao_Paulo", date(2018, 2, 17), 25),
        ("Asia/Beirut", date(2024, 3, 31), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 31), 24),
    ],
)  # fmt: skip
def test_a_day_with_a_clock_change_is_shorter_or_longer(zone: str, day: date, hours: float) -> None:
    window = day_at(zone, datetime.combine(day, time(12), ZoneInfo(zone)))
    assert window.end - window.start == timedelta(hours=hours)


def test_a_day_without_midnight_begins_with_its_first_moment() -> None:
    day = day_at("Africa/Cairo", datetime(2023, 4, 28, 12, tzinfo=UTC))
    assert day.start.astimezone(ZoneInfo("Africa/Cairo")).time() == time(1)
    assert (day.start - MOMENT).astimezone(ZoneInfo("Africa/Cairo")).date() == date(2023, 4, 27)


def test_a_window_holds_its_start_and_not_its_end() -> None:
    window = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert window.start in window
    assert window.end - MOMENT in window
    assert window.end not in window
    assert window.start - MOMENT not in window


@pytest.mark.parametrize(
    ("first", "start", "end"),
    [
        (1, date(2026, 10, 1), date(2027, 1, 1)),
        (2, date(2026, 11, 1), date(2027, 2, 1)),
        (3, date(2026, 9, 1), date(2026, 12, 1)),
        (4, date(2026, 10, 1), date(2027, 1, 1)),
        (12, date(2026, 9, 1), date(2026, 12, 1)),
    ],
)
def test_quarters_begin_with_the_fiscal_year(first: int, start: date, end: date) -> None:
    window = window_at(Period.QUARTER, "Europe/Berlin", datetime(2026, 11, 23, tzinfo=UTC), first)
    assert (local_day(window.start, "Europe/Berlin"), local_day(window.end, "Europe/Berlin")) == (start, end)


hours = st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0))


@given(places, st.integers(0, 6), hours)
@example(("Pacific/Apia", datetime(2011, 12, 30, 18, tzinfo=UTC)), 4, time(9))
@example(("America/Toronto", datetime(1919, 3, 31, 4, 35, tzinfo=UTC)), 6, time(23, 45))
def test_the_next_time_is_strictly_after_and_none_is_skipped(place: tuple[str, datetime], weekday: int, hour: time) -> None:
    zone, after = place
    at = next_at(weekday, hour, zone, after)
    assert after < at <= after + timedelta(days=7, hours=25)
    assert next_at(weekday, hour, zone, at - MOMENT) == at
    assert next_at(weekday, hour, zone, after + (at - after) / 2) == at
    assert next_at(weekday, hour, zone, at) > at
    seen_before = next_at(weekday, hour, zone, after - timedelta(days=1))
    assert seen_before <= after or seen_before == at


@given(zones, moments, st.integers(0, 6), st.integers(4, 20))
def test_the_next_time_has_that_weekday_and_that_hour(zone: str, after: datetime, weekday: int, hour: int) -> None:
    here = next_at(weekday, time(hour), zone, after).astimezone(ZoneInfo(zone))
    if (zone, here.year) not in {("Pacific/Apia", 2011), ("Pacific/Kwajalein", 1993), ("Pacific/Kiritimati", 1994)}:
        assert (here.weekday(), here.hour, here.minute) == (weekday, hour, 0)


def test_a_weekly_hour_stays_the_same_on_the_wall_when_clocks_change() -> None:
    before = datetime(2026, 10, 19, 7, tzinfo=UTC)  # Monday 09:00 in Berlin, summer
    assert next_at(0, time(9), "Europe/Berlin", before) == datetime(2026, 10, 26, 8, tzinfo=UTC)


@given(places)
@example(REPEATED_MIDNIGHT)
@example(SKIPPED_DAY)
def test_a_moment_is_in_the_week_of_its_name(place: tuple[str, datetime]) -> None:
    zone, at = place
    window = week_window(week_name(at, zone), zone)
    assert at in window
    assert window == window_at(Period.WEEK, zone, at)
    assert week_name(window.end, zone) != week_name(at, zone)


def test_weeks_are_named_as_iso_names_them() -> None:
    assert week_name(datetime(2026, 11, 26, 12, tzinfo=UTC), "UTC") == "2026-W48"
    assert week_name(datetime(2027, 1, 1, 12, tzinfo=UTC), "UTC") == "2026-W53"
    assert week_name(datetime(2024, 12, 30, 12, tzinfo=UTC), "UTC") == "2025-W01"


@pytest.mark.parametrize(
    "name",
    ["", "2026", "2026-48", "2026-W00", "2026-W54", "2025-W53", "2026-w48", "2026-W48 ", "2026-W48\n", "२०२६-W४८", "0000-W01",
     "0001-W01", "9999-W52"],
)  # fmt: skip
def test_a_week_that_is_not_is_an_error_that_says_how_to_write_one(name: str) -> None:
    with pytest.raises(ValueError, match="write a week as 2026-W48"):
        week_window(name, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("1 hour", timedelta(hours=1)),
        ("4hours", timedelta(hours=4)),
        (" 2 Days ", timedelta(days=2)),
        ("1 week", timedelta(days=7)),
    ],
)
def test_spans_are_read_as_people_write_them(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "0 days", "-1 day", "1.5 days", "a day", "1 month", "९ days", "1 day 4 hours", "9" * 400 + " days"]
)
def test_what_is_not_plainly_a_span_is_refused(text: str) -> None:
    assert parse_span(text) is None


@given(st.text(max_size=20))
def test_no_text_of_a_span_raises(text: str) -> None:
    span = parse_span(text)
    assert span is None or span > timedelta()


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(days=3), "3 days"),
        (timedelta(days=1, hours=4), "1 day 4 hours"),
        (timedelta(days=1, hours=4, minutes=59), "1 day 4 hours"),
        (timedelta(hours=1, minutes=1), "1 hour 1 minute"),
        (timedelta(days=14), "14 days"),
        (timedelta(seconds=59), "under a minute"),
        (timedelta(), "under a minute"),
        (timedelta(days=-1), "under a minute"),
    ],
)
def test_spans_are_shown_in_their_largest_units(span: timedelta, shown: str) -> None:
    assert show_span(span) == shown


@given(st.integers(1, 99_999), st.sampled_from(["minute", "hour", "day"]))
def test_a_shown_span_is_never_longer_than_the_span(count: int, word: str) -> None:
    span = parse_span(f"{count} {word}s")
    assert span is not None
    parts = show_span(span).split()
    said = [parse_span(" ".join(pair)) or timedelta() for pair in zip(parts[::2], parts[1::2], strict=True)]
    assert timedelta() <= span - sum(said, timedelta()) < timedelta(hours=1)


def test_days_and_months_are_english_whatever_the_machine_speaks() -> None:
    said = [show_day(datetime(2026, month, 1 + month, 12, tzinfo=UTC), "UTC") for month in range(1, 13)]
    assert said == [
        "Fri 2 Jan", "Tue 3 Feb", "Wed 4 Mar", "Sun 5 Apr", "Wed 6 May", "Sun 7 Jun",
        "Wed 8 Jul", "Sun 9 Aug", "Thu 10 Sep", "Sun 11 Oct", "Thu 12 Nov", "Sun 13 Dec",
    ]  # fmt: skip
    assert {show_day(datetime(2026, 11, 22 + n, tzinfo=UTC), "UTC")[:3] for n in range(7)} == {
        "Mon",
        "Tue",
        "Wed",
        "Thu",
        "Fri",
        "Sat",
        "Sun",
    }


def test_a_moment_is_shown_by_the_clock_of_its_zone() -> None:
    at = datetime(2026, 11, 26, 16, 5, tzinfo=UTC)
    assert show_moment(at, "Europe/Berlin") == "Thu 26 Nov, 17:05"
    assert show_moment(at, "Pacific/Kiritimati") == "Fri 27 Nov, 06:05"
    assert show_day(at, "Etc/GMT+12") == "Thu 26 Nov"


def test_a_month_is_the_one_that_it_is_in_the_zone() -> None:
    new_year = datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert (show_month(new_year, "UTC"), show_month(new_year, "Europe/Berlin")) == ("December", "January")
