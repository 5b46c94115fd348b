"""Spikes: a sudden rise of what a use case spends in a scope, against what it usually spends on such a weekday.

    high    FACTOR times the usual, by LEAST, and far beyond what its days usually differ by
    calm    something, but near the usual, on a day that usually spends like others: a quiet Sunday ends no rise
    else    neither: a rise that began goes on, and none begins

Today counts as far as it has come: it is high once it exceeds a usual *whole* day. A rise is told once, until a calm day ends it.
Growth that doubles in a month stays below FACTOR. Amounts are nano-dollars.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median_low

from workflows.money import usd

FACTOR = (5, 2)  # times the usual
CALM = (3, 2)  # times the usual
LEAST = usd(25)  # above the usual: less in a day is not worth a message
SCATTER = 18  # times the median distance of its days from their usual: a use case whose days differ much must rise more
WEEKS = 5  # of earlier such weekdays: with more, growth would look like a rise
FEWEST_SUCH = 3  # with fewer the usual is that of any day
FEWEST = 5  # days on which something was spent; with fewer there is no usual
LOOKBACK = 28  # days after which a rise has become the usual

DAY = timedelta(days=1)
REACH = 7 * (WEEKS + 1) * DAY  # how far back of a day one must know what was spent, to say what it is
SPAN = REACH + (LOOKBACK + 1) * DAY  # and how far back of today, to say when a rise began
THOUSAND = 1000

Days = Mapping[date, int]
"""What was spent on each local day; days without are absent."""


class Basis(StrEnum):
    """What a day is compared with."""

    WEEKDAY = "weekday"  # the earlier days of its weekday
    DAY = "day"  # the earlier days on which something was spent


@dataclass(frozen=True, slots=True)
class Usual:
    """What a day usually spends: the median of these earlier days."""

    amount: int
    basis: Basis
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Spike:
    """A rise that is told: when it began, and the high day that is told of; `use_case` is "" where none is said."""

    key: str
    scope: str
    use_case: str
    began: date
    day: date
    at: datetime


def spike(scope: str, use_case: str, *, began: date, day: date, at: datetime) -> Spike:
    """A rise; its key is the same whoever finds it, so that it can be told only once."""
    return Spike(f"{began}@{scope}@{use_case}", scope, use_case, began, day, at)


class Verdict(StrEnum):
    """What a day is."""

    HIGH = "high"
    CALM = "calm"
    NEITHER = "neither"


def usual(days: Days, on: date) -> Usual | None:
    """What such a day usually spends; None when too little is known before it."""
    first = _first(days, on)
    such = tuple(day for week in range(1, WEEKS + 1) if (day := on - 7 * week * DAY) >= first)
    if len(such) >= FEWEST_SUCH and (middle := _middle(days, such)) > 0:
        return Usual(middle, Basis.WEEKDAY, such)
    spending = tuple(day for day in _before(on) if days.get(day, 0) > 0)
    return Usual(_middle(days, spending), Basis.DAY, spending) if len(spending) >= FEWEST else None


def _first(days: Days, on: date) -> date:
    """Since when anything was spent; what was REACH before counts as long ago."""
    return min((day for day, spent in days.items() if spent > 0 and on - REACH <= day < on), default=on)


def _before(on: date) -> Iterable[date]:
    """The days that the usual is found in, newest first."""
    return (on - back * DAY for back in range(1, 7 * WEEKS + 1))


def _middle(days: Days, of: Iterable[date]) -> int:
    return median_low([days.get(day, 0) for day in of])


def verdict(days: Days, on: date) -> Verdict:
    """What a day is, by what was spent before it and, so far, on it."""
    normal = usual(days, on)
    if normal is None:
        return Verdict.NEITHER
    spent = days.get(on, 0)
    above = spent - normal.amount
    if spent * CALM[1] <= normal.amount * CALM[0]:
        return Verdict.CALM if spent > 0 else Verdict.NEITHER  # of a day without any, the reports may be late
    if spent * FACTOR[1] < normal.amount * FACTOR[0] or above < LEAST:
        return Verdict.NEITHER
    far = above * THOUSAND >= SCATTER * _scatter(days, on, normal) * normal.amount
    return Verdict.HIGH if far else Verdict.NEITHER


def _scatter(days: Days, on: date, normal: Usual) -> int:
    """The median distance of earlier days from their usual, in thousandths of it."""
    if normal.basis is Basis.DAY:
        groups = [normal.days]
    else:
        first = _first(days, on)
        groups = [tuple(day for day in _before(on) if day >= first and day.weekday() == weekday) for weekday in range(7)]
    middles = [(group, _middle(days, group)) for group in groups if group]
    return median_low(
        abs(days.get(day, 0) - middle) * THOUSAND // middle for group, middle in middles if middle > 0 for day in group
    )


def begun(days: Days, today: date, told: date | None = None) -> tuple[date, date] | None:
    """A rise that is to be told: the day on which it began, and the latest high day, today or yesterday.

    `told` is the day for which a rise was told last: the same goes on until a calm day ends it.
    """
    high = next((day for day in (today, today - DAY) if verdict(days, day) is Verdict.HIGH), None)
    if high is None:
        return None
    began, level = high, usual(days, high)
    for back in range(1, LOOKBACK + 1):
        day = high - back * DAY
        match verdict(days, day):
            case Verdict.HIGH:
                began = day
            case Verdict.CALM if _alike(usual(days, day), level):
                return (began, high) if told is None or told < day else None
    return None if told else (began, high)


def _alike(one: Usual | None, other: Usual | None) -> bool:
    """Whether a day usually spends at least half of what another does: only then its calm says something."""
    return one is not None and other is not None and one.amount * 2 >= other.amount
