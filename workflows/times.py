"""Time: windows of a period in a zone, spans as people write them, moments as people read them.

Every moment is aware UTC. Windows are half-open and begin at local midnight, so a day with a clock change has 23 or 25
hours and nothing is ever "+ 86,400 s". The clock itself is a port.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

INSTANT = timedelta(microseconds=1)  # no two moments are closer


class Period(StrEnum):
    """How long a quota counts before it begins again."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


A_YEAR = {Period.DAY: Fraction(365), Period.WEEK: Fraction(365, 7), Period.MONTH: Fraction(12), Period.QUARTER: Fraction(4)}
"""How often a period comes in a year: a measure to compare what is said of different ones."""


@dataclass(frozen=True, slots=True)
class Window:
    """One turn of a period: `start <= t < end`, UTC."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: str) -> datetime:
    # fold=0: where clocks jump over midnight this is the moment after the jump, where they repeat it the first of the two.
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _add_months(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _first_day(period: Period, day: date, fiscal_start: int) -> date:
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return _add_months(day.replace(day=1), -((day.month - fiscal_start) % 3))


def _next_day(period: Period, first: date) -> date:
    match period:
        case Period.DAY:
            return first + timedelta(days=1)
        case Period.WEEK:
            return first + timedelta(days=7)
        case Period.MONTH:
            return _add_months(first, 1)
        case Period.QUARTER:
            return _add_months(first, 3)


def local_day(at: datetime, zone: str) -> date:
    """The day of a moment in a zone: the calendar's, except that a day that has ended does not come back.

    Clocks set back across midnight (St. John's until 2011) show the day before once more; that hour is in the new day.
    """
    day = at.astimezone(ZoneInfo(zone)).date()
    if at < _midnight(day, zone):
        return day - timedelta(days=1)
    after = day + timedelta(days=1)
    return after if at >= _midnight(after, zone) else day


def window_at(period: Period, zone: str, at: datetime, fiscal_start: int = 1) -> Window:
    """The window of a period that holds `at`; quarters begin with month `fiscal_start` (1 to 12)."""
    first = _first_day(period, local_day(at, zone), fiscal_start)
    return Window(_midnight(first, zone), _midnight(_next_day(period, first), zone))


def day_at(zone: str, at: datetime) -> Window:
    """The local day that holds `at`."""
    return window_at(Period.DAY, zone, at)


def next_at(weekday: int, hour: time, zone: str, after: datetime) -> datetime:
    """The first `weekday` (Monday 0) at `hour` local time strictly after a moment."""
    here = after.astimezone(ZoneInfo(zone))
    day = here.date() + timedelta(days=(weekday - here.weekday()) % 7)
    # Where clocks jump over `hour` it comes late, perhaps on the next day: so the week before is looked at too.
    weeks = (datetime.combine(day + timedelta(weeks=n), hour, ZoneInfo(zone)).astimezone(UTC) for n in (-1, 0, 1))
    return next(at for at in weeks if at > after)


def week_name(at: datetime, zone: str) -> str:
    """The ISO week of a moment: "2026-W48"."""
    return week_of(local_day(at, zone))


def week_of(day: date) -> str:
    """The ISO week of a local day."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_window(name: str, zone: str) -> Window:
    """The window of an ISO week named as `week_name` names it; ValueError if there is no such week."""
    found = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", name)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else date.max
        return Window(_midnight(monday, zone), _midnight(monday + timedelta(days=7), zone))
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: there is no such week; write a week as 2026-W48") from None


_SPAN = re.compile(r"([0-9]{1,5})\s*(minute|hour|day|week)s?")
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


def parse_span(text: str) -> timedelta | None:
    """A span as people write it ("4 hours", "2 days", "1 week"), or None."""
    found = _SPAN.fullmatch(text.strip().lower())
    return int(found[1]) * _UNITS[found[2]] if found and int(found[1]) else None


def show_span(span: timedelta) -> str:
    """A span for a reader, in its two largest units: "3 days", "1 day 4 hours"."""
    minutes = max(0, int(span.total_seconds() // 60))
    parts = [(minutes // 1440, "day"), (minutes % 1440 // 60, "hour"), (minutes % 60, "minute")]
    said = [f"{n} {word}{'s' if n != 1 else ''}" for n, word in parts if n][:2]
    return " ".join(said) or "under a minute"


# Not strftime's %a and %b: those speak the machine's language, and the sentences around them are English.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def show_weekday(day: date) -> str:
    """ "Thursday"."""
    return _DAYS[day.weekday()]


def show_date(day: date) -> str:
    """ "Thu 26 Nov"."""
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def show_full_date(day: date) -> str:
    """ "31 Mar 2027"."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def show_day(at: datetime, zone: str) -> str:
    """ "Thu 26 Nov"."""
    return show_date(at.astimezone(ZoneInfo(zone)).date())


def show_moment(at: datetime, zone: str) -> str:
    """ "Thu 26 Nov, 17:05"."""
    return f"{show_day(at, zone)}, {at.astimezone(ZoneInfo(zone)):%H:%M}"


def show_month(at: datetime, zone: str) -> str:
    """ "November"."""
    return _MONTHS[at.astimezone(ZoneInfo(zone)).month - 1]
