"""Working time: when somebody may be expected to look, in their own zone. Which days are holidays is told, not known here.

A moment is working time when its local date is a working day and its local time is in working hours; their end is not one of
them. So a day with a change of clocks has as much working time as really passes, and a wait that is over at closing time is over
when the next working day begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.times import Window

_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Week:
    """When people work: weekdays (Monday 0) and hours, local to each person; as an end, midnight is that of the day's end.

    `said` is how the holidays were named (a country, a date): it stays the same where the dates that follow from it do not.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(17)
    holidays: frozenset[date] = frozenset()
    said: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.days or self.day <= timedelta():
            raise ValueError("a week without working time")

    @property
    def day(self) -> timedelta:
        """How long a working day is, clock changes aside."""
        return datetime.combine(_last(date.min, self.end), self.end) - datetime.combine(date.min, self.start)

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day.weekday() in self.days and day not in self.holidays


def _last(day: date, end: time) -> date:
    return day + timedelta(days=1) if end == _MIDNIGHT else day


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait: plain time, working time, or working days, each as long as working hours are. Exactly one is set."""

    plain: timedelta | None = None
    worked: timedelta | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.plain, self.worked, self.days)) != 1:
            raise ValueError("a wait is plain time, working time or working days")

    def working(self, week: Week) -> timedelta | None:
        """The working time that it takes; None when it is plain time."""
        return self.worked if self.days is None else self.days * week.day

    def least(self, week: Week) -> timedelta:
        """The plain time that it takes at least, when it begins with a working day and no free day comes between."""
        working = self.working(week)
        return self.plain or timedelta() if working is None else working // week.day * timedelta(days=1) + working % week.day


def after(wait: Wait, since: datetime, zone: str, week: Week) -> datetime:
    """When a wait from a moment is over (UTC), for somebody in a zone (an IANA name). Working waits end in working time."""
    left = wait.working(week)
    if left is None:
        return since + (wait.plain or timedelta())
    for shift in _shifts(since, ZoneInfo(zone), week):
        if left < shift.end - shift.start:
            return shift.start + left
        left -= shift.end - shift.start
    raise AssertionError("unreachable")


def _shifts(since: datetime, zone: ZoneInfo, week: Week) -> Iterator[Window]:
    """What is left of each working day from a moment on, without end and without an overlap."""
    day = since.astimezone(zone).date() - timedelta(days=1)  # the day before may still run, where clocks go back over midnight
    while True:
        if week.works(day):
            start = datetime.combine(day, week.start, zone).astimezone(UTC)
            end = datetime.combine(_last(day, week.end), week.end, zone).astimezone(UTC)
            if max(start, since) < end:
                yield Window(max(start, since), end)
                since = end
        day += timedelta(days=1)
